r"""Marks a hand-made backprop table box by box, with the circuit's rules on the student's numbers.

    circuit = nnviz.circuit.load_circuit(path)
    marks = mark_table(circuit, {"a21": "-4", "d51": "1", ...}, MarkingSettings())
    for cell in marks.cells:
        print(cell.name, cell.verdict, cell.credit, cell.read_as, cell.message)
    print(*marks.headline, sep="\n")

A box is *correct* where it holds the true number, *carried* where it follows from the student's
own boxes, a *misconception* where a known wrong rule yields it, else *wrong* or *blank*. `credit`
is a share from 0 to 1 of the box's points; the points come from the rubric.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Literal

from grader.assessment import Cell
from grader.explanation import Explanation, Slip, SlipKind, explain
from grader.guard import Worth, believable, weigh
from grader.table_feedback import (
    carried_message,
    cell_name,
    headline,
    listed,
    slip_message,
)
from nnviz.circuit.evaluation import Solution, show, solve
from nnviz.circuit.expressions import nearest
from nnviz.circuit.graph import Circuit
from nnviz.circuit.numbers import Typed, Unreadable, read_number

Verdict = Literal["correct", "carried", "misconception", "wrong", "blank"]
Read = Mapping[Cell, Typed | Unreadable | None]

MAX_SHOWN = 80
"""Longer answers are shown cut off."""


@dataclass(frozen=True)
class MarkingSettings:
    """What the rubric decides: credit shares of a box's points, and what a student may see.

    A number that can't be written in full counts if cut or rounded at `significant_digits` or
    more. With `show_solution` each message ends with the right number.
    """

    carried: float = 1.0
    misconception: float = 0.5
    significant_digits: int = 3
    show_solution: bool = False


@dataclass(frozen=True)
class CellMark:
    """The mark of one box; `typed` as the student wrote it, `read_as` the number understood.

    `paid` says whether its verdict pays at all; the credit is then what the settings give for it.
    """

    name: str
    verdict: Verdict
    credit: float
    typed: str
    read_as: str
    message: str
    paid: bool = True


@dataclass(frozen=True)
class SlipMark:
    """One slip of the explanation: the boxes it shows in, and the misconceptions that fit.

    `names` is empty for another number; `swapped` and `miswritten` stand among the names.
    """

    names: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class TableMarks:
    """A marked table.

    `cells` in the order of filling; `headline` says what was misunderstood and where to start,
    `slips` the same for programs; `notes` what had no box; `flags` what a person should look at;
    `worked_out` whether the activations and the gradients were worked out, so that carried
    numbers and named misconceptions earn in them.
    """

    cells: tuple[CellMark, ...]
    headline: tuple[str, ...]
    slips: tuple[SlipMark, ...]
    notes: tuple[str, ...]
    flags: tuple[str, ...]
    worked_out: tuple[bool, bool]


def mark_table(
    circuit: Circuit, answers: Mapping[str, str], settings: MarkingSettings
) -> TableMarks:
    """Mark the boxes in `answers` (box name -> as typed) of a circuit whose inputs have values.

    Raises `InputError` where the circuit itself has no finite numbers; nothing that a student
    types raises.
    """
    truth = solve(circuit)
    read = {cell: read_number(answers.get(name, "")) for name, cell in circuit.cells.items()}
    typed = {cell: number for cell, number in read.items() if isinstance(number, Typed)}
    explanation = explain(circuit, truth, typed, settings.significant_digits)
    worth = weigh(circuit, typed, explanation)
    explanation = believable(circuit, explanation, worth)
    carried = explanation.carried(circuit)
    cells = []
    for name, cell in circuit.cells.items():
        verdict = _verdict(cell, read[cell], explanation, carried)
        message = _message(circuit, cell, read[cell], verdict, explanation, carried, worth)
        paid = _paid(cell, verdict, worth)
        if settings.show_solution and verdict != "correct":
            message = f"{message} The right number is {_solution(truth, cell)}.".strip()
        cells.append(
            CellMark(
                name,
                verdict,
                _credit(verdict, settings) if paid else 0.0,
                shortened(answers.get(name, "")),
                show(typed[cell].value) if cell in typed else "",
                message,
                paid,
            )
        )
    return TableMarks(
        tuple(cells),
        tuple(headline(circuit, explanation)),
        tuple(_slip_mark(circuit, slip) for slip in explanation.slips),
        _notes(circuit, answers),
        tuple(_flags(circuit, read, explanation, carried, worth)),
        worth.worked_out,
    )


def shortened(text: str) -> str:
    """Return an answer as typed, a very long one cut off with its length."""
    if len(text) <= MAX_SHOWN:
        return text
    return f"{text[:MAX_SHOWN]}... ({len(text):,} characters)"


def ended(sentence: str) -> str:
    """Return the sentence with a full stop, unless it ends with a question."""
    return sentence if sentence.endswith(("?", ".")) else f"{sentence}."


def _verdict(
    cell: Cell, number: Typed | Unreadable | None, explanation: Explanation, carried: Set[Cell]
) -> Verdict:
    if number is None:
        return "blank"
    if isinstance(number, Unreadable):
        return "wrong"
    if cell in explanation.slip_at:
        slip = explanation.slip_at[cell]
        return "misconception" if slip.labels or slip.kind is SlipKind.SWAPPED else "wrong"
    return "carried" if cell in carried else "correct"


def _paid(cell: Cell, verdict: Verdict, worth: Worth) -> bool:
    """Whether a box earns what its verdict pays: not where it may be guessed."""
    if verdict == "correct":
        return cell not in worth.unpaid
    free = verdict == "carried" and cell in worth.free_zeros
    return worth.worked_out[cell[1]] and not free


def _credit(verdict: Verdict, settings: MarkingSettings) -> float:
    shares = {"correct": 1.0, "carried": settings.carried, "misconception": settings.misconception}
    return shares.get(verdict, 0.0)


def _message(
    circuit: Circuit,
    cell: Cell,
    number: Typed | Unreadable | None,
    verdict: Verdict,
    explanation: Explanation,
    carried: Set[Cell],
    worth: Worth,
) -> str:
    if isinstance(number, Unreadable):
        return ended(f"Can't be read: {number.reason}")
    if verdict in ("misconception", "wrong"):
        return slip_message(circuit, cell, explanation.slip_at[cell])
    if verdict == "correct":
        twice = "Right, but not worked out from right boxes: such a number counts only once."
        return twice if cell in worth.unpaid else ""
    if verdict == "blank":
        return "Empty."
    message = carried_message(circuit, cell, explanation, carried)
    if cell in worth.free_zeros:
        return f"{message} Zeros follow from a zero without any work: a person will look at it."
    if not worth.worked_out[cell[1]]:
        return f"{message} It earns nothing: too few boxes follow from the ones before."
    return message


def _slip_mark(circuit: Circuit, slip: Slip) -> SlipMark:
    names = dict.fromkeys(label.misconception.name for label in slip.labels)
    if slip.kind in (SlipKind.SWAPPED, SlipKind.MISWRITTEN):
        names = {slip.kind.value: None, **names}
    return SlipMark(tuple(names), tuple(cell_name(circuit, cell) for cell in slip.cells))


def _solution(truth: Solution, cell: Cell) -> str:
    index, is_gradient = cell
    return show((truth.gradients if is_gradient else truth.activations)[index])


def _notes(circuit: Circuit, answers: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"There is no box {shortened(name)}.{nearest(name[:20], circuit.cells)}"
        for name in answers
        if name not in circuit.cells
    )


def _flags(
    circuit: Circuit, read: Read, explanation: Explanation, carried: Set[Cell], worth: Worth
) -> list[str]:
    """Return what a person should look at: what could not be read, and what was withheld."""
    flags = [
        f"{cell_name(circuit, cell)} can't be read: {number.reason}"
        for cell, number in read.items()
        if isinstance(number, Unreadable)
    ]
    zeros = [cell_name(circuit, cell) for cell in read if cell in worth.free_zeros]
    if zeros:
        flags.append(f"{listed(zeros)}: zeros carried from an unexplained zero, not paid")
    for is_gradient, name in enumerate(("activations", "gradients")):
        if worth.worked_out[is_gradient]:
            flags += _neighbours(circuit, explanation, bool(is_gradient))
            continue
        withheld = [
            cell_name(circuit, cell)
            for cell, number in read.items()
            if cell[1] == bool(is_gradient)
            and isinstance(number, Typed)
            and cell not in worth.free_zeros
            and (
                cell in worth.unpaid
                or _verdict(cell, number, explanation, carried) in ("carried", "misconception")
            )
        ]
        if withheld:
            flags.append(f"{name} don't look worked out, so nothing is paid for {listed(withheld)}")
    return flags


def _neighbours(circuit: Circuit, explanation: Explanation, is_gradient: bool) -> list[str]:
    """Return a flag where an unexplained box stands right after another slip.

    It may have been computed from a number that was never written.
    """
    slip_at = explanation.slip_at
    found = [
        cell_name(circuit, cell)
        for cell, slip in slip_at.items()
        if slip.kind is SlipKind.UNNAMED
        and cell[1] is is_gradient
        and any(source in slip_at for source in circuit.sources[cell])
    ]
    return [f"{listed(found)}: may follow from a number not written down"] if found else []
