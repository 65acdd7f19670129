"""Every command that README and documentation show is run, as a reader would run it."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path.relative_to(ROOT)
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
)
LANGUAGES = {"sh", "text", "toml", "python", "json"}
"""Blocks of `sh` are run; the others show output and files. Directives are in braces."""

PROGRAM = ROOT / "tests" / "attach" / "programs" / "functions_rows.py"
"""The program of one's own that the pages speak of as `my_network.py`."""

DRAWN = 2000
"""A terminal that got so many bytes and then nothing for a second shows the whole screen."""


@dataclass(frozen=True)
class Block:
    """A block of code on a page, and why it isn't run ("" where it is)."""

    language: str
    text: str
    not_run: str


def blocks(page: Path) -> list[Block]:
    """All blocks of a page; `<!-- not run: REASON -->` on the line before excuses one."""
    found = re.findall(
        r"(?:<!-- not run: (.*?) -->\n)?^```(\S*)\n(.*?)^```$",
        (ROOT / page).read_text(),
        re.M | re.S,
    )
    return [Block(language, text, reason) for reason, language, text in found]


def commands(page: Path) -> list[str]:
    """The lines to run, in order; a comment may say `exit code 1`."""
    runnable = [b for b in blocks(page) if b.language == "sh" and not b.not_run]
    lines = "\n".join(b.text.replace("\\\n", " ") for b in runnable).splitlines()
    return [line for line in lines if line.partition("# ")[0].strip()]


def test_there_are_commands_to_run():
    """The tests below would pass on nothing."""
    assert len([line for page in PAGES for line in commands(page)]) >= 20


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_block_says_what_it_is(page):
    """So that none that should be run is passed over."""
    for block in blocks(page):
        assert block.language in LANGUAGES or block.language.startswith("{"), block


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=str)
def test_the_commands_of_a_page_work(page, tmp_path):
    """Each exits with 0, one after the other in one empty folder, without a terminal."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "nnviz").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m nnviz "$@"\n')
    (bin_folder / "nnviz").chmod(0o755)
    folder = tmp_path / "folder"
    folder.mkdir()
    shutil.copy(PROGRAM, folder / "my_network.py")
    environment = {
        **os.environ,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    for line in commands(page):
        run = on_a_terminal if line.startswith("nnviz tui") else without_a_terminal
        command, _, comment = line.partition("# ")
        code, printed = run(command, folder, environment)
        said = re.match(r"exit code (\d+)", comment)
        assert code == (int(said[1]) if said else 0), f"{line}\n{printed[-2000:]}"


def without_a_terminal(line: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a line; its exit code, and what it printed."""
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    return done.returncode, done.stdout


def on_a_terminal(line: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a line on a terminal of 80x24, press q once the screen is drawn, and wait for the end."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        ["sh", "-c", f"exec {line}"],
        cwd=folder,
        env={**environment, "TERM": "xterm-256color"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    printed, deadline = b"", time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if select.select([ours], [], [], 1)[0]:
            with suppress(OSError):  # the other end is closed
                printed += os.read(ours, 1 << 16)
        elif len(printed) > DRAWN:
            os.write(ours, b"q")
    process.kill()
    code = process.wait()
    os.close(ours)
    return code, printed.decode(errors="replace")
