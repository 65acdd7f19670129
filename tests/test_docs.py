"""Every command that README and documentation show is run, as a reader would run it."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shell import ROOT, with_programs, without_a_terminal

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


ON_A_TERMINAL = ("nnviz tui", "nnviz grade --review")

SHOWN_FILES = {
    Path("docs/how-to/write-a-lesson.md"): (
        "great-strides/experiment.toml",
        "great-strides/lesson.toml",
    )
}
"""Where a page's blocks of `toml` are to be put, in their order, before its commands work."""

ANSWER = ('"2.1" = """\n', '"2.1" = """\nA larger rate learned faster.\n')
"""What the reader has written into `mine` by hand: text, which waits for a person."""


@dataclass(frozen=True)
class Block:
    """A block of code on a page, and which tests run it ("": the one below)."""

    language: str
    text: str
    run_by: str


def blocks(page: Path) -> list[Block]:
    """All blocks of a page; `<!-- run by FILE::TEST -->` on the line before names another test."""
    found = re.findall(
        r"(?:<!-- run by (.*?) -->\n)?^```(\S*)\n(.*?)^```$",
        (ROOT / page).read_text(),
        re.M | re.S,
    )
    return [Block(language, text, run_by) for run_by, language, text in found]


def blocks_of(language: str, page: Path) -> list[Block]:
    """The blocks of one language."""
    return [block for block in blocks(page) if block.language == language]


def commands(page: Path) -> list[str]:
    """The lines to run, in order; a comment may say `exit code 1`."""
    runnable = [b.text for b in blocks_of("sh", page) if not b.run_by]
    lines = "\n".join(text.replace("\\\n", " ") for text in runnable).splitlines()
    return [line for line in lines if line.partition("# ")[0].strip()]


def test_there_are_commands_to_run():
    """The tests below would pass on nothing."""
    assert len([line for page in PAGES for line in commands(page)]) >= 20


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_block_says_what_it_is(page):
    """So that none that should be run is passed over."""
    for block in blocks(page):
        assert block.language in LANGUAGES or block.language.startswith("{"), block


@pytest.mark.parametrize(
    ("page", "block"),
    [(page, block) for page in PAGES for block in blocks(page) if block.run_by],
    ids=lambda value: str(value) if isinstance(value, Path) else value.text.split("\n")[0],
)
def test_a_block_that_is_run_elsewhere_names_where(page, block):
    """By tests that there are; `.ci/run` counts for the targets of `make` that stand in it."""
    files = []
    for name in block.run_by.split(", "):
        file, _, test = name.partition("::")
        files.append((ROOT / file).read_text())
        assert file == ".ci/run" or f"def {test}(" in files[-1], name
    for target in re.findall(r"^make ([a-z-]+)", block.text, re.M):
        assert re.search(rf'make {target}\b|make\(clone, "{target}"', "\n".join(files)), target


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=str)
def test_the_commands_of_a_page_work(page, tmp_path):
    """Each exits with 0, one after the other in one empty folder, without a terminal."""
    environment = with_programs(tmp_path / "bin", "nnviz")
    folder = tmp_path / "folder"
    folder.mkdir()
    shutil.copy(PROGRAM, folder / "my_network.py")
    for name, block in zip(SHOWN_FILES.get(page, ()), blocks_of("toml", page), strict=False):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(block.text)
    for line in commands(page):
        run = on_a_terminal if line.startswith(ON_A_TERMINAL) else without_a_terminal
        command, _, comment = line.partition("# ")
        code, printed = run(command, folder, environment)
        said = re.match(r"exit code (\d+)", comment)
        assert code == (int(said[1]) if said else 0), f"{line}\n{printed[-2000:]}"
        if command.split() == "nnviz new assignment1 mine".split():
            answers = folder / "mine" / "answers.toml"
            answers.write_text(answers.read_text().replace(*ANSWER))


def on_a_terminal(line: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a line on a terminal of 80x24, press q once the screen is drawn, and wait for the end."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        ["sh", "-c", f"exec {line}"],
        cwd=folder,
        env={**environment, "TERM": "xterm-256color", "XDG_CACHE_HOME": str(folder.parent)},
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
