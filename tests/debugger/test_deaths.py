"""Promises of looking for what killed a unit: the iteration before, and that update's real size."""

import numpy as np
import pytest

from nnviz.debugger.deaths import deaths
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.timeline import Timeline
from nnviz.presets import PRESETS


@pytest.fixture(scope="module")
def driven():
    """Digits on two layers of ReLU units, driven so hard that some of each die; 30 iterations."""
    experiment = PRESETS["relu"].with_changes(
        {"data": "digits", "hidden": [16, 12], "init_divisor": 1.0, "learning_rate": 3e-5}
    )
    timeline = Timeline(EngineSource(experiment))
    timeline.seek(30)
    return timeline


def dying(timeline):
    """(iteration, layer from 1, units) of every death on the way."""
    for index in range(1, 31):
        for number, layer in enumerate(timeline.history.frame(index).layers, start=1):
            if (units := np.flatnonzero(layer.died_at == index)).size:
                yield index, number, units.tolist()


def test_every_death_is_told_with_the_update_that_did_it(driven):
    """The norms are those of the rows of W and of the update, one iteration earlier."""
    expected = list(dying(driven))
    assert {number for _, number, _ in expected} == {1, 2}
    for index, number, units in expected:
        found = [death for death in deaths(driven, index) if death.layer == number]
        assert [death.unit for death in found] == units
        assert driven.index == index - 1
        for death in found:
            assert death.by == index - 1
            moved = np.linalg.norm(driven.source.array(f"update{number}")[death.unit])
            assert death.update == pytest.approx(moved)
            size = np.linalg.norm(driven.source.array(f"W{number}")[death.unit])
            assert death.weights == pytest.approx(size)
            assert f"L{number} unit {death.unit} fell silent with the update of" in str(death)
            assert ("W1 before it moved by" in str(death)) == (number == 2)


def test_where_nobody_died_nothing_moves(driven):
    """Neither at the start, where units may be dead already, nor where all live on."""
    quiet = next(i for i in range(1, 31) if i not in {index for index, *_ in dying(driven)})
    driven.seek(30)
    assert deaths(driven, 0) == deaths(driven, quiet) == ()
    assert driven.index == 30
