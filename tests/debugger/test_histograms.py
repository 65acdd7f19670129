"""What is counted on the way is what whole arrays give, bin by bin, and the run does not notice."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnviz.debugger import histograms
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.histograms import (
    BINS,
    LEASE,
    WORTH_PAIRING,
    Bins,
    HistogramObserver,
    count,
    count_zeros,
)
from nnviz.debugger.source import fingerprint
from nnviz.debugger.statistics import StatisticsObserver
from nnviz.debugger.timeline import Timeline
from nnviz.engine.activations import ACTIVATIONS
from nnviz.engine.losses import LOSSES
from nnviz.engine.network import Network
from nnviz.engine.tiles import Cancelled

from .conftest import SMALL, small_dataset

pytestmark = pytest.mark.usefixtures("way")

WIDE = Bins(-1000.0, 1000.0)
"""Bins in which every value of the small runs has its place."""


@st.composite
def value_and_bins(draw, width):
    """A number anywhere, and bins that hold it, narrow or wide for its size."""
    value = draw(st.floats(-(2.0**127), 2.0**127, width=width))
    distances = st.just(0.0) | st.integers(-45, 38).map(lambda power: 10.0**power)
    low, high = value - draw(distances), value + draw(distances)
    assume(low < high)
    return value, Bins(low, high)


@pytest.mark.parametrize("width", [32, 64])
@given(data=st.data())
def test_a_value_is_in_its_bin_or_less_than_a_sixteenth_of_a_bin_beside_it(width, data):
    """Held to the place worked out in float64, from halves of the numbers."""
    value, bins = data.draw(value_and_bins(width))
    counts = count(np.array([value], f"float{width}"), bins)
    assert counts.sum() == 1
    (found,) = np.flatnonzero(counts)
    place = BINS * ((value / 2 - bins.low / 2) / (bins.high / 2 - bins.low / 2))
    assert found - 1 / 16 < place < found + 1 + 1 / 16


@given(arrays(np.float32, st.integers(1, 60), elements=st.floats(-4, 4, width=32)))
def test_counting_is_by_value_in_any_portions(values):
    whole = count(values, Bins(-4.0, 4.0))
    halves = [count(part, Bins(-4.0, 4.0)) for part in (values[:7], values[7:])]
    np.testing.assert_array_equal(whole, sum(halves))
    assert whole.sum() == len(values)
    assert count_zeros(values) == sum(value == 0 for value in values)


def observed(tiles, z_bins, a_bins, watched=0):
    """What the observers make of tiles, each one (z, a), units x samples, of one layer."""
    softmax = ACTIVATIONS["softmax"]()  # so that the extremes of a are looked for in a
    network = Network((3, len(tiles[0][0])), (softmax,), LOSSES["cross_entropy"])
    counting, totals = HistogramObserver(), StatisticsObserver()
    counting.watch(watched, z_bins, a_bins)
    results = []
    for observer in (counting, totals):
        accumulators = [observer.begin(network, 0) for _ in tiles]
        for accumulator, (z, a) in zip(accumulators, tiles, strict=True):
            observer.block(accumulator, 0, np.stack([z.T, a.T]))
        results.append(observer.end(accumulators))
    return results[0].histograms(results[1])


@pytest.mark.parametrize("size", [7, WORTH_PAIRING // 4 + 3])
def test_tiles_small_and_large_are_counted_as_whole_arrays(size, monkeypatch):
    """Large ones in pairs of bins and in parts, of which the last one is shorter."""
    part = 1 << 14
    monkeypatch.setattr(histograms, "PART", part)
    assert size == 7 or (4 * size > WORTH_PAIRING > part and 4 * size % part)
    rng = np.random.default_rng(1)
    tiles = []
    for samples in (size, size - 1, size):
        z = rng.normal(size=(samples, 4)).astype(np.float32).T
        tiles.append((z, np.maximum(z, 0)))
    z, a = (np.concatenate([tile[i].T.reshape(-1) for tile in tiles]) for i in (0, 1))
    bins = Bins(-7.0, 7.5), Bins(0.0, float(a.max()))
    found = observed(tiles, *bins)
    np.testing.assert_array_equal(found.z.counts, count(z, bins[0]))
    np.testing.assert_array_equal(found.a.counts, count(a, bins[1]))
    assert found.zeros == count_zeros(a) > 0
    assert (found.z.smallest, found.z.largest) == (z.min(), z.max())
    assert (found.layer, found.a.bins, found.a.largest) == (1, bins[1], a.max())


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 8.0, -8.0, 3e38])
@pytest.mark.parametrize("samples", [5, WORTH_PAIRING])
def test_where_one_value_has_no_bin_nothing_is_said(wrong, samples):
    """In whichever tile it is, and whether it is one of z or of a."""
    fine = np.zeros((samples, 4), np.float32).T
    bad = fine.copy(order="K")
    bad[2, 3] = wrong
    bins = Bins(-7.0, 7.0)
    assert observed([(fine, fine), (fine, fine)], bins, bins) is not None
    with np.errstate(all="ignore"):
        for tile in ((bad, fine), (fine, bad)):
            assert observed([tile, (fine, fine)], bins, bins) is None
            assert observed([(fine, fine), tile], bins, bins) is None


def test_asking_lasts_for_some_iterations(run):
    source = run()
    source.advance()
    assert source.histograms() is None
    source.watch(2, WIDE, WIDE)
    for _ in range(LEASE):
        source.advance()
        assert source.histograms().layer == 2
        assert source.histograms().z.counts.sum() == 4 * 30
    source.advance()
    assert source.histograms() is None


def test_what_was_counted_is_of_the_iteration_that_is_shown(run):
    """After going back there is nothing, and a stopped iteration leaves what was there."""
    source = run()
    source.watch(1, WIDE, WIDE)
    frame, before = source.advance(), source.snapshot()
    seen = source.histograms()
    assert (seen.z.smallest, seen.z.largest) == (frame.layers[0].z_min, frame.layers[0].z_max)
    source.cancelled = lambda: True
    with pytest.raises(Cancelled):
        source.advance()
    assert source.histograms() is seen
    source.cancelled = lambda: False
    source.restore(before)
    assert source.histograms() is None
    source.replay(frame)
    assert source.histograms() is None


@pytest.mark.parametrize("changes", [{}, {"batch_size": 7, "activation": "relu", "momentum": 0.5}])
def test_the_run_has_the_same_bits_and_numbers_whether_it_is_watched_or_not(run, changes):
    alone, watched = Timeline(run(**changes)), Timeline(run(**changes))
    for index in range(1, 40):
        watched.source.watch(1 + index % 3, WIDE, WIDE)
        assert repr(alone.step()) == repr(watched.step())
        assert watched.source.histograms() is not None
        states = [timeline.source.pack(timeline.source.snapshot()) for timeline in (alone, watched)]
        assert fingerprint(states[0]) == fingerprint(states[1])
    for index in (11, 39, 25):
        watched.seek(index)
    assert watched.drifts == ()


def test_threads_count_the_tiles_of_a_large_batch():
    """2,000 samples of 784 are two tiles, on two threads where there are two."""
    experiment = SMALL.with_changes({"hidden": [64, 32], "learning_rate": 1e-4})
    source = EngineSource(experiment, small_dataset(2000, 784, 10))
    source.watch(1, Bins(-500.0, 500.0), Bins(0.0, 1.0))
    for _ in range(3):
        source.advance()
        found = source.histograms()
        z, a = (source.array(name).ravel(order="K") for name in ("z1", "L1"))
        np.testing.assert_array_equal(found.z.counts, count(z, Bins(-500.0, 500.0)))
        np.testing.assert_array_equal(found.a.counts, count(a, Bins(0.0, 1.0)))
        assert found.zeros == count_zeros(a)
