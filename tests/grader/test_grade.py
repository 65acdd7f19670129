"""From a submission to a grade: a right one, a partly wrong one, a broken one."""

import re
from fractions import Fraction

import pytest

from grader.grade import grade
from grader.report.json import grade_json
from grader.submission import read_submission
from tests.grader.conftest import RIGHT


@pytest.fixture
def graded(rubric):
    """Return a function that grades a folder."""
    return lambda folder: grade(read_submission(folder, rubric.sheet), rubric)


def items(result, problem):
    (found,) = (one for one in result.problems if one.id == problem)
    return {item.id: item for item in found.items}


def test_right_table_gets_all_points(make_submission, graded):
    """5 of 5, with the answers as typed."""
    result = graded(make_submission(RIGHT))
    assert result.student == "ann"
    assert result.problems[0].points == 5
    found = items(result, "1")
    assert {item.verdict for item in found.values()} == {"correct"}
    assert {name: item.typed for name, item in found.items()} == RIGHT
    assert result.notes == ()


def test_partly_wrong_table_loses_only_what_is_wrong(make_submission, graded):
    """a31 wrong and everything after it done right on that number: one cell of 0.2 is lost.

    With a31 = -3: a41 = -6, a51 = 36, d41 = 2 (-6) = -12, and so on backwards.
    """
    carried = {"a31": "-3", "a41": "-6", "a51": "36", "d41": "-12", "d31": "-12", "d21": "-12"}
    carried |= {"d22": "-12", "d11": "24", "d12": "-24", "d13": "12", "d14": "24", "d15": "-12"}
    result = graded(make_submission(RIGHT | carried))
    found = items(result, "1")
    assert found["a31"].points == 0
    assert {found[name].verdict for name in carried if name != "a31"} == {"carried"}
    assert result.problems[0].points == Fraction(48, 10)
    assert any("a31" in line for line in result.headline)


@pytest.mark.parametrize(("typed", "lost"), [("7", "1/2"), ("x", "1/4"), ("", "1/2")])
def test_wrong_derivative_costs_that_derivative(make_submission, graded, typed, lost):
    """Half a point, and half of that where the power's own rule was only half applied."""
    result = graded(make_submission(RIGHT | {"square": typed}))
    assert result.problems[0].points == 5 - Fraction(lost)


def test_broken_file_costs_only_what_is_broken(make_submission, graded):
    """No header, a missing quote, a word for a number, an unknown key: the rest is marked."""
    folder = make_submission(RIGHT)
    path = folder / "answers.toml"
    text = path.read_text()
    for old, new in (
        ("[problem1]", "[problem1"),
        ('a21 = "-4"', 'a21 = "-4'),
        ('a22 = "2"', 'a22 = "two"'),
        ('a31 = "-2"', "a31 minus two"),
        ('d15 = "-10"', 'd16 = "-10"'),
        ("[derivatives]", "derivatives"),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    result = graded(folder)
    found = items(result, "1")
    assert found["a21"].verdict == "correct"
    assert (found["a22"].verdict, found["a22"].typed) == ("wrong", "two")
    assert '"two" is not a number' in found["a22"].message
    assert found["a31"].verdict == "blank"
    assert found["d15"].verdict == "blank"
    assert found["square"].verdict == "correct"
    lost = found["a22"].max_points + found["a31"].max_points + found["d15"].max_points
    assert result.problems[0].points == 5 - lost
    lines = re.findall(r"answers\.toml:(\d+): ", "\n".join(result.notes))
    assert len(set(lines)) == 5  # the word for a number stands with its cell


def test_what_no_machine_marked_waits_for_a_person(make_submission, graded):
    """Texts and code give no points and lose none; what is missing is blank."""
    folder = make_submission(RIGHT)
    path = folder / "answers.toml"
    path.write_text(path.read_text().replace('"4" = """\n', '"4" = """\nThey show features.\n'))
    result = graded(folder)
    assert items(result, "4")["4 text"].verdict == "needs-person"
    assert items(result, "4")["4 text"].typed.strip() == "They show features."
    assert items(result, "2")["2.1 text"].verdict == "blank"
    assert items(result, "2")["2.2 sigmoid"].verdict == "needs-person"
    assert result.points == 5
    assert result.open_points == 7 + 8  # the text, and code in 2.2, 2.3, 3.2, 3.3, 3.4 and 5


def test_no_code_is_blank(make_submission, graded):
    """Without improvements.py nobody has to look."""
    folder = make_submission(RIGHT)
    (folder / "improvements.py").unlink()
    assert items(graded(folder), "2")["2.2 sigmoid"].verdict == "blank"


SMALL = 'data = "digits"\nhidden = [8]\niterations = 1\n'


def test_claims_share_the_parts_points(make_submission, graded):
    """Two claims, one of them invented: half of the part's point."""
    claims = "".join(
        f'\n[[claims]]\nproblem = "2.3"\nexperiment = "experiments/a.toml"\n{number}\n'
        for number in ("dead = { L1 = 0 }", "train_accuracy = 99.0")
    )
    folder = make_submission(RIGHT, claims)
    (folder / "experiments" / "a.toml").write_text(SMALL)
    result = graded(folder)
    found = items(result, "2")
    assert found["2.3 claim 1"].verdict == "passed"
    assert found["2.3 claim 2"].verdict == "failed"
    assert found["2.3 claim 1"].points == found["2.3 claim 1"].max_points == Fraction(1, 2)
    assert found["2.1 claim"].verdict == "blank"
    assert "ours at iteration 1" in found["2.3 claim 2"].message


def test_claim_for_no_part_is_noted_and_not_run(make_submission, graded):
    """The parts that take claims are listed."""
    more = '\n[[claims]]\nproblem = "9"\nexperiment = "course"\niteration = 900000\n'
    (note,) = graded(make_submission(RIGHT, more)).notes
    assert re.fullmatch(r"answers.toml:\d+: a claim for `9`: expected one of 2.1, .*", note)


def test_points_add_up(make_submission, graded, rubric):
    """Every item's maximum together is what the rubric gives, whatever was handed in."""
    for answers in ({}, RIGHT):
        result = graded(make_submission(answers, student=f"s{len(answers)}"))
        assert result.max_points == rubric.file.points
        by_id = {problem.id: problem.points for problem in rubric.problems}
        assert {problem.id: problem.max_points for problem in result.problems} == by_id


def test_other_assignment_only_warns(make_submission, graded):
    """What is graded is what the grader was told."""
    folder = make_submission(RIGHT)
    path = folder / "answers.toml"
    path.write_text(path.read_text().replace('"assignment1"', '"assignment2"'))
    result = graded(folder)
    assert result.assignment == "assignment1"
    assert result.notes == ("answers.toml: assignment = `assignment2`; graded as assignment1",)


def test_same_submission_same_bytes(make_submission, graded):
    """Nothing of a grade depends on when or where it was made."""
    folder = make_submission(RIGHT)
    moved = folder.with_name("elsewhere")
    first = grade_json(graded(folder))
    folder.rename(moved)
    assert grade_json(graded(moved)) == first
