"""Looks at a filled table box by box: what follows from the student's own numbers, and what not.

Every box is computed by the right rule from the numbers that stand in the student's own boxes; an
empty box is filled that way. A *break* is a box that holds neither the true number nor that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from nnviz.circuit.evaluation import Solution, activation_rule, gradient_rule
from nnviz.circuit.graph import Circuit
from nnviz.circuit.numbers import Typed, agrees, fits, rounded
from nnviz.circuit.operations import UndefinedError, Value

Cell = tuple[int, bool]
"""A box: the node's index, and whether it is the gradient."""


class State(Enum):
    """How a box stands to the truth and to the student's own other boxes."""

    TRUE = "true"
    CONSISTENT = "consistent"
    BREAK = "break"
    EMPTY = "empty"


@dataclass(frozen=True, eq=False)
class Assessment:
    """A table looked at box by box; lists are indexed like `Circuit.nodes`.

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

    @cached_property
    def breaks(self) -> list[Cell]:
        """The boxes that follow from nothing, in the order of filling."""
        return [cell for cell, state in self.states.items() if state is State.BREAK]


def assess(
    circuit: Circuit, truth: Solution, typed: Mapping[Cell, Typed], significant_digits: int
) -> Assessment:
    """Fill and judge every box from the boxes before it."""
    values, slopes = truth.activations, truth.gradients
    table = Assessment(
        list(values), list(slopes), list(values), list(slopes), list(values), states={}
    )
    for cell in circuit.cells.values():
        index, is_gradient = cell
        own = table.gradients if is_gradient else table.activations
        exact = table.exact_gradients if is_gradient else table.exact_activations
        true = (slopes if is_gradient else values)[index]
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
        matching = [rule for rule in rules if agrees(number, rule, significant_digits)]
        if agrees(number, true, significant_digits):
            exact[index] = true
            table.states[cell] = State.TRUE
        elif matching:
            exact[index] = matching[-1]
            table.states[cell] = State.CONSISTENT
        elif (
            rules
            and number.significant >= significant_digits
            and _within_rounding(circuit, truth, typed, cell, table, rules[0], significant_digits)
        ):
            table.states[cell] = State.CONSISTENT
    return table


def _rules(circuit: Circuit, cell: Cell, table: Assessment) -> list[Value]:
    """Return what the right rule gives on the student's own numbers: one value, or a few.

    A few where a local derivative may start from the box or from its operand (a sigmoid's), and
    where numbers were rounded on the way. The last one is computed from unrounded numbers.
    """
    index, is_gradient = cell
    found: list[Value] = []
    sheets = [(table.activations, table.gradients)]
    if table.exact_activations != table.activations or (
        is_gradient and table.exact_gradients != table.gradients
    ):
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


def _within_rounding(
    circuit: Circuit,
    truth: Solution,
    typed: Mapping[Cell, Typed],
    cell: Cell,
    table: Assessment,
    rule: Value,
    significant_digits: int,
) -> bool:
    """Say whether a number follows from the student's own numbers before these were rounded.

    A wrong number is only known as it was written, one in an empty box not at all. Where the right
    one can't be written in as many digits, a box computed from it may be off by what half a unit
    of its last place does.
    """
    index, is_gradient = cell
    typed_here = typed[cell]
    slack = 0.0
    for source in circuit.sources[cell]:
        activations, gradients = list(table.activations), list(table.gradients)
        shifted = gradients if source[1] else activations
        true = (truth.gradients if source[1] else truth.activations)[source[0]]
        number = typed.get(source) or rounded(shifted[source[0]], typed_here.significant)
        if number.significant < significant_digits or fits(true, number):
            continue
        shifted[source[0]] = float(number.value) + float(number.unit) / 2
        try:
            value = (
                gradient_rule(circuit, index, activations, gradients, activations)
                if is_gradient
                else activation_rule(circuit, index, activations)
            )
        except UndefinedError:
            continue
        slack += abs(float(value) - float(rule))
    error = abs(float(typed_here.value) - float(rule))
    return slack > 0 and error <= slack + float(typed_here.unit)
