"""An assignment is found by name or by path, and its template fits its rubric."""

import shutil
import subprocess
import sys

import pytest

from grader.answers import CLAIM_KEYS
from grader.assignments import assignment_folder
from grader.tolerant_toml import read
from nnviz.errors import InputError
from nnviz.experiment import read_experiment
from nnviz.presets import PRESETS


def test_found_by_name_from_any_folder(tmp_path):
    """The current folder doesn't matter."""
    program = "from grader.assignments import *; print(assignment_folder('assignment1'))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(assignment_folder("assignment1"))


def test_found_by_path(tmp_path):
    """An instructor's own assignment needs no installation."""
    shutil.copy(assignment_folder("assignment1") / "rubric.toml", tmp_path)
    assert assignment_folder(str(tmp_path)) == tmp_path


@pytest.mark.parametrize("name", ["asignment1", "/nowhere", ".", "", "../assignments"])
def test_unknown_assignment_is_told(name, tmp_path, monkeypatch):
    """With what there is."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        InputError, match=r"expected assignment1, assignment2 or a folder with a rubric.toml"
    ):
        assignment_folder(name)


def test_template_asks_exactly_what_the_rubric_marks(rubric):
    """Each key of the rubric's sheet stands in the empty answers.toml, and no other."""
    text = (assignment_folder("assignment1") / "template" / "answers.toml").read_text()
    reading = read(text, {"": ("assignment", "student"), **rubric.sheet})
    asked = {table.name: tuple(e.key for e in table.entries) for table in reading.tables[1:]}
    assert {name: set(keys) for name, keys in asked.items()} == {
        name: set(keys) for name, keys in rubric.sheet.items()
    }
    assert reading.notes == ()
    for key in CLAIM_KEYS:
        assert key in text
    for part in rubric.claim_problems:
        assert part in text


def test_templates_experiment_is_the_starter():
    """It reads, and trains as the preset `course` does: nothing of a solution is in it."""
    path = assignment_folder("assignment1") / "template" / "experiments" / "my-run.toml"
    assert read_experiment(path).changes_from(PRESETS["course"]) == {}
