r"""Marks a hand-made backprop table box by box, with the circuit's rules on the student's numbers.

    circuit = nnviz.circuit.load_circuit(path)
    marks = mark_table(circuit, {"a21": "-4", "d51": "1", ...}, MarkingSettings())
    for cell in marks.cells:
        print(cell.name, cell.verdict, cell.credit, cell.read_as, cell.message)
    print(*marks.headline, sep="\n")

`credit` is a share from 0 to 1 of the box's points; the points come from the rubric.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nnviz.circuit.evaluation import activation_rule, gradient_rule, show, solve
from nnviz.circuit.expressions import nearest
from nnviz.circuit.graph import Circuit
from nnviz.circuit.numbers import Typed, Unreadable, agrees, read_number
from nnviz.circuit.operations import UndefinedError, Value

Verdict = Literal["correct", "carried", "misconception", "wrong", "blank"]


@dataclass(frozen=True)
class MarkingSettings:
    """What the rubric decides: credit shares of a box's points, and what a student may see."""

    carried: float = 1.0
    misconception: float = 0.5
    significant_digits: int = 3
    show_solution: bool = False


@dataclass(frozen=True)
class CellMark:
    """The mark of one box; `typed` as the student wrote it, `read_as` the number understood."""

    name: str
    verdict: Verdict
    credit: float
    typed: str
    read_as: str
    message: str


@dataclass(frozen=True)
class TableMarks:
    """All boxes in the order of filling, the headline, and what a person should look at."""

    cells: tuple[CellMark, ...]
    headline: tuple[str, ...]
    flags: tuple[str, ...]


def mark_table(
    circuit: Circuit, answers: Mapping[str, str], settings: MarkingSettings
) -> TableMarks:
    """Mark the boxes in `answers` (cell name -> as typed) of a circuit whose inputs have values."""
    solution = solve(circuit)
    activations: list[Value] = list(solution.activations)
    gradients: list[Value] = list(solution.gradients)
    cells = []
    for name, (index, is_gradient) in circuit.cells.items():
        typed = str(answers.get(name, ""))[:200]
        number = read_number(str(answers.get(name, "")))
        own, truth = (
            (gradients, solution.gradients) if is_gradient else (activations, solution.activations)
        )
        try:
            rule = (
                gradient_rule(circuit, index, activations, gradients)
                if is_gradient
                else activation_rule(circuit, index, activations)
            )
        except UndefinedError:
            rule = None
        if isinstance(number, Typed):
            own[index] = number.value
            verdict = _verdict(number, truth[index], rule, settings)
            credit = {"correct": 1.0, "carried": settings.carried}.get(verdict, 0.0)
            cells.append(CellMark(name, verdict, credit, typed, show(number.value), ""))
        else:
            own[index] = truth[index] if rule is None else rule
            if isinstance(number, Unreadable):
                cells.append(CellMark(name, "wrong", 0.0, typed, "", f"Not read: {number.reason}."))
            else:
                cells.append(CellMark(name, "blank", 0.0, typed, "", ""))
    unknown = tuple(
        f"There is no box {name[:40]}.{nearest(name, circuit.cells)}"
        for name in answers
        if name not in circuit.cells
    )
    return TableMarks(tuple(cells), (), unknown)


def _verdict(number: Typed, truth: Value, rule: Value | None, settings: MarkingSettings) -> Verdict:
    if agrees(number, truth, settings.significant_digits):
        return "correct"
    if rule is not None and agrees(number, rule, settings.significant_digits):
        return "carried"
    return "wrong"
