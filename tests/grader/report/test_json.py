"""grade.json has the promised keys, is written whole, and never inside a submission."""

import json
from fractions import Fraction

import pytest

from grader.report.json import grade_json, student_folder, write_grade
from grader.results import Grade, Item, ProblemGrade
from nnviz.errors import InputError


def make_grade(student="ann", message="ok"):
    more = ((("got", "-4"),), "sign-dropped")
    item = Item("a21", "carried", Fraction(1, 4), Fraction(1, 2), "-4", "-4", message, *more)
    waiting = Item("text", "needs-person", Fraction(0), Fraction(3))
    problems = (
        ProblemGrade("1", "Table", False, (item, item)),
        ProblemGrade("extra", "More", True, (waiting,)),
    )
    return Grade(
        "assignment1",
        student,
        problems,
        ("look at a21",),
        ("note",),
        (),
        None,
        "sha256:0",
        {"nnviz": "1"},
    )


def test_json_has_every_promised_key():
    """The keys of the documented format, with numbers that add up."""
    table = json.loads(grade_json(make_grade()))
    assert {
        "schema",
        "assignment",
        "student",
        "points",
        "max_points",
        "headline",
        "problems",
        "isolation",
        "seed",
        "input_hash",
        "versions",
    } <= set(table)
    assert (table["points"], table["max_points"], table["open_points"]) == (0.5, 1, 3)
    problem = table["problems"][0]
    assert {"id", "points", "max_points", "items"} <= set(problem)
    assert problem["items"][0] == {
        "id": "a21",
        "verdict": "carried",
        "points": 0.25,
        "max_points": 0.5,
        "typed": "-4",
        "read_as": "-4",
        "message": "ok",
        "evidence": [["got", "-4"]],
        "slip": "sign-dropped",
    }


def test_strange_text_survives():
    """Control characters and quotes come back as they were."""
    message = '\x1b[31m"<b>\u202e\n\0'
    table = json.loads(grade_json(make_grade(message=message)))
    assert table["problems"][0]["items"][0]["message"] == message


@pytest.mark.parametrize("student", ["ann", "s1234567", "a.b@uni.example", "ann_b-c+d"])
def test_plain_id_is_the_folders_name(student):
    """So that people find it."""
    assert student_folder(student) == student


@pytest.mark.parametrize(
    "student", ["", ".", "..", "../x", "a/b", "a\\b", "a b", "ä", "x" * 200, ".hidden", "a\0", "a."]
)
def test_other_ids_become_a_plain_name(student):
    """Nothing that leads elsewhere, nothing too long, and no two that are the same."""
    name = student_folder(student)
    assert name.replace("-", "").isalnum()
    assert len(name) < 60
    assert name != student_folder(student + "x")


def test_grade_is_written_and_replaced(tmp_path):
    """Nothing else is left in the folder."""
    for message in ("first", "second"):
        path = write_grade(make_grade(message=message), tmp_path / "out", tmp_path / "sub")
    assert path == tmp_path / "out" / "ann" / "grade.json"
    assert json.loads(path.read_bytes())["problems"][0]["items"][0]["message"] == "second"
    assert [one.name for one in path.parent.iterdir()] == ["grade.json"]


def test_nothing_is_written_inside_the_submission(tmp_path):
    """Not directly, and not by a link that leads there."""
    submission = tmp_path / "sub"
    submission.mkdir()
    (tmp_path / "link").symlink_to(submission)
    for out in (submission, submission / "grades", tmp_path / "link", tmp_path / "link" / "x"):
        with pytest.raises(InputError, match="lies inside the submission"):
            write_grade(make_grade(), out, submission)
    assert list(submission.iterdir()) == []


def test_link_in_place_of_the_grade_is_replaced_not_followed(tmp_path):
    """What it points to stays as it was."""
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / "out" / "ann").mkdir(parents=True)
    (tmp_path / "out" / "ann" / "grade.json").symlink_to(precious)
    write_grade(make_grade(), tmp_path / "out", tmp_path / "sub")
    assert precious.read_text() == "precious"


def test_place_that_can_not_be_written_to_is_told(tmp_path):
    """One line instead of a traceback."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match="can't be written"):
        write_grade(make_grade(), tmp_path / "out", tmp_path / "sub")
