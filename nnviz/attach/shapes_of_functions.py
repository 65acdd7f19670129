"""Which function turned z into a, and which loss gave a number: told from the numbers alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from nnviz.attach.namespace import ProgramArray

CUSTOM = "custom"
"""An activation that is none of the known ones."""

CLOSE = {4: 3e-4, 8: 1e-6, 2: 2e-2}
"""By how much values may differ, relative to their size, by the bytes of a number."""


@dataclass(frozen=True)
class Curve:
    """An activation: its name in the engine's registry, its parameter, how sure, and why."""

    name: str
    confidence: float
    reason: str
    parameters: dict[str, float] = field(default_factory=dict)


def curve_of(z: ProgramArray, a: ProgramArray, unit_axis: int) -> Curve:
    """The activation function that gives `a` for `z` (the same shape), or CUSTOM."""
    z, a, close = z.astype(float), a.astype(float), CLOSE.get(a.dtype.itemsize, 1e-6)
    finite = np.isfinite(z) & np.isfinite(a)
    if not finite.any():
        return Curve(CUSTOM, 0.0, "no number is finite")
    with np.errstate(all="ignore"):
        for curve, expected in _curves(z, a, unit_axis):
            apart = np.abs(expected - a)[finite].max(initial=0.0)
            if apart <= close * max(1.0, float(np.abs(a[finite]).max(initial=0.0))):
                return curve
    return Curve(CUSTOM, 0.3, "its numbers fit none of the known functions")


def _curves(
    z: ProgramArray, a: ProgramArray, unit_axis: int
) -> Iterator[tuple[Curve, ProgramArray]]:
    """Each known function, fitted to the numbers where it has a parameter, with its values."""
    share = f"checked on {z.size:,} numbers"
    yield Curve("identity", 0.9, f"it is z itself, {share}"), z
    negative = z < 0
    if negative.any():
        yield Curve("relu", 0.99, f"max(z, 0), {share}"), np.maximum(z, 0)
        slope = float(np.median(a[negative] / z[negative]))
        if 0 < slope < 1:
            slope = float(f"{slope:.3g}")
            yield (
                Curve("leaky_relu", 0.99, f"max(z, {slope:g} z), {share}", {"slope": slope}),
                np.where(negative, slope * z, z),
            )
    yield Curve("tanh", 0.99, f"tanh z, {share}"), np.tanh(z)
    if a.min(initial=1.0) >= 0 and a.max(initial=0.0) <= 1:
        steep = (a > 1e-3) & (a < 1 - 1e-3) & (np.abs(z) > 1e-2)
        k = float(np.median(np.log(a[steep] / (1 - a[steep])) / z[steep])) if steep.any() else 1.0
        k = float(f"{k:.3g}")
        if k > 0:
            found = Curve("sigmoid", 0.99, f"1 / (1 + exp(-{k:g} z)), {share}", {"k": k})
            yield found, 1 / (1 + np.exp(-k * z))
        if z.ndim == 2:
            top = np.exp(z - z.max(axis=unit_axis, keepdims=True))
            yield (
                Curve("softmax", 0.99, f"adds up to 1 for each sample, {share}"),
                top / top.sum(axis=unit_axis, keepdims=True),
            )


@dataclass(frozen=True)
class LossForm:
    """A loss of the engine, and what the program's number is of its objective: a factor.

    `words` is the formula for people. The engine's objective is a sum over the samples.
    """

    family: str
    factor: float
    words: str


def loss_forms(a: ProgramArray, t: ProgramArray, samples: int) -> Iterator[tuple[LossForm, float]]:
    """Every usual loss of outputs `a` and targets `t`, classes x samples, with its value."""
    a, t = a.astype(float), t.astype(float)
    classes = a.shape[0]
    with np.errstate(all="ignore"):
        squares = float(np.sum((a - t) ** 2)) / 2
        positive = np.maximum(a, 1e-300)
        cross = -float(np.sum(np.where(t > 0, t * np.log(positive), 0.0)))
        rest = np.where(t < 1, (1 - t) * np.log(np.maximum(1 - a, 1e-300)), 0.0)
        binary = cross - float(np.sum(rest))
    named = (
        ("squared_error", squares, "(L - T)^2", (2.0, 1.0)),
        ("cross_entropy", cross, "-T log L", (1.0,)),
        ("binary_cross_entropy", binary, "-(T log L + (1 - T) log(1 - L))", (1.0,)),
    )
    for family, objective, formula, factors in named:
        for factor in factors:
            half = " / 2" if factor == 1.0 and family == "squared_error" else ""
            for divisor, words in (
                (samples, f"sum({formula}){half} / N"),
                (1, f"sum({formula}){half}"),
                (samples * classes, f"mean({formula}){half}"),
            ):
                yield LossForm(family, factor / divisor, words), objective * factor / divisor
