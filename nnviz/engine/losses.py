"""Losses: objective, reported value and derivative are one record in one registry.

The *objective* is what gradients differentiate, a sum over samples as the course has it; the
*reported* value is what the course prints, a mean. Activations `a` and targets `t` are
classes x samples. `output_delta` is the derivative of the objective with respect to the
pre-activation z of the output layer, the `d3` of the course.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from nnviz.engine.activations import ACTIVATIONS, Activation
from nnviz.engine.arrays import Array


@dataclass(frozen=True, eq=False)
class Loss:
    """One loss function with its derivatives.

    `objective(a, t)` is the sum over samples that gradients differentiate; `reported(objective, n)`
    turns it into the value the course prints for n samples; `derivative(a, t)` is d objective / da;
    `output_delta(a, t, activation)` is d objective / dz of the output layer; `partners` names the
    output activations with which it belongs together; `chance(classes)` is the reported loss of
    the best constant prediction when all classes are equally frequent.
    """

    name: str
    objective: Callable[[Array, Array], float]
    reported: Callable[[float, int], float]
    derivative: Callable[[Array, Array], Array]
    output_delta: Callable[[Array, Array, Activation], Array]
    delta_formula: Callable[[Activation, str], str]
    formula: str
    partners: tuple[str, ...]
    chance: Callable[[int], float]


def _positive(a: Array) -> Array:
    # log(0) would be -inf: the smallest normal number gives a large, finite loss (87 in float32)
    return np.maximum(a, np.finfo(a.dtype).tiny)


def _sum(values: Array) -> float:
    return float(np.sum(values, dtype=np.float64))


def squared_error() -> Loss:
    """Objective sum((a - t)^2) / 2, so that the delta is the course's `(a - t) f'(z)`."""

    def delta(a: Array, t: Array, activation: Activation) -> Array:
        slope = activation.derivative(a)
        slope *= a - t
        return slope

    return Loss(
        "squared_error",
        objective=lambda a, t: _sum((a - t) ** 2) / 2,
        reported=lambda objective, n: 2 * objective / n,
        derivative=lambda a, t: a - t,
        output_delta=delta,
        delta_formula=lambda activation, a: (
            f"({a} - T) * {activation.slope_formula.format(a=a)}"
            if activation.slope_formula != "1"
            else f"{a} - T"
        ),
        formula="sum((L - T)^2) / N",
        partners=tuple(name for name, make in ACTIVATIONS.items() if make().elementwise),
        chance=lambda classes: (classes - 1) / classes,
    )


def cross_entropy() -> Loss:
    """Softmax cross-entropy, objective -sum(t log a); with softmax the delta is `a - t`."""
    return Loss(
        "cross_entropy",
        objective=lambda a, t: -_sum(t * np.log(_positive(a))),
        reported=lambda objective, n: objective / n,
        derivative=lambda a, t: -t / _positive(a),
        output_delta=lambda a, t, activation: a - t,
        delta_formula=lambda activation, a: f"{a} - T",
        formula="-sum(T log L) / N",
        partners=("softmax",),
        chance=lambda classes: float(np.log(classes)),
    )


def binary_cross_entropy() -> Loss:
    """Binary cross-entropy of each sigmoid output: -sum(t log a + (1 - t) log(1 - a)).

    With a = sigmoid(k z) the delta is `k (a - t)`.
    """

    def objective(a: Array, t: Array) -> float:
        return -_sum(t * np.log(_positive(a)) + (1 - t) * np.log(_positive(1 - a)))

    def delta(a: Array, t: Array, activation: Activation) -> Array:
        difference = a - t
        k = activation.parameters["k"]
        if k != 1:
            difference *= k
        return difference

    def chance(classes: int) -> float:
        p = 1 / classes
        return float(-classes * (p * np.log(p) + (1 - p) * np.log(1 - p)))

    def delta_formula(activation: Activation, a: str) -> str:
        k = activation.parameters["k"]
        return f"{a} - T" if k == 1 else f"{k:g} ({a} - T)"

    return Loss(
        "binary_cross_entropy",
        objective=objective,
        reported=lambda total, n: total / n,
        derivative=lambda a, t: (a - t) / (_positive(a) * _positive(1 - a)),
        output_delta=delta,
        delta_formula=delta_formula,
        formula="-sum(T log L + (1 - T) log(1 - L)) / N",
        partners=("sigmoid",),
        chance=chance,
    )


LOSSES: Mapping[str, Loss] = MappingProxyType(
    {loss.name: loss for loss in (squared_error(), cross_entropy(), binary_cross_entropy())}
)


def pairing_problem(loss: Loss, output: Activation) -> str:
    """Return why `loss` and the output activation don't belong together, or "" where they do."""
    if output.name in loss.partners:
        return ""
    fitting = [name for name, other in LOSSES.items() if output.name in other.partners]
    return (
        f"{loss.name} does not belong with a {output.name} output: "
        f"use the output {' or '.join(loss.partners)}, or the loss {' or '.join(fitting)}"
    )
