"""Which known slip explains a wrong gradient: from its pattern, and from the slopes really used.

Going back through a layer is `d = (W_next^T d_next) * f'(z)`; dividing shows the slope that was
used, and every usual slip leaves another one. To add one, add a line to `_SLOPES` or `_DELTAS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from nnviz.debugger.source import LayerInfo, RunInfo
from nnviz.debugger.training_check import TrainingCheck
from nnviz.engine.arrays import Array

Arrays = Callable[[str], Array]

WRONG = 1e-4
"""A relative error from which an array's gradient is wrong."""

SAME = 1e-3
"""Up to this relative difference two numbers are the same, where one comes from float32."""


@dataclass(frozen=True)
class Slip:
    """What explains a wrong gradient: the layer (0: the update, or all layers) and a sentence."""

    layer: int
    text: str


@dataclass(frozen=True)
class _Slope:
    """One way to get f'(z) wrong, or right (no words): its values from z, a = f(z) and k."""

    words: str
    values: Callable[[Array, Array, float], Array]


def _logistic(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


_MISSING = _Slope("it is left out, that is, 1 everywhere", lambda z, a, k: np.ones_like(a))

_SLOPES: Mapping[str, tuple[_Slope, ...]] = MappingProxyType(
    {
        "sigmoid": (
            _Slope("", lambda z, a, k: k * a * (1 - a)),
            _Slope("the factor k is forgotten: it is k a (1 - a)", lambda z, a, k: a * (1 - a)),
            _Slope("it is a, and the factor (1 - a) is forgotten", lambda z, a, k: a),
            _Slope("the formula a (1 - a) is used on z", lambda z, a, k: z * (1 - z)),
            _Slope("the formula k a (1 - a) is used on z", lambda z, a, k: k * z * (1 - z)),
            _Slope(
                "it is taken at the activation a, not at z",
                lambda z, a, k: k * _logistic(k * a) * (1 - _logistic(k * a)),
            ),
            _MISSING,
        ),
        "tanh": (
            _Slope("", lambda z, a, k: 1 - a**2),
            _Slope("it is 1 - a, and the square is forgotten: 1 - a^2", lambda z, a, k: 1 - a),
            _Slope("the formula 1 - a^2 is used on z", lambda z, a, k: 1 - z**2),
            _Slope(
                "it is taken at the activation a, not at z", lambda z, a, k: 1 - np.tanh(a) ** 2
            ),
            _MISSING,
        ),
        "relu": (
            _Slope("", lambda z, a, k: 1.0 * (z > 0)),
            _Slope(
                "it is 1 where the unit is silent, and 0 where not", lambda z, a, k: 1.0 * (z <= 0)
            ),
            _Slope("it is 1 everywhere, also where the unit is silent", _MISSING.values),
        ),
        "leaky_relu": (
            _Slope("", lambda z, a, k: np.where(z > 0, 1.0, a / z)),
            _Slope(
                "it is 0 where z < 0, as for ReLU: it is the leak there",
                lambda z, a, k: 1.0 * (z > 0),
            ),
            _MISSING,
        ),
    }
)

_DELTAS: Mapping[str, Callable[[Array, Array], Array]] = MappingProxyType(
    {
        "": lambda a, t: a - t,
        "it is T - L, the wrong way round": lambda a, t: t - a,
        "it is that of squared error, (L - T) L (1 - L); with this loss it is L - T": lambda a, t: (
            (a - t) * a * (1 - a)
        ),
        "it is -T / L, and the derivative of the softmax is left out; both together are "
        "L - T": lambda a, t: -t / a,
    }
)


def name_slip(check: TrainingCheck, info: RunInfo, array: Arrays) -> Slip:
    """What explains this check's errors. `array` gives the arrays of iteration 0 by name.

    Raises KeyError where the source of the run lacks an array.
    """
    if factor := _common_factor(check):
        return factor
    wrong = [result.name for result in check.first if result.error > WRONG]
    if not wrong:
        return Slip(
            0,
            "The first update is right and the second is not: the momentum is wrong. "
            "It is V = mu V - rate dW, then W = W + V.",
        )
    layer = max((int(name[1:]) for name in wrong), default=0)
    if layer == info.depth:
        return _output_slip(info, array)
    return _hidden_slip(info, layer, array)


def _common_factor(check: TrainingCheck) -> Slip | None:
    """The slip where all arrays are wrong by one and the same factor."""
    results = check.first
    ratios = np.array([result.ratio for result in results])
    if not len(ratios) or any(r.error <= WRONG or r.error_but_ratio > WRONG for r in results):
        return None
    factor = float(np.median(ratios))
    if np.any(np.abs(ratios - factor) > SAME * abs(factor)):
        return None
    if abs(factor + 1) < SAME:
        return Slip(0, "The sign is wrong: the weights go up the slope of the loss, not down.")
    if abs(factor * check.samples - 1) < SAME:
        return Slip(
            0,
            f"Gradients are divided by N = {check.samples:,}: they are means over the samples, and "
            "the learning rate is meant for sums.",
        )
    return Slip(0, f"Every gradient is {factor:.4g} times what it should be.")


def _output_slip(info: RunInfo, array: Arrays) -> Slip:
    """What is wrong with the delta of the output layer."""
    number, layer = info.depth, info.layers[-1]
    a, t, d = array(f"L{number}"), array("T"), array(f"d{number}")
    if layer.activation == "softmax" and np.any(np.abs(a.sum(axis=0) - 1) > SAME):
        return Slip(
            number,
            "The outputs of a sample don't add up to 1: the softmax is taken over the wrong axis, "
            "over the samples and not over the classes.",
        )
    if info.loss == "squared_error":
        return _slope_slip(layer, a - t, array)
    words = _closest({words: delta(a, t) for words, delta in _DELTAS.items()}, d / layer.k)
    if words == "":
        return _after_delta(number)
    reason = f": {words}" if words else ""
    return Slip(number, f"The delta of the output layer, d{number}, is wrong{reason}.")


def _hidden_slip(info: RunInfo, number: int, array: Arrays) -> Slip:
    """What is wrong on the way back through a hidden layer; the layers after it are right."""
    arriving = array(f"W{number + 1}").T @ array(f"d{number + 1}")
    return _slope_slip(info.layers[number - 1], arriving, array)


def _slope_slip(layer: LayerInfo, arriving: Array, array: Arrays) -> Slip:
    """Which slope turned what arrived at a layer into its delta."""
    number = layer.number
    z, a, d = (array(f"{family}{number}") for family in "zLd")
    large = np.abs(arriving) > 0.1 * np.abs(arriving).max()
    used = d[large] / arriving[large]
    known = {
        slope.words: slope.values(z[large], a[large], layer.k)
        for slope in _SLOPES.get(layer.activation, ())
    }
    words = _closest(known, used)
    if words == "":
        return _after_delta(number)
    reason = f": {words}" if words else ""
    return Slip(number, f"The derivative of {layer.activation} in L{number} is wrong{reason}.")


def _after_delta(number: int) -> Slip:
    before = f"L{number - 1}" if number > 1 else "X"
    return Slip(
        0,
        f"d{number} is right, and what is applied to W{number} is not -rate * d{number} "
        f"{before}^T: look at how dW is made of it, and at the update.",
    )


def _closest(known: Mapping[str, Array], used: Array) -> str | None:
    """The words of what comes closest to the numbers used; None where nothing comes close.

    The first of several that are equally close is taken: what is right stands first.
    """
    best, least = None, SAME
    for words, values in known.items():
        size = float(np.mean(np.abs(values))) or 1.0
        distance = float(np.mean(np.abs(values - used))) / size
        if distance < least:
            best, least = words, 0.5 * distance
    return best
