"""The starter is the course's program: its numbers are the golden ones, its pictures are drawn."""

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grader.assignments import assignment_folder
from nnviz.cli import main

ROOT = Path(__file__).parents[2]
STARTER = assignment_folder("assignment1") / "starter"
LINE = re.compile(r"iteration +(\d+): loss ([\d.]+), accuracy ([\d.]+) %")


def set_up(folder, **settings):
    """The starter in a folder of its own, with settings changed as a student changes them."""
    for name in ("mnist.py", "pictures.py"):
        (folder / name).write_text((STARTER / name).read_text())
    text = (STARTER / "network.py").read_text()
    for name, value in settings.items():
        text, found = re.subn(rf"(?m)^{name} = [^#\n]+", f"{name} = {value!r}  ", text)
        assert found == 1
    (folder / "network.py").write_text(text)


def run(folder):
    """What the program prints: iteration -> (loss, accuracy in percent)."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "network.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    found = [LINE.fullmatch(line) for line in done.stdout.splitlines()]
    return {int(one[1]): (float(one[2]), float(one[3])) for one in found}


@pytest.mark.slow
def test_trains_as_the_engine_does(tmp_path, capsys):
    """On 2,000 images the program and `nnviz train course` give the same numbers."""
    set_up(tmp_path, ITERATIONS=31, PICTURES_EVERY=0)
    own = run(tmp_path)
    assert not (tmp_path / "train").exists()
    assert main(["train", "course", "--iterations", "30", "--json"]) == 0
    history = json.loads(capsys.readouterr().out)["history"]
    assert [*own] == [0, 10, 20, 30]
    for entry in history[::10]:
        loss, accuracy = own[entry["iteration"]]
        assert loss == pytest.approx(entry["loss"], rel=1e-4)
        assert accuracy == pytest.approx(entry["train_accuracy"], abs=0.1)


@pytest.mark.slow
def test_gives_the_golden_numbers_on_full_mnist(tmp_path, mnist_dir):
    """Loss 4.365157 and, ten iterations on, 0.991823: measured with plain numpy for the course."""
    set_up(tmp_path, DATA=str(mnist_dir), ITERATIONS=11, PICTURES_EVERY=0)
    own = run(tmp_path)
    assert own[0][0] == pytest.approx(4.365157, rel=1e-5)
    assert own[10][0] == pytest.approx(0.991823, rel=1e-4)


@pytest.mark.slow
def test_draws_every_picture(tmp_path):
    """Curves, confusion matrix, dashboard, t-SNE and a sample, into the folder `train`."""
    set_up(tmp_path, ITERATIONS=1)
    run(tmp_path)
    names = {path.name for path in (tmp_path / "train").iterdir()}
    kinds = ("curves", "confusion", "dashboard", "tsne", "sample")
    assert names == {f"{kind}-000.png" for kind in kinds}


def test_says_what_to_do_without_data(tmp_path):
    """One line, not a traceback."""
    set_up(tmp_path, DATA="nowhere", ITERATIONS=1)
    done = subprocess.run(
        [sys.executable, "network.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == (
        "nowhere is not here. Set DATA in network.py to a .npz file or a folder.\n"
    )


def test_notebook_is_the_same_program():
    """It is what the script makes of the program, and its cells together are its code."""
    path = ROOT / "scripts" / "build_starter_notebook.py"
    spec = importlib.util.spec_from_file_location("build_starter_notebook", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    program = (STARTER / "network.py").read_text()
    text = (STARTER / "network.ipynb").read_text()
    assert text == script.notebook_text(program)

    cells = nbformat.reads(text, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    docstring, *statements = ast.parse(program).body
    assert ast.dump(ast.parse(code)) == ast.dump(ast.Module(statements, []))
    assert ast.literal_eval(docstring.value) in program


def test_is_plain_numpy():
    """The network imports numpy and its two neighbours: nothing does the work for a student."""
    tree = ast.parse((STARTER / "network.py").read_text())
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert names == {"numpy", "mnist", "pictures"}
