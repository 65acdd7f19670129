"""Graded submissions with texts for a person to mark."""

import itertools

import pytest

from grader.grade import grade
from grader.regrading import find_grades
from grader.report.json import write_grade
from grader.review.desk import Desk
from grader.review.pile import piles
from grader.submission import read_submission


@pytest.fixture
def graded(tmp_path, rubric):
    """A folder of grades of three students, who wrote on 2.1, and two of them on 4."""
    out = tmp_path / "grades"
    for name, parts in (("ann", ("2.1", "4")), ("ben", ("2.1", "4")), ("eve", ("2.1",))):
        folder = tmp_path / name
        folder.mkdir()
        texts = "".join(f'"{part}" = "{name} on {part}"\n' for part in parts)
        (folder / "answers.toml").write_text(f'student = "{name}"\n[texts]\n{texts}')
        write_grade(grade(read_submission(folder, rubric.sheet), rubric), out, folder)
    return out


@pytest.fixture
def desk_of(graded, rubric):
    """Return a function that seats a marker at the grades, with a clock of their own."""
    clock = itertools.count(1)

    def seat(marker):
        stack = piles(find_grades(graded), rubric, marker)
        return Desk(graded, stack, marker, lambda: f"2026-01-01T00:00:{next(clock):02}+00:00")

    return seat
