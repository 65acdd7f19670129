"""A fresh clone works by the commands of the README's first screen, in its own environment."""

import os
import shlex
import shutil
import subprocess

import pytest

from tests.shell import ROOT, without_a_terminal

FEW = "tests/engine/test_activations.py"
"""What `make test` runs here: the whole suite is what this test is part of."""


@pytest.fixture
def clone(tmp_path):
    """The files of the repository as they are now, and nothing that was made from them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    folder = tmp_path / "a clone"
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def make(clone, *words):
    """What one `make` prints, without a terminal and without this environment's packages."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    code, printed = without_a_terminal(f"make {shlex.join(words)}", clone, environment, 900)
    assert code == 0, f"make {words}\n{printed[-3000:]}"
    return printed


@pytest.mark.slow
def test_two_commands_set_up_a_fresh_clone(clone):
    """`make tui` installs and, without a terminal, trains; `make test` adds what tests need.

    The accuracies are those that the starter program prints on the embedded digits.
    Needs the package index, as every installation does.
    """
    assert not (clone / ".venv").exists()
    printed = make(clone, "tui")
    assert "56.30 %" in printed
    assert "49.60 %" in printed
    make(clone, "install")
    assert " passed" in make(clone, "test", f"PYTEST_OPTIONS={FEW}")
