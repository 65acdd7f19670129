"""The command line's promises: quick, helpful about mistakes, silent about closed pipes."""

import argparse
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import nnviz.commands
from nnviz import __version__
from nnviz.cli import VERBS, main
from nnviz.errors import InputError
from tests.shell import with_nobody_reading


def nnviz_process(*arguments, **options):
    command = [sys.executable, "-X", "importtime", "-m", "nnviz", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@pytest.fixture
def stub_verb(monkeypatch):
    """Let `nnviz data` run the given function instead of its own module."""

    def install(run):
        module = SimpleNamespace(configure=lambda parser: None, run=run)
        monkeypatch.setitem(sys.modules, "nnviz.commands.data", module)
        monkeypatch.setattr(nnviz.commands, "data", module, raising=False)

    return install


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(option):
    """They answer at once, because neither numpy nor anything as slow is imported for them."""
    done = nnviz_process(option)
    imported = {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    heavy = {"numpy", "textual", "rich", "sklearn", "scipy", "matplotlib", "sympy", "msgspec"}
    assert done.returncode == 0
    assert "nnviz.cli" in imported
    assert not heavy & imported


def test_version_is_the_packages():
    """`python -m nnviz --version` prints the version of the package."""
    assert nnviz_process("--version").stdout == f"nnviz {__version__}\n"


def test_every_verb_has_a_module_and_every_module_is_a_verb():
    """Nothing is listed that doesn't exist, and nothing exists that isn't listed."""
    modules = {
        f"nnviz.commands.{info.name}" for info in pkgutil.iter_modules(nnviz.commands.__path__)
    }
    assert {verb.module for verb in VERBS.values()} == modules


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_help(name, capsys):
    """`nnviz VERB --help` works for each verb, and says what `nnviz --help` says of it."""
    with pytest.raises(SystemExit) as exit_info:
        main([name, "--help"])
    assert exit_info.value.code == 0
    assert f"usage: nnviz {name}" in capsys.readouterr().out


def test_help_lists_each_verb_once_under_its_group(capsys):
    """Verbs of one group stand together, so that no heading comes twice."""
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for verb in VERBS.values():
        assert lines.count(f"{verb.group}:") == 1
        assert sum(line.startswith(f"  {verb.name} ") for line in lines) == 1


def test_no_command_shows_the_help_and_counts_as_bad_usage(capsys):
    """`nnviz` alone tells what it could do."""
    assert main([]) == 2
    assert "usage: nnviz" in capsys.readouterr().out


def test_mistyped_verb_is_answered_with_the_nearest(capsys):
    """A wrong command costs one line with the likely right one."""
    assert main(["dta"]) == 2
    captured = capsys.readouterr()
    assert captured.err == (
        "nnviz: there is no command 'dta'. Did you mean data? nnviz --help lists the commands.\n"
    )
    assert captured.out == ""


def test_unknown_option_before_the_command_is_named(capsys):
    """`nnviz --jsn` says that options follow a command."""
    assert main(["--jsn"]) == 2
    assert "option --jsn is unknown" in capsys.readouterr().err


def test_bad_input_is_one_message_and_exit_code_2(stub_verb, capsys):
    """InputError reaches the user as its message, without a traceback."""

    def run(_: argparse.Namespace) -> int:
        raise InputError("file x.npz: holds no X")

    stub_verb(run)
    assert main(["data"]) == 2
    assert capsys.readouterr().err == "nnviz: file x.npz: holds no X\n"


def test_the_commands_own_exit_code_is_passed_on(stub_verb):
    """1 is a check that failed."""
    stub_verb(lambda _: 1)
    assert main(["data"]) == 1


def test_interrupt_exits_with_130(stub_verb, capsys):
    """Ctrl-C ends with the shell's own code for it and one line."""

    def run(_: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    stub_verb(run)
    assert main(["data"]) == 130
    assert capsys.readouterr().err == "\nnnviz: interrupted\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_closed_pipe_is_silent(unbuffered):
    """`nnviz data | head -0` prints no error, whether it notices while writing or at its end."""
    assert with_nobody_reading("data", unbuffered=unbuffered) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk without room")
def test_full_disk_behind_the_output_is_one_line():
    """`nnviz presets > FILE` on a full disk says so, without a traceback."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "nnviz", "presets"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("nnviz: can't be read or written: No space left")
    assert done.stderr.count("\n") == 1


def test_terminal_without_unicode_gets_question_marks(stub_verb):
    """A character that the terminal's encoding lacks is replaced rather than fatal."""
    program = (
        "import sys, types, nnviz.cli as cli\n"
        "def run(arguments): print('loss \\u2581\\u2588'); return 0\n"
        "stub = types.SimpleNamespace(configure=lambda parser: None, run=run)\n"
        "sys.modules['nnviz.commands.data'] = stub\n"
        "sys.exit(cli.main(['data']))\n"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=environment, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, b"loss ??")
