"""The gradient check passes right gradients, and says how wrong a wrong one is."""

import numpy as np
import pytest

from nnviz.engine.activations import sigmoid, tanh
from nnviz.engine.gradcheck import check_gradients
from nnviz.engine.losses import LOSSES
from nnviz.engine.network import Network, Parameters, backward, forward

RNG = np.random.default_rng(0)
NETWORK = Network((6, 5, 3), (tanh(), sigmoid()), LOSSES["squared_error"], has_biases=True)
PARAMETERS = Parameters(
    tuple(RNG.standard_normal(shape) for shape in NETWORK.shapes),
    tuple(RNG.standard_normal((n, 1)) for n in NETWORK.sizes[1:]),
)
X = RNG.random((6, 8))
T = np.eye(3)[:, RNG.integers(0, 3, 8)]


def check(gradients=None, X=X, entries=10):
    """The results by array name."""
    rng = np.random.default_rng(1)
    results = check_gradients(
        NETWORK, PARAMETERS, X, T, rng=rng, gradients=gradients, entries=entries
    )
    return {result.name: result for result in results}


def right_gradients():
    """What `backward` gives, which its own tests hold to differences."""
    return backward(NETWORK, PARAMETERS, forward(NETWORK, PARAMETERS, X), T).gradients


def test_right_gradients_pass():
    """Every array, biases too; 3 x 1 biases have three entries to compare."""
    results = check()
    assert list(results) == ["W1", "W2", "b1", "b2"]
    assert all(result.passed for result in results.values())
    assert results["b2"].checked == 3


def test_constant_factor_is_all_that_is_left():
    """Gradients times 0.4 are wrong by 60 %, and right after division by 0.4."""
    right = right_gradients()
    wrong = right.with_arrays([0.4 * dW for dW in right.arrays])
    for result in check(wrong).values():
        assert result.error == pytest.approx(0.6)
        assert result.ratio == pytest.approx(0.4)
        assert result.error_but_ratio < 1e-7


def test_wrong_sign_is_a_ratio_of_minus_one():
    """Errors are relative to the larger of the two: -g against g is 2."""
    right = right_gradients()
    result = check(right.with_arrays([-dW for dW in right.arrays]))["W1"]
    assert (result.ratio, result.error) == (pytest.approx(-1), pytest.approx(2))


def test_other_errors_are_left_after_the_ratio():
    """Gradients with every second row doubled don't have one factor."""
    right = right_gradients()
    wrong = right.with_arrays([dW * (1 + np.arange(len(dW)) % 2)[:, None] for dW in right.arrays])
    assert check(wrong, entries=30)["W1"].error_but_ratio > 0.1


def test_entries_of_blank_inputs_are_not_wasted():
    """With one input that is ever other than 0, the five weights on it are what is compared."""
    blank = np.zeros_like(X)
    blank[2] = X[2]
    assert check(X=blank)["W1"].checked == 5
