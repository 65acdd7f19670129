"""What a student may get wrong in answers.toml, and the line that says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.answers import MAX_CLAIMS, Claim, read_answers

SHEET = {"problem1": ("a21", "a22"), "derivatives": ("square",), "texts": ("2.1", "extra")}

CLAIM = """
[[claims]]
problem = "3.4"
experiment = "experiments/relu.toml"
iteration = 200
train_accuracy = 92.1
dead = { L1 = 14 }
"""


def test_everything_is_read():
    """A file as it should be gives its answers and no notes."""
    head = 'assignment = "assignment1"\nstudent = "ann"\n'
    answers = read_answers(
        f'{head}[problem1]\na21 = "-4"\n[derivatives]\nsquare = "2x"\n{CLAIM}'
        '[texts]\n"2.1" = """\nhello\n"""\n',
        SHEET,
    )
    assert (answers.assignment, answers.student) == ("assignment1", "ann")
    assert answers.typed == {
        "problem1": {"a21": "-4"},
        "derivatives": {"square": "2x"},
        "texts": {"2.1": "hello\n"},
    }
    assert answers.claims == (
        Claim(9, "3.4", "experiments/relu.toml", 200, train_accuracy=92.1, dead={"L1": 14}),
    )
    assert answers.notes == ()


@given(st.text(max_size=300))
def test_never_raises(text):
    """Any text gives answers and notes."""
    read_answers(text, SHEET)
    read_answers(f"[[claims]]\n{text}", SHEET)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (
            "[problem1]\na23 = 1",
            "answers.toml:2: unknown key `a23` in [problem1]; did you mean a22?",
        ),
        ("[problem1]\nx = 1", "answers.toml:2: unknown key `x` in [problem1]; expected a21, a22"),
        (
            "[problem1]\na21 = 1\na21 = 2",
            "answers.toml:3: a21 is given again; this one counts, not `1` of line 2",
        ),
        ("[problem1]\na21 = 2*3", "answers.toml:2: a21 is not TOML; read as `2*3`"),
        ("[problem1]\nhello", 'answers.toml:2: `hello`: expected KEY = "VALUE"'),
        (
            "[problem9]",
            "answers.toml:1: `[problem9]`: expected one of [problem1], [derivatives], "
            "[texts], [claims]",
        ),
    ],
)
def test_slip_is_told_with_its_line(text, note):
    """One line each: the file, the line, what was read, what was expected."""
    assert read_answers(text, SHEET).notes == (note,)


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ('train_accuracy = "ninety"', "train_accuracy = `ninety`: expected a number, such as 92.1"),
        ("train_accuracy = nan", "train_accuracy = `nan`: expected a number, such as 92.1"),
        (
            "train_accuracy = 92,1",
            "train_accuracy = `92,1`: expected 92.1 or 921? Write it without a comma",
        ),
        ("iteration = 2.5", "iteration = 2.5: expected a whole number from 0 to 1,000,000"),
        ("iteration = 10000000", "iteration = 1e+07: expected a whole number from 0 to 1,000,000"),
        ("dead = 14", "dead = `14`: expected the layers' counts, such as { L1 = 14 }"),
        (
            "dead = { L1 = -1 }",
            "dead = `{ L1 = -1 }`: expected the layers' counts, such as { L1 = 14 }",
        ),
    ],
)
def test_number_of_a_claim_that_cannot_be_read_costs_that_number_only(line, note):
    """The claim stays, without it."""
    answers = read_answers(
        f'[[claims]]\nproblem = 3.4\nexperiment = "relu"\nloss = 1\n{line}', SHEET
    )
    assert answers.notes == (f"answers.toml:5: {note}",)
    assert answers.claims == (Claim(2, "3.4", "relu", loss=1.0),)


@pytest.mark.parametrize("typed", ["92.1", '"92.1"', '"92.1 %"', "92.1 %", "+92.1", "921e-1"])
def test_ways_to_write_a_number_of_a_claim(typed):
    """Quotes and a percent sign do no harm."""
    (claim,) = read_answers(f"[[claims]]\ntrain_accuracy = {typed}", SHEET).claims
    assert claim.train_accuracy == pytest.approx(92.1, abs=0)


def test_claim_that_names_nothing_says_so():
    """Both names are needed to run anything."""
    notes = read_answers("[[claims]]\nloss = 1", SHEET).notes
    assert notes == (
        "answers.toml:2: this claim names no experiment: expected "
        'experiment = "experiments/relu.toml"',
        'answers.toml:2: this claim names no problem: expected problem = "3.4"',
    )


def test_lost_header_costs_no_answer():
    """A key that stands in one table only is put there, and a repeated `problem` is a new claim."""
    text = "[problem1\na21 = 1\n[deriv]\nsquare = 2\n" + CLAIM + CLAIM.replace("[[claims]]", "oops")
    answers = read_answers(text, SHEET)
    assert answers.typed["problem1"] == {"a21": "1"}
    assert answers.typed["derivatives"] == {"square": "2"}
    assert [claim.experiment for claim in answers.claims] == ["experiments/relu.toml"] * 2


def test_empty_repetition_does_not_undo_an_answer():
    """The template's empty line and a filled one below it, or above it, are one answer."""
    for text in ('a21 = ""\na21 = "5"', 'a21 = "5"\na21 = ""'):
        answers = read_answers(f"[problem1]\n{text}", SHEET)
        assert answers.typed["problem1"] == {"a21": "5"}
        assert answers.notes == ()


@pytest.mark.parametrize(
    "text", ['problem1 = { a21 = "5" }', "problem1.a21 = 5", "[problem1]\nA21 = 5"]
)
def test_other_ways_to_write_a_cell(text):
    """Inline tables, dotted keys and capitals."""
    answers = read_answers(text, SHEET)
    assert answers.typed["problem1"] == {"a21": "5"}
    assert answers.notes == ()


def test_claims_are_bounded():
    """A thousand claims are not a thousand runs."""
    answers = read_answers(CLAIM * (MAX_CLAIMS + 1), SHEET)
    assert len(answers.claims) == MAX_CLAIMS
    assert "more than 50 claims" in answers.notes[0]
