"""The table of problem 1 is marked from the circuit's rules, and one slip costs one box."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.backprop_table import CellMark, MarkingSettings, TableMarks, mark_table
from nnviz.circuit import circuit_from_expression, load_circuit, solve
from nnviz.circuit.evaluation import show

CIRCUIT = load_circuit(Path(__file__).parents[2] / "assignments/assignment1/circuit.toml")
TELLING = CIRCUIT.with_inputs({"w1": 7, "x1": -5, "w2": 6, "x2": 8, "w0": -4})
SETTINGS = MarkingSettings()
NUMBERS = "-4 2 -2 -5 25   1 -10 -10 -10 -10   20 -20 10 20 -10"
"""By hand, and as the assignment prints them."""


def table(numbers: str = NUMBERS, **changes: str) -> dict[str, str]:
    """Return a filled table; `_` leaves a box empty."""
    cells = dict(zip(CIRCUIT.cells, numbers.split(), strict=True)) | changes
    return {name: text for name, text in cells.items() if text != "_"}


def mark(
    numbers: str = NUMBERS, settings: MarkingSettings = SETTINGS, **changes: str
) -> TableMarks:
    """Mark a table of the assignment's circuit."""
    return mark_table(CIRCUIT, table(numbers, **changes), settings)


def cell(marks: TableMarks, name: str) -> CellMark:
    """Return one box's mark."""
    return next(mark for mark in marks.cells if mark.name == name)


def verdicts(marks: TableMarks) -> str:
    """Return the first letter of each verdict, in the order of filling."""
    letters = "".join(mark.verdict[0] for mark in marks.cells)
    return f"{letters[:5]} {letters[5:10]} {letters[10:]}"


def lost(marks: TableMarks) -> set[str]:
    """Return the boxes that don't earn all."""
    return {mark.name for mark in marks.cells if mark.credit < 1}


def test_the_right_table_earns_every_box() -> None:
    """The assignment's own numbers are all correct, and the headline says so."""
    marks = mark()
    assert lost(marks) == set()
    assert verdicts(marks) == "ccccc ccccc ccccc"
    assert marks.headline == ("All 15 boxes are right.",)
    assert marks.worked_out == (True, True)
    assert marks.flags == marks.notes == ()


@pytest.mark.parametrize(
    ("numbers", "expected", "said"),
    [
        # a21 = 4: everything after it follows, all the way back.
        (
            "4 2 6 3 9   1 6 6 6 6   -12 12 -6 -12 6",
            "a21",
            "In a21 you lost or added a minus sign",
        ),
        # d/dw1 = w1: each factor instead of its partner, at both products.
        (
            "-4 2 -2 -5 25   1 -10 -10 -10 -10   -20 20 20 10 -10",
            "d11 d12 d13 d14",
            "In d11, d12, d13 and d14 you multiplied by the factor itself",
        ),
        # The square differentiated as x; -5 is also the forward value: a tie for any numbers.
        (
            "-4 2 -2 -5 25   1 -5 -5 -5 -5   10 -10 5 10 -5",
            "d41",
            "In d41 you either forgot the factor that the exponent brings or copied the forward",
        ),
        # The square differentiated as 2.
        (
            "-4 2 -2 -5 25   1 2 2 2 2   -4 4 -2 -4 2",
            "d41",
            "In d41 you kept the exponent and dropped the base",
        ),
        # Halved at the sum.
        (
            "-4 2 -2 -5 25   1 -10 -5 -5 -5   10 -10 5 10 -10",
            "d31",
            "In d31 you shared the gradient out between the operands of a sum",
        ),
        # Added for multiplied: a21 = 2 + -2 = 0, so a41 = -1 and f = 1.
        (
            "0 2 2 -1 1   1 -2 -2 -2 -2   4 -4 2 4 -2",
            "a21",
            "In a21 you added where the box multiplies",
        ),
        # The backward pass started with the output's value.
        (
            "-4 2 -2 -5 25   25 -250 -250 -250 -250   500 -500 250 500 -250",
            "d51",
            "In d51 you copied the forward value into the gradient",
        ),
        # The local derivative alone at the products.
        (
            "-4 2 -2 -5 25   1 -10 -10 -10 -10   -2 2 -1 -2 -10",
            "d11 d12 d13 d14",
            "In d11, d12, d13 and d14 you wrote the local derivative alone",
        ),
        # a31 and d31 exchanged.
        (
            "-4 2 -10 -5 25   1 -10 -2 -10 -10   20 -20 10 20 -10",
            "a31 d31",
            "a31 and d31 stand in each other's place",
        ),
        # Another number at a31, carried on.
        (
            "-4 2 -3 -6 36   1 -12 -12 -12 -12   24 -24 12 24 -12",
            "a31",
            "a31 does not follow from the boxes before it: a31 = a21 + a22",
        ),
    ],
)
def test_a_slip_costs_its_own_boxes_and_is_named(numbers: str, expected: str, said: str) -> None:
    """Tables worked out by hand with one thing misunderstood."""
    marks = mark(numbers)
    assert lost(marks) == set(expected.split())
    assert any(line.startswith(said) for line in marks.headline), marks.headline


