"""The sentences a student reads under a marked table: what was misunderstood, and where to start.

No sentence contains a number of the solution, since a student may hand in again: the line of
maths that answers a slip is the rule of the box in letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from grader.assessment import Cell, State
from grader.explanation import Explanation, Slip, SlipKind
from nnviz.circuit.evaluation import rule_in_letters
from nnviz.circuit.graph import Circuit
from nnviz.circuit.misconceptions import Misconception

MOST_NAMED = 6
"""Boxes listed in one sentence; of more, the first ones and how many others."""


def cell_name(circuit: Circuit, cell: Cell) -> str:
    """Return the box's name, like `d21`."""
    index, is_gradient = cell
    return ("d" if is_gradient else "a") + circuit.nodes[index].position


def rule(circuit: Circuit, cell: Cell) -> str:
    """Return the rule of a box in letters: `d11 = d21 * x1`."""
    return rule_in_letters(circuit, cell_name(circuit, cell))


def headline(circuit: Circuit, explanation: Explanation) -> list[str]:
    """Return one sentence group for each thing misunderstood, first the one to start from."""
    full = len(explanation.typed) == len(circuit.cells) and explanation.slips
    if full and len({number.value for number in explanation.typed.values()}) == 1:
        first = next(iter(circuit.cells.values()))
        return [
            "The same number stands in every box, so nothing shows how it was found. "
            f"Start at {cell_name(circuit, first)}: {rule(circuit, first)}."
        ]
    groups: dict[tuple[Misconception, ...], list[Slip]] = {}
    unexplained: list[Cell] = []
    lines: list[tuple[Cell, str]] = []
    for slip in explanation.slips:
        if slip.kind is SlipKind.NAMED:
            names = tuple(dict.fromkeys(label.misconception for label in slip.labels))
            groups.setdefault(names, []).append(slip)
        elif slip.kind is SlipKind.SWAPPED:
            lines.append((slip.cells[0], _swapped(circuit, slip)))
        elif slip.kind is SlipKind.MISWRITTEN:
            lines.append((slip.cells[0], _miswritten(circuit, slip)))
        else:
            unexplained += slip.cells
    lines += [(s[0].cells[0], _misunderstood(circuit, n, s)) for n, s in groups.items()]
    if unexplained:
        lines.append((unexplained[0], _unexplained(circuit, unexplained)))
    order = list(circuit.cells.values())
    lines.sort(key=lambda line: order.index(line[0]))
    return [line for _, line in lines] or [_flawless(circuit, explanation)]


def _misunderstood(circuit: Circuit, names: tuple[Misconception, ...], slips: list[Slip]) -> str:
    cells = [cell for slip in slips for cell in slip.cells]
    where = listed(cell_name(circuit, cell) for cell in cells)
    rules = ", ".join(rule(circuit, cell) for cell in cells[:2])
    principles = "; ".join(dict.fromkeys(name.principle for name in names))
    what = f"In {where} you {names[0].said}."
    if len(names) > 1:
        ways = " or ".join(name.said for name in names)
        each = "both" if len(names) == 2 else "all of these"
        what = f"In {where} you either {ways}: {each} give the same number here."
    return f"{what} Remember: {principles}. So {rules}. Start at {cell_name(circuit, cells[0])}."


def _swapped(circuit: Circuit, slip: Slip) -> str:
    value, gradient = (cell_name(circuit, cell) for cell in slip.cells)
    return (
        f"{value} and {gradient} stand in each other's place: {value} is the value of the box, "
        f"computed from the left, {gradient} its gradient, computed from the right. Exchange them."
    )


def _miswritten(circuit: Circuit, slip: Slip) -> str:
    name = cell_name(circuit, slip.cells[0])
    return (
        f"{name} looks miswritten: the boxes after it were computed from another number than the "
        f"one that stands there. Work it out again: {rule(circuit, slip.cells[0])}."
    )


def _unexplained(circuit: Circuit, cells: list[Cell]) -> str:
    first = rule(circuit, cells[0])
    if len(cells) == 1:
        name = cell_name(circuit, cells[0])
        return f"{name} does not follow from the boxes before it: {first}. Work it out again."
    where = listed(cell_name(circuit, cell) for cell in cells)
    return (
        f"{where} do not follow from the numbers in the boxes before them. "
        f"Start at {cell_name(circuit, cells[0])}: {first}."
    )


def _flawless(circuit: Circuit, explanation: Explanation) -> str:
    states = explanation.assessment.states
    empty = [cell for cell, state in states.items() if state is State.EMPTY]
    if not empty:
        return f"All {len(states)} boxes are right."
    if len(empty) == len(states):
        return f"The table is empty. Start at {cell_name(circuit, empty[0])}."
    where = listed(cell_name(circuit, cell) for cell in empty)
    return f"What you filled in is right. Still empty: {where}."


def slip_message(circuit: Circuit, cell: Cell, slip: Slip) -> str:
    """Return the sentence under one box that a slip shows in."""
    if slip.kind is SlipKind.SWAPPED:
        other = next(other for other in slip.cells if other != cell)
        return f"Exchanged with {cell_name(circuit, other)}."
    if slip.kind is SlipKind.MISWRITTEN:
        return "Your next boxes were computed from another number than this one."
    if slip.kind is SlipKind.UNNAMED:
        return f"Does not follow from the boxes before: {rule(circuit, cell)}."
    names = list(dict.fromkeys(label.misconception for label in slip.labels))
    return f"You {' or '.join(name.said for name in names)}: {rule(circuit, cell)}."


def carried_message(
    circuit: Circuit, cell: Cell, explanation: Explanation, carried: Set[Cell]
) -> str:
    """Return the sentence under a box that follows from the student's own earlier slip."""
    slip_at = explanation.slip_at
    origins = [origin for origin in slip_at if origin in circuit.ancestors[cell]]
    wrong = carried & explanation.typed.keys() | slip_at.keys()
    direct = [source for source in circuit.sources[cell] if source in wrong] or origins[:1]
    message = f"Consistent with your own {listed(cell_name(circuit, c) for c in direct)}"
    if origins[0] not in direct:
        message += f" (it first went wrong at {cell_name(circuit, origins[0])})"
    return message + "."


def listed(names: Iterable[str]) -> str:
    """Return names as a list in words: `a21, a22 and a31`, at most `MOST_NAMED` of them."""
    found = list(names)
    if len(found) > MOST_NAMED:
        found = [*found[:MOST_NAMED], f"{len(found) - MOST_NAMED} more"]
    return " and ".join(filter(None, [", ".join(found[:-1]), found[-1]]))
