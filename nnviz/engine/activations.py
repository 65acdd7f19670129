"""Activation functions: a function and its derivative are one record in one registry.

All functions work on pre-activations `z` or activations `a` of shape units x samples and take an
optional `out`, so that the fast path can work in place. **A derivative takes the activation**
`a = f(z)`, not `z`: for every entry the slope can be written in terms of the value
(sigmoid: `k a (1 - a)`), and the backward pass has `a` at hand.

To add an activation, write its two functions and add one entry to `ACTIVATIONS`: it is then
gradient-checked, listed and selectable in experiments.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

import numpy as np

from nnviz.engine.arrays import Array

SATURATED_SLOPE = 0.06
"""A value is saturated where the slope is below this share of the function's largest slope."""


class ArrayFunction(Protocol):
    """A function of one array that can write its result into `out`."""

    def __call__(self, x: Array, out: Array | None = None) -> Array:
        """Return the result, of the shape of `x` (`out` itself, where it is given)."""


@dataclass(frozen=True, eq=False)
class Activation:
    """One activation function with all that is particular to it.

    `function(z, out)` is f; `derivative(a, out)` is f'(z) in terms of a = f(z).
    `saturation` is the pair of values outside of which the slope is less than 6 % of its maximum
    (None where the function does not saturate). `silent` says what it means that a unit is silent
    on every sample: "dead" (no gradient at all), "inactive" (a small one), or "" (does not apply).
    `kinks` are the `z` at which there is no derivative. `elementwise` is false for softmax, which
    is an output layer's only. `monotonic` says that a never falls as z grows: the extremes of a are
    then found where those of z are.
    """

    name: str
    function: ArrayFunction
    derivative: ArrayFunction
    formula: str
    slope_formula: str
    parameters: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    saturation: tuple[float, float] | None = None
    silent: str = ""
    kinks: tuple[float, ...] = ()
    elementwise: bool = True
    monotonic: bool = True

    def __reduce__(self) -> tuple[Callable[..., "Activation"], tuple[str, dict[str, float]]]:
        return _rebuild, (self.name, dict(self.parameters))


def _rebuild(name: str, parameters: dict[str, float]) -> Activation:
    return ACTIVATIONS[name](**parameters)


def sigmoid(k: float = 1.0) -> Activation:
    """1 / (1 + exp(-k z)) with slope parameter `k`; derivative `k a (1 - a)`.

    exp may overflow to infinity for z << 0, and 1 / (1 + inf) = 0 is then the right value: the
    overflow is expected, so it is silenced here and not reported as an error.
    """

    def function(x: Array, out: Array | None = None) -> Array:
        with np.errstate(over="ignore"):
            a = np.multiply(x, -k, out=out)
            np.exp(a, out=a)
        a += 1
        return np.reciprocal(a, out=a)

    def derivative(x: Array, out: Array | None = None) -> Array:
        slope = np.subtract(1, x, out=out)
        slope *= x
        if k != 1:
            slope *= k
        return slope

    # a (1 - a) < 0.06 / 4  <=>  |a - 1/2| > sqrt(1 - 0.06) / 2, whatever the slope k
    half_width = float(np.sqrt(1 - SATURATED_SLOPE)) / 2
    return Activation(
        "sigmoid",
        function,
        derivative,
        formula="1 / (1 + exp(-z))" if k == 1 else f"1 / (1 + exp(-{k:g} z))",
        slope_formula="{a} (1 - {a})" if k == 1 else f"{k:g} {{a}} (1 - {{a}})",
        parameters=MappingProxyType({"k": k}),
        saturation=(0.5 - half_width, 0.5 + half_width),
    )


def tanh() -> Activation:
    """tanh z; derivative `1 - a^2`."""

    def derivative(x: Array, out: Array | None = None) -> Array:
        slope = np.multiply(x, x, out=out)
        return np.subtract(1, slope, out=slope)

    # 1 - a^2 < 0.06  <=>  |a| > sqrt(1 - 0.06)
    edge = float(np.sqrt(1 - SATURATED_SLOPE))
    return Activation(
        "tanh",
        lambda x, out=None: np.tanh(x, out=out),
        derivative,
        formula="tanh(z)",
        slope_formula="(1 - {a}^2)",
        saturation=(-edge, edge),
    )


def relu() -> Activation:
    """max(z, 0); derivative 1 where a > 0, else 0 (the subgradient 0 is taken at the kink)."""

    def derivative(x: Array, out: Array | None = None) -> Array:
        return np.greater(x, 0, out=np.empty_like(x) if out is None else out)

    return Activation(
        "relu",
        lambda x, out=None: np.maximum(x, 0, out=out),
        derivative,
        formula="max(z, 0)",
        slope_formula="[{a} > 0]",
        silent="dead",
        kinks=(0.0,),
    )


def leaky_relu(slope: float = 0.01) -> Activation:
    """z where z > 0, else `slope` * z, for a slope in (0, 1); derivative 1 or `slope`."""

    def function(x: Array, out: Array | None = None) -> Array:
        a = np.multiply(x, slope, out=out)
        return np.maximum(a, x, out=a)

    def derivative(x: Array, out: Array | None = None) -> Array:
        steps = np.greater(x, 0, out=np.empty_like(x) if out is None else out)
        steps *= 1 - slope
        steps += slope
        return steps

    return Activation(
        "leaky_relu",
        function,
        derivative,
        formula=f"max(z, {slope:g} z)",
        slope_formula=f"[1 or {slope:g}]({{a}})",
        parameters=MappingProxyType({"slope": slope}),
        silent="inactive",
        kinks=(0.0,),
    )


def identity() -> Activation:
    """The pre-activation itself; derivative 1."""

    def function(x: Array, out: Array | None = None) -> Array:
        if out is None:
            return x.copy()
        np.copyto(out, x)
        return out

    def derivative(x: Array, out: Array | None = None) -> Array:
        ones = np.empty_like(x) if out is None else out
        ones.fill(1)
        return ones

    return Activation("identity", function, derivative, formula="z", slope_formula="1")


def softmax() -> Activation:
    """exp(z) / sum(exp(z)) over the units of each sample, for an output layer.

    The largest z of a sample is subtracted first: the result is the same, and 1e4 does not
    overflow. Its derivative is a matrix for each sample; it only exists together with the
    cross-entropy, whose delta is `a - t`, so `derivative` raises TypeError.
    """

    def function(x: Array, out: Array | None = None) -> Array:
        a = np.subtract(x, x.max(axis=0), out=out)
        np.exp(a, out=a)
        a /= a.sum(axis=0)
        return a

    def derivative(x: Array, out: Array | None = None) -> Array:
        raise TypeError("softmax has no elementwise derivative; pair it with cross_entropy")

    return Activation(
        "softmax",
        function,
        derivative,
        formula="exp(z) / sum exp(z)",
        slope_formula="",
        elementwise=False,
        monotonic=False,
    )


ACTIVATIONS: Mapping[str, Callable[..., Activation]] = MappingProxyType(
    {
        "sigmoid": sigmoid,
        "tanh": tanh,
        "relu": relu,
        "leaky_relu": leaky_relu,
        "identity": identity,
        "softmax": softmax,
    }
)
