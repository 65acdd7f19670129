"""`nnviz export` from the command line: what goes to standard output, and what to files."""

import contextlib
import csv
import json

import jsonschema
import pytest

from nnviz.cli import main


@pytest.fixture(scope="module")
def one_grade(tmp_path_factory):
    """A folder with the grade of one student."""
    folder = tmp_path_factory.mktemp("graded")
    with contextlib.chdir(folder):
        main(["new", "assignment1", "mine", "--student", "ann"])
        main(["grade", "mine"])
    return folder


def test_gradebook_goes_to_standard_output_or_a_file(graded, capsys):
    """The same lines; who is missed goes to standard error."""
    (graded / "roster.csv").write_text("student\nbob\n")
    assert main(["export", "gradebook", "grades", "--roster", "roster.csv"]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines()[1].startswith("ann,,0,50,")
    assert "ann: has a grade, is not in the roster" in captured.err
    assert "bob: is in the roster, has no grade" in captured.err
    out = ["--form", "canvas", "--title", "Lab 1", "--out", "book.csv"]
    assert main(["export", "gradebook", "grades", *out]) == 0
    assert capsys.readouterr().out == ""
    with (graded / "book.csv").open(newline="") as stream:
        header, most, line = csv.reader(stream)
    assert (header[-1], most[-1], line[3], line[-1]) == ("Lab 1", "50", "ann", "0")


def test_results_and_schema_are_json(graded, capsys):
    """And the grade fits the schema."""
    path = graded / "grades" / "ann" / "grade.json"
    assert main(["export", "results", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["score"] == 0
    assert main(["export", "schema"]) == 0
    jsonschema.validate(json.loads(path.read_bytes()), json.loads(capsys.readouterr().out))


def test_gradescope_says_what_to_upload(graded, capsys):
    """The zip beside the folder."""
    assert main(["export", "gradescope", "ag"]) == 0
    assert "upload ag.zip" in capsys.readouterr().out
    assert (graded / "ag" / "run_autograder").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gradebook", "nowhere"], "there is no grade in it"),
        (["gradebook", "grades", "--roster", "none.csv"], "none.csv: can't be read"),
        (["results", "none.json"], "none.json: can't be read"),
        (["gradescope", "mine"], "mine: exists already"),
        (["gradescope", "ag", "--assignment", "other"], "expected assignment1"),
    ],
)
def test_bad_input_is_one_line_and_code_2(graded, capsys, arguments, message):
    """Nothing is written."""
    before = sorted(graded.rglob("*"))
    assert main(["export", *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert sorted(graded.rglob("*")) == before
