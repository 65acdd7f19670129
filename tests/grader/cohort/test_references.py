"""What claims are compared with is run once, before the class, and told of."""

import zipfile
from dataclasses import replace

import pytest

from grader.assignments import assignment_folder
from grader.cohort import references
from grader.cohort.discovery import Found
from grader.cohort.references import claims_made, run_references
from grader.rubric import load_rubric
from nnviz.presets import PRESETS

ASSIGNMENT = assignment_folder("assignment1")


CLAIM = """
student = "ann"
[[claims]]
problem = "2.1"
experiment = "course"
train_accuracy = 90
"""
SMALL = tuple(
    replace(PRESETS["course"], name=name, data="digits", hidden=(4,), iterations=iterations)
    for name, iterations in (("one", 1), ("two", 2), ("three", 3))
)


@pytest.fixture
def small(monkeypatch, tmp_path):
    """References that cost nothing, and a cache that holds none of them yet."""
    monkeypatch.setattr(references, "references", lambda rubric: SMALL)
    monkeypatch.setenv("NNVIZ_CACHE_DIR", str(tmp_path / "runs"))


def test_all_references_of_the_rubric_are_meant():
    """Each once, on the data that the rubric names."""
    rubric = load_rubric(ASSIGNMENT)
    parts = [part for problem in rubric.problems for part in problem.parts]
    wanted = {name for part in parts for name in part.references}
    found = references.references(rubric)
    assert sorted(one.name for one in found) == sorted(PRESETS[name].name for name in wanted)
    assert {one.data for one in found} == {rubric.file.claims.data}


def test_references_are_run_once(small):
    """Each is told of with its number before it runs; the second class waits for nothing."""
    told = []
    assert run_references(ASSIGNMENT, lambda *one: told.append(one)) == 3
    assert told == [("one", 1, 3), ("two", 2, 3), ("three", 3, 3)]
    assert run_references(ASSIGNMENT, lambda *one: told.append(one)) == 0
    assert len(told) == 3


def test_data_that_is_not_here_is_not_waited_for(monkeypatch, tmp_path):
    """Nor fetched: the claims' own messages say that nothing is run."""
    monkeypatch.setenv("NNVIZ_DATA_DIR", str(tmp_path))
    elsewhere = tuple(replace(one, data="mnist") for one in SMALL)
    monkeypatch.setattr(references, "references", lambda rubric: elsewhere)
    assert run_references(ASSIGNMENT) == 0


@pytest.mark.parametrize(
    ("answers", "claims"),
    [
        ('student = "ann"\n', False),
        ("# [[claims]]\n", False),
        ('student = "ann"\n[[claims]]\n', True),
        (" [[ claims ]]\n", True),
        (None, False),
    ],
)
def test_class_without_a_claim_waits_for_no_reference(tmp_path, answers, claims):
    """The template's own line is a comment; what can't be read claims nothing."""
    if answers is not None:
        (tmp_path / "answers.toml").write_text(answers)
    assert claims_made([Found("ann", tmp_path)], load_rubric(ASSIGNMENT)) is claims


@pytest.mark.parametrize("claims", [True, False])
def test_archives_are_looked_into(tmp_path, claims):
    """A damaged one claims nothing, and is no reason to stop; nor does a notebook claim."""
    for name in ("damaged.zip", "work.ipynb"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 and then the battery was empty")
    with zipfile.ZipFile(tmp_path / "good.zip", "w") as archive:
        archive.writestr("answers.toml", CLAIM if claims else 'student = "ann"\n')
    found = [Found(name, tmp_path / name) for name in ("damaged.zip", "work.ipynb", "good.zip")]
    assert claims_made(found, load_rubric(ASSIGNMENT)) is claims
