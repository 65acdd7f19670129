"""One table says what a box can do: its value, its local derivatives, and the rule in words.

Evaluation, differentiation, stepping, drawing and the marking of hand-made tables all read this
table, so adding an operation is adding one line to it.

Values are exact (`int` or `Fraction`) as long as the operation allows it, else `float`; a rule
that has no finite real value (a division by zero, the logarithm of a negative number, an
overflow) raises `UndefinedError`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

Value = int | Fraction | float

LARGEST_EXACT = 2**512
"""Exact numbers with a longer numerator or denominator are carried on as floats."""


class UndefinedError(ArithmeticError):
    """The rule has no finite real value at these numbers; the message says why."""


def tidy(value: Value) -> Value:
    """Return `value` in its simplest type: whole fractions as `int`, huge exact ones as `float`."""
    if type(value) is int:
        if -LARGEST_EXACT < value < LARGEST_EXACT:
            return value
        return _as_float(value)
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return tidy(value.numerator)
        if max(abs(value.numerator), value.denominator) < LARGEST_EXACT:
            return value
        return _as_float(value)
    if not math.isfinite(value):
        raise UndefinedError("the number is too large")
    return value


def divide(numerator: Value, denominator: Value) -> Value:
    """Return the exact quotient where both are exact, else the float one."""
    if denominator == 0:
        raise UndefinedError("division by zero")
    if isinstance(numerator, float) or isinstance(denominator, float):
        return numerator / denominator
    return tidy(Fraction(numerator) / denominator)


def power(base: Value, exponent: Value) -> Value:
    """Return `base ** exponent`, exact for whole exponents that keep the number short."""
    if type(base) is int and type(exponent) is int and 0 <= exponent < 8 and -999 < base < 999:
        return int(base**exponent)
    if base == 0 and exponent < 0:
        raise UndefinedError("zero to a negative power")
    whole = math.isfinite(exponent) and exponent == int(exponent)
    if base < 0 and not whole:
        raise UndefinedError("a broken power of a negative number")
    if whole and not isinstance(base, float):
        size = max(abs(Fraction(base).numerator), Fraction(base).denominator)
        if size == 1 or size.bit_length() * abs(int(exponent)) < LARGEST_EXACT.bit_length():
            return tidy(Fraction(base) ** int(exponent))
    try:
        return tidy(math.pow(_as_float(base), _as_float(exponent)))
    except OverflowError as error:
        raise UndefinedError("the number is too large") from error


def exponential(x: Value) -> Value:
    """Return e to the power x; exact at 0."""
    if x == 0:
        return 1
    try:
        return math.exp(x)
    except OverflowError as error:
        raise UndefinedError("the number is too large") from error


def logarithm(x: Value) -> Value:
    """Return the natural logarithm of x > 0; exact at 1."""
    if x <= 0:
        raise UndefinedError("the logarithm of a number that is not positive")
    return 0 if x == 1 else math.log(x)


def sigmoid(x: Value) -> Value:
    """Return 1 / (1 + e^-x), from the side where the exponential can't overflow."""
    if x == 0:
        return Fraction(1, 2)
    small = math.exp(-abs(_as_float(x)))
    return 1 / (1 + small) if x > 0 else small / (1 + small)


def tanh(x: Value) -> Value:
    """Return the hyperbolic tangent; exact at 0."""
    return 0 if x == 0 else math.tanh(_as_float(x))


def _as_float(value: Value) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise UndefinedError("the number is too large") from error


Operands = tuple[Value, ...]


@dataclass(frozen=True)
class Operation:
    """What a box computes from its operands `x`, and how its value `out` changes with each.

    `partials[k](x, out)` is the local derivative with respect to operand k. `formula` and
    `partial_formulas` are the same in words: `{0}` and `{1}` stand for the operands, `{out}` for
    the box itself. `symbol` is drawn in the box.
    """

    name: str
    symbol: str
    forward: Callable[[Operands], Value]
    partials: tuple[Callable[[Operands, Value], Value], ...]
    formula: str
    partial_formulas: tuple[str, ...]

    @property
    def arity(self) -> int:
        """The number of operands."""
        return len(self.partials)


def _one(x: Operands, out: Value) -> Value:
    return 1


def _sigmoid_slope(x: Value, out: Value) -> Value:
    """Return s (1 - s); of the right s, 1 - s is sigmoid(-x), which keeps digits near 1."""
    return out * (sigmoid(-x) if out == sigmoid(x) else 1 - out)


def _tanh_slope(x: Value, out: Value) -> Value:
    """Return 1 - t^2; of the right t, that is 4 s (1 - s) of the sigmoid s of 2x."""
    return 4 * sigmoid(2 * x) * sigmoid(-2 * x) if out == tanh(x) else 1 - out * out


# fmt: off
_TABLE = (
    Operation("add",      "+", lambda x: tidy(x[0] + x[1]), (_one, _one),
              "{0} + {1}",    ("1", "1")),
    Operation("subtract", "-", lambda x: tidy(x[0] - x[1]), (_one, lambda x, out: -1),
              "{0} - {1}",    ("1", "(-1)")),
    Operation("multiply", "*", lambda x: tidy(x[0] * x[1]),
              (lambda x, out: x[1], lambda x, out: x[0]),
              "{0} * {1}",    ("{1}", "{0}")),
    Operation("divide",   "/", lambda x: divide(x[0], x[1]),
              (lambda x, out: divide(1, x[1]), lambda x, out: divide(-x[0], x[1] * x[1])),
              "{0} / {1}",    ("1/{1}", "(-{0}/{1}^2)")),
    Operation("power",    "^", lambda x: power(x[0], x[1]),
              (lambda x, out: x[1] * power(x[0], x[1] - 1), lambda x, out: logarithm(x[0]) * out),
              "{0}^{1}",      ("{1} * {0}^({1} - 1)", "ln({0}) * {out}")),
    Operation("negate",   "neg", lambda x: -x[0], (lambda x, out: -1,),
              "-{0}",         ("(-1)",)),
    Operation("exp",      "exp", lambda x: exponential(x[0]), (lambda x, out: out,),
              "e^{0}",        ("{out}",)),
    Operation("ln",       "ln", lambda x: logarithm(x[0]), (lambda x, out: divide(1, x[0]),),
              "ln({0})",      ("1/{0}",)),
    Operation("sigmoid",  "sigmoid", lambda x: sigmoid(x[0]),
              (lambda x, out: _sigmoid_slope(x[0], out),),
              "sigmoid({0})", ("{out} * (1 - {out})",)),
    Operation("tanh",     "tanh", lambda x: tanh(x[0]),
              (lambda x, out: _tanh_slope(x[0], out),),
              "tanh({0})",    ("(1 - {out}^2)",)),
    Operation("relu",     "relu", lambda x: max(0, x[0]), (lambda x, out: int(x[0] > 0),),
              "max(0, {0})",  ("[{0} > 0]",)),
    Operation("max",      "max", lambda x: max(x[0], x[1]),
              (lambda x, out: int(x[0] >= x[1]), lambda x, out: int(x[1] > x[0])),
              "max({0}, {1})", ("[{0} >= {1}]", "[{1} > {0}]")),
)
# fmt: on
OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _TABLE}
"""All operations by name. At its kink ReLU's derivative is 0; a tie of max goes to the first."""
