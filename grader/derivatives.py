r"""Marks a derivative typed as a formula, in any usual notation, against the expected one.

    question = DerivativeQuestion("ln(a) a^x", ("a", "x"), domain="a > 0", function="a^x", by="x")
    mark = mark_derivative(r"\ln(a) a^x", question, MarkingSettings())
    mark.verdict, mark.credit, mark.read_as, mark.message

A typed formula never meets `eval` or sympy's parser: our own grammar reads it. Two formulas that
differ at a point of the domain are different; two that agree at all sampled points are compared
by sympy, and where that doesn't decide, the points do. Sympy only ever sees short formulas with
small exponents, so a hostile answer costs milliseconds.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any
from typing import Literal as OneOf

from grader.backprop_table import MarkingSettings, ended, shortened
from nnviz.circuit.evaluation import solve
from nnviz.circuit.expressions import (
    MAX_LENGTH,
    Apply,
    Expression,
    ExpressionError,
    Literal,
    Name,
    evaluate,
    names_in,
    parse,
)
from nnviz.circuit.graph import circuit_from_expression
from nnviz.circuit.misconceptions import Kind, Misconception, wrong_gradients
from nnviz.circuit.operations import UndefinedError, Value
from nnviz.circuit.writing import written
from nnviz.errors import InputError

MAX_SYMBOLIC_SIZE = 60
MAX_SYMBOLIC_NUMBER = 1_000
POINTS = 24
FEWEST_POINTS = 5

Points = tuple[dict[str, Value], ...]
Verdict = OneOf["correct", "misconception", "wrong", "blank"]

_CHAIN_ONLY = ("upstream-forgotten", "chain-added", "local-forgotten", "halved")
"""Misconceptions about the gradient that arrives from the right; a single derivative has none."""


@dataclass(frozen=True)
class DerivativeQuestion:
    """What is asked: the derivative of `function` with respect to `by` is `expected`.

    `domain` bounds variables, like "a > 0, x < 1". Without `function` no misconception is named.
    """

    expected: str
    variables: tuple[str, ...]
    domain: str = ""
    function: str = ""
    by: str = "x"


@dataclass(frozen=True)
class DerivativeMark:
    """The mark of one formula; `credit` is a share of its points, `slip` names what was wrong."""

    verdict: Verdict
    credit: float
    typed: str
    read_as: str
    message: str
    flags: tuple[str, ...] = ()
    slip: str = ""


def mark_derivative(
    typed: str, question: DerivativeQuestion, settings: MarkingSettings
) -> DerivativeMark:
    """Mark a typed formula; `InputError` only where the question itself can't be read."""
    shown = shortened(typed)
    expected = parse(question.expected, question.variables)
    formula = _answer(typed)
    if not formula:
        return DerivativeMark("blank", 0.0, shown, "", "Empty.")
    try:
        loose = parse(formula, question.variables)
        tight = parse(formula, question.variables, tight=True)
    except ExpressionError as error:
        reason = f"Can't be read: {error}"
        return DerivativeMark("wrong", 0.0, shown, "", ended(reason))
    points = _points(question.variables, question.domain)
    if _same(loose, expected, points):
        return DerivativeMark("correct", 1.0, shown, written(loose), "")
    if tight != loose and _same(tight, expected, points):
        message = f"Read as {written(tight)}; write a parenthesis to make that clear."
        flag = f"{shown}: right read as {written(tight)}, wrong read as {written(loose)}"
        return DerivativeMark("correct", 1.0, shown, written(tight), message, (flag,))
    mistake, message = _mistake(loose, question, points)
    if settings.show_solution:
        message += f" The right derivative is {question.expected}."
    credit = settings.misconception if mistake else 0.0
    verdict: Verdict = "misconception" if mistake else "wrong"
    slip = mistake.name if mistake else ""
    return DerivativeMark(verdict, credit, shown, written(loose), message, slip=slip)


def _answer(typed: str) -> str:
    """Return what stands after the last equals sign: `f'(x) = 2x` answers `2x`."""
    if len(typed) > MAX_LENGTH:
        return typed
    sides = [side.strip() for side in re.split("[=≈]", typed)]
    return next((side for side in reversed(sides) if side.strip("?_.…- ")), "")


def _mistake(
    answer: Expression, question: DerivativeQuestion, points: Points
) -> tuple[Misconception | None, str]:
    """Return the misconception that yields the answer at every point, and the sentence about it.

    Its principle is left out: it would hand over the derivative that is asked for.
    """
    if all(_value(answer, point) is None for point in points):
        return None, "It has no value anywhere."
    if question.function:
        for misconception, wrong in _wrong_derivatives(question):
            if all(_near(_value(answer, point), number) for point, number in wrong):
                return misconception, f"You {misconception.said}."
        if _same(answer, parse(question.function, question.variables), points):
            return None, f"This is {question.function} itself, not its derivative."
    return None, "This is not the derivative asked for."


