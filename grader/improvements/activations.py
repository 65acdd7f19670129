"""Checks of the activation functions and their derivatives: values, extremes, inputs kept.

Derivatives are held against centred differences of the function itself, away from kinks. One line
of `FUNCTIONS` makes the six checks of a function.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.checks import Asking, Numbers, Trial, Wrong, check, numbers
from grader.improvements.comparing import Formula, evidence, judge, one_entry, right, slope_of
from grader.improvements.slips import SLIPS
from grader.sandbox import Call
from nnviz.engine.activations import ACTIVATIONS

EXTREMES = np.array([[-1000.0, 1000.0], [-100.0, 100.0]])


@dataclass(frozen=True)
class Elementwise:
    """An activation function as it is checked.

    `parameters` draws what is passed behind z. `slips` and `derivative_slips` are formulas of the
    same arguments that a known slip comes to.
    """

    name: str
    says: str
    parameters: Callable[[Trial], tuple[float, ...]]
    slips: Mapping[str, Formula]
    derivative_slips: Mapping[str, Formula]

    def value(self, z: Numbers, *parameters: float) -> Numbers:
        """The right value: the trusted engine's."""
        with np.errstate(over="ignore"):
            return ACTIVATIONS[self.name](*parameters).function(z)

    def slope(self, z: Numbers, *parameters: float) -> Numbers:
        """The right derivative with respect to z, by centred differences."""
        return slope_of(self.value, z, *parameters)


def _sigmoid(z: Any, k: float = 1.0) -> Any:
    return 1 / (1 + np.exp(-k * z))


def _leaky(z: Any, slope: float = 0.01) -> Any:
    return np.where(z > 0, z, slope * z)


FUNCTIONS = (
    Elementwise(
        "sigmoid",
        "1 / (1 + exp(-k z))",
        parameters=lambda trial: (trial.number(0.3, 0.6),),
        slips={
            "k-ignored": lambda z, k: _sigmoid(z),
            "exponent-sign": lambda z, k: _sigmoid(-z, k),
        },
        derivative_slips={
            "forgotten-k": lambda z, k: _sigmoid(z, k) * (1 - _sigmoid(z, k)),
            "k-ignored": lambda z, k: _sigmoid(z) * (1 - _sigmoid(z)),
            "derivative-formula-of-a-on-z": lambda z, k: k * z * (1 - z),
            "derivative-at-a": lambda z, k: (
                k * _sigmoid(_sigmoid(z, k), k) * (1 - _sigmoid(_sigmoid(z, k), k))
            ),
            "value-for-derivative": _sigmoid,
            "sigmoid-factor-missing": lambda z, k: k * _sigmoid(z, k),
        },
    ),
    Elementwise(
        "tanh",
        "the hyperbolic tangent of z",
        parameters=lambda trial: (),
        slips={
            "tanh-is-sigmoid": _sigmoid,
            "tanh-half": lambda z: np.tanh(z / 2),
            "exponent-sign": lambda z: -np.tanh(z),
        },
        derivative_slips={
            "tanh-not-squared": lambda z: 1 - np.tanh(z),
            "derivative-formula-of-a-on-z": lambda z: 1 - z**2,
            "derivative-at-a": lambda z: 1 - np.tanh(np.tanh(z)) ** 2,
            "value-for-derivative": np.tanh,
        },
    ),
    Elementwise(
        "relu",
        "z where it is positive, else 0",
        parameters=lambda trial: (),
        slips={
            "absolute-value": np.abs,
            "reversed": lambda z: np.minimum(z, 0),
        },
        derivative_slips={
            "relu-slope-ge": np.ones_like,
            "reversed": lambda z: z < 0,
            "value-for-derivative": lambda z: np.maximum(z, 0),
        },
    ),
    Elementwise(
        "leaky_relu",
        "z where it is positive, else slope * z",
        parameters=lambda trial: (trial.number(0.1, 0.4),),
        slips={
            "leak-ignored": lambda z, slope: _leaky(z),
            "leak-is-zero": lambda z, slope: np.maximum(z, 0),
            "reversed": lambda z, slope: np.where(z < 0, z, slope * z),
        },
        derivative_slips={
            "leak-ignored": lambda z, slope: np.where(z > 0, 1, 0.01),
            "leak-is-zero": lambda z, slope: z > 0,
            "leak-times-z": lambda z, slope: np.where(z > 0, 1, slope * z),
            "reversed": lambda z, slope: np.where(z < 0, 1, slope),
            "value-for-derivative": _leaky,
        },
    ),
)
"""Every activation function that a student may hand in."""


Ask = Callable[[Trial], Asking]


def _value_check(
    name: str, formula: Formula, parts: Elementwise, slips: Mapping[str, Formula]
) -> Ask:
    def ask(trial: Trial) -> Asking:
        z, parameters = trial.numbers(3, 4), parts.parameters(trial)
        # as float32 too, which a program in single precision would come with
        single = (z.astype(np.float32), *parameters)
        first, second = yield [Call(name, (z, *parameters)), Call(name, single)]
        smaller = one_entry(z, *parameters)
        yield from judge(name, (z, *parameters), first, formula, slips, smaller)
        yield from judge(name, (z, *parameters), second, formula, slips, smaller)
        return ""

    return ask


def _extremes_check(name: str, formula: Formula, parts: Elementwise) -> Ask:
    def ask(trial: Trial) -> Asking:
        parameters = parts.parameters(trial)
        (answer,) = yield [Call(name, (EXTREMES, *parameters))]
        expected = np.asarray(formula(EXTREMES, *parameters), dtype=np.float64)
        got = numbers(answer, expected.shape, name)
        if right(got, expected).all():
            return ""
        slip = "overflow" if np.isnan(got).any() else ""
        wrong = int(np.argmin(right(got, expected)))
        one = (float(EXTREMES.flat[wrong]), *parameters)
        raise Wrong(
            SLIPS[slip] if slip else "wrong far from 0, where only the limits are left",
            evidence(name, one, got.flat[wrong], expected.flat[wrong]),
            slip,
        )

    return ask


def _kept_check(name: str, parts: Elementwise) -> Ask:
    def ask(trial: Trial) -> Asking:
        z = trial.numbers(2, 3)
        (answer,) = yield [Call(name, (z, *parts.parameters(trial)))]
        if answer.changed:
            raise Wrong(SLIPS["in-place"], (("changed", "z"),), "in-place")
        return ""

    return ask


for _parts in FUNCTIONS:
    for _name, _formula, _slips, _says in (
        (_parts.name, _parts.value, _parts.slips, _parts.says),
        (
            f"{_parts.name}_derivative",
            _parts.slope,
            _parts.derivative_slips,
            f"the derivative of {_parts.name} with respect to z",
        ),
    ):
        check(_name, (_name,), title=f"{_name} is {_says}")(
            _value_check(_name, _formula, _parts, _slips)
        )
        check(f"{_name}-extremes", (_name,), (_name,), title=f"{_name} is right for z = +-1000")(
            _extremes_check(_name, _formula, _parts)
        )
        check(f"{_name}-keeps-z", (_name,), (_name,), title=f"{_name} leaves z as it is")(
            _kept_check(_name, _parts)
        )
