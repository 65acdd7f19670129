"""Promises of the activations: right derivatives, finite values, in-place equal to copied."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnviz.engine.activations import ACTIVATIONS, sigmoid
from nnviz.engine.gradcheck import PASS, check_activation

ELEMENTWISE = [name for name, make in ACTIVATIONS.items() if make().elementwise]
VARIANTS = [ACTIVATIONS[name]() for name in ELEMENTWISE] + [sigmoid(0.4), sigmoid(3.0)]


@pytest.mark.parametrize("activation", VARIANTS, ids=lambda a: f"{a.name}{dict(a.parameters)}")
def test_every_registered_derivative_agrees_with_centred_differences(activation):
    z = np.random.default_rng(0).normal(scale=2, size=500)
    assert check_activation(activation, z) <= PASS


def test_the_check_catches_a_wrong_derivative():
    right = sigmoid(0.4)
    forgotten_k = sigmoid(1.0).derivative
    wrong = type(right)("wrong", right.function, forgotten_k, "", "")
    assert check_activation(wrong, np.linspace(-3, 3, 50)) > 0.5


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=hnp.arrays(np.float32, (3, 4), elements=st.floats(-1e4, 1e4, width=32)))
def test_every_activation_is_finite_up_to_1e4_and_the_same_in_place(name, z):
    activation = ACTIVATIONS[name]()
    a = activation.function(z)
    assert np.isfinite(a).all()
    assert a.dtype == np.float32
    out = z.copy()
    assert activation.function(z, out=out) is out
    np.testing.assert_array_equal(out, a)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_no_activation_changes_its_input(name):
    z = np.linspace(-3, 3, 12).reshape(3, 4)
    kept = z.copy()
    ACTIVATIONS[name]().function(z)
    np.testing.assert_array_equal(z, kept)


def test_sigmoid_of_minus_a_thousand_is_zero_without_a_warning():
    assert sigmoid().function(np.array([[-1e3]])) == 0.0


def test_softmax_of_ten_thousand_sums_to_one():
    a = ACTIVATIONS["softmax"]().function(np.array([[1e4], [0.0], [-1e4]]))
    np.testing.assert_allclose(a, [[1], [0], [0]])


@pytest.mark.parametrize("activation", [sigmoid(), sigmoid(0.4), ACTIVATIONS["tanh"]()])
def test_saturation_bounds_are_where_the_slope_is_six_percent_of_its_maximum(activation):
    low, high = activation.saturation
    steepest = activation.derivative(activation.function(np.zeros((1, 1)))).item()
    for edge in (low, high):
        slope = activation.derivative(np.array([[edge]])).item()
        assert slope == pytest.approx(0.06 * steepest, rel=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_only_a_function_that_never_falls_calls_itself_monotonic(name, dtype):
    """But for the last bit, which exp and tanh may round either way."""
    z = np.sort(np.random.default_rng(0).normal(scale=5, size=5000)).astype(dtype)
    activation = ACTIVATIONS[name]()
    if activation.elementwise:
        steps = np.diff(activation.function(z))
        assert activation.monotonic == bool((steps >= -4 * np.finfo(dtype).eps).all())
    else:
        assert not activation.monotonic
