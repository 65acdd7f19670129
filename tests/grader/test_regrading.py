"""Regrading runs nothing, tells exactly why points change, and writes all files or none."""

import json
import shutil
from dataclasses import replace
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.cohort.journal import read_lines
from grader.cohort.pool import Pool
from grader.cohort.register import read_register
from grader.cohort.run import ClassJob, grade_class
from grader.cohort.work import Work
from grader.human_marks import NO_MARKS, Mark, append_mark, decide, load_marks, marks_file
from grader.regrading import apply, find_grades, reasons, regrade
from grader.report.json import grade_json, read_grade
from grader.results import Result
from grader.rubric import load_rubric
from grader.scoring import score
from grader.table_picture import picture_svg
from grader.variants import variant_of
from nnviz.errors import InputError
from tests.grader.cohort.conftest import WORK, Silent
from tests.grader.conftest import RIGHT
from tests.grader.test_scoring import changed, make_results, mark, with_part
from tests.shell import with_nobody_reading


def told(before, after):
    return {reason.text: reason.points for reason in reasons(before, after)}


CELLS = make_results(
    Result("cell", "1", "a21", "carried"),
    Result("cell", "1", "d41", "misconception"),
    Result("cell", "1", "d31", "correct"),
    Result("text", "4", "", "needs-person", typed="text"),
)


def test_changed_shares_are_told_by_verdict(rubric):
    """a21 has 0.2 points, d41 0.3."""
    before = score(CELLS, rubric)
    after = score(CELLS, changed(rubric, carried=Fraction(1, 2), misconception=Fraction(1)))
    assert told(before, after) == {
        "carried forward pays 0.5 instead of 1 of its points": Fraction(-1, 10),
        "misconception pays 1 instead of 0.5 of its points": Fraction(15, 100),
    }


def test_changed_points_are_told_apart_from_changed_shares(rubric):
    """A text of 7, then of 14 points, marked with 5 of 7: first the worth, then the mark."""
    settings = with_part(rubric, "4", text=Fraction(14))
    before = score(CELLS, rubric, decide([mark(2)]))
    after = score(CELLS, settings, decide([mark(5, comment="good")]))
    assert told(before, after) == {
        "worth 14 instead of 7": 2,
        "marked by eva: good": 6,
    }


def test_marks_that_come_and_go_are_told(rubric):
    """Taken back, unsettled."""
    plain, marked = score(CELLS, rubric), score(CELLS, rubric, decide([mark(5)]))
    assert told(plain, marked) == {"marked by eva": 5}
    assert told(marked, plain) == {"the mark of eva is taken back": -5}
    other = msgspec.structs.replace(mark(3), marker="tom")
    unsettled = score(CELLS, rubric, decide([mark(5), other]))
    text = "a person has to look again: two people differ: eva 5 and tom 3"
    assert told(marked, unsettled) == {text: -5}


def test_new_and_dropped_parts_are_told(rubric):
    """A check that pays no more, and one that was not run."""
    results = make_results(Result("code", "2.2", "old", "passed"))
    before = score(results, with_part(rubric, "2.2", checks=("old",)))
    after = score(results, with_part(rubric, "2.2", checks=("new",)))
    assert told(before, after) == {
        "is no longer in the rubric": -1,
        "is new in the rubric: a person has to look": 0,
    }


def test_lateness_is_told(rubric):
    """As points of the sum."""
    late = replace(
        make_results(Result("derivative", "1", "square", "correct")),
        submitted="2026-05-02T00:00:00Z",
        due="2026-05-01T00:00:00Z",
    )
    free = replace(rubric, file=msgspec.structs.replace(rubric.file, late=None))
    assert told(score(late, free), score(late, rubric)) == {
        "being late costs 10 % instead of 0 %": Fraction(-5, 100)
    }


@given(
    st.lists(
        st.sampled_from(["correct", "carried", "misconception", "wrong", "needs-person"]),
        min_size=15,
        max_size=15,
    ),
    st.fractions(0, 1, max_denominator=10),
    st.fractions(0, 1, max_denominator=10),
    st.integers(1, 20),
)
def test_reasons_add_up_exactly(rubric, verdicts, carried, given, of):
    """Whatever changes, the reasons make the whole difference."""
    cells = zip(rubric.circuits["1"].cells, verdicts, strict=True)
    results = make_results(
        *(Result("cell", "1", name, verdict) for name, verdict in cells),
        Result("text", "4", "", "needs-person"),
    )
    settings = with_part(changed(rubric, carried=carried), "4", text=Fraction(of))
    before = score(results, rubric, decide([mark(3)]))
    after = score(results, settings, decide([mark(7 * given)]))
    assert sum(told(before, after).values()) == after.points - before.points


def test_same_rubric_changes_nothing(rubric, tmp_path):
    """Also read back from the file."""
    path = tmp_path / "grade.json"
    path.write_bytes(grade_json(score(CELLS, rubric)))
    change = regrade(path, rubric, NO_MARKS)
    assert change.stays
    assert change.reasons == ()


def test_grade_of_another_assignment_is_refused(rubric, tmp_path):
    """With its path."""
    path = tmp_path / "grade.json"
    path.write_bytes(grade_json(score(replace(CELLS, assignment="other"), rubric)))
    with pytest.raises(InputError, match=r"grade\.json: a grade of 'other', not of assignment1"):
        regrade(path, rubric, NO_MARKS)
    with pytest.raises(InputError, match="there is no grade in it"):
        find_grades(tmp_path / "nowhere")