@lru_cache(maxsize=64)
def _wrong_derivatives(
    question: DerivativeQuestion,
) -> tuple[tuple[Misconception, tuple[tuple[dict[str, Value], Value], ...]], ...]:
    """Return what each misconception makes of the function, as its numbers at some points.

    The function is a circuit of one box; one of several boxes has no single wrong rule.
    """
    circuit = circuit_from_expression(question.function)
    index = next((i for i in circuit.inputs if circuit.nodes[i].name == question.by), None)
    if index is None:
        raise InputError(f"{question.function} is no function of {question.by}")
    if len(circuit.boxes) > 1:
        return ()
    found: dict[tuple[Misconception, int], list[tuple[dict[str, Value], Value]]] = {}
    points = _points(question.variables, question.domain)[:FEWEST_POINTS]
    for point in points:
        used = {circuit.nodes[i].name: point[circuit.nodes[i].name] for i in circuit.inputs}
        solution = solve(circuit.with_inputs(used))
        values, gradients = solution.activations, solution.gradients
        seen: Counter[Misconception] = Counter()
        for label, number in wrong_gradients(circuit, index, values, gradients, values):
            misconception = label.misconception
            if misconception.kind is Kind.PATH and misconception.name not in _CHAIN_ONLY:
                key = misconception, seen[misconception]
                found.setdefault(key, []).append((point, number))
                seen[misconception] += 1
    return tuple((key[0], tuple(n)) for key, n in found.items() if len(n) == len(points))


@lru_cache(maxsize=64)
def _points(variables: tuple[str, ...], domain: str) -> Points:
    """Return sample points of the domain, always the same ones."""
    low, high = dict.fromkeys(variables, -3.0), dict.fromkeys(variables, 3.0)
    for condition in filter(None, (part.strip() for part in domain.split(","))):
        match = re.fullmatch(r"(\w+)\s*([<>])\s*(-?\d+(?:\.\d+)?)", condition)
        if match is None or match[1] not in low:
            raise InputError(f'domain "{domain}": expected conditions like "a > 0, x < 1"')
        name, bound = match[1], float(match[3])
        if match[2] == ">":
            low[name], high[name] = bound, max(high[name], bound + 3)
        else:
            low[name], high[name] = min(low[name], bound - 3), bound
    draw = random.Random(0)
    return tuple(
        {name: Fraction(round(draw.uniform(low[name], high[name]) * 97), 97) for name in variables}
        for _ in range(POINTS)
    )


def _value(expression: Expression, point: dict[str, Value]) -> Value | None:
    try:
        return evaluate(expression, point)
    except UndefinedError:
        return None


def _near(one: Value | None, other: Value | None) -> bool:
    """Say whether two values are the same: exactly where both are exact, else as floats are."""
    if one is None or other is None:
        return False
    if isinstance(one, float) or isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9)
    return one == other


def _same(one: Expression, other: Expression, points: Points) -> bool:
    """Say whether two formulas agree wherever both have values on the domain."""
    compared, exact = 0, True
    for point in points:
        mine, right = _value(one, point), _value(other, point)
        if mine is None or right is None:
            continue
        if not _near(mine, right):
            return False
        compared += 1
        exact = exact and not isinstance(mine, float) and not isinstance(right, float)
    if compared < FEWEST_POINTS:
        return False
    return exact or not _differ_by_a_constant(one, other)


def _differ_by_a_constant(one: Expression, other: Expression) -> bool:
    """Say whether sympy finds a constant between two formulas, too small for floats to show."""
    if any(_too_large(formula) for formula in (one, other)):
        return False
    import sympy

    names = {*names_in(one), *names_in(other)}
    symbols = {name: sympy.Symbol(name, positive=True) for name in names}
    difference = sympy.expand(_symbolic(one, symbols) - _symbolic(other, symbols))
    return bool(difference.is_number and difference.is_zero is False)


def _too_large(expression: Expression, budget: int = MAX_SYMBOLIC_SIZE) -> bool:
    """Say whether a formula has too many parts, or too large a number, for sympy to be quick."""
    parts = [expression]
    for part in parts:
        if isinstance(part, Literal) and abs(float(part.value)) > MAX_SYMBOLIC_NUMBER:
            return True
        if isinstance(part, Apply):
            parts += part.operands
        if len(parts) > budget:
            return True
    return False


def _symbolic(expression: Expression, symbols: Mapping[str, object]) -> Any:
    """Return the formula as sympy's, built part by part from the tree."""
    import sympy

    if isinstance(expression, Literal):
        return sympy.Rational(str(Fraction(expression.value)))
    if isinstance(expression, Name):
        return symbols[expression.name]
    operands = [_symbolic(operand, symbols) for operand in expression.operands]
    return _SYMBOLIC[expression.operation](sympy, *operands)


_SYMBOLIC: dict[str, Callable[..., Any]] = {
    "add": lambda sympy, x, y: x + y,
    "subtract": lambda sympy, x, y: x - y,
    "multiply": lambda sympy, x, y: x * y,
    "divide": lambda sympy, x, y: x / y,
    "power": lambda sympy, x, y: x**y,
    "negate": lambda sympy, x: -x,
    "exp": lambda sympy, x: sympy.exp(x),
    "ln": lambda sympy, x: sympy.log(x),
    "sigmoid": lambda sympy, x: 1 / (1 + sympy.exp(-x)),
    "tanh": lambda sympy, x: sympy.tanh(x),
    "relu": lambda sympy, x: sympy.Max(0, x),
    "max": lambda sympy, x, y: sympy.Max(x, y),
}
