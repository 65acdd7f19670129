"""Optimisers and learning-rate schedules: state goes in, state comes out, nothing is overwritten.

Because an update returns new arrays, the timeline can keep the old ones, and stepping back is free.
Parameters, gradients and state are tuples of arrays, in the same order; rates are one per array.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from nnviz.engine.arrays import Array

Arrays = tuple[Array, ...]


@dataclass(frozen=True)
class Optimizer:
    """`init(parameters) -> state` and `update(parameters, gradients, state, rates, momentum)`.

    `update` returns (new parameters, new state). `formula` is shown in the update phase.
    """

    name: str
    init: Callable[[Arrays], Arrays]
    update: Callable[[Arrays, Arrays, Arrays, Sequence[float], float], tuple[Arrays, Arrays]]
    formula: str


def _scaled(rate: float, gradient: Array) -> Array:
    # a Python float keeps float32 arrays float32
    return np.multiply(gradient, float(rate))


def _descend(
    parameters: Arrays, gradients: Arrays, state: Arrays, rates: Sequence[float], momentum: float
) -> tuple[Arrays, Arrays]:
    """W - rate dW."""
    new = []
    for W, dW, rate in zip(parameters, gradients, rates, strict=True):
        step = _scaled(rate, dW)
        new.append(np.subtract(W, step, out=step))
    return tuple(new), state


def _descend_with_momentum(
    parameters: Arrays, gradients: Arrays, state: Arrays, rates: Sequence[float], momentum: float
) -> tuple[Arrays, Arrays]:
    """Classical momentum: v = momentum v - rate dW; W + v (Polyak 1964)."""
    velocities = []
    for v, dW, rate in zip(state, gradients, rates, strict=True):
        velocity = _scaled(momentum, v)
        velocity -= _scaled(rate, dW)
        velocities.append(velocity)
    new = tuple(W + v for W, v in zip(parameters, velocities, strict=True))
    return new, tuple(velocities)


GRADIENT_DESCENT = Optimizer(
    "gradient_descent", lambda parameters: (), _descend, "{W} = {W} - lr * {dW}"
)
MOMENTUM = Optimizer(
    "momentum",
    lambda parameters: tuple(np.zeros_like(W) for W in parameters),
    _descend_with_momentum,
    "V = mu V - lr * {dW}; {W} = {W} + V",
)

OPTIMIZERS: Mapping[str, Optimizer] = MappingProxyType(
    {optimizer.name: optimizer for optimizer in (GRADIENT_DESCENT, MOMENTUM)}
)


@dataclass(frozen=True)
class ScheduleSettings:
    """The numbers that schedules take: `decay` for linear, `every` and `factor` for step.

    `iterations` is the length of the run, over which the cosine falls to zero.
    """

    decay: float = 0.0
    every: int = 100
    factor: float = 0.5
    iterations: int = 200


Schedule = Callable[[int, ScheduleSettings], float]

SCHEDULES: Mapping[str, Schedule] = MappingProxyType(
    {
        "constant": lambda i, s: 1.0,
        "linear": lambda i, s: 1 - s.decay * i,
        "step": lambda i, s: s.factor ** (i // s.every),
        "cosine": lambda i, s: (1 + float(np.cos(np.pi * min(i, s.iterations) / s.iterations))) / 2,
    }
)
"""Name -> the factor by which iteration i's learning rate is multiplied."""
