"""What is released works by itself: a wheel, in an environment that holds nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def finished(*command, **options):
    """Run a command to its end; its output, and the same with errors where it fails."""
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=900, **options
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
    return done.stdout


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_environment(tmp_path):
    """It installs with its dependencies only, and every kind of command works in an empty folder.

    Needs the package index, as the installation of the project itself does.
    """
    finished(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("nnviz_classroom-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "nnviz/assignments/assignment1/rubric.toml" in names
    assert not [name for name in names if "/solutions/" in name or name.endswith("guide.md")]
    finished(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    finished(python, "-m", "pip", "install", "--quiet", wheel)
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
