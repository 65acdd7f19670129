"""Promises of the losses: derivatives of the objective, values by hand, wrong pairs refused."""

import math

import numpy as np
import pytest

from nnviz.engine.activations import ACTIVATIONS
from nnviz.engine.losses import LOSSES, pairing_problem
from nnviz.engine.network import Network

PAIRS = [
    (loss, output) for loss in LOSSES for output in ACTIVATIONS if output in LOSSES[loss].partners
]
WRONG_PAIRS = [
    (loss, output)
    for loss in LOSSES
    for output in ACTIVATIONS
    if output not in LOSSES[loss].partners
]


@pytest.mark.parametrize("name", LOSSES)
def test_the_derivative_is_that_of_the_objective(name):
    rng = np.random.default_rng(1)
    a, t = rng.uniform(0.1, 0.9, (3, 2)), np.eye(3)[:, :2]
    loss, h = LOSSES[name], 1e-6
    numeric = np.empty_like(a)
    for i in np.ndindex(a.shape):
        above, below = a.copy(), a.copy()
        above[i] += h
        below[i] -= h
        numeric[i] = (loss.objective(above, t) - loss.objective(below, t)) / (2 * h)
    np.testing.assert_allclose(loss.derivative(a, t), numeric, rtol=1e-6, atol=1e-8)


def test_reported_values_by_hand():
    a, t = np.array([[0.8], [0.2]]), np.array([[1.0], [0.0]])
    expected = {
        "squared_error": 0.04 + 0.04,
        "cross_entropy": -math.log(0.8),
        "binary_cross_entropy": -2 * math.log(0.8),
    }
    for name, loss in LOSSES.items():
        assert loss.reported(loss.objective(a, t), 1) == pytest.approx(expected[name])


@pytest.mark.parametrize("name", LOSSES)
def test_no_loss_is_infinite_at_zero_or_one(name):
    a, t = np.array([[0.0], [1.0]], np.float32), np.array([[1.0], [0.0]], np.float32)
    assert math.isfinite(LOSSES[name].objective(a, t))


@pytest.mark.parametrize("name", LOSSES)
def test_chance_is_the_loss_of_always_predicting_the_class_frequencies(name):
    a, t = np.full((10, 10), 0.1), np.eye(10)
    loss = LOSSES[name]
    assert loss.chance(10) == pytest.approx(loss.reported(loss.objective(a, t), 10))


@pytest.mark.parametrize(("loss", "output"), WRONG_PAIRS)
def test_a_wrong_pair_is_refused_by_name_with_what_to_use_instead(loss, output):
    message = pairing_problem(LOSSES[loss], ACTIVATIONS[output]())
    assert loss in message
    assert output in message
    for partner in LOSSES[loss].partners:
        assert partner in message
    with pytest.raises(ValueError, match="does not belong"):
        Network((2, 3), (ACTIVATIONS[output](),), LOSSES[loss])


def test_every_output_activation_has_a_loss():
    assert {output for _, output in PAIRS} == set(ACTIVATIONS)
