"""Promises about the real terminal: it is as before, however the screen is left."""

import os
import re
import select
import signal
import struct
import subprocess
import sys
import time

import pytest

from tests.attach.slips import RIGHT

pty = pytest.importorskip("pty", reason="needs a POSIX terminal")
import fcntl  # noqa: E402
import termios  # noqa: E402

SECONDS = 120.0
"""A busy machine may take its time; nothing here measures it."""


class Terminal:
    """A terminal with `nnviz tui` on it: what it wrote, and how it is set."""

    def __init__(self, *arguments, folder):
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(self.theirs)
        self.written = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nnviz", "tui", *arguments],
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            cwd=folder,
            # these would outweigh the terminal's own size, and a test runner may set them
            env={k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
            | {"TERM": "xterm-256color"},
            start_new_session=True,
        )

    def read(self):
        """Take up what was written, if there is something soon; whether there was."""
        if not select.select([self.ours], [], [], 0.1)[0]:
            return False
        self.written += os.read(self.ours, 1 << 16).decode(errors="replace")
        return True

    def until(self, holds, what):
        """Read on until something holds."""
        end = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < end, f"{what}: {self.written[-2000:]!r}"
            self.read()

    def shown(self, text):
        """Read on until a text is on the screen, wherever it was drawn in parts."""
        plain = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
        self.until(lambda: text in plain.sub("", self.written), text)

    def send(self, keys):
        self.written = ""
        os.write(self.ours, keys)

    def ended(self):
        """Wait for the end; the exit code."""
        self.until(lambda: self.process.poll() is not None, "the end")
        while self.read():
            pass
        return self.process.returncode

    def is_restored(self):
        """Whether modes and screen are as before: no alternate screen, no mouse, a cursor."""
        return termios.tcgetattr(self.theirs) == self.before and all(
            mode in self.written for mode in ("\x1b[?1049l", "\x1b[?25h", "\x1b[?1000l")
        )

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def terminal(tmp_path):
    opened = Terminal("--data=digits", folder=tmp_path)
    yield opened
    opened.close()


def test_ctrl_c_pauses_and_twice_quits_and_the_terminal_is_as_before(terminal, tmp_path):
    terminal.shown("LIVE")
    assert termios.tcgetattr(terminal.theirs) != terminal.before
    terminal.send(b" ")
    terminal.shown("RUNNING")
    terminal.send(b"\x03")
    terminal.shown("PAUSED")
    assert terminal.process.poll() is None
    terminal.send(b"\x03\x03")
    assert terminal.ended() == 0
    assert terminal.is_restored()
    assert list(tmp_path.iterdir()) == []  # nothing is saved silently


@pytest.mark.slow
def test_ctrl_c_pauses_a_program_of_ones_own_and_the_terminal_is_as_before(tmp_path):
    path = tmp_path / "mine.py"
    slow = "    import time; time.sleep(0.3)\n"
    path.write_text(RIGHT.replace("range(30)", "range(500)") + slow)
    opened = Terminal(str(path), folder=tmp_path)
    try:
        opened.shown("PAUSED")
        opened.send(b"n")
        opened.shown("1/499")
        opened.send(b" ")
        opened.shown("RUNNING")
        opened.send(b"\x03")
        opened.shown("PAUSED")
        opened.send(b"q")
        assert opened.ended() == 0
        assert opened.is_restored()
    finally:
        opened.close()


def test_keys_sent_in_one_piece_are_a_command_and_not_what_its_letters_do(terminal):
    terminal.shown("LIVE")
    terminal.send(b"n:goto 3\r2")
    terminal.shown("3/200")


def test_quitting_while_it_trains_leaves_the_terminal_as_it_was(terminal):
    terminal.shown("LIVE")
    terminal.send(b" ")
    terminal.shown("RUNNING")
    terminal.send(b"q")
    assert terminal.ended() == 0
    assert terminal.is_restored()


def test_a_resize_is_drawn_at_the_new_size(terminal):
    terminal.shown("LIVE")
    terminal.written = ""
    fcntl.ioctl(terminal.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
    terminal.process.send_signal(signal.SIGWINCH)
    terminal.shown("Breakpoints, watches, branches")  # which has no room on the small screen
    terminal.send(b"q")
    assert terminal.ended() == 0
