"""Promises of optimisers and schedules, with numbers computed by hand."""

import numpy as np
import pytest

from nnviz.engine.optimizers import OPTIMIZERS, SCHEDULES, ScheduleSettings

W = (np.array([[1.0, 2.0]]), np.array([[3.0]]))
dW = (np.array([[10.0, -10.0]]), np.array([[1.0]]))


def test_gradient_descent_subtracts_rate_times_gradient_with_a_rate_per_layer():
    (W1, W2), state = OPTIMIZERS["gradient_descent"].update(W, dW, (), (0.1, 1.0), 0.0)
    np.testing.assert_allclose(W1, [[0.0, 3.0]])
    np.testing.assert_allclose(W2, [[2.0]])
    assert state == ()


def test_momentum_adds_half_of_the_last_velocity():
    momentum = OPTIMIZERS["momentum"]
    state = momentum.init(W)
    new, state = momentum.update(W, dW, state, (0.1, 1.0), 0.5)
    np.testing.assert_allclose(new[0], [[0.0, 3.0]])
    new, state = momentum.update(new, dW, state, (0.1, 1.0), 0.5)
    # velocity: 0.5 * (-1, 1) - 0.1 * (10, -10) = (-1.5, 1.5)
    np.testing.assert_allclose(new[0], [[-1.5, 4.5]])
    np.testing.assert_allclose(state[0], [[-1.5, 1.5]])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_update_overwrites_nothing_and_keeps_float32(name):
    optimizer = OPTIMIZERS[name]
    start = tuple(w.astype(np.float32) for w in W)
    gradients = tuple(g.astype(np.float32) for g in dW)
    kept = [w.copy() for w in start]
    state = optimizer.init(start)
    new, _ = optimizer.update(start, gradients, state, (0.1, 0.1), 0.9)
    assert all(w.dtype == np.float32 for w in new)
    for before, after in zip(kept, start, strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("constant", [1, 1, 1]),
        ("linear", [1, 1.02, 1.04]),  # 1 - decay i with a negative decay grows
        ("step", [1, 0.5, 0.25]),
        ("cosine", [1, 0.5, 0]),
    ],
)
def test_schedules_at_0_100_and_200(name, expected):
    settings = ScheduleSettings(decay=-2e-4, every=100, factor=0.5, iterations=200)
    factors = [SCHEDULES[name](i, settings) for i in (0, 100, 200)]
    assert factors == pytest.approx(expected)


def test_cosine_stays_at_zero_after_its_end():
    assert SCHEDULES["cosine"](300, ScheduleSettings(iterations=200)) == pytest.approx(0)
