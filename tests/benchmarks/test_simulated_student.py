"""The simulated student knows the maths by other means than the marker, and slips as told."""

import random
from pathlib import Path

import pytest

from benchmarks.simulated_student import (
    ANOTHER_NUMBER,
    MISWRITTEN,
    SWAPPED,
    Plan,
    fill,
    possible_slips,
    random_circuits,
    write,
)
from grader.backprop_table import MarkingSettings, mark_table
from nnviz.circuit import circuit_from_expression, load_circuit
from nnviz.circuit.misconceptions import MISCONCEPTIONS

CIRCUIT = load_circuit(Path(__file__).parents[2] / "assignments/assignment1/circuit.toml")


@pytest.mark.parametrize("seed", range(25))
def test_without_a_slip_all_boxes_are_right(seed: int) -> None:
    """Derivatives by sympy against the marker's own table of operations: two ways, one result."""
    (circuit,) = random_circuits(random.Random(seed), 1)
    table = fill(circuit, (), random.Random(0))
    marks = mark_table(circuit, table.written, MarkingSettings())
    assert {cell.verdict for cell in marks.cells} == {"correct"}


@pytest.mark.parametrize(
    ("plan", "numbers"),
    [
        (Plan("a21", "x + y", ""), "0 2 2 -1 1 1 -2 -2 -2 -2 4 -4 2 4 -2"),
        (Plan("d41", "g * other", "", 0), "-4 2 -2 -5 25 1 2 2 2 2 -4 4 -2 -4 2"),
        (Plan("d12", "g * mine", "", 0), "-4 2 -2 -5 25 1 -10 -10 -10 -10 20 20 10 20 -10"),
        (Plan("a31", "", SWAPPED), "-4 2 -10 -5 25 1 -10 -2 -10 -10 20 -20 10 20 -10"),
    ],
)
def test_a_slip_is_planted_and_carried_on(plan: Plan, numbers: str) -> None:
    """By hand on the assignment."""
    table = fill(CIRCUIT, (plan,), random.Random(0))
    assert " ".join(table.written.values()) == numbers


def test_another_number_is_carried_on_and_a_miswritten_one_is_not() -> None:
    """The difference between the two accidents."""
    right = fill(CIRCUIT, (), random.Random(0)).written
    for word, changed in ((ANOTHER_NUMBER, True), (MISWRITTEN, False)):
        written = fill(CIRCUIT, (Plan("a31", "", word),), random.Random(0)).written
        assert written["a31"] != right["a31"]
        assert (written["a41"] != right["a41"]) is changed


def test_the_words_for_slips_are_the_markers() -> None:
    """Else a slip that the marker names would count as missed."""
    circuit = circuit_from_expression(
        "ln(x)*y + exp(x)/y - sigmoid(x)*tanh(y) + relu(x)*max(x, y)^2 + 2^x"
    )
    known = {entry.name for entry in MISCONCEPTIONS} | {ANOTHER_NUMBER, MISWRITTEN, SWAPPED}
    assert {plan.word for plan in possible_slips(circuit)} <= known


@pytest.mark.parametrize(
    ("number", "text"), [(1 / 3, "0.333333"), (-4.0, "-4"), (123456789.0, "1.23457e+08")]
)
def test_numbers_are_written_to_six_digits(number: float, text: str) -> None:
    """As from a calculator."""
    assert write(number) == text
