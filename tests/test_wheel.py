"""What is released works by itself: a wheel, in an environment that holds nothing else."""

import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.shell import ROOT
from tests.test_docs import blocks_of


def finished(*command, **options):
    """Run a command to its end; its output, and the same with errors where it fails."""
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=900, **options
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    finished(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT)
    (built,) = folder.glob("nnviz_classroom-*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The interpreter of an environment that holds the wheel and its dependencies only.

    Needs the package index, as the installation of the project itself does.
    """
    folder = tmp_path_factory.mktemp("environment")
    finished(sys.executable, "-m", "venv", folder)
    finished(folder / "bin" / "python", "-m", "pip", "install", "--quiet", wheel)
    return folder / "bin" / "python"


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_environment(wheel, python, tmp_path):
    """Every kind of command does, in an empty folder."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "nnviz/assignments/assignment1/rubric.toml" in names
    assert not [name for name in names if "/solutions/" in name or name.endswith("guide.md")]
    folder = tmp_path / "empty"
    folder.mkdir()
    nnviz = python.with_name("nnviz")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    options = {"cwd": folder, "env": environment}
    assert finished(nnviz, "--version", **options).startswith("nnviz ")
    assert "training accuracy" in finished(nnviz, "train", "course", "--iterations", "2", **options)
    finished(nnviz, "circuit", "--solve", **options)
    finished(nnviz, "new", "assignment1", "mine", **options)
    finished(nnviz, "grade", "mine", **options)
    (grade,) = (folder / "grades").glob("*/grade.json")
    assert grade.stat().st_size > 1000


@pytest.mark.slow
def test_the_extra_of_the_page_installs(wheel, python):
    """The line as it stands in docs/how-to/cluster.md, with the wheel where the index would be."""
    shown = "".join(block.text for block in blocks_of("sh", Path("docs/how-to/cluster.md")))
    (line,) = re.findall(r"^python (-m pip install .*)$", shown, re.M)
    environment = {**os.environ, "PYTHONPATH": "", "PIP_FIND_LINKS": str(wheel.parent)}
    finished(python, *shlex.split(line), env=environment)
    finished(python, "-c", "import distributed", env=environment)
    assert python.with_name("dask").exists()
