"""People's marks count when a class is graded, again too, as they do for one submission."""

import json
from fractions import Fraction

import pytest

from grader.assignments import assignment_folder
from grader.cohort.pool import Pool
from grader.cohort.register import read_register
from grader.cohort.run import ClassJob, grade_class
from grader.cohort.work import Work
from grader.human_marks import Mark, answer_digest, append_mark, load_marks, marks_file
from grader.regrading import apply, find_grades, regrade
from grader.rubric import load_rubric
from tests.grader.cohort.conftest import Silent, written

ASSIGNMENT = assignment_folder("assignment1").resolve()
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00"
    b":~\x9bU\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def folder(make_class):
    """Ann and Ben wrote on 2.1, Ann with a picture."""
    names = ("ann", "ben")
    folder = make_class({n: f'student = "{n}"\n[texts]\n"2.1" = "{n} on it"\n' for n in names})
    (folder / "ann" / "figures").mkdir()
    (folder / "ann" / "figures" / "loss.png").write_bytes(PNG)
    return folder


def mark(student, points, marker="eva", text=None):
    return Mark(
        *(student, "2", "2.1 text", Fraction(points), Fraction(3), marker, "2026-05-01T10:00:00Z"),
        comment="Say why.",
        answer=answer_digest(text or f"{student} on it"),
    )


def graded(folder, out, **more):
    job = ClassJob(folder, out, Work(ASSIGNMENT), marks=load_marks(out), **more)
    return grade_class(job, Pool(1), Silent())


def points(out, student):
    return json.loads((out / student / "grade.json").read_bytes())["points"]


def test_marks_that_lie_in_the_folder_count(folder, tmp_path):
    """As if they had come later, by regrading: the same bytes, figures included."""
    before, after = tmp_path / "before", tmp_path / "after"
    append_mark(marks_file(before, "eva"), mark("ann", 2))
    graded(folder, before)
    assert (points(before, "ann"), points(before, "ben")) == (2, 0)
    graded(folder, after)
    append_mark(marks_file(after, "eva"), mark("ann", 2))
    rubric, marks = load_rubric(ASSIGNMENT), load_marks(after)
    changes = [regrade(path, rubric, marks) for path in find_grades(after)]
    assert apply(changes, rubric, marks, after) == 1
    assert written(before) == written(after)
    assert (before / "ann" / "figure-1.png").read_bytes() == PNG


def test_submission_that_is_marked_again_keeps_its_mark(folder, tmp_path):
    """Its files were lost: --resume grades it anew, and the marker's work is not."""
    out = tmp_path / "out"
    graded(folder, out)
    append_mark(marks_file(out, "eva"), mark("ann", 2))
    (out / "ann" / "grade.json").unlink()
    graded(folder, out, resume=True)
    assert points(out, "ann") == 2
    rows = {row.student: row.points for row in read_register(out).submissions}
    assert rows == {"ann": 2, "ben": 0}


def test_mark_for_another_text_waits_for_a_person(folder, tmp_path):
    """As does what two markers see differently; neither gives points by itself."""
    out = tmp_path / "out"
    append_mark(marks_file(out, "eva"), mark("ann", 2, text="what stood there before"))
    append_mark(marks_file(out, "eva"), mark("ben", 2))
    append_mark(marks_file(out, "bob"), mark("ben", 1, marker="bob"))
    graded(folder, out)
    for student in ("ann", "ben"):
        table = json.loads((out / student / "grade.json").read_bytes())
        (item,) = [i for p in table["problems"] for i in p["items"] if i["id"] == "2.1 text"]
        assert item["unsettled"]
