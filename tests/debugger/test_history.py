"""A history holds every number of every iteration, as it was, by name."""

from dataclasses import fields

import numpy as np
import pytest

from nnviz.debugger.history import LAYER_METRICS, RUN_METRICS, History
from nnviz.debugger.source import Frame
from nnviz.debugger.statistics import LayerStatistics

PER_UNIT = {"unit_mean", "unit_saturated", "last_active", "silent"}


def test_every_statistic_has_a_name():
    """What a layer's statistics hold can be searched for, or is there unit by unit."""
    named = {metric.field for metric in LAYER_METRICS}
    assert {f.name for f in fields(LayerStatistics)} == named | PER_UNIT
    assert {f.name for f in fields(Frame)} == {m.field for m in RUN_METRICS} | {"layers"}


def test_frames_come_back_as_they_were(run):
    """Over several pages: run, layers and units; numbers of units to float32."""
    source = run(activation="relu")
    frames = [source.advance() for _ in range(600)]
    history = History(source.info.depth)
    for frame in frames:
        history.append(frame)
    assert (len(history), history.first, history.last) == (600, 0, 599)
    for index in (0, 255, 256, 511, 599):
        old, new = frames[index], history.frame(index)
        assert (new.index, new.loss) == (index, old.loss)
        for before, after in zip(old.layers, new.layers, strict=True):
            for metric in LAYER_METRICS:
                np.testing.assert_equal(
                    getattr(after, metric.field), getattr(before, metric.field), metric.name
                )
            np.testing.assert_array_equal(after.unit_mean, before.unit_mean.astype(np.float32))
            np.testing.assert_array_equal(after.died_at, before.died_at)
            assert not after.silent.flags.writeable
    assert history.column("loss").tolist() == [frame.loss for frame in frames]
    assert history.row(300)["L2.std"] == frames[300].layers[1].a_std
    assert history.nbytes < 600 * 2 * (8 * len(history.names) + 13 * 12)


def test_a_history_of_numbers_alone_has_frames_without_units():
    """Rows may come without units, as from another program's record."""
    history = History(2, first=5)
    history.append_row(np.arange(float(len(history.names))))
    frame = history.frame(5)
    assert frame.index == 5
    assert [len(layer.unit_mean) for layer in frame.layers] == [0, 0]


def test_what_is_not_there_is_an_error(run):
    """Iterations follow one another, and columns can't be written to."""
    source = run()
    history = History(source.info.depth)
    frames = [source.advance(), source.advance()]
    with pytest.raises(ValueError, match="iteration 1 after -1"):
        history.append(frames[1])
    history.append(frames[0])
    for look in (history.row, history.frame, history.units):
        with pytest.raises(IndexError, match="iteration 1 is not in 0 to 0"):
            look(1)
    with pytest.raises(KeyError):
        history.column("lost")
    with pytest.raises(ValueError, match="read-only"):
        history.column("loss")[0] = 1
