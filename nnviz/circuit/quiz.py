"""Filling a circuit box by box, as a lesson: the next box, its rule, and what a try is worth.

Pure functions for a screen to stand on. Stepping shows the rule with the numbers put in; a quiz
asks for the number and answers a wrong one with the misconception's hint, never with the number.

    for place, step in enumerate(steps(circuit)): ...      # each box with its rule and numbers
    texts_until(circuit, place)                            # what stands in the boxes before it
    judge(circuit, "d11", "-20").text
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from nnviz.circuit.drawing import given_texts, solution_texts
from nnviz.circuit.evaluation import rule_in_letters, show, solve
from nnviz.circuit.graph import Circuit
from nnviz.circuit.misconceptions import Misconception, wrong_gradients, wrong_values
from nnviz.circuit.numbers import Typed, Unreadable, agrees, agrees_to_the_last_digit, read_number
from nnviz.circuit.operations import UndefinedError

SIGNIFICANT_DIGITS = 3


class Outcome(Enum):
    """What a try turned out to be."""

    RIGHT = "right"
    MISCONCEPTION = "misconception"
    WRONG = "wrong"
    UNREADABLE = "unreadable"
    EMPTY = "empty"


@dataclass(frozen=True)
class Judgement:
    """The outcome of a try at one box, and the sentence to show; `read_as` is the number read."""

    outcome: Outcome
    text: str
    read_as: str = ""


def order(circuit: Circuit) -> tuple[str, ...]:
    """Return the names of the boxes in the order of filling: forwards, then backwards."""
    return tuple(circuit.cells)


def next_box(circuit: Circuit, filled: frozenset[str]) -> str | None:
    """Return the first box not filled yet, None where all are."""
    return next((name for name in circuit.cells if name not in filled), None)


def texts_until(circuit: Circuit, place: int) -> dict[str, str]:
    """Return what stands in the boxes when the first `place` of them are filled."""
    right = solution_texts(circuit)
    return given_texts(circuit) | {name: right[name] for name in order(circuit)[:place]}


def judge(circuit: Circuit, cell: str, typed: str) -> Judgement:
    """Judge a typed value of the box `cell`, all boxes before it being right."""
    number = read_number(typed)
    if number is None:
        return Judgement(Outcome.EMPTY, f"Work out {rule_in_letters(circuit, cell)}.")
    if isinstance(number, Unreadable):
        return Judgement(Outcome.UNREADABLE, f"Can't be read: {number.reason}.")
    index, is_gradient = circuit.cells[cell]
    solution = solve(circuit)
    right = (solution.gradients if is_gradient else solution.activations)[index]
    read_as = show(number.value)
    if agrees(number, right, SIGNIFICANT_DIGITS):
        return Judgement(Outcome.RIGHT, "Right.", read_as)
    found = _misconceptions(circuit, cell, number)
    rule = rule_in_letters(circuit, cell)
    if not found:
        return Judgement(Outcome.WRONG, f"Not yet. The rule is {rule}.", read_as)
    said = " or ".join(f"you {misconception.said}" for misconception in found)
    principle = found[0].principle
    text = f"It looks as if {said}. Remember: {principle}. The rule is {rule}."
    return Judgement(Outcome.MISCONCEPTION, text, read_as)


def _misconceptions(circuit: Circuit, cell: str, number: Typed) -> list[Misconception]:
    """Return the misconceptions that yield the number; those to the last digit where some do."""
    index, is_gradient = circuit.cells[cell]
    solution = solve(circuit)
    values, gradients = solution.activations, solution.gradients
    pairs = (
        wrong_gradients(circuit, index, values, gradients, values)
        if is_gradient
        else wrong_values(circuit, index, values, values)
    )
    near: dict[Misconception, bool] = {}
    try:
        for label, value in pairs:
            if agrees(number, value, SIGNIFICANT_DIGITS):
                sharp = agrees_to_the_last_digit(number, value)
                near[label.misconception] = sharp or near.get(label.misconception, False)
    except UndefinedError:
        return []
    sharpest = any(near.values())
    return [misconception for misconception, sharp in near.items() if sharp == sharpest]
