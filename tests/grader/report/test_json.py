"""grade.json has the promised keys, is written whole, and never inside a submission."""

import json
from dataclasses import replace
from fractions import Fraction

import jsonschema
import pytest

from grader.report.json import (
    GradeFile,
    grade_json,
    grade_schema,
    parse_grade,
    read_grade,
    student_folder,
    write_grade,
)
from grader.results import Grade, Item, Late, ProblemGrade, Result
from nnviz.errors import InputError


def make_grade(student="ann", message="ok"):
    more = ((("got", "-4"),), "sign-dropped", "cell", "1", "a21")
    item = Item("a21", "carried", Fraction(1, 4), Fraction(1, 2), "-4", "-4", message, *more)
    waiting = Item("extra text", "needs-person", Fraction(0), Fraction(3), part="extra")
    problems = (
        ProblemGrade("1", "Table", False, (item, item)),
        ProblemGrade("extra", "More", True, (waiting,)),
    )
    return Grade(
        assignment="assignment1",
        student=student,
        problems=problems,
        headline=("look at a21",),
        notes=("note",),
        isolation=(),
        seed=None,
        input_hash="sha256:0",
        versions={"nnviz": "1"},
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
        "kind": "cell",
        "part": "1",
        "name": "a21",
        "share": 1,
        "marker": "",
        "comment": "",
        "unsettled": "",
    }


def full_grade():
    """A grade with everything in it that a grade may have."""
    return replace(
        make_grade(),
        seed=7,
        isolation=("landlock",),
        submitted="2026-05-02T10:00:00+02:00",
        due="2026-05-01T00:00:00+02:00",
        marking="abc",
        late=Late(2, Fraction(1, 5), Fraction(1, 10)),
        unpaid=(Result("code", "2.2", "tanh", "failed", Fraction(1, 3)),),
    )


@pytest.mark.parametrize("grade", [make_grade(), full_grade()], ids=["plain", "full"])
def test_grade_comes_back_exactly(grade):
    """Thirds and tenths too, and the same bytes when written again."""
    content = grade_json(grade)
    assert parse_grade(content) == grade
    assert grade_json(parse_grade(content)) == content


@pytest.mark.parametrize("grade", [make_grade(), full_grade()], ids=["plain", "full"])
def test_exported_schema_accepts_what_is_written(grade):
    """Judged by jsonschema, which shares no code with what writes the file."""
    jsonschema.Draft202012Validator.check_schema(grade_schema())
    jsonschema.validate(json.loads(grade_json(grade)), grade_schema())


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("schema",), "nnviz-grade/0", "schema"),
        (("points",), -1, "points"),
        (("points",), "5", "points"),
        (
            ("problems", 0, "items", 0, "verdict"),
            "perfect",
            r"problems\[0\].items\[0\].verdict",
        ),
        (("problems", 0, "items", 0, "share"), 2, r"problems\[0\].items\[0\].share"),
    ],
)
def test_wrong_file_is_refused_with_its_place(path, value, place):
    """By our reader and by the exported schema alike."""
    table = spot = json.loads(grade_json(make_grade()))
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = value
    with pytest.raises(InputError, match=f"grade.json: not a grade: .*{place}"):
        parse_grade(json.dumps(table).encode())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(table, grade_schema())


def test_every_field_of_the_schema_is_told_what_it_is():
    """Fields whose name says it all apart."""
    plain = {"schema", "assignment", "student", "problems", "versions", "late"}
    fields = grade_schema()["$defs"]["GradeFile"]["properties"]
    assert {name for name, field in fields.items() if "description" not in field} == plain
    assert set(fields) == set(GradeFile.__struct_fields__)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"schema": "nnviz-grade/1"}', b"\xff"])
def test_file_that_is_no_grade_is_told(tmp_path, content):
    """Cut off, another thing, no text."""
    path = tmp_path / "grade.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"grade\.json: not a grade: "):
        read_grade(path)
    with pytest.raises(InputError, match="can't be read"):
        read_grade(tmp_path / "none.json")


def test_strange_text_survives():
    """Control characters and quotes come back as they were."""
    message = '\x1b[31m"<b>\u202e\n\0'
    table = json.loads(grade_json(make_grade(message=message)))
    assert table["problems"][0]["items"][0]["message"] == message


def test_half_a_character_costs_only_itself():
    """A program can make one; UTF-8 has none."""
    table = json.loads(grade_json(make_grade(message="a\ud800b")))
    assert table["problems"][0]["items"][0]["message"] == "a?b"


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