def test_a_box_that_follows_from_a_slip_is_carried_and_says_from_which() -> None:
    """Credit as if correct, with the student's own box named and where it first went wrong."""
    marks = mark("-4 2 -3 -6 36   1 -12 -12 -12 -12   24 -24 12 24 -12")
    assert verdicts(marks) == "ccwcc ccccc ccccc"
    assert cell(marks, "a41").verdict == "carried"
    assert cell(marks, "a41").message == "Consistent with your own a31."
    assert cell(marks, "d31").message == (
        "Consistent with your own d41 (it first went wrong at a31)."
    )


def test_what_carried_and_named_boxes_earn_is_a_setting() -> None:
    """The rubric decides both shares."""
    settings = MarkingSettings(carried=0.8, misconception=0.25)
    marks = mark("-4 2 -2 -5 25   1 -5 -5 -5 -5   10 -10 5 10 -5", settings)
    assert (cell(marks, "d41").credit, cell(marks, "d31").credit) == (0.25, 0.8)


def test_a_box_left_empty_is_not_paid_and_does_not_stop_what_follows() -> None:
    """It is filled by the right rule on the student's own numbers."""
    marks = mark(a31="_")
    assert cell(marks, "a31").verdict == "blank"
    assert lost(marks) == {"a31"}
    assert marks.headline == ("What you filled in is right. Still empty: a31.",)


def test_a_box_that_can_not_be_read_costs_only_itself_and_is_flagged() -> None:
    """The decimal comma is asked about, with both readings, not guessed."""
    marks = mark(a31="-2,0")
    assert cell(marks, "a31").verdict == "wrong"
    assert cell(marks, "a31").read_as == ""
    assert "-2 or -20" in cell(marks, "a31").message
    assert lost(marks) == {"a31"}
    assert marks.flags == (
        "a31 can't be read: the comma can mean -2 or -20; write a decimal point or nothing",
    )


def test_an_unknown_box_is_told_with_the_nearest_name() -> None:
    """The others are marked as ever."""
    marks = mark_table(CIRCUIT, table() | {"a15x": "3"}, SETTINGS)
    assert marks.notes == ("There is no box a15x. Did you mean d15?",)
    assert lost(marks) == set()


@pytest.mark.parametrize(
    "typed",
    ["9**9**9**9", "1" * 10_000, "x" * 1_000_000, "inf", "(" * 5000, "-2,5", "10 m", "\x00"],
)
def test_a_hostile_number_costs_only_its_box(typed: str) -> None:
    """And it is shown cut off."""
    marks = mark(d12=typed)
    assert lost(marks) == {"d12"}
    assert len(cell(marks, "d12").typed) < 120


