"""Each student's numbers can be drawn again, and show what went wrong."""

from pathlib import Path

import pytest

from grader.variants import is_telling, variant_inputs
from nnviz.circuit import circuit_from_expression, load_circuit, solve
from nnviz.errors import InputError

CIRCUIT = load_circuit(Path(__file__).parents[2] / "assignments/assignment1/circuit.toml")


def test_the_same_student_gets_the_same_numbers_again() -> None:
    """Nothing is stored for regrading; kept from the first run of this code."""
    drawn = variant_inputs(CIRCUIT, b"secret", "anna")
    assert drawn == {"w1": 4, "x1": -2, "w2": -8, "x2": 3, "w0": 5}


def test_another_student_or_another_secret_gets_others() -> None:
    """Of 30 students hardly two share all five numbers."""
    drawn = {tuple(variant_inputs(CIRCUIT, b"secret", str(n)).values()) for n in range(30)}
    assert len(drawn) >= 29
    assert variant_inputs(CIRCUIT, b"a", "anna") != variant_inputs(CIRCUIT, b"b", "anna")


@pytest.mark.parametrize("student", [f"student {n}" for n in range(20)])
def test_no_box_of_a_variant_is_zero_and_the_inputs_are_small(student: str) -> None:
    """Whole numbers from -9 to 9 without 0, so that all can be done on paper."""
    inputs = variant_inputs(CIRCUIT, b"secret", student)
    assert all(value in range(-9, 10) and value for value in inputs.values())
    solution = solve(CIRCUIT.with_inputs(inputs))
    for index, is_gradient in CIRCUIT.cells.values():
        assert (solution.gradients if is_gradient else solution.activations)[index] != 0


@pytest.mark.parametrize(
    ("inputs", "telling"),
    [
        ({"x": 2, "y": 7}, True),
        ({"x": 2, "y": 2}, False),  # x + y = x * y, and each factor is the other
        ({"x": 3, "y": -3}, False),  # x + y = 0
        ({"x": 1, "y": 7}, False),  # x * y = y: copied or multiplied, nobody knows
    ],
)
def test_numbers_that_hide_what_went_wrong_are_not_used(
    inputs: dict[str, int], telling: bool
) -> None:
    """By hand, on one product squared."""
    circuit = circuit_from_expression("(x*y)^2")
    assert is_telling(circuit, inputs) is telling


def test_the_assignments_own_numbers_are_not_telling() -> None:
    """w1 = -x1: d11 with the sign lost is d11 with the factor itself; hence variants."""
    inputs = {CIRCUIT.nodes[i].name: CIRCUIT.nodes[i].value for i in CIRCUIT.inputs}
    assert not is_telling(CIRCUIT, {name: value or 0 for name, value in inputs.items()})


def test_a_circuit_that_no_numbers_suit_is_refused_in_words() -> None:
    """x - x is always zero."""
    with pytest.raises(InputError, match="suit the circuit"):
        variant_inputs(circuit_from_expression("x - x"), b"secret", "anna")


@pytest.mark.parametrize("expression", ["sigmoid(w*x + b)", "relu(w*x)*v", "exp(x) - y^3", "x/y"])
def test_other_circuits_have_variants_too(expression: str) -> None:
    """Any circuit an instructor draws, with every operation."""
    circuit = circuit_from_expression(expression)
    inputs = variant_inputs(circuit, b"secret", "anna")
    assert is_telling(circuit, inputs)
