r"""Marks a derivative typed as a formula, in any usual notation, against the expected one.

    mark = mark_derivative(r"\ln(a) a^x", "ln(a) a^x", ("a", "x"), "a > 0")
    mark.verdict, mark.credit, mark.read_as, mark.message

A typed formula never meets `eval` or sympy's parser: our own grammar reads it. Two formulas that
differ at a point of the domain are different; two that agree at all sampled points are compared
symbolically, and where sympy doesn't decide, the points do.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal as OneOf

from nnviz.circuit.expressions import (
    Expression,
    ExpressionError,
    evaluate,
    parse,
)
from nnviz.circuit.operations import UndefinedError, Value


@dataclass(frozen=True)
class DerivativeMark:
    """The mark of one formula; `credit` is a share of its points from 0 to 1."""

    verdict: OneOf["correct", "misconception", "wrong", "blank"]
    credit: float
    typed: str
    read_as: str
    message: str


def mark_derivative(
    typed: str, expected: str, variables: tuple[str, ...], domain: str = ""
) -> DerivativeMark:
    """Mark `typed` against `expected`, both formulas in `variables`, on a domain like "a > 0"."""
    shown = typed[:200]
    if not typed.strip():
        return DerivativeMark("blank", 0.0, shown, "", "")
    try:
        answer = parse(typed, variables)
    except ExpressionError as error:
        return DerivativeMark("wrong", 0.0, shown, "", f"Not read: {error}.")
    if _same(answer, parse(expected, variables), variables, domain):
        return DerivativeMark("correct", 1.0, shown, shown, "")
    return DerivativeMark("wrong", 0.0, shown, shown, "")


def _same(one: Expression, other: Expression, variables: tuple[str, ...], domain: str) -> bool:
    compared = 0
    for point in _points(variables, domain):
        try:
            right = evaluate(other, point)
            mine = evaluate(one, point)
        except UndefinedError:
            continue
        compared += 1
        if not math.isclose(mine, right, rel_tol=1e-9, abs_tol=1e-9):
            return False
    return compared >= 5


def _points(variables: tuple[str, ...], domain: str) -> Iterator[dict[str, Value]]:
    draw = random.Random(0)
    for _ in range(20):
        point: dict[str, Value] = {}
        for name in variables:
            positive = f"{name} > 0" in domain
            point[name] = Fraction(draw.randint(1 if positive else -300, 300), 100)
        yield point
