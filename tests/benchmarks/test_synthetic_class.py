"""The synthetic class: the same seed writes the same, and what is planted is what is written."""

from pathlib import Path

import pytest

from benchmarks.synthetic_class import write_class
from grader.assignments import assignment_folder
from grader.cohort.discovery import discover
from grader.rubric import load_rubric
from grader.submission import read_submission
from nnviz.errors import InputError


@pytest.fixture(autouse=True)
def no_training(monkeypatch):
    """What the experiments reach takes seconds to find out, and doesn't matter here."""
    monkeypatch.setattr("benchmarks.synthetic_class.true_accuracy", lambda name: 50.0)


def contents(folder: Path):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*.*") if p.is_file()}


def test_same_seed_same_class(tmp_path):
    """Folders to the byte; archives hold times, so only their names."""
    one, other = (write_class(8, tmp_path / name, seed=5) for name in ("one", "other"))
    assert one == other
    first, second = contents(tmp_path / "one"), contents(tmp_path / "other")
    assert first.keys() == second.keys()
    assert all(first[p] == second[p] for p in first if p.suffix not in (".zip", ".gz"))


def test_every_submission_is_found_and_read(tmp_path):
    """Under the student's own id, without a note; but for those that are broken on purpose."""
    students = write_class(30, tmp_path / "class", seed=4)
    rubric = load_rubric(assignment_folder("assignment1"))
    found = discover(tmp_path / "class").submissions
    assert len(found) == len(students)
    unread = 0
    for one, student in zip(found, students, strict=True):
        try:
            submission = read_submission(one.path, rubric.sheet)
        except InputError:
            unread += 1
            continue
        assert submission.student == student.id
        assert submission.has_code
        assert submission.notes == ()
    assert unread <= 3
