"""Submissions of assignment 1 for tests: the template, filled in."""

import re

import pytest

from grader.assignments import assignment_folder
from grader.rubric import load_rubric
from grader.template import new_submission

RIGHT = {
    # Values of the assignment's circuit, worked out by hand: (w0 + w1 x1 + w2 x2)^2
    # with w1 = 2, x1 = -2, w2 = -2, x2 = -1, w0 = -3.
    "a21": "-4",
    "a22": "2",
    "a31": "-2",
    "a41": "-5",
    "a51": "25",
    "d51": "1",
    "d41": "-10",
    "d31": "-10",
    "d21": "-10",
    "d22": "-10",
    "d11": "20",
    "d12": "-20",
    "d13": "10",
    "d14": "20",
    "d15": "-10",
    "square": "2x",
    "exponential": r"\ln(a) a^x",
}
"""The right answers of problem 1, as a student types them."""


@pytest.fixture(scope="session")
def rubric():
    """The rubric of assignment 1."""
    return load_rubric(assignment_folder("assignment1"))


@pytest.fixture
def make_submission(tmp_path, rubric):
    """Return a function that writes a submission: the template with these answers in it."""

    def make(answers, more="", student="ann"):
        folder = tmp_path / f"submission-{student}"
        new_submission(assignment_folder("assignment1"), folder, student, rubric.circuits)
        path = folder / "answers.toml"
        text = path.read_text(encoding="utf-8")
        for key, value in answers.items():
            text, count = re.subn(
                rf'(?m)^{key} = ""', lambda _, k=key, v=value: f'{k} = "{v}"', text
            )
            assert count == 1, key
        path.write_text(text + more, encoding="utf-8")
        return folder

    return make
