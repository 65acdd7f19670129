"""Points add up exactly, or the rubric is refused with the place."""

import re
import shutil
from fractions import Fraction

import pytest

from grader.assignments import assignment_folder
from grader.rubric import load_rubric, shown
from nnviz.cli import VERBS
from nnviz.errors import InputError
from nnviz.presets import PRESETS


@pytest.fixture
def changed(tmp_path):
    """Return a function that loads assignment 1's rubric with one text replaced by another."""

    def load(old, new):
        source = assignment_folder("assignment1")
        shutil.copy(source / "circuit.toml", tmp_path)
        text = (source / "rubric.toml").read_text()
        assert text.count(old) >= 1
        (tmp_path / "rubric.toml").write_text(text.replace(old, new, 1))
        return load_rubric(tmp_path)

    return load


def test_assignment_1_has_the_courses_points(rubric):
    """5, 12, 16, 7 and 10 make 50; the extra credit comes on top (the course's own numbers)."""
    points = {problem.id: problem.points for problem in rubric.problems if not problem.extra}
    assert points == {"1": 5, "2": 12, "3": 16, "4": 7, "5": 10}
    assert rubric.file.points == 50


def test_points_are_exact(rubric):
    """0.2 is a fifth, not the float next to it."""
    assert rubric.problems[0].table.activation == Fraction(1, 5)


def test_sheet_offers_what_the_circuit_asks(rubric):
    """15 cells, 2 derivatives, 10 texts."""
    assert {name: len(keys) for name, keys in rubric.sheet.items()} == {
        "problem1": 15,
        "derivatives": 2,
        "texts": 10,
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "gradient = 0.3",
            "gradient = 0.4",
            r"problems\[0\] \(id 1\): 0.5 \(derivative square\) \+ "
            r"0.5 \(derivative exponential\) \+ 1 \(5 activations\) \+ 4 \(10 gradients\) "
            r"makes 6 points, not the problem's 5",
        ),
        ("points = 50", "points = 51", "points = 51: the problems that are not extra make 50"),
        (
            "claim = 1, text = 3",
            "claim = 1, text = 4",
            r"problems\[1\] \(id 2\): .* makes 13 points",
        ),
        (
            "claim = 1, text = 3",
            "claim = 1, txt = 3",
            r"unknown field `txt` - at `problems\[1\].parts\[0\]`",
        ),
        ("gradient = 0.3", 'gradient = "much"', "expected a number, not 'much' - at"),
        ("gradient = 0.3", "gradient = -0.3", "expected a number from 0, not -0.3 - at"),
        ("gradient = 0.3", "gradient = nan", "expected a number, not"),
        ("gradient = 0.3", "gradient = true", "expected a number, not 'True' - at"),
        (
            'answer = "2 x"',
            'answer = "2 y"',
            r"problems\[0\] \(id 1\): derivative square: answer: ",
        ),
        ('id = "2.2"', 'id = "2.1"', "the id 2.1 stands twice"),
        ('id = "square"', 'id = "exponential"', "the id exponential stands twice"),
        (
            "misconception = 0.5",
            "misconception = 1.5",
            "marking.misconception: expected a share from 0 to 1",
        ),
        ("points = 50", "points = ", r"rubric.toml: not TOML: .*line 6"),
        (
            '{ points = 1, text = "what to look at',
            '{ points = 2, text = "what to look at',
            r"criteria.2.1: 1 \+ 1 \+ 2 makes 4 points, not the text's 3",
        ),
        ('"2.1" = [', '"2.9" = [', "criteria.2.9: no part with a text has this id.*did you mean 2"),
        ('"1" = "', '"2.9" = "', "reading: 2.9 is no problem, no part and no slip"),
        ("per_day = 0.1", "per_day = 1.5", "late.per_day: expected a share"),
        ("# due = 2026-05-01T23:59:00+02:00", "due = 2026-05-01T23:59:00", "at `late.due`"),
        ("grace_minutes = 15", "grace_minutes = -1", "late.grace_minutes: expected a number from"),
        (
            "slips = {}",
            "slips = { forgoten-k = 1 }",
            "marking.slips: there is no slip forgoten-k; did you mean forgotten-k",
        ),
        (
            "slips = {}",
            "slips = { forgotten-k = 2 }",
            "marking.slips.forgotten-k: expected a share from 0 to 1",
        ),
        ("circuit.toml", "square.toml", r"square.toml: there is no such file"),
    ],
)
def test_mistake_is_refused_with_its_place(changed, old, new, message):
    """File, place, what stands there, what was expected."""
    with pytest.raises(InputError, match=message):
        changed(old, new)


def test_fractions_may_be_written_as_such(changed):
    """1/3 is exact too."""
    assert changed("misconception = 0.5", 'misconception = "1/3"').file.marking.misconception == (
        Fraction(1, 3)
    )


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("carried = 1 ", "carried = 0.5 ", True),
        ("code = 3, claim = 3", "code = 4, claim = 2", True),
        ("accuracy_tolerance = 1", "accuracy_tolerance = 2", False),
        ("show_solution = false", "show_solution = true", False),
        ('answer = "2 x"', 'answer = "x + x"', False),
    ],
)
def test_rules_of_marking_are_told_from_points(rubric, changed, old, new, same):
    """Points can be given anew without looking at a submission again; verdicts can't."""
    assert (changed(old, new).marking == rubric.marking) is same


def test_circuit_may_lie_beside_the_assignment(tmp_path):
    """A changed copy of the rubric is enough."""
    source = assignment_folder("assignment1")
    shutil.copy(source / "rubric.toml", tmp_path / "mine.toml")
    assert load_rubric(tmp_path / "mine.toml", beside=source).circuits.keys() == {"1"}


def test_what_to_read_again_exists(rubric):
    """Its commands are commands, and their runs are presets or files."""
    told = " ".join(rubric.file.reading.values())
    commands = re.findall(r"`nnviz (\w+) ([\w.-]+)", told)
    assert len(commands) >= 8
    for verb, run in commands:
        assert verb in VERBS
        assert run in PRESETS or run.startswith("--") or run == "FILE.toml"


def test_missing_rubric_is_told(tmp_path):
    """With the path."""
    with pytest.raises(InputError, match=r"rubric.toml: there is no such file"):
        load_rubric(tmp_path)


@pytest.mark.parametrize(
    ("points", "text"),
    [(Fraction(5), "5"), (Fraction(1, 4), "0.25"), (Fraction(1, 3), "0.33"), (Fraction(0), "0")],
)
def test_points_for_people(points, text):
    """At most two decimals, none that says nothing."""
    assert shown(points) == text
