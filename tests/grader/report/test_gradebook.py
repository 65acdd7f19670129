"""Gradebooks have the columns of their platforms, miss nobody silently, and compute nothing."""

import csv
import io
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.gradebook import CANVAS, FORMS, MOODLE, Row, canvas, moodle, plain, row, safe
from nnviz.errors import InputError
from tests.grader.report.hostile import ATTACKS
from tests.grader.report.test_html import make_grade

TITLE = "Understanding neural networks"
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1+1",
    "|cmd",
    "%0A=1",
    *ATTACKS,
)


def make_row(student="ann", points="31.25", person="", **more):
    values = {"late_days": 0, "submitted": "", "problems": {"1": Fraction(5)}, "headline": ()}
    return Row(student, person, Fraction(points), Fraction(50), Fraction(0), **(values | more))


def cells(book):
    return list(csv.reader(io.StringIO(book.content.decode("utf-8-sig"))))


def test_plain_has_the_points_of_each_problem(rubric):
    """In the rubric's order."""
    (header, line) = cells(plain([row(make_grade(rubric), "Ann Lee")], TITLE))
    assert header[:4] == ["student", "name", "points", "max_points"]
    assert header[-6:] == [f"problem {id}" for id in ("1", "2", "3", "4", "5", "extra")]
    assert line[:5] == ["ann", "Ann Lee", "0", "50", "55"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(form, text):
    """Whatever the id, the name and the headline; after a BOM, too."""
    rows = [make_row(text, person=text, headline=(text,), submitted=text)]
    for line in cells(FORMS[form](rows, text, None)):
        for cell in line:
            assert not cell.startswith(tuple("=+-@|%\t\r\n＝＋－＠")), cell


@given(st.text(max_size=30))
def test_safe_text_is_one_line_and_no_formula(text):
    """Whatever it is."""
    cell = safe(text)
    assert cell[:1] not in tuple("=+-@|%＝＋－＠")
    assert cell.isprintable()


def test_canvas_columns_and_points_possible():
    """A number is Canvas's own id, anything else a login; the second line is the maximum."""
    header, most, first, second = cells(canvas([make_row("1234"), make_row("ann")], TITLE))
    assert header == [*CANVAS, TITLE]
    assert (most[0].strip(), most[-1]) == ("Points Possible", "50")
    assert first == ["1234", "1234", "", "", "", "31.25"]
    assert second == ["ann", "", "", "ann", "", "31.25"]


def test_canvas_export_is_filled_in(tmp_path):
    """Its column, found by the title, and nothing else; who is missed on either side is told."""
    path = tmp_path / "canvas.csv"
    path.write_text(
        f'Student,ID,SIS User ID,SIS Login ID,Section,"{TITLE} (991)",Other (7),Final Score\n'
        "    Points Possible,,,,,50,10,(read only)\n"
        '"Lee, Ann",11,s11,ann,A,,9,80\n'
        '"=cmd, Bob",12,s12,bob,A,3,-2,70\n',
        encoding="utf-8-sig",
    )
    book = canvas([make_row("11"), make_row("zoe")], TITLE, path)
    header, most, ann, bob = cells(book)
    assert header[5] == f"{TITLE} (991)"
    assert most[5:] == ["50", "10", "(read only)"]
    assert ann == ["Lee, Ann", "11", "s11", "ann", "A", "31.25", "9", "80"]
    assert bob == ["'=cmd, Bob", "12", "s12", "bob", "A", "3", "-2", "70"]
    assert book.not_in_roster == ("zoe",)
    assert book.without_grade == ("12",)


def test_column_that_is_not_there_is_added(tmp_path):
    """At the end, for every line."""
    path = tmp_path / "canvas.csv"
    path.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\nPoints Possible,,,,\nAnn,11,,,A\n"
    )
    header, most, ann = cells(canvas([make_row("11")], TITLE, path))
    assert (header[-1], most[-1], ann[-1]) == (TITLE, "50", "31.25")


def test_moodle_columns():
    """As its offline grading worksheet has them; the comment is escaped as the HTML it is."""
    header, line = cells(moodle([make_row("77", headline=("<b>look</b>",))], TITLE))
    assert header == list(MOODLE)
    assert line[0] == "Participant 77"
    assert line[4:7] == ["31.25", "50", "Yes"]
    assert line[9] == "31.25 of 50 points.<br>&lt;b&gt;look&lt;/b&gt;"


def test_moodle_worksheet_is_filled_in(tmp_path):
    """By the participant's number, which file names have; dates stay as they are."""
    path = tmp_path / "moodle.csv"
    path.write_text(
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
        "Last modified (submission),Last modified (grade),Feedback comments\n"
        'Participant 77,Ann Lee,ann@x.org,Submitted,,50.00,Yes,"Friday, 1 May 2026, 9:00 PM",-,\n'
    )
    book = moodle([make_row("77", person="Ann Lee")], TITLE, path)
    _, line = cells(book)
    assert line[:6] == ["Participant 77", "Ann Lee", "ann@x.org", "Submitted", "31.25", "50.00"]
    assert line[7] == "Friday, 1 May 2026, 9:00 PM"
    assert line[9].startswith("31.25 of 50")
    assert (book.not_in_roster, book.without_grade) == ((), ())


def test_plain_roster_lists_who_has_no_grade(tmp_path):
    """With an empty cell, not with a 0."""
    path = tmp_path / "roster.csv"
    path.write_text("student,name\nann,Ann Lee\nbob,Bob Ray\n")
    book = plain([make_row("ann"), make_row("zoe")], TITLE, path)
    lines = {line[0]: line for line in cells(book)[1:]}
    assert lines["ann"][1] == "Ann Lee"
    assert lines["bob"][1:3] == ["Bob Ray", ""]
    assert book.not_in_roster == ("zoe",)
    assert book.without_grade == ("bob",)


def test_roster_that_can_not_be_read_is_told(tmp_path):
    """With its path."""
    with pytest.raises(InputError, match=r"none\.csv: can't be read"):
        canvas([make_row()], TITLE, tmp_path / "none.csv")
