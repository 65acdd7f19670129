"""Promises of the sums: numpy's plain numbers, in each way that they are found."""

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nnviz.debugger import layer_sums
from nnviz.debugger.layer_sums import parameter_sums
from nnviz.engine.activations import ACTIVATIONS

pytestmark = pytest.mark.usefixtures("way")

EACH_WAY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
@EACH_WAY
@given(samples=st.integers(1, 600), units=st.integers(1, 300), seed=st.integers(0, 9))
@example(samples=1, units=1000, seed=0)  # the widest rows, cut in several parts
@example(samples=5000, units=3, seed=0)  # more samples than are added in their own precision
def test_a_layers_sums_are_numpys(name, dtype, samples, units, seed):
    activation = ACTIVATIONS[name]()
    z = np.random.default_rng(seed).normal(0, 2, size=(samples, units)).astype(dtype)
    a = activation.function(z.T).T
    found = layer_sums.layer_sums(np.stack([z, a]), activation)
    close = {"rtol": 1e-5 if dtype == np.float32 else 1e-12, "atol": 1e-5 * samples}
    low, high = activation.saturation or (-np.inf, np.inf)
    for spread, values in ((found.z, z), (found.a, a)):
        wide = values.astype(np.float64)
        assert spread.count == values.size
        assert spread.mean == pytest.approx(wide.mean(), rel=1e-4, abs=1e-5)
        assert spread.std == pytest.approx(wide.std(), rel=1e-4, abs=1e-5)
        assert (spread.smallest, spread.largest) == (values.min(), values.max())
    np.testing.assert_allclose(found.units[0], a.sum(axis=0, dtype=np.float64), **close)
    outside = np.count_nonzero((a < dtype(low)) | (a > dtype(high)), axis=0)
    np.testing.assert_array_equal(found.units[1], outside)
    largest = a.max(axis=0) if activation.silent else np.inf
    np.testing.assert_array_equal(found.units[2], np.broadcast_to(largest, units))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 1, 700, 2099])
def test_what_is_not_a_number_is_seen_wherever_it_is(wrong, place, dtype):
    """As numpy does: NaN is the smallest and the largest; a unit with NaN is not silent."""
    z = np.full((700, 3), -1, dtype)
    z.reshape(-1)[place] = wrong
    relu = ACTIVATIONS["relu"]()
    with np.errstate(all="ignore"):
        a = relu.function(z)
        found = layer_sums.layer_sums(np.stack([z, a]), relu)
    for spread, values in ((found.z, z), (found.a, a)):
        extremes = [spread.smallest, spread.largest]
        np.testing.assert_array_equal(extremes, [values.min(), values.max()])
    np.testing.assert_array_equal(found.units[2], a.max(axis=0))
    assert np.isfinite(found.z.mean) == np.isfinite(z).all()


@pytest.mark.parametrize("part", [1, 10, 20, 10**6])
def test_a_layers_parameters_add_up_alike_in_any_parts(part, monkeypatch):
    monkeypatch.setattr(layer_sums, "PART", part)
    rng = np.random.default_rng(0)
    W, dW, new = ([rng.normal(size=shape) for shape in ((9, 6), (7, 9))] for _ in range(3))
    for found, *layer in zip(parameter_sums(W, dW, new), W, dW, new, strict=True):
        assert found == pytest.approx(plain_sums(*layer), rel=1e-12)


def plain_sums(W, dW, new):
    """The definition, in wide numbers."""
    W, dW, update = (array.astype(np.float64) for array in (W, dW, new - W))
    return [W.sum(), np.abs(update).sum(), (dW**2).sum(), (W**2).sum(), (update**2).sum()]


@pytest.mark.parametrize("shape", [(1, 1), (1, 33), (1, 50_001), (256, 784)])
def test_sums_of_a_float32_layer_are_those_of_wide_numbers(shape):
    """float64 holds the sums of so many float32 numbers to nine digits more than are compared."""
    rng = np.random.default_rng(0)
    W, dW = (rng.normal(1, 1, shape).astype(np.float32) for _ in range(2))
    new = W - np.float32(1e-3) * dW
    (found,) = parameter_sums([W], [dW], [new])
    assert found == pytest.approx(plain_sums(W, dW, new), rel=2e-6)


@pytest.mark.parametrize("other", [np.float32, np.float64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_and_gradients_may_be_of_different_types(dtype, other):
    """As where a step of the training was replaced by a wrong one."""
    rng = np.random.default_rng(0)
    W = rng.normal(size=(40, 50)).astype(dtype)
    dW, new = (rng.normal(size=(40, 50)).astype(other) for _ in range(2))
    (found,) = parameter_sums([W], [dW], [new])
    assert found == pytest.approx(plain_sums(W, dW, new), rel=1e-5)


def test_sums_of_a_layer_that_was_frozen_or_has_overflowed():
    """1e25 ** 2 is no float32; an update of 0 has a norm of 0."""
    W = np.full((3, 7), 1e25, np.float32)
    with np.errstate(over="ignore"):
        (sums,) = parameter_sums([W], [np.zeros_like(W)], [W])
    assert sums == pytest.approx([21e25, 0, 0, 21e50, 0], rel=1e-6)
