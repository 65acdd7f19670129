"""Values are exact where they can be, gradients agree with differences, steps show their rule."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks.simulated_student import random_circuits
from nnviz.circuit import circuit_from_expression, load_circuit, solve, steps
from nnviz.circuit.evaluation import show
from nnviz.circuit.operations import OPERATIONS, UndefinedError, Value
from nnviz.errors import InputError

ASSIGNMENT = load_circuit(Path(__file__).parents[2] / "assignments/assignment1/circuit.toml")


def test_the_assignments_numbers_are_those_it_prints() -> None:
    """The course's own solution of problem 1."""
    values = {step.cell: step.value for step in steps(ASSIGNMENT)}
    assert " ".join(f"{cell}={value}" for cell, value in values.items()) == (
        "a21=-4 a22=2 a31=-2 a41=-5 a51=25 d51=1 d41=-10 d31=-10 d21=-10 d22=-10 "
        "d11=20 d12=-20 d13=10 d14=20 d15=-10"
    )


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("a21", "a21 = w1 * x1 = 2 * (-2) = -4"),
        ("a51", "a51 = a41^2 = (-5)^2 = 25"),
        ("d51", "d51 = df/df = 1"),
        ("d41", "d41 = d51 * 2 * a41 = 1 * 2 * (-5) = -10"),
        ("d21", "d21 = d31 * 1 = (-10) * 1 = -10"),
        ("d12", "d12 = d21 * w1 = (-10) * 2 = -20"),
    ],
)
def test_a_step_shows_the_rule_and_the_numbers_put_in(cell: str, line: str) -> None:
    """As one writes it on the board."""
    assert str(next(step for step in steps(ASSIGNMENT) if step.cell == cell)) == line


def test_the_gradients_of_a_number_used_twice_add() -> None:
    """f = x^2 + 3x at x = 5: f' = 2 * 5 + 3 = 13, one path through each box."""
    circuit = circuit_from_expression("x^2 + 3*x").with_inputs({"x": 5})
    last = steps(circuit)[-1]
    assert (last.rule, last.value) == ("d21 * 2 * x + d22 * 3", 13)


def test_rational_arithmetic_is_exact() -> None:
    """1/3 + 1/6 = 1/2, and its gradients are fractions too."""
    circuit = circuit_from_expression("a/3 + b/6").with_inputs({"a": 1, "b": 1})
    solution = solve(circuit)
    assert solution.activations[circuit.output] == Fraction(1, 2)
    assert solution.gradients[0] == Fraction(1, 3)


@pytest.mark.parametrize("seed", range(40))
def test_gradients_agree_with_centred_differences(seed: int) -> None:
    """Random circuits of all operations; differences of 1e-5 are good to about 1e-6."""
    (circuit,) = random_circuits(random.Random(seed), 1)
    solution = solve(circuit)
    step = Fraction(1, 10**5)
    for index in circuit.inputs:
        node = circuit.nodes[index]
        assert node.value is not None
        ends = []
        for sign in (1, -1):
            moved = circuit.with_inputs({node.name: node.value + sign * step})
            ends.append(float(solve(moved).activations[circuit.output]))
        difference = (ends[0] - ends[1]) / float(2 * step)
        assert float(solution.gradients[index]) == pytest.approx(difference, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_the_derivative_of_its_value(name: str) -> None:
    """Centred differences at a point where all operations are smooth."""
    operation = OPERATIONS[name]
    point: tuple[Value, ...] = (1.3, 0.7)[: operation.arity]
    for slot, partial in enumerate(operation.partials):
        ends = []
        for sign in (1, -1):
            moved = list(point)
            moved[slot] = point[slot] + sign * 1e-6
            ends.append(float(operation.forward(tuple(moved))))
        exact = float(partial(point, operation.forward(point)))
        assert exact == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_its_rule_in_words(name: str) -> None:
    """Placeholders only for operands that exist, one local rule for each operand."""
    operation = OPERATIONS[name]
    words = [f"x{slot}" for slot in range(operation.arity)]
    assert all(word in operation.formula.format(*words) for word in words)
    assert len(operation.partial_formulas) == operation.arity
    for formula in operation.partial_formulas:
        assert formula.format(*words, out="a")


@pytest.mark.parametrize(
    ("expression", "values", "reason"),
    [
        ("ln(x)", {"x": -1}, "logarithm"),
        ("1/x", {"x": 0}, "division by zero"),
        ("exp(x)", {"x": 10_000}, "too large"),
        ("x^0.5", {"x": -2}, "broken power"),
        ("x*y", {"x": 2}, "no value for y"),
    ],
)
def test_a_circuit_without_numbers_says_why(
    expression: str, values: dict[str, Value], reason: str
) -> None:
    """The box, or the input, is named."""
    with pytest.raises(InputError, match=reason):
        solve(circuit_from_expression(expression).with_inputs(values))


def test_numbers_do_not_grow_without_bound() -> None:
    """((x^64)^64)^64 of 1e50 is answered at once: undefined, not megabytes of digits."""
    power = OPERATIONS["power"].forward
    with pytest.raises(UndefinedError):
        power((power((10**50, 64)), 64))


def test_a_saturated_sigmoid_keeps_its_digits() -> None:
    """1 - sigmoid(40) is 0 in floats; the slope is e^-40 to 16 digits."""
    circuit = circuit_from_expression("sigmoid(x)").with_inputs({"x": 40})
    assert float(solve(circuit).gradients[0]) == pytest.approx(4.248354255291589e-18, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "text"),
    [(-4, "-4"), (Fraction(1, 4), "0.25"), (Fraction(1, 3), "1/3"), (0.7310585786, "0.731059")],
)
def test_values_are_shown_as_people_write_them(value: Value, text: str) -> None:
    """Short decimals in full, other fractions as fractions, floats to six digits."""
    assert show(value) == text
