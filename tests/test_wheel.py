"""What is released works by itself: a wheel, in an environment that holds nothing else."""

import os
import re
import shlex
import shutil
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


def built(folder, **environment):
    """The wheel, built into this folder."""
    command = (sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT)
    finished(*command, env={**os.environ, **environment})
    (found,) = folder.glob("nnviz_classroom-*.whl")
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, in a folder of its own."""
    return built(tmp_path_factory.mktemp("wheel"))


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


def libraries(wheel):
    """What is compiled in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return [name for name in archive.namelist() if name.endswith(".so")]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler")
def test_what_is_compiled_is_in_the_wheel_and_works(wheel, python, tmp_path):
    (library,) = libraries(wheel)
    assert re.fullmatch(r"nnviz/debugger/compiled-[0-9a-f]{8}\.so", library)
    assert not wheel.name.endswith("-any.whl")
    told = "from nnviz.debugger.compiled import BY_TYPE; print(len(BY_TYPE))"
    assert finished(python, "-c", told, cwd=tmp_path, env={}) == "2\n"


@pytest.mark.slow
def test_without_a_compiler_the_wheel_is_for_any_machine(tmp_path):
    wheel = built(tmp_path, CC="no-such-compiler")
    assert libraries(wheel) == []
    assert wheel.name.endswith("-py3-none-any.whl")


@pytest.mark.slow
def test_the_extra_of_the_page_installs(wheel, python):
    """The line as it stands in docs/how-to/cluster.md, with the wheel where the index would be."""
    shown = "".join(block.text for block in blocks_of("sh", Path("docs/how-to/cluster.md")))
    (line,) = re.findall(r"^python (-m pip install .*)$", shown, re.M)
    environment = {**os.environ, "PYTHONPATH": "", "PIP_FIND_LINKS": str(wheel.parent)}
    finished(python, *shlex.split(line), env=environment)
    finished(python, "-c", "import distributed", env=environment)
    assert python.with_name("dask").exists()