@pytest.fixture
def graded_class(make_submission, tmp_path):
    """Three students graded as a class."""
    folder = tmp_path / "class"
    folder.mkdir()
    for student in ("ann", "bob", "cem"):
        make_submission({"a21": RIGHT["a21"]}, student=student).rename(folder / student)
    out = tmp_path / "out"
    grade_class(ClassJob(folder, out, Work(WORK.assignment)), Pool(1), Silent())
    return folder, out


def test_applied_marks_reach_grade_pages_class_and_journal(graded_class, rubric):
    """And `--resume` leaves all of it alone."""
    folder, out = graded_class
    time = "2026-05-01T10:00:00Z"
    one = Mark("bob", "1", "a22", Fraction(1, 10), Fraction(1, 5), "eva", time, comment="half")
    append_mark(marks_file(out, "eva"), one)
    marks = load_marks(out)
    changes = [regrade(path, rubric, marks) for path in find_grades(out)]
    assert [change.student for change in changes if not change.stays] == ["bob"]
    assert apply(changes, rubric, marks, out) == 1
    assert read_grade(out / "bob" / "grade.json").points == Fraction(3, 10)
    assert "marked by eva" in (out / "bob" / "feedback.html").read_text()
    rows = {row.student: row.points for row in read_register(out).submissions}
    assert rows == {"ann": 0.2, "bob": 0.3, "cem": 0.2}
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    watch = Silent()
    grade_class(ClassJob(folder, out, Work(WORK.assignment), resume=True), Pool(1), watch)
    assert watch.begun == (3, 3)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert [line.points for line in read_lines(out)][-1] == 0.3
    assert all(regrade(path, rubric, marks).stays for path in find_grades(out))


def test_nobody_has_to_read_the_changes_for_them_to_be_written(graded_class):
    """`nnviz regrade --apply | head` writes the grades before it is cut off."""
    _, out = graded_class
    one = Mark("bob", "1", "a22", Fraction(1, 10), Fraction(1, 5), "eva", "2026-05-01T10:00:00Z")
    append_mark(marks_file(out, "eva"), one)
    assert with_nobody_reading("regrade", str(out), "--apply") == (0, "")
    assert read_grade(out / "bob" / "grade.json").points == Fraction(3, 10)


def test_full_disk_changes_nothing(graded_class, rubric, monkeypatch):
    """It is full at the fourth file; no draft stays behind."""
    _, out = graded_class
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    settings = changed(rubric, show_solution=True)
    settings = with_part(settings, "4", text=Fraction(8))
    changes = [regrade(path, settings, NO_MARKS) for path in find_grades(out)]
    assert not any(change.stays for change in changes)
    real, count = type(out).write_bytes, iter(range(100))

    def full(path, content):
        if next(count) == 3:
            raise OSError(28, "No space left on device")
        return real(path, content)

    monkeypatch.setattr(type(out), "write_bytes", full)
    with pytest.raises(InputError, match="No space left on device"):
        apply(changes, settings, NO_MARKS, out)
    monkeypatch.undo()
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_pictures_are_kept(make_submission, rubric, tmp_path):
    """A page written anew shows the student's pictures, from beside the grade."""
    out = tmp_path / "out" / "ann"
    out.mkdir(parents=True)
    results = replace(CELLS, figures=())
    (out / "grade.json").write_bytes(grade_json(score(results, rubric)))
    table = json.loads((out / "grade.json").read_bytes())
    table["figures"] = [{"file": "figure-1.png", "title": "figures/loss.png"}]
    (out / "grade.json").write_text(json.dumps(table))
    (out / "figure-1.png").write_bytes(b"\x89PNG")
    marks = decide([mark(5)])
    changes = [regrade(path, rubric, marks) for path in find_grades(out)]
    apply(changes, rubric, marks, out)
    assert "data:image/png;base64,iVBORw==" in (out / "feedback.html").read_text()


def test_own_numbers_need_their_secret(rubric, tmp_path):
    """The new page shows the student's own numbers, not those of the assignment."""
    secret = b"a secret of enough bytes"
    own = variant_of(rubric, secret, "ann")
    path = tmp_path / "grade.json"
    path.write_bytes(grade_json(score(replace(CELLS, marking=own.marking), own)))
    with pytest.raises(InputError, match=r"grade\.json: the student had numbers of their own"):
        regrade(path, rubric, NO_MARKS)
    marks = decide([mark(5)])
    change = regrade(path, rubric, marks, secret)
    assert (change.points, change.outdated) == (5, False)
    apply([change], rubric, marks, tmp_path, secret)
    grade = read_grade(path)
    picture = picture_svg(own.circuits["1"], grade.problems[0].items)
    assert (tmp_path / "problem1.svg").read_text() == picture
    assert picture != picture_svg(rubric.circuits["1"], grade.problems[0].items)


def test_rubric_file_may_lie_anywhere(rubric, tmp_path):
    """Its circuits are then the assignment's."""
    shutil.copy(WORK.assignment / "rubric.toml", tmp_path / "mine.toml")
    again = load_rubric(tmp_path / "mine.toml", beside=WORK.assignment)
    assert again.marking == rubric.marking
