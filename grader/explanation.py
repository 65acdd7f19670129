"""Finds the smallest explanation of a filled table: which few slips account for all its numbers.

Breaks (see `grader.assessment`) are explained one after the other: a node's two boxes may be
swapped, a box may be miswritten while its right number was carried on, a known misconception may
yield the number; what is left is "another number". Slips at the operands of one box that share a
misconception are one slip, and of several misconceptions that fit, those that fit elsewhere too
are kept.

No search over combinations is needed: a table is assessed once, and once or twice more for each
break.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from grader.assessment import Assessment, Cell, State, assess
from nnviz.circuit.evaluation import Solution
from nnviz.circuit.graph import Circuit
from nnviz.circuit.misconceptions import Label, wrong_gradients, wrong_values
from nnviz.circuit.numbers import Typed, agrees, agrees_to_the_last_digit
from nnviz.circuit.operations import UndefinedError, Value


class SlipKind(Enum):
    """What a slip turned out to be."""

    NAMED = "named"
    SWAPPED = "swapped"
    MISWRITTEN = "miswritten"
    UNNAMED = "unnamed"


@dataclass(frozen=True)
class Slip:
    """One step gone wrong: the boxes it shows in, and every misconception that yields them."""

    kind: SlipKind
    cells: tuple[Cell, ...]
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, eq=False)
class Explanation:
    """The smallest explanation of a table.

    `typed` and `assessment` after swapped boxes are put back and miswritten ones emptied; `slips`
    in the order in which one would meet them.
    """

    typed: Mapping[Cell, Typed]
    assessment: Assessment
    slips: tuple[Slip, ...]

    @cached_property
    def slip_at(self) -> dict[Cell, Slip]:
        """The slip of each box that has one."""
        return {cell: slip for slip in self.slips for cell in slip.cells}

    def carried(self, circuit: Circuit) -> set[Cell]:
        """Return the boxes that pass a slip on: not right, but right given what they start from."""
        found: set[Cell] = set()
        for cell, state in self.assessment.states.items():
            if state in (State.CONSISTENT, State.EMPTY) and cell not in self.slip_at:
                sources = circuit.sources[cell]
                if any(source in self.slip_at or source in found for source in sources):
                    found.add(cell)
        return found


def explain(
    circuit: Circuit, truth: Solution, typed: Mapping[Cell, Typed], significant_digits: int
) -> Explanation:
    """Return the smallest explanation of the numbers in `typed` (empty boxes left out)."""
    found = Explanation(dict(typed), assess(circuit, truth, typed, significant_digits), ())
    if found.assessment.breaks:
        found = _put_back_swapped(circuit, truth, found, significant_digits)
        found = _empty_miswritten(circuit, truth, found, significant_digits)
    labelled = {
        cell: _labels(circuit, cell, found.typed[cell], found.assessment, significant_digits)
        for cell in found.assessment.breaks
    }
    slips = [*found.slips, *_fewest_misconceptions(_merge(circuit, labelled))]
    order = list(circuit.cells.values())
    slips.sort(key=lambda slip: order.index(slip.cells[0]))
    return replace(found, slips=tuple(slips))


def _put_back_swapped(
    circuit: Circuit, truth: Solution, found: Explanation, significant_digits: int
) -> Explanation:
    """Exchange the two boxes of a node where neither breaks after it and two breaks less are left.

    Before it both break as a rule; after other slips one of them may look right by chance.
    """
    for node in sorted({node for node, _ in found.assessment.breaks}):
        pair = (node, False), (node, True)
        breaks = found.assessment.breaks
        if not set(pair) & set(breaks) or not set(pair) <= found.typed.keys():
            continue
        values = found.assessment.outs[node], truth.activations[node]
        if not any(agrees(found.typed[pair[1]], value, significant_digits) for value in values):
            continue
        typed = {**found.typed, pair[0]: found.typed[pair[1]], pair[1]: found.typed[pair[0]]}
        candidate = assess(circuit, truth, typed, significant_digits)
        if not set(pair) & set(candidate.breaks) and len(candidate.breaks) <= len(breaks) - 2:
            slips = (*found.slips, Slip(SlipKind.SWAPPED, pair))
            found = Explanation(typed, candidate, slips)
    return found


def _empty_miswritten(
    circuit: Circuit, truth: Solution, found: Explanation, significant_digits: int
) -> Explanation:
    """Empty a box whose number was not carried on: where two or more other breaks heal by it.

    One is enough where at most one other slip is left.
    """
    for cell in found.assessment.breaks:
        breaks = set(found.assessment.breaks)
        if cell not in breaks or not any(cell in circuit.sources[other] for other in breaks):
            continue
        typed = {other: number for other, number in found.typed.items() if other != cell}
        candidate = assess(circuit, truth, typed, significant_digits)
        left = set(candidate.breaks)
        healed = len(breaks) - 1 - len(left)
        if left < breaks and healed >= (1 if len(left) <= 1 else 2):
            labels = _labels(circuit, cell, found.typed[cell], found.assessment, significant_digits)
            slips = (*found.slips, Slip(SlipKind.MISWRITTEN, (cell,), tuple(labels)))
            found = Explanation(typed, candidate, slips)
    return found


def _fewest_misconceptions(slips: Sequence[Slip]) -> list[Slip]:
    """Of several misconceptions that yield a slip, keep those that account for most other slips."""
    votes = Counter(m for slip in slips for m in {label.misconception for label in slip.labels})
    kept = []
    for slip in slips:
        most = max((votes[label.misconception] for label in slip.labels), default=0)
        labels = tuple(label for label in slip.labels if votes[label.misconception] == most)
        kept.append(replace(slip, labels=labels))
    return kept


def _labels(
    circuit: Circuit, cell: Cell, number: Typed, table: Assessment, significant_digits: int
) -> list[Label]:
    """Return every misconception that yields the number from the student's own boxes.

    Where some yield it to the last digit, those that only come near are left out.
    """
    index, is_gradient = cell
    sheets: list[tuple[Sequence[Value], Sequence[Value]]] = [(table.activations, table.gradients)]
    if (table.exact_activations, table.exact_gradients) != sheets[0]:
        sheets.append((table.exact_activations, table.exact_gradients))
    found: dict[Label, bool] = {}
    for activations, gradients in sheets:
        outs_of = [table.outs]
        if is_gradient and any(
            table.outs[c] != activations[c] for c, _ in circuit.consumers[index]
        ):
            outs_of.append(list(activations))
        for outs in outs_of:
            try:
                pairs = (
                    wrong_gradients(circuit, index, activations, gradients, outs)
                    if is_gradient
                    else wrong_values(circuit, index, activations, outs)
                )
                for label, value in pairs:
                    if agrees(number, value, significant_digits):
                        sharp = agrees_to_the_last_digit(number, value)
                        found[label] = sharp or found.get(label, False)
            except UndefinedError:
                continue
    sharpest = any(found.values())
    return [label for label, sharp in found.items() if sharp == sharpest]


def _merge(circuit: Circuit, labelled: Mapping[Cell, Sequence[Label]]) -> list[Slip]:
    """Make one slip of the breaks at the operands of one box that share a misconception."""
    slips: list[Slip] = []
    left = dict(labelled)
    while left:
        cell, labels = next(iter(left.items()))
        del left[cell]
        cells, shared = [cell], list(labels)
        for other, others in list(left.items()):
            common = [
                label
                for label in shared
                if label in others
                and {cell[0], other[0]} <= set(circuit.nodes[label.node].operands)
            ]
            if common and cell[1] and other[1]:
                cells.append(other)
                shared = common
                del left[other]
        kind = SlipKind.NAMED if shared else SlipKind.UNNAMED
        slips.append(Slip(kind, tuple(cells), tuple(shared)))
    return slips
