"""The spread of a layer's values counts each one, and marks exactly those that are saturated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnviz.debugger.histograms import BINS
from nnviz.engine.tiles import Cancelled
from nnviz.tui.details.layer import LayerQuestion, spread, spreads

ANY_FLOAT = st.floats(width=32, allow_nan=True, allow_infinity=True)


@given(arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=ANY_FLOAT))
def test_every_value_is_counted_once_or_said_to_be_no_number(values):
    found = spread(values, None)
    finite = np.isfinite(values)
    assert found.counts.sum() == finite.sum()
    assert found.not_finite == (~finite).sum()
    assert found.values == values.size
    if finite.any():
        assert found.edges[0] <= values[finite].min()
        assert found.edges[-1] >= values[finite].max()


def test_the_counts_are_those_of_numpy():
    values = np.random.default_rng(0).normal(size=(40, 3000))  # in several chunks
    found = spread(values, None)
    expected, _ = np.histogram(values, bins=found.edges)
    # a value on an edge may fall on either side of it
    assert np.abs(found.counts - expected).sum() <= 4


def test_given_ends_stand_still_unless_a_value_lies_outside():
    inside = spread(np.array([[0.2, 0.8]]), (0.0, 1.0))
    assert (inside.edges[0], inside.edges[-1]) == (0.0, 1.0)
    outside = spread(np.array([[0.2, 1.7]]), (0.0, 1.0))
    assert outside.edges[-1] >= 1.7
    assert outside.counts.sum() == 2


def test_counting_can_be_stopped():
    with pytest.raises(Cancelled):
        spread(np.zeros((3, 3)), None, lambda: True)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
@pytest.mark.parametrize("layer", [1, 2])
def test_the_bins_marked_hold_the_share_that_the_statistics_call_saturated(
    open_debugger, activation, layer
):
    """Up to the values in the two bins that the bounds of saturation cut."""
    debugger = open_debugger(activation=activation)
    detail = LayerQuestion(layer).answer(debugger, None)
    share = debugger.timeline.frame.layers[layer - 1].saturated
    for values in (detail.z, detail.a):
        marked = values.counts[values.saturated].sum() / values.values
        cut = 2 * np.sort(values.counts)[-2:].sum() / values.values
        assert marked == pytest.approx(share, abs=max(0.02, cut))
    assert detail.z.values == detail.a.values == detail.weights.shape[0] * 1438


def test_the_curve_over_z_is_the_activation_and_softmax_has_none(open_debugger):
    debugger = open_debugger(k=2.0, output="softmax", loss="cross_entropy")
    curve, slope = LayerQuestion(1).answer(debugger, None).z.curves
    np.testing.assert_allclose(curve.y, 1 / (1 + np.exp(-2 * curve.x)))
    np.testing.assert_allclose(slope.y, 2 * curve.y * (1 - curve.y))
    last = LayerQuestion(3).answer(debugger, None)
    assert last.z.curves == last.a.curves == ()
    assert len(last.a.counts) == BINS


def test_weights_biases_and_updates_are_those_of_the_iteration(open_debugger):
    debugger = open_debugger(biases=True, init_bias=0.25)
    source = debugger.timeline.source
    detail = LayerQuestion(2).answer(debugger, None)
    np.testing.assert_array_equal(detail.weights, source.array("W2"))
    np.testing.assert_allclose(detail.biases, 0.25)
    expected = np.linalg.norm(source.array("update2"), axis=1)
    np.testing.assert_allclose(detail.update_norms, expected)
    assert LayerQuestion(2).answer(open_debugger(), None).biases.size == 0


WAYS = {
    "sigmoid": {},
    "tanh": {"activation": "tanh", "dtype": "float64"},
    "relu": {"activation": "relu", "momentum": 0.5},
    "softmax": {"output": "softmax", "loss": "cross_entropy", "biases": True},
    "batches": {"activation": "leaky_relu", "batch_size": 400},
    "diverging": {"activation": "relu", "learning_rate": 10.0},
}


def shown(found):
    """All that spreads say, to be compared."""
    z, a, zeros = found
    return repr([(*map(list, (s.counts, s.edges)), s.values, s.not_finite) for s in (z, a)]), zeros


@pytest.mark.parametrize("way", WAYS)
def test_spreads_are_the_same_however_one_came_there(open_debugger, way):
    """Stepping while they are counted on the way, and later from whole arrays, on a twin run."""
    stepped, sought = (open_debugger(**WAYS[way]).timeline for _ in range(2))
    then, on_the_way = {}, 0
    for index in range(36):
        layer = 1 + index // 12
        on_the_way += bool(index % 12) and stepped.source.histograms() is not None
        then[index, layer] = shown(spreads(stepped.source, layer))
        stepped.step()
    # a range that moves, as from batch to batch, is counted again in round numbers
    assert on_the_way >= (1 if way == "diverging" else 10)
    sought.seek(35)
    for index, layer in [(35, 3), (0, 1), (17, 2), (18, 2), (5, 1), (30, 3), (11, 1)]:
        sought.seek(index)
        assert sought.source.histograms() is None or index == 35
        assert shown(spreads(sought.source, layer)) == then[index, layer]


def test_while_somebody_looks_no_whole_arrays_are_made(open_debugger, monkeypatch):
    """The first answer takes them; the later ones were counted while the iteration was done."""
    timeline = open_debugger().timeline
    spreads(timeline.source, 1)
    asked = []
    array = type(timeline.source).array
    monkeypatch.setattr(
        type(timeline.source),
        "array",
        lambda source, name: asked.append(name) or array(source, name),
    )
    for _ in range(40):
        timeline.step()
        spreads(timeline.source, 1)
    assert len(asked) <= 2 * 4  # its ends seldom move
    asked.clear()
    spreads(timeline.source, 2)
    assert asked == ["z2", "L2"]
