"""Classes for tests: folders of small submissions, and a marker that costs nothing."""

import hashlib
from pathlib import Path

import pytest

from grader.assignments import assignment_folder
from grader.cohort.discovery import source_stamp
from grader.cohort.pool import Pool
from grader.cohort.run import ClassJob, grade_class
from grader.cohort.work import Outcome, Work

WORK = Work(assignment_folder("assignment1").resolve())


class Silent:
    """A watch that remembers what it was told."""

    def __init__(self):
        self.lines, self.begun = [], None

    def prepare(self, name, number, total):
        """Tests have nothing to prepare."""

    def begin(self, total, done):
        self.begun = (total, done)

    def advance(self, line, running):
        self.lines.append(line)


def quick_marker(found, work):
    """An outcome that depends on the submission's answers only, without marking them."""
    text = (found.path / "answers.toml").read_text()
    student = found.student or text.split('"')[1]
    stamp = source_stamp(found.path)
    if "broken" in text:
        return Outcome(found, "refused", student, stamp, 0.01, "is broken")
    digest = hashlib.sha256(text.encode()).hexdigest().encode()
    return Outcome(found, "graded", student, stamp, 0.01, files={"grade.json": digest})


@pytest.fixture
def make_class(tmp_path):
    """Return a function that writes a class's folder: submission's name -> its answers."""

    def make(answers):
        folder = tmp_path / "class"
        for name, text in answers.items():
            (folder / name).mkdir(parents=True)
            (folder / name / "answers.toml").write_text(text)
        return folder

    return make


@pytest.fixture
def grade_into(tmp_path):
    """Return a function that grades a class with the quick marker; gives register and watch."""

    def run(folder, out="out", *, watch=None, pool=None, marker=quick_marker, **more):
        watch = watch or Silent()
        job = ClassJob(folder, tmp_path / out, WORK, **more)
        return grade_class(job, pool or Pool(1), watch, marker), watch

    return run


def written(out: Path) -> dict[str, bytes]:
    """Every file of the output but the journal, which knows times."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "journal.jsonl"
    }
