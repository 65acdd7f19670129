"""results.json has the fields that Gradescope documents, and no others.

The fields and values are those of https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

import json

import pytest

from grader.human_marks import decide
from grader.report.gradescope import VISIBILITIES, refusal_json, results_json
from grader.results import Result
from grader.scoring import score
from tests.grader.report.hostile import ATTACKS, hostile_grade
from tests.grader.report.test_html import make_grade
from tests.grader.test_scoring import make_results, mark

TOP = {"score", "execution_time", "output", "output_format", "test_output_format"} | {
    *("test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard")
}
TEST = {"score", "max_score", "status", "name", "name_format", "number", "output"} | {
    *("output_format", "tags", "visibility", "extra_data")
}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}


def check(table):
    """Hold a results.json against the specification."""
    assert set(table) <= TOP
    assert table["visibility"] in VISIBILITIES
    assert table["stdout_visibility"] == "hidden"
    assert isinstance(table["score"], int | float)
    assert table["output_format"] in FORMATS
    for test in table["tests"]:
        assert set(test) <= TEST
        assert test["output_format"] in FORMATS
        assert test.get("status", "passed") in ("passed", "failed")
        assert all(isinstance(tag, str) for tag in test["tags"])


@pytest.fixture
def graded(rubric):
    """A grade with something right, something wrong, a mark of a person's, and the rest open."""
    results = make_results(
        Result("cell", "1", "a21", "correct", typed="-4"),
        Result("code", "2.2", "sigmoid", "failed", message="off by k", evidence=(("got", "0.25"),)),
        Result("text", "4", "", "needs-person", typed="They show features."),
    )
    return score(results, rubric, decide([mark(5, comment="good")]))


def test_fields_are_the_documented_ones(graded, rubric):
    """At the top and in each test; there is no leaderboard."""
    table = json.loads(results_json(graded, rubric, "after_published", 1.234))
    check(table)
    assert table["visibility"] == "after_published"
    assert table["execution_time"] == 1.23
    assert "leaderboard" not in table


def test_scores_are_the_grades(graded, rubric):
    """The total is given; the tests' scores make it up; what waits has none."""
    table = json.loads(results_json(graded, rubric))
    assert table["score"] == 5.2
    assert sum(test.get("score", 0) for test in table["tests"]) == pytest.approx(5.2)
    tests = {test["name"]: test for test in table["tests"]}
    assert tests["The table: a21"]["status"] == "passed"
    assert tests["2.2 Slope of the sigmoid: 2.2 sigmoid"]["status"] == "failed"
    assert "got: 0.25" in tests["2.2 Slope of the sigmoid: 2.2 sigmoid"]["output"]
    assert tests["Explain the pictures: 4 text"]["score"] == 5
    assert "good" in tests["Explain the pictures: 4 text"]["output"]
    assert "score" not in tests["2.3 Initialisation: 2.3 initializers"]
    assert len({test["number"] for test in table["tests"]}) == len(tests)


@pytest.mark.parametrize("attack", ATTACKS)
def test_students_text_is_plain_text(rubric, attack):
    """Every output is marked as text, and holds no control characters but line breaks."""
    table = json.loads(results_json(hostile_grade(rubric, attack), rubric))
    check(table)
    formats = {test["output_format"] for test in table["tests"]} | {table["output_format"]}
    assert formats == {"text"}
    told = table["output"] + "".join(test["output"] for test in table["tests"])
    assert all(character.isprintable() or character == "\n" for character in told)


def test_refusal_is_a_result_too():
    """With the reason, and no points."""
    table = json.loads(refusal_json("no answers.toml\x1b[2J"))
    check(table)
    assert (table["score"], table["tests"]) == (0, [])
    assert table["output"] == "no answers.toml\\x1b[2J"


def test_nothing_open_is_told_as_lost(rubric):
    """A grade of which all is open has no failed test."""
    table = json.loads(results_json(make_grade(rubric), rubric))
    assert not any("status" in test for test in table["tests"])
