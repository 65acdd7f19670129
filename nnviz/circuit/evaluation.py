"""The right numbers of a circuit, forwards and backwards, and the order in which one fills them.

`activation_rule` and `gradient_rule` compute one box from whatever stands in the boxes before
it, so they serve both the solution (from right numbers) and the marking of a table (from the
student's own numbers).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from nnviz.circuit.graph import Circuit
from nnviz.circuit.operations import UndefinedError, Value, tidy
from nnviz.errors import InputError


@dataclass(frozen=True)
class Solution:
    """The value and the gradient d(output)/d(value) of each node of a circuit, by index."""

    activations: tuple[Value, ...]
    gradients: tuple[Value, ...]


@dataclass(frozen=True)
class Step:
    """One box filled: `cell` = `rule` = `substituted` = `value`."""

    cell: str
    rule: str
    substituted: str
    value: Value

    def __str__(self) -> str:
        parts = [self.cell, self.rule, self.substituted, show(self.value)]
        kept = [part for i, part in enumerate(parts) if i == 0 or part != parts[i - 1]]
        return " = ".join(kept)


def activation_rule(circuit: Circuit, index: int, activations: Sequence[Value]) -> Value:
    """Return the value of box `index` from its operands; `UndefinedError` where it has none."""
    node = circuit.nodes[index]
    assert node.operation is not None
    return node.operation.forward(tuple(activations[i] for i in node.operands))


def gradient_rule(
    circuit: Circuit,
    index: int,
    activations: Sequence[Value],
    gradients: Sequence[Value],
    outs: Sequence[Value],
) -> Value:
    """Return d(output)/d(node): 1 at the output, else the sum over the paths to its consumers.

    Each path adds (gradient of the consumer) x (local derivative of the consumer). `outs` are the
    values of the boxes that the local derivatives of exp, sigmoid and tanh use: the numbers in
    the boxes, or those computed from their operands.
    """
    if index == circuit.output:
        return 1
    total: Value = 0
    for consumer, slot in circuit.consumers[index]:
        node = circuit.nodes[consumer]
        assert node.operation is not None
        operands = tuple(activations[i] for i in node.operands)
        total += gradients[consumer] * node.operation.partials[slot](operands, outs[consumer])
    return tidy(total)


@lru_cache(maxsize=1024)
def solve(circuit: Circuit) -> Solution:
    """Fill all boxes; `InputError` where an input has no value or a box no finite one."""
    missing = [circuit.nodes[i].name for i in circuit.inputs if circuit.nodes[i].value is None]
    if missing:
        raise InputError(f"no value for {', '.join(missing)}: give one, like --set {missing[0]}=2")
    activations: list[Value] = [node.value or 0 for node in circuit.nodes]
    gradients: list[Value] = [0 for _ in circuit.nodes]
    try:
        for index in circuit.boxes:
            activations[index] = activation_rule(circuit, index, activations)
        for index in circuit.backward:
            gradients[index] = gradient_rule(circuit, index, activations, gradients, activations)
    except UndefinedError as error:
        raise InputError(f"the box of {circuit.nodes[index].name} has no value: {error}") from error
    return Solution(tuple(activations), tuple(gradients))


def steps(circuit: Circuit) -> tuple[Step, ...]:
    """Return every box in the order of filling, with its rule and the numbers put in."""
    solution = solve(circuit)
    names = [node.name for node in circuit.nodes]
    numbers = [show_operand(value) for value in solution.activations]
    found = []
    for cell, (index, is_gradient) in circuit.cells.items():
        if is_gradient:
            gradients = [show_operand(value) for value in solution.gradients]
            upstream = [f"d{node.position}" for node in circuit.nodes]
            rule = gradient_formula(circuit, index, names, upstream)
            put_in = gradient_formula(circuit, index, numbers, gradients)
            found.append(Step(cell, rule, put_in, solution.gradients[index]))
        else:
            rule = activation_formula(circuit, index, names)
            put_in = activation_formula(circuit, index, numbers)
            found.append(Step(cell, rule, put_in, solution.activations[index]))
    return tuple(found)


def activation_formula(circuit: Circuit, index: int, words: Sequence[str]) -> str:
    """Return the rule of a box with `words[i]` written for the value of node i."""
    node = circuit.nodes[index]
    assert node.operation is not None
    return node.operation.formula.format(*(words[i] for i in node.operands))


def gradient_formula(
    circuit: Circuit, index: int, words: Sequence[str], upstream: Sequence[str]
) -> str:
    """Return the rule of a gradient box: `words` as above, `upstream[i]` for node i's gradient."""
    terms = []
    for consumer, slot in circuit.consumers[index]:
        node = circuit.nodes[consumer]
        assert node.operation is not None
        local = node.operation.partial_formulas[slot].format(
            *(words[i] for i in node.operands), out=words[consumer]
        )
        terms.append(f"{upstream[consumer]} * {_lower_exponent(local)}")
    return " + ".join(terms) or "df/df"


def rule_in_letters(circuit: Circuit, cell: str) -> str:
    """Return the rule of the box of that name without numbers: `d11 = d21 * x1`."""
    index, is_gradient = circuit.cells[cell]
    names = [node.name for node in circuit.nodes]
    if not is_gradient:
        return f"{cell} = {activation_formula(circuit, index, names)}"
    upstream = [f"d{node.position}" for node in circuit.nodes]
    return f"{cell} = {gradient_formula(circuit, index, names, upstream)}"


def _lower_exponent(formula: str) -> str:
    """Write `x^(3 - 1)` as `x^2` and `x^(2 - 1)` as `x`."""

    def lowered(match: re.Match[str]) -> str:
        exponent = int(match[1]) - 1
        return "" if exponent == 1 else f"^{exponent}"

    return re.sub(r"\^\((\d+) - 1\)", lowered, formula)


def show(value: Value) -> str:
    """Return a value as people write it: `-4`, `0.25`, `1/3`, `0.731059`."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Fraction):
        six_digits = value * 10**6
        return f"{float(value):.6f}".rstrip("0") if six_digits.denominator == 1 else str(value)
    return f"{value:.6g}"


def show_operand(value: Value) -> str:
    """Return a value as it is written inside a formula: negative ones in parentheses."""
    text = show(value)
    return f"({text})" if text.startswith("-") or "/" in text else text
