"""The quiz says right, gives the misconception's hint, or the rule; never the number."""

from pathlib import Path

import pytest

from nnviz.circuit import load_circuit, solve
from nnviz.circuit.evaluation import show
from nnviz.circuit.quiz import Outcome, judge, next_box, order, texts_until

ASSIGNMENT = load_circuit(Path(__file__).parents[2] / "assignments/assignment1/circuit.toml")
TELLING = ASSIGNMENT.with_inputs({"w1": 7, "x1": -5, "w2": 6, "x2": 8, "w0": -4})


@pytest.mark.parametrize(
    ("cell", "typed", "outcome", "words"),
    [
        ("a21", "-4", Outcome.RIGHT, "Right."),
        ("d41", "2*(-5)", Outcome.RIGHT, "Right."),
        ("a21", "0", Outcome.MISCONCEPTION, "added where the box multiplies"),
        ("d12", "20", Outcome.MISCONCEPTION, "the other factor"),
        ("d31", "-5", Outcome.MISCONCEPTION, "shared the gradient out"),
        ("d51", "25", Outcome.MISCONCEPTION, "copied the forward value"),
        ("a31", "7", Outcome.WRONG, "a31 = a21 + a22"),
        ("a31", "-2,0", Outcome.UNREADABLE, "comma"),
        ("a31", "", Outcome.EMPTY, "a31 = a21 + a22"),
    ],
)
def test_a_try_is_judged(cell: str, typed: str, outcome: Outcome, words: str) -> None:
    """On the assignment's numbers, by hand."""
    judgement = judge(ASSIGNMENT, cell, typed)
    assert judgement.outcome is outcome
    assert words in judgement.text


@pytest.mark.parametrize("cell", order(TELLING))
def test_no_answer_to_a_wrong_try_holds_the_number(cell: str) -> None:
    """Numbers of the solution here are all large, so none can stand in a rule by chance."""
    index, is_gradient = TELLING.cells[cell]
    solution = solve(TELLING)
    right = show((solution.gradients if is_gradient else solution.activations)[index])
    if cell == "d51":
        return  # df/df = 1: any text with a rule holds the figure 1
    for wrong in ("0", "1", "999", "-35", "48", "7", "x", "1,5", str(-int(right))):
        if wrong != right:
            text = judge(TELLING, cell, wrong).text.replace(wrong, "")
            assert right.lstrip("-") not in text


def test_boxes_come_forwards_then_backwards() -> None:
    """The next box is the first that is not filled."""
    assert order(ASSIGNMENT)[4:7] == ("a51", "d51", "d41")
    assert next_box(ASSIGNMENT, frozenset({"a21"})) == "a22"
    assert next_box(ASSIGNMENT, frozenset(order(ASSIGNMENT))) is None


def test_stepping_shows_the_boxes_so_far() -> None:
    """Inputs are always there; after two steps the two products."""
    assert texts_until(ASSIGNMENT, 0) == {
        "a11": "2",
        "a12": "-2",
        "a13": "-2",
        "a14": "-1",
        "a15": "-3",
    }
    assert texts_until(ASSIGNMENT, 2).keys() - texts_until(ASSIGNMENT, 0).keys() == {"a21", "a22"}
