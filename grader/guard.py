"""Carrying errors forward must not pay for guessing: what of a table was really worked out.

A rule that looks at single boxes can't tell an honest slip from a guess, one over the whole
table can. Activations and gradients are judged apart, the gradient of the output (given as 1)
left out. A pass is worked out if few slips explain many different numbers. Only there do carried
numbers and named misconceptions earn; elsewhere a right number pays if everything it was
computed from is written and right, and else once, however many boxes it fills.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from grader.assessment import Assessment, Cell, State
from grader.explanation import Explanation, Slip, SlipKind
from nnviz.circuit.graph import Circuit
from nnviz.circuit.numbers import Typed
from nnviz.circuit.operations import UndefinedError, Value


@dataclass(frozen=True)
class Worth:
    """Which boxes may earn: by pass (activations, gradients), and single ones that may not.

    `free_zeros` are zeros carried from a zero that came from nowhere; `unpaid` are right numbers
    of a pass that was not worked out.
    """

    worked_out: tuple[bool, bool]
    free_zeros: frozenset[Cell]
    unpaid: frozenset[Cell]


def weigh(circuit: Circuit, typed: Mapping[Cell, Typed], explanation: Explanation) -> Worth:
    """Judge what an explained table may earn."""
    passes = [_pass(circuit, typed, explanation, is_gradient) for is_gradient in (False, True)]
    worked_out = (
        passes[0].worked_out or (passes[0].uniform and passes[1].worked_out),
        passes[1].worked_out or (passes[1].uniform and passes[0].worked_out),
    )
    return Worth(
        worked_out,
        _free_zeros(circuit, typed, explanation),
        _unpaid(circuit, explanation, worked_out),
    )


def believable(circuit: Circuit, explanation: Explanation, worth: Worth) -> Explanation:
    """Return the explanation with the misconceptions that are more than coincidence.

    In a pass that was not worked out a wrong rule fits some box by chance. There a misconception
    is kept only if it shows in two boxes, if its number was carried on, or if it accounts for at
    least half of the slips; the others are "another number".
    """
    carried = explanation.carried(circuit)
    used = {s for c in carried & explanation.typed.keys() for s in circuit.sources[c]}
    kept = []
    for slip in explanation.slips:
        is_gradient = slip.cells[0][1]
        names = {label.misconception for label in slip.labels}
        others = [other for other in explanation.slips if other.cells[0][1] is is_gradient]
        sharing = [o for o in others if names & {label.misconception for label in o.labels}]
        lone = len(slip.cells) == 1 and slip.cells[0] not in used
        doubtful = not worth.worked_out[is_gradient] and lone and 2 * len(sharing) < len(others)
        if slip.kind is SlipKind.NAMED and doubtful:
            slip = Slip(SlipKind.UNNAMED, slip.cells)
        kept.append(slip)
    return replace(explanation, slips=tuple(kept))


@dataclass(frozen=True)
class _Pass:
    """What the numbers of one pass show of the work behind them.

    `uniform`: the same number other than zero in every box, with at most one slip. It may be
    right to be so (all gradients of a long sum are 1), which only the other pass can tell.
    """

    worked_out: bool
    uniform: bool


def _pass(
    circuit: Circuit, typed: Mapping[Cell, Typed], explanation: Explanation, is_gradient: bool
) -> _Pass:
    boxes = [cell for cell in circuit.cells.values() if cell[1] is is_gradient]
    boxes = [cell for cell in boxes if cell != (circuit.output, True)]
    values = {cell: typed[cell].value for cell in boxes if cell in typed}
    filled = len(values)
    if not filled:
        return _Pass(worked_out=False, uniform=False)
    count = sum(any(cell[1] is is_gradient for cell in slip.cells) for slip in explanation.slips)
    most_frequent, times = Counter(values.values()).most_common(1)[0]
    different = filled - times
    if is_gradient:
        forward = explanation.assessment.activations
        repeats = sum(forward[index] == value for (index, _), value in values.items())
        different = min(different, filled - repeats)
    full = filled == len(boxes) and most_frequent != 0
    few_slips = count < different and 2 * count <= filled + 1
    return _Pass(
        worked_out=few_slips or (full and different >= 1 and count <= 2),
        uniform=full and different == 0 and count <= 1,
    )


def _unpaid(
    circuit: Circuit, explanation: Explanation, worked_out: tuple[bool, bool]
) -> frozenset[Cell]:
    """Return the right numbers that don't pay: not derived from right ones, and paid once."""
    states = explanation.assessment.states
    right = {cell for cell, state in states.items() if state is State.TRUE}
    paid: set[Value] = set()
    unpaid = set()
    for cell in states:
        if cell not in right or worked_out[cell[1]] or circuit.ancestors[cell] <= right:
            continue
        value = explanation.typed[cell].value
        if value in paid:
            unpaid.add(cell)
        paid.add(value)
    return frozenset(unpaid)


