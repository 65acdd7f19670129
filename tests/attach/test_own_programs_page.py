"""The project's own programs: the table of them is fresh, and each works or says why not."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from nnviz.cli import main

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENT = ROOT / "assignments" / "assignment1"
sys.path.insert(0, str(ROOT / "scripts"))
from own_programs_page import PAGE, model_answer, page  # noqa: E402

sys.path.pop(0)

PARTS = sorted(path.name for path in (ASSIGNMENT / "solutions").glob("*.py"))


@pytest.mark.slow
def test_the_table_is_what_is_recognised_now():
    assert page() == PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["network.py", "network.ipynb", "improvements.py"])
def test_starter_notebook_and_model_answers_are_explained_and_trained(
    name, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # the starter draws into a folder there
    path = tmp_path / name
    if name == "improvements.py":
        model_answer(tmp_path)
    else:
        shutil.copytree(ASSIGNMENT / "starter", tmp_path, dirs_exist_ok=True)
    assert main(["attach", str(path), "--explain"]) == 0
    assert "the training loop is in" in capsys.readouterr().out
    assert main(["train", str(path), "--iterations", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["iterations"] == 2


@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_the_model_answers_says_why_it_is_no_program(name, capsys):
    """They are functions that the grader calls; none of them trains when it is started."""
    assert main(["attach", str(ASSIGNMENT / "solutions" / name), "--explain"]) == 2
    assert "not recognised, because" in capsys.readouterr().err


def test_a_loop_in_a_module_of_its_own_is_pointed_at(tmp_path, capsys):
    model_answer(tmp_path)
    path = tmp_path / "main.py"
    path.write_text("from improvements import train\ntrain(X, T, 5, 0)\n")
    assert main(["attach", str(path), "--explain"]) == 2
    assert "improvements.py, which it imports, has such a loop in line" in capsys.readouterr().err
