"""Finds the smallest explanation of a filled table: which few slips account for all its numbers.

Every box is computed by the right rule from the numbers that stand in the student's own boxes; an
empty box is filled that way. A *break* is a box that holds neither the true number nor that one.
Breaks are then explained: a node's two boxes may be swapped, a box may be miswritten while its
right number was carried on, a known misconception may yield the number; what is left is "another
number". Slips at the operands of one box that share a misconception are one slip.

No search over combinations is needed: a table is assessed once, and once more for each break.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from nnviz.circuit.evaluation import Solution, activation_rule, gradient_rule
from nnviz.circuit.graph import Circuit
from nnviz.circuit.misconceptions import Label, wrong_gradients, wrong_values
from nnviz.circuit.numbers import Typed, agrees
from nnviz.circuit.operations import UndefinedError, Value

Cell = tuple[int, bool]
"""A box: the node's index, and whether it is the gradient."""


class State(Enum):
    """How a box stands to the truth and to the student's own other boxes."""

    TRUE = "true"
    CONSISTENT = "consistent"
    BREAK = "break"
    EMPTY = "empty"


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
class Assessment:
    """A table looked at box by box.

    `activations` and `gradients` are the student's own numbers, empty boxes filled by the right
    rule; `exact_activations` and `exact_gradients` the same without the student's rounding; `outs`
    the values computed from the operands; `states` the state of each box.
    """

    activations: list[Value]
    gradients: list[Value]
    exact_activations: list[Value]
    exact_gradients: list[Value]
    outs: list[Value]
    states: dict[Cell, State]

    @property
    def breaks(self) -> list[Cell]:
        """The boxes that follow from nothing, in the order of filling."""
        return [cell for cell, state in self.states.items() if state is State.BREAK]


@dataclass(frozen=True, eq=False)
class Explanation:
    """The smallest explanation of a table.

    `typed` and `assessment` after swapped boxes are put back and miswritten ones emptied; `slips`
    in the order in which one would meet them.
    """

    typed: Mapping[Cell, Typed]
    assessment: Assessment
    slips: tuple[Slip, ...]

    @property
    def slip_at(self) -> dict[Cell, Slip]:
        """The slip of each box that has one."""
        return {cell: slip for slip in self.slips for cell in slip.cells}


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
    """Exchange the two boxes of a node where both break and both heal by it."""
    for node in sorted({node for node, _ in found.assessment.breaks}):
        pair = (node, False), (node, True)
        breaks = found.assessment.breaks
        if not set(pair) <= set(breaks):
            continue
        typed = {**found.typed, pair[0]: found.typed[pair[1]], pair[1]: found.typed[pair[0]]}
        candidate = assess(circuit, truth, typed, significant_digits)
        if not set(pair) & set(candidate.breaks) and len(candidate.breaks) < len(breaks):
            slips = (*found.slips, Slip(SlipKind.SWAPPED, pair))
            found = Explanation(typed, candidate, slips)
    return found


def _empty_miswritten(
    circuit: Circuit, truth: Solution, found: Explanation, significant_digits: int
) -> Explanation:
    """Empty a box whose number was not carried on: where two or more other breaks heal by it."""
    for cell in found.assessment.breaks:
        breaks = set(found.assessment.breaks)
        if len(breaks) < 3 or cell not in breaks:
            continue
        typed = {other: number for other, number in found.typed.items() if other != cell}
        candidate = assess(circuit, truth, typed, significant_digits)
        left = set(candidate.breaks)
        if left < breaks and len(left) <= len(breaks) - 3:
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


def assess(
    circuit: Circuit, truth: Solution, typed: Mapping[Cell, Typed], significant_digits: int
) -> Assessment:
    """Fill and judge every box from the boxes before it."""
    table = Assessment(
        list(truth.activations),
        list(truth.gradients),
        list(truth.activations),
        list(truth.gradients),
        list(truth.activations),
        {},
    )
    for cell in circuit.cells.values():
        index, is_gradient = cell
        own = table.gradients if is_gradient else table.activations
        exact = table.exact_gradients if is_gradient else table.exact_activations
        true = (truth.gradients if is_gradient else truth.activations)[index]
        rules = _rules(circuit, cell, table)
        if not is_gradient and rules:
            table.outs[index] = rules[0]
        number = typed.get(cell)
        if number is None:
            own[index] = rules[0] if rules else true
            exact[index] = rules[-1] if rules else true
            table.states[cell] = State.EMPTY
            continue
        own[index] = exact[index] = number.value
        table.states[cell] = State.BREAK
        for value in reversed(rules):
            if agrees(number, value, significant_digits):
                exact[index] = value
                table.states[cell] = State.CONSISTENT
                break
        if agrees(number, true, significant_digits):
            exact[index] = true
            table.states[cell] = State.TRUE
    return table


def _rules(circuit: Circuit, cell: Cell, table: Assessment) -> list[Value]:
    """Return what the right rule gives on the student's own numbers: one value, or a few.

    A few where a local derivative may start from the box or from its operand (a sigmoid's), and
    where numbers were rounded on the way. The last one is computed from unrounded numbers.
    """
    index, is_gradient = cell
    found: list[Value] = []
    rounded = table.exact_activations != table.activations or (
        is_gradient and table.exact_gradients != table.gradients
    )
    sheets = [(table.activations, table.gradients)]
    if rounded:
        sheets.append((table.exact_activations, table.exact_gradients))
    for activations, gradients in sheets:
        try:
            if not is_gradient:
                found.append(activation_rule(circuit, index, activations))
                continue
            found.append(gradient_rule(circuit, index, activations, gradients, activations))
            if any(table.outs[c] != activations[c] for c, _ in circuit.consumers[index]):
                found.append(gradient_rule(circuit, index, activations, gradients, table.outs))
        except UndefinedError:
            continue
    return found


def _labels(
    circuit: Circuit, cell: Cell, number: Typed, table: Assessment, significant_digits: int
) -> list[Label]:
    """Return every misconception that yields the number from the student's own boxes."""
    index, is_gradient = cell
    sheets: list[tuple[Sequence[Value], Sequence[Value]]] = [(table.activations, table.gradients)]
    if (table.exact_activations, table.exact_gradients) != sheets[0]:
        sheets.append((table.exact_activations, table.exact_gradients))
    found: dict[Label, None] = {}
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
                        found[label] = None
            except UndefinedError:
                continue
    return list(found)


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
