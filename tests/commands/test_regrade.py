"""`nnviz regrade` from the command line: what is printed, what is written, and when."""

import contextlib
from fractions import Fraction

import pytest

from grader.assignments import assignment_folder
from grader.human_marks import Mark, append_mark, marks_file
from grader.report.json import read_grade
from nnviz.cli import main


@pytest.fixture(scope="module")
def one_grade(tmp_path_factory):
    """A folder with the grade of one student, who has a21 right."""
    folder = tmp_path_factory.mktemp("graded")
    with contextlib.chdir(folder):
        main(["new", "assignment1", "mine", "--student", "ann"])
        answers = folder / "mine" / "answers.toml"
        answers.write_text(answers.read_text().replace('a21 = ""', 'a21 = "-4"'))
        main(["grade", "mine"])
    return folder


def changed_rubric(folder, old, new):
    text = (assignment_folder("assignment1") / "rubric.toml").read_text()
    assert old in text
    (folder / "changed.toml").write_text(text.replace(old, new))


def test_shows_first_and_writes_when_asked(graded, capsys):
    """a21 is worth 0.4 instead of 0.2."""
    changed_rubric(graded, "activation = 0.2, gradient = 0.3", "activation = 0.4, gradient = 0.2")
    path = graded / "grades" / "ann" / "grade.json"
    before = path.read_bytes()
    assert main(["regrade", "grades", "--rubric", "changed.toml"]) == 0
    out = capsys.readouterr().out
    assert "+0.2" in out
    assert "worth 0.4 instead of 0.2" in " ".join(out.split())
    assert "Nothing is written yet" in out
    assert path.read_bytes() == before
    assert main(["regrade", "grades", "--rubric", "changed.toml", "--apply"]) == 0
    assert "Written: 1 grades" in capsys.readouterr().out
    assert read_grade(path).points == Fraction(2, 5)
    assert main(["regrade", "grades", "--rubric", "changed.toml"]) == 0
    assert "1 grades; 0 gain; 0 lose; 1 stay" in capsys.readouterr().out


def test_marks_beside_the_grades_count(graded, capsys):
    """And a line in them that can't be read is told."""
    path = marks_file(graded / "grades", "eva")
    time = "2026-05-01T10:00:00Z"
    append_mark(path, Mark("ann", "1", "a22", Fraction(1, 5), Fraction(1, 5), "eva", time))
    path.write_text(path.read_text() + "nonsense\n")
    assert main(["regrade", "grades", "--apply"]) == 0
    out = capsys.readouterr().out
    assert "a22: marked by eva" in " ".join(out.split())
    assert "marks-eva.jsonl:2: left out" in out
    assert read_grade(graded / "grades" / "ann" / "grade.json").points == Fraction(2, 5)


def test_times_of_a_file_decide_on_lateness(graded, capsys):
    """Two days begun cost a fifth of 0.2; the file's own due time counts, the grade keeps both."""
    rows = "student,submitted,due\nann,2026-05-03T12:00:00Z,2026-05-02T00:00:00Z\n"
    (graded / "times.csv").write_text(rows)
    assert main(["regrade", "grades", "--times", "times.csv", "--apply"]) == 0
    assert "being late costs 20 % instead of 0 %" in " ".join(capsys.readouterr().out.split())
    grade = read_grade(graded / "grades" / "ann" / "grade.json")
    assert grade.points == Fraction(4, 25)
    assert grade.due == "2026-05-02T00:00:00Z"


def test_rules_that_only_grading_applies_are_told(graded, capsys):
    """Tolerances of claims."""
    changed_rubric(graded, "accuracy_tolerance = 1 ", "accuracy_tolerance = 2 ")
    assert main(["regrade", "grades", "--rubric", "changed.toml"]) == 0
    assert "1 were marked by other rules" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "there is no grade in it"),
        (["grades", "--rubric", "none.toml"], "none.toml: there is no such file"),
        (["broken"], "grade.json: not a grade"),
        (["grades", "--times", "none.csv"], "none.csv: can't be read"),
        (["grades", "--times", "bad.csv"], "bad.csv:2: expected a time like"),
        (["grades", "--times", "mine/answers.toml"], "expected the columns student,submitted"),
    ],
)
def test_bad_input_is_one_line_and_code_2(graded, capsys, arguments, message):
    """Nothing is written."""
    (graded / "broken" / "ann").mkdir(parents=True)
    (graded / "broken" / "ann" / "grade.json").write_text("{")
    (graded / "bad.csv").write_text("student,submitted\nann,noon\n")
    assert main(["regrade", *arguments, "--apply"]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