def _free_zeros(
    circuit: Circuit, typed: Mapping[Cell, Typed], explanation: Explanation
) -> frozenset[Cell]:
    """Return the zeros carried from a zero below a slip that nothing explains.

    Once a zero stands somewhere, zeros follow without any work. A student whose own negative
    number switches a ReLU off did work: in a full table with at most two slips those zeros pay.
    """
    table = explanation.assessment
    unnamed = {
        cell for slip in explanation.slips if slip.kind is SlipKind.UNNAMED for cell in slip.cells
    }
    if not unnamed:
        return frozenset()
    careful = len(typed) == len(circuit.cells) and len(explanation.slips) <= 2
    return frozenset(
        cell
        for cell, state in table.states.items()
        if state is State.CONSISTENT
        and explanation.typed[cell].value == 0
        and circuit.ancestors[cell] & unnamed
        and _from_zero(circuit, table, cell)
        and not (careful and _switched_off(circuit, table, cell))
    )


def _from_zero(circuit: Circuit, table: Assessment, cell: Cell) -> bool:
    """Say whether a number that the box is computed from is zero."""
    index, is_gradient = cell
    if not is_gradient:
        return any(table.activations[i] == 0 for i in circuit.nodes[index].operands)
    return any(
        table.gradients[consumer] == 0 or _local(circuit, table, consumer, slot) == 0
        for consumer, slot in circuit.consumers[index]
    )


def _switched_off(circuit: Circuit, table: Assessment, cell: Cell) -> bool:
    """Say whether all zeros that the box is computed from start at a ReLU's negative operand."""
    index, is_gradient = cell
    if not is_gradient:
        node = circuit.nodes[index]
        zeros = [(i, False) for i in node.operands if table.activations[i] == 0]
        return _is_off(circuit, table, index) or (
            bool(zeros) and all(_switched_off(circuit, table, zero) for zero in zeros)
        )
    for consumer, slot in circuit.consumers[index]:
        if _is_off(circuit, table, consumer):
            continue
        if table.gradients[consumer] == 0:
            if not _switched_off(circuit, table, (consumer, True)):
                return False
        elif _local(circuit, table, consumer, slot) == 0:
            operands = circuit.nodes[consumer].operands
            zeros = [(i, False) for i in operands if table.activations[i] == 0]
            if not zeros or not all(_switched_off(circuit, table, zero) for zero in zeros):
                return False
    return True


def _is_off(circuit: Circuit, table: Assessment, index: int) -> bool:
    node = circuit.nodes[index]
    return (
        node.operation is not None
        and node.operation.name == "relu"
        and table.activations[node.operands[0]] < 0
    )


def _local(circuit: Circuit, table: Assessment, consumer: int, slot: int) -> Value:
    node = circuit.nodes[consumer]
    assert node.operation is not None
    operands = tuple(table.activations[i] for i in node.operands)
    try:
        return node.operation.partials[slot](operands, table.activations[consumer])
    except UndefinedError:
        return 1
