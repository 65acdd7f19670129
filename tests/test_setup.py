"""`scripts/setup.sh` picks a good Python, installs once, and explains what it can't do.

The interpreters here are stand-ins of a few lines that answer as the real ones do, so that every
machine can be played: no Python, an old one, one without ensurepip, a pip that fails.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("sh", "cat", "chmod", "cksum", "cp", "dirname", "mkdir", "rm", "sleep", "tr")

DECIDING = ("pyproject.toml", "scripts/compile_hook.py", "nnviz/debugger/compiled.c")
"""What decides what is installed and compiled."""
FILES = ("scripts/setup.sh", *DECIDING)

STAND_IN = """#!/bin/sh
case "$1 $2" in
"-c import pip") [ ! -e "$(dirname "$0")/without-pip" ] ;;
-c*) {probe} ;;
"-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && {venv} ;;
"-m pip") shift 2; echo "pip $*" >>pip.log; {pip} ;;
*) exit 99 ;;
esac
"""


class Machine:
    """A folder with what a clone's setup script looks at, and a PATH of stand-ins only."""

    def __init__(self, folder: Path) -> None:
        self.clone, self.bin = folder / "a clone", folder / "bin"
        self.bin.mkdir(parents=True)
        for file in FILES:
            (self.clone / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, self.clone / file)
        for tool in TOOLS:
            (self.bin / tool).symlink_to(str(shutil.which(tool)))

    def python(self, name, answer, venv="true", pip="true"):
        """Put an interpreter called `name` on the PATH that answers the script's question so."""
        self.command(name, STAND_IN.format(probe=f"echo {answer}", venv=venv, pip=pip))

    def command(self, name, text):
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)

    def start(self, *arguments, **environment):
        return subprocess.Popen(
            ["sh", "scripts/setup.sh", *arguments],
            cwd=self.clone,
            env={"PATH": str(self.bin), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def setup(self, *arguments, **environment):
        """Exit code, standard output and standard error of one run of the script."""
        process = self.start(*arguments, **environment)
        output, errors = process.communicate(timeout=120)
        return process.returncode, output, errors

    @property
    def venv(self) -> Path:
        return self.clone / ".venv"

    @property
    def installations(self) -> list[str]:
        log = self.clone / "pip.log"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_installs_once_and_says_with_which_python(machine):
    """The first run says what it uses and installs; the second says and does nothing."""
    machine.python("python3.12", "3.12.1 good")
    code, output, errors = machine.setup()
    assert (code, errors) == (0, "")
    assert output.startswith("Using python3.12 (Python 3.12.1) for .venv.\nInstalling nnviz into")
    assert machine.setup() == (0, "", "")
    assert machine.installations == ["pip install --quiet --disable-pip-version-check --editable ."]


def test_newest_good_python_is_taken(machine):
    """Of several the newest supported one is used."""
    machine.python("python3", "3.11.2 good")
    machine.python("python3.11", "3.11.2 good")
    machine.python("python3.13", "3.13.0 good")
    assert "Using python3.13 (Python 3.13.0)" in machine.setup()[1]


def test_shim_that_does_not_run_is_skipped(machine):
    """pyenv leaves names on the PATH behind which there is no interpreter."""
    machine.command(
        "python3.13", "#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n"
    )
    machine.python("python3", "3.11.2 good")
    code, output, errors = machine.setup()
    assert (code, errors) == (0, "")
    assert "Using python3 (Python 3.11.2)" in output


def test_python_of_ones_choice(machine):
    """PYTHON= wins over the search."""
    machine.python("python3.13", "3.13.0 good")
    machine.python("my python", "3.11.9 good")
    assert "Using my python (Python 3.11.9)" in machine.setup(PYTHON="my python")[1]


def test_another_choice_later_makes_the_environment_again(machine):
    """PYTHON= naming another version than .venv has replaces it; the same version doesn't."""
    machine.python("python3.13", "3.13.0 good")
    machine.python("python3.11", "3.11.9 good")
    machine.setup()
    assert machine.setup(PYTHON="python3.13") == (0, "", "")
    assert "Using python3.11 (Python 3.11.9)" in machine.setup(PYTHON="python3.11")[1]
    assert len(machine.installations) == 2


def test_too_old_is_told_with_what_was_found_and_what_to_do(machine):
    """No good Python: the versions found, three systems' commands, and PYTHON=."""
    machine.python("python3", "3.9.18 unsupported")
    code, _, errors = machine.setup()
    assert code == 2
    assert "needs Python 3.11, 3.12 or 3.13; found: python3 is 3.9.18;" in errors
    assert "apt install python3 python3-venv" in errors
    assert "PYTHON=/path/to" in errors
    assert not machine.venv.exists()


def test_none_at_all_is_told(machine):
    """A machine without Python gets the same advice."""
    code, _, errors = machine.setup()
    assert code == 2
    assert "found: none." in errors


def test_choice_that_is_not_there_is_named(machine):
    """A mistyped PYTHON= is not silently replaced by another one."""
    machine.python("python3.13", "3.13.0 good")
    code, _, errors = machine.setup(PYTHON="python3.21")
    assert code == 2
    assert "PYTHON=python3.21 doesn't give it" in errors


def test_without_ensurepip_the_package_to_install_is_named(machine):
    """Debian splits venv off: the message names the package for that very version."""
    machine.python("python3.11", "3.11.2 incomplete")
    code, output, errors = machine.setup()
    assert (code, output) == (2, "")
    assert "apt install python3.11-venv" in errors
    assert not machine.venv.exists()


def test_complete_python_is_preferred_to_one_without_ensurepip(machine):
    """A newer interpreter that can't make environments doesn't hide an older one that can."""
    machine.python("python3.13", "3.13.0 incomplete")
    machine.python("python3.11", "3.11.2 good")
    assert "Using python3.11" in machine.setup()[1]


def test_failed_environment_leaves_nothing_half_made(machine):
    """Where venv fails after all, its half-made folder goes, and the package is named."""
    machine.python("python3.12", "3.12.3 good", venv="exit 1")
    code, _, errors = machine.setup()
    assert code == 2
    assert "apt install python3.12-venv" in errors
    assert not machine.venv.exists()


def test_failed_installation_is_not_stamped(machine):
    """After pip failed, the next run installs again, in the same environment."""
    machine.python("python3.12", "3.12.3 good", pip='[ -e "online" ]')
    code, _, errors = machine.setup()
    assert code == 2
    assert "Installing failed" in errors
    (machine.clone / "online").touch()
    code, output, _ = machine.setup()
    assert code == 0
    assert "Using" not in output
    assert len(machine.installations) == 2
    assert machine.setup() == (0, "", "")


def test_interrupted_installation_is_not_stamped(machine):
    """Ending it while pip works leaves no stamp."""
    machine.python("python3.12", "3.12.3 good", pip="exec sleep 100")
    process = machine.start()
    deadline = time.monotonic() + 100
    while not machine.installations and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGTERM)  # SIGINT is ignored in a shell's background jobs
    process.communicate(timeout=120)
    assert process.returncode != 0
    assert not list(machine.venv.glob(".installed*"))


@pytest.mark.parametrize("file", DECIDING)
def test_a_change_in_what_is_installed_asks_for_a_new_installation(file, machine):
    """The stamp depends on the files' content, not on their date."""
    machine.python("python3.12", "3.12.3 good")
    machine.setup()
    changed = machine.clone / file
    os.utime(changed, (1, 1))
    assert machine.setup() == (0, "", "")
    changed.write_text(changed.read_text() + "# one more line\n")
    code, output, _ = machine.setup()
    assert (code, output.startswith("Installing")) == (0, True)


def test_checks_have_a_stamp_of_their_own(machine):
    """`make tui` stays quick to install; `make test` adds its tools, after which both are done."""
    machine.python("python3.12", "3.12.3 good")
    machine.setup()
    assert "and what its checks need" in machine.setup("dev")[1]
    assert machine.installations[1].endswith("--editable .[dev]")
    assert machine.setup() == machine.setup("dev") == (0, "", "")


def test_broken_environment_is_made_again(machine):
    """A .venv whose Python or pip no longer runs is replaced."""
    machine.python("python3.12", "3.12.3 good")
    machine.setup()
    (machine.venv / "bin" / "without-pip").touch()
    assert "Using python3.12" in machine.setup()[1]
    (machine.venv / "bin" / "python").unlink()
    assert "Using python3.12" in machine.setup()[1]
    assert machine.setup() == (0, "", "")


def test_question_that_the_script_asks_is_answered_by_this_python(machine):
    """The probe's program runs on a real interpreter, and takes the one that runs this test."""
    version = ".".join(map(str, sys.version_info[:3]))
    probe = f'exec "{sys.executable}" "$@"'
    machine.command("python3", STAND_IN.format(probe=probe, venv="true", pip="true"))
    code, output, errors = machine.setup()
    assert (code, errors) == (0, "")
    assert f"Using python3 (Python {version})" in output


def test_script_and_metadata_agree_on_the_versions():
    """The bounds in setup.sh are requires-python's."""
    script = (ROOT / "scripts" / "setup.sh").read_text()
    low, high = re.search(r"not \(3, (\d+)\) <= .* <= \(3, (\d+)\)", script).groups()
    metadata = (ROOT / "pyproject.toml").read_text()
    assert f'requires-python = ">=3.{low},<3.{int(high) + 1}"' in metadata
    for minor in range(int(low), int(high) + 1):
        assert f"Programming Language :: Python :: 3.{minor}" in metadata


def test_make_without_a_target_lists_the_targets():
    """Every target of the README's kind is listed with what it does."""
    listing = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = {line.split()[1] for line in listing.stdout.splitlines()}
    everyday = {"help", "install", "tui", "test", "test-all", "check"}
    assert targets == everyday | {"docs", "bench", "reference"}
