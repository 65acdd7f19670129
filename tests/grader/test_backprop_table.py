"""The table of problem 1 is marked from the circuit's rules, never from a list of answers."""

from pathlib import Path

import pytest

from grader.backprop_table import MarkingSettings, mark_table
from nnviz.circuit import load_circuit

CIRCUIT = load_circuit(Path(__file__).parents[2] / "assignments/assignment1/circuit.toml")
# By hand, and as the assignment prints them.
RIGHT = dict(
    zip(CIRCUIT.cells, "-4 2 -2 -5 25 1 -10 -10 -10 -10 20 -20 10 20 -10".split(), strict=True)
)


def test_the_right_table_earns_every_box() -> None:
    """The assignment's own numbers are all correct."""
    marks = mark_table(CIRCUIT, RIGHT, MarkingSettings())
    assert [cell.verdict for cell in marks.cells] == ["correct"] * 15


@pytest.mark.parametrize("typed", ["-10", "−10", "-20/2", "-1e1", "2*(-5)", "－１０", "-10.0"])
def test_a_number_is_read_in_any_usual_notation(typed: str) -> None:
    """The notations that grading names, and full-width digits, are all -10."""
    marks = mark_table(CIRCUIT, {**RIGHT, "d31": typed}, MarkingSettings())
    assert {cell.name: cell.verdict for cell in marks.cells}["d31"] == "correct"
