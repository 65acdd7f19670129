"""A lesson that is not true is found out; the project's own ones are true."""

import json
import re
import shutil

import pytest

from nnviz.cli import main
from nnviz.experiment import to_toml
from nnviz.lessons import find_lesson
from nnviz.lessons.checking import check_lesson, failures, result_line
from nnviz.lessons.lesson import LIBRARY
from nnviz.presets import PRESETS

SMALL = {
    "data": "digits",
    "hidden": (32, 16),
    "activation": "tanh",
    "output": "softmax",
    "loss": "cross_entropy",
    "initializer": "glorot",
    "rng": "generator",
    "learning_rate": 1e-3,
    "iterations": 12,
}


@pytest.fixture
def folder(tmp_path):
    """A small and quick lesson, to be made untrue: the steps are 100 times too large."""
    mine = shutil.copytree(LIBRARY / "worse-every-step", tmp_path / "mine")
    run = PRESETS["course"].with_changes(SMALL)
    (mine / "experiment.toml").write_text(to_toml(run))
    lesson = (mine / "lesson.toml").read_text()
    lesson = re.sub(r"(?m)^answers = .*", 'answers = ["update-high L1", "diverging"]', lesson)
    lesson = re.sub(r"(?m)^evidence = .*", 'evidence = ["loss > 5"]', lesson)
    lesson = re.sub(r"(?m)^changes = .*", "changes = { learning_rate = 1e-05 }", lesson)
    (mine / "lesson.toml").write_text(lesson)
    return mine


def changed(folder, old, new):
    path = folder / "lesson.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return check_lesson(find_lesson(str(folder)))


def test_a_true_lesson_has_no_failures(folder, capsys):
    assert main(["lessons", "--check", str(folder), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    (lesson,) = result["lessons"]
    assert lesson["named"]
    assert lesson["top"] == ["update-high", 1]
    assert lesson["proof"]["trials"][0]["helped"]
    assert result["failures"] == []


def test_a_wrong_cause_wrong_evidence_and_an_idle_fix_are_each_found(folder):
    result = changed(folder, '"update-high L1", ', "")
    assert result.failures == ("the findings say update-high L1",)
    result = changed(folder, '"loss > 5"', '"loss < 5"')
    assert "evidence does not hold: loss < 5" in result.failures
    result = changed(folder, "learning_rate = 1e-05", "learning_rate = 2e-3")
    assert result.failures[-1] == "the fix does not help"
    assert "WRONG" in result_line(result)


def test_a_lesson_that_says_it_is_silent_must_be(folder):
    path = folder / "lesson.toml"
    path.write_text(path.read_text() + '\nsilent = "because"\n')
    result = check_lesson(find_lesson(str(folder)))
    assert result.failures == ("is not silent: the findings say update-high L1",)
    assert "at most 2 may have no finding" in failures([result] * 3)[-1]


@pytest.mark.slow
def test_every_lesson_is_what_it_says(capsys):
    """Cause found on top, evidence held, fix proven on a fork: all of them."""
    assert main(["lessons", "--check"]) == 0, capsys.readouterr().out
