"""The spread of a layer's values counts each one, and marks exactly those that are saturated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnviz.engine.tiles import Cancelled
from nnviz.tui.details.layer import BINS, LayerQuestion, spread

ANY_FLOAT = st.floats(width=32, allow_nan=True, allow_infinity=True)


@given(arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=ANY_FLOAT))
def test_every_value_is_counted_once_or_said_to_be_no_number(values):
    found = spread(values, None)
    finite = np.isfinite(values)
    assert found.counts.sum() == finite.sum()
    assert found.not_finite == (~finite).sum()
    assert found.zeros == (values == 0).sum()
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
