"""Every misconception writes the number that a student who holds it writes."""

from fractions import Fraction

import pytest

from nnviz.circuit import circuit_from_expression, solve
from nnviz.circuit.misconceptions import (
    MISCONCEPTIONS,
    Misconception,
    wrong_gradients,
    wrong_values,
)
from nnviz.circuit.operations import Value

# By hand: the circuit, its inputs, the box, the misconception, and what it makes of the box.
EXAMPLES: list[tuple[str, dict[str, Value], str, str, float | Fraction]] = [
    ("x*y", {"x": 2, "y": -3}, "a21", "sign", 6),
    ("x*y", {"x": 2, "y": -3}, "a21", "product-as-sum", -1),
    ("x+y", {"x": 2, "y": -3}, "a21", "sum-as-product", -6),
    ("x+y", {"x": 2, "y": -3}, "a21", "operand-sign", 5),
    ("x-y", {"x": 2, "y": -3}, "a21", "operand-sign", -1),
    ("x/y", {"x": 2, "y": 4}, "a21", "quotient-reversed", 2),
    ("x/y", {"x": 2, "y": 4}, "a21", "quotient-as-product", 8),
    ("x^3", {"x": 5}, "a21", "power-as-multiple", 15),
    ("x^3", {"x": 5}, "a21", "power-reversed", 243),
    ("tanh(x)", {"x": 5}, "a21", "not-applied", 5),
    ("exp(x)", {"x": 2}, "a21", "exponent-sign", 0.1353352832366127),
    ("sigmoid(x)", {"x": 2}, "a21", "exponent-sign", 0.11920292202211755),
    ("ln(x)", {"x": 100}, "a21", "common-logarithm", 2),
    ("relu(x)", {"x": -5}, "a21", "absolute-value", 5),
    ("max(x, y)", {"x": 2, "y": 7}, "a21", "other-operand", 2),
    # f = (x y)^2 at x = 2, y = -3: a21 = -6, d21 = -12; d11 = -12 * -3 = 36, d12 = -12 * 2 = -24.
    ("(x*y)^2", {"x": 2, "y": -3}, "d11", "own-operand", -24),
    ("(x*y)^2", {"x": 2, "y": -3}, "d12", "own-operand", 36),
    ("(x*y)^2", {"x": 2, "y": -3}, "d11", "local-forgotten", -12),
    ("(x*y)^2", {"x": 2, "y": -3}, "d11", "upstream-forgotten", -3),
    ("(x*y)^2", {"x": 2, "y": -3}, "d11", "chain-added", -15),
    ("(x*y)^2", {"x": 2, "y": -3}, "d11", "sign", -36),
    ("(x*y)^2", {"x": 2, "y": -3}, "d11", "value-copied", 2),
    ("(x+y)^2", {"x": 2, "y": -3}, "d11", "halved", -1),
    ("(x+y)^2", {"x": 2, "y": -3}, "d11", "sum-as-product", 6),
    ("x^3", {"x": 5}, "d11", "exponent-forgotten", 25),
    ("x^3", {"x": 5}, "d11", "base-forgotten", 3),
    ("x^3", {"x": 5}, "d11", "exponent-kept", 375),
    ("2^x", {"x": 3}, "d11", "logarithm-forgotten", 8),
    ("2^x", {"x": 3}, "d11", "exponential-as-power", 12),
    ("exp(x)", {"x": 1}, "d11", "exponential-as-power", 1),
    ("ln(x)", {"x": 4}, "d11", "operand-as-derivative", 4),
    ("sigmoid(x)", {"x": 0}, "d11", "function-as-derivative", Fraction(1, 2)),
    ("sigmoid(x)", {"x": 3}, "d11", "operand-for-output", -6),
    ("tanh(x)", {"x": 3}, "d11", "operand-for-output", -8),
    ("x/y", {"x": 2, "y": 4}, "d11", "quotient-as-product", 4),
    ("x/y", {"x": 2, "y": 4}, "d12", "quotient-incomplete", Fraction(-1, 16)),
    ("x/y", {"x": 2, "y": 4}, "d12", "quotient-incomplete", Fraction(-1, 2)),
    ("relu(x)", {"x": -5}, "d11", "gate", 1),
    ("max(x, y)", {"x": 2, "y": 7}, "d12", "gate", 0),
    ("x*y", {"x": 2, "y": -3}, "d21", "value-copied", -6),
    ("x*y", {"x": 2, "y": -3}, "d21", "seed-zero", 0),
    # f = x y + x^2 at x = 5, y = 3: the paths into x are 3 and 10.
    ("x*y + x^2", {"x": 5, "y": 3}, "d11", "path-forgotten", 10),
    ("x*y + x^2", {"x": 5, "y": 3}, "d11", "paths-multiplied", 30),
]


@pytest.mark.parametrize(("expression", "inputs", "cell", "name", "number"), EXAMPLES)
def test_a_misconception_yields_the_number_worked_out_by_hand(
    expression: str, inputs: dict[str, Value], cell: str, name: str, number: float
) -> None:
    """One example at least for each, worked out by hand."""
    circuit = circuit_from_expression(expression).with_inputs(inputs)
    solution = solve(circuit)
    index, is_gradient = circuit.cells[cell]
    values, gradients = solution.activations, solution.gradients
    pairs = (
        wrong_gradients(circuit, index, values, gradients, values)
        if is_gradient
        else wrong_values(circuit, index, values, values)
    )
    found = [float(value) for label, value in pairs if label.misconception.name == name]
    assert any(value == pytest.approx(float(number)) for value in found), found


def test_every_misconception_has_an_example() -> None:
    """Whoever adds one adds the number it yields."""
    assert {entry.name for entry in MISCONCEPTIONS} == {name for *_, name, _ in EXAMPLES}


@pytest.mark.parametrize("entry", MISCONCEPTIONS, ids=lambda entry: f"{entry.name}-{entry.kind}")
def test_the_words_fit_into_the_sentences_around_them(entry: Misconception) -> None:
    """`said` completes "In d11 you ...", the principle stands between "Remember:" and a stop."""
    for words in (entry.said, entry.principle):
        assert words
        assert not words.endswith((".", ":", " "))
    assert entry.said[0].islower()