@pytest.mark.parametrize(
    ("numbers", "most"),
    [
        (" ".join(["_"] * 15), 0),
        (" ".join(["0"] * 15), 0),
        (" ".join(["1"] * 15), 1),
        (" ".join(["-10"] * 15), 1),
        ("2 -2 -2 -1 -3   2 -2 -2 -1 -3   2 -2 -2 -1 -3", 1),
        ("-4 2 -2 -5 25   25 -5 -2 -4 2   2 -2 -2 -1 -3", 5),
        ("_ _ _ _ _   1 1 1 1 1   1 1 1 1 1", 1),
    ],
)
def test_a_guess_earns_what_is_truly_right_and_no_more(numbers: str, most: float) -> None:
    """Blank, constants, inputs copied, forward values everywhere: a right number pays once."""
    assert sum(mark.credit for mark in mark(numbers).cells) <= most


def test_a_zero_that_follows_from_an_unexplained_zero_is_not_paid() -> None:
    """a41 = 0 by accident makes all gradients 0 without any work; a person is asked."""
    marks = mark("-4 2 -2 0 0   1 0 0 0 0   0 0 0 0 0")
    assert cell(marks, "d41").credit == 0
    assert any("zeros carried from an unexplained zero" in flag for flag in marks.flags)


def test_a_students_own_negative_number_may_switch_a_relu_off() -> None:
    """relu(w x + b) at w = 2, x = 3, b = 1: a21 written -6 by accident gives 0 and zero slopes."""
    circuit = circuit_from_expression("relu(w*x + b)*x").with_inputs({"w": 2, "x": 3, "b": 1})
    assert " ".join(circuit.cells) == "a21 a31 a41 a51 d51 d41 d31 d21 d11 d12 d13"
    numbers = "-8 -7 0 0 1 3 0 0 0 0 0"
    answers = dict(zip(circuit.cells, numbers.split(), strict=True))
    marks = mark_table(circuit, answers, SETTINGS)
    assert lost(marks) == {"a21"}


def test_rounding_loses_nothing() -> None:
    """sigmoid(2 x) at x = 0.5 to three digits: 0.731, 0.731 * 0.269 = 0.197, times 2 = 0.393."""
    circuit = circuit_from_expression("sigmoid(2*x)").with_inputs({"x": 0.5})
    answers = {"a21": "1", "a31": "0.731", "d31": "1", "d21": "0.197", "d11": "0.393"}
    assert lost(mark_table(circuit, answers, SETTINGS)) == set()
    rounded_on = answers | {"d11": "0.394"}  # 2 * 0.197
    assert lost(mark_table(circuit, rounded_on, SETTINGS)) == set()


@pytest.mark.parametrize("seed", range(30))
def test_no_feedback_holds_a_number_of_the_solution(seed: int) -> None:
    """With inputs whose right numbers are all large, none may appear unless it was typed."""
    chance = random.Random(seed)
    solution = solve(TELLING)
    right = {
        name: show((solution.gradients if grad else solution.activations)[i]).lstrip("-")
        for name, (i, grad) in TELLING.cells.items()
    }
    answers = {
        name: chance.choice([f"-{number}", str(chance.randint(-30, 30)), "0", "_", "0,5"])
        for name, number in right.items()
    }
    marks = mark_table(TELLING, answers, SETTINGS)
    typed = {text.lstrip("-") for text in answers.values()}
    said = " ".join([*marks.headline, *marks.flags, *(mark.message for mark in marks.cells)])
    words = {word.strip(".,:;()-") for word in said.split()}
    hidden = {number for name, number in right.items() if name != "d51"}
    assert not words & (hidden - typed)


def test_the_solution_is_told_only_where_the_setting_allows() -> None:
    """After the last deadline an instructor may want it."""
    told = mark(settings=MarkingSettings(show_solution=True), a31="7")
    assert cell(told, "a31").message.endswith("The right number is -2.")
    assert "The right number" not in cell(mark(a31="7"), "a31").message


@given(st.dictionaries(st.sampled_from([*CIRCUIT.cells, "zz"]), st.text(max_size=30)))
def test_whatever_is_typed_is_marked(answers: dict[str, str]) -> None:
    """15 marks, each with a credit from 0 to 1, and a headline."""
    marks = mark_table(CIRCUIT, answers, SETTINGS)
    assert [mark.name for mark in marks.cells] == list(CIRCUIT.cells)
    assert all(0 <= mark.credit <= 1 for mark in marks.cells)
    assert marks.headline
