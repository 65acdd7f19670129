"""Promises of the initialisers: the course's exact numbers, variances, orthogonality, LSUV."""

import numpy as np
import pytest

from nnviz.engine.activations import ACTIVATIONS
from nnviz.engine.initializers import INITIALIZERS, lsuv


def test_uniform_on_the_legacy_stream_is_the_starters_first_matrix():
    # the right-hand side is the line of the course's starter program
    expected = 2 * np.random.RandomState(0).rand(784, 256).astype("float32").T - 1
    W1 = INITIALIZERS["uniform"](256, 784, np.random.RandomState(0))
    assert W1.dtype == np.float32
    np.testing.assert_array_equal(W1, expected)


@pytest.mark.parametrize(
    ("name", "variance"),
    [("uniform", 1 / 3), ("normal", 1.0), ("glorot", 2 / 500), ("he", 2 / 300)],
)
def test_variance_is_the_one_of_the_formula_within_its_sampling_error(name, variance):
    W = INITIALIZERS[name](200, 300, np.random.default_rng(0))
    assert W.shape == (200, 300)
    # the variance of a normal's sample variance is 2 s^4 / n, a uniform's is less: 5 sigmas
    assert np.var(W) == pytest.approx(variance, rel=5 * np.sqrt(2 / W.size))


@pytest.mark.parametrize("shape", [(10, 30), (30, 10), (20, 20)])
def test_orthogonal_has_orthonormal_rows_or_columns(shape):
    W = INITIALIZERS["orthogonal"](*shape, np.random.default_rng(0))
    small = W @ W.T if shape[0] <= shape[1] else W.T @ W
    np.testing.assert_allclose(small, np.eye(min(shape)), atol=1e-12)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "leaky_relu", "identity"])
def test_lsuv_gives_every_layer_unit_variance_through_the_real_activation(name):
    rng = np.random.default_rng(0)
    X = rng.random((30, 200))
    activations = [ACTIVATIONS[name]()] * 3
    start = [INITIALIZERS["lsuv"](n, m, rng) for n, m in [(20, 30), (15, 20), (5, 15)]]
    a = X
    for W, activation in zip(lsuv(start, activations, X), activations, strict=True):
        z = W @ a
        assert np.var(z) == pytest.approx(1, abs=1e-3)
        a = activation.function(z)


def test_lsuv_leaves_a_layer_without_variance_as_it_is():
    zero = np.zeros((3, 4))
    (W,) = lsuv([zero], [ACTIVATIONS["identity"]()], np.ones((4, 5)))
    np.testing.assert_array_equal(W, zero)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_leaving_out_the_generator_is_a_type_error(name):
    with pytest.raises(TypeError):
        INITIALIZERS[name](3, 4)
