"""`nnviz new` and `nnviz grade` from the command line: what is printed, written and returned."""

import json
import shutil
from fractions import Fraction

import pytest

from grader.assignments import assignment_folder
from grader.human_marks import Mark, append_mark, marks_file
from nnviz.cli import main


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fill(path, answers):
    text = path.read_text()
    for key, value in answers.items():
        text = text.replace(f'{key} = ""', f'{key} = "{value}"')
    path.write_text(text)


def test_new_then_grade(here, capsys):
    """What `new` writes, `grade` reads; the grade is in grades/STUDENT, and the code is 0."""
    assert main(["new", "assignment1", "mine", "--student", "ann"]) == 0
    assert "mine/answers.toml" in capsys.readouterr().out
    fill(here / "mine" / "answers.toml", {"a21": "-4", "a22": "3"})
    before = sorted(here.joinpath("mine").rglob("*"))
    assert main(["grade", "mine"]) == 0
    out = capsys.readouterr().out
    assert ["a21", "-4", "✓", "correct", "0.2", "/", "0.2"] in [
        line.split() for line in out.splitlines()
    ]
    table = json.loads((here / "grades" / "ann" / "grade.json").read_bytes())
    verdicts = {item["id"]: item["verdict"] for item in table["problems"][0]["items"]}
    assert verdicts["a21"] == "correct"
    assert "✓" in (here / "grades" / "ann" / "problem1.svg").read_text()
    assert sorted(here.joinpath("mine").rglob("*")) == before


def test_json_is_the_file_on_standard_output(here, capsys):
    """And nothing else."""
    main(["new", "assignment1", "mine", "--student", "ann"])
    capsys.readouterr()
    assert main(["grade", "mine", "--json", "--out", "out"]) == 0
    assert capsys.readouterr().out == (here / "out" / "ann" / "grade.json").read_text()


def test_bad_mark_is_no_failure(here):
    """0 points, exit code 0."""
    main(["new", "assignment1", "mine", "--student", "ann"])
    assert main(["grade", "mine"]) == 0
    assert json.loads((here / "grades" / "ann" / "grade.json").read_bytes())["points"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["grade", "nobody"], "nobody: there is no such folder"),
        (["grade", "."], "there is no submission in it; expected folders"),
        (["grade", ".", "--assignment", "asignment1"], "did you mean assignment1?"),
        (
            ["grade", ".", "--submitted", "noon"],
            "--submitted: expected a time like 2026-05-01T23:59",
        ),
        (["new", "assignmentX", "mine"], "expected assignment1"),
    ],
)
def test_bad_input_is_one_line_and_code_2(here, capsys, arguments, message):
    """Nothing is written."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert list(here.iterdir()) == []


def test_graded_inside_the_submission_asks_for_another_place(here, capsys, monkeypatch):
    """`cd mine; nnviz grade .` would write into what it reads."""
    main(["new", "assignment1", "mine", "--student", "ann"])
    monkeypatch.chdir(here / "mine")
    assert main(["grade", "."]) == 2
    assert "--out DIR" in capsys.readouterr().err
    assert not (here / "mine" / "grades").exists()


def test_a_persons_mark_is_kept_when_graded_again(here, capsys):
    """It lies beside the grades and is only read."""
    main(["new", "assignment1", "mine", "--student", "ann"])
    fill(here / "mine" / "answers.toml", {"a21": "-4"})
    mark = Mark("ann", "1", "a22", Fraction(1, 10), Fraction(1, 5), "eva", "2026-05-01T10:00:00Z")
    append_mark(marks_file(here / "grades", "eva"), mark)
    written = (here / "grades" / "marks-eva.jsonl").read_bytes()
    for _ in range(2):
        assert main(["grade", "mine"]) == 0
        assert "✓ marked by eva" in capsys.readouterr().out
    assert json.loads((here / "grades" / "ann" / "grade.json").read_bytes())["points"] == 0.3
    assert (here / "grades" / "marks-eva.jsonl").read_bytes() == written


def test_late_submission_says_what_it_lost(here, capsys):
    """Two days begun, a tenth each; the box pays 0.2."""
    source = assignment_folder("assignment1")
    shutil.copytree(source, here / "own")
    rubric = here / "own" / "rubric.toml"
    rubric.write_text(rubric.read_text().replace("# due = 2026-05-01", "due = 2026-05-01"))
    main(["new", "assignment1", "mine", "--student", "ann"])
    fill(here / "mine" / "answers.toml", {"a21": "-4"})
    late = ["--assignment", str(here / "own"), "--submitted", "2026-05-03T12:00:00+02:00"]
    assert main(["grade", "mine", *late]) == 0
    assert "Late by 2 days" in capsys.readouterr().out
    table = json.loads((here / "grades" / "ann" / "grade.json").read_bytes())
    assert table["points"] == 0.16
    assert table["late"] == {"days": 2, "share": 0.2, "points": 0.04}
