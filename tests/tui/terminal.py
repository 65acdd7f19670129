"""A terminal of its own for a program: what was written to it, what it shows, and how it is set."""

import codecs
import os
import re
import select
import struct
import subprocess
import sys
import time

import pytest

pty = pytest.importorskip("pty", reason="needs a POSIX terminal")
import fcntl  # noqa: E402
import termios  # noqa: E402

SECONDS = 120.0
"""A busy machine may take its time; nothing here measures it."""

IN_FOREGROUND = """
import os, signal
os.close(os.open(os.ttyname(0), os.O_RDWR))
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
"""
"""Makes the terminal that of the process, as a shell does, so that its Ctrl-C is a signal.

Whatever runs the tests in the background may have these signals ignored, and that is inherited.
"""
NNVIZ = "import sys; from nnviz.cli import main; sys.exit(main(['tui', *sys.argv[1:]]))"


class Terminal:
    """A terminal with `nnviz tui` on it, after some lines of Python."""

    def __init__(self, *arguments, folder, cache, before="", size=(24, 80), environment=()):
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.before = termios.tcgetattr(self.theirs)
        self.written = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()  # a read may end within a character
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"{IN_FOREGROUND}{before}\n{NNVIZ}", *arguments],
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            cwd=folder,
            # these would outweigh the terminal's own size, and a test runner may set them
            env={k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
            | {"TERM": "xterm-256color", "XDG_CACHE_HOME": str(cache)}
            | dict(environment),
            start_new_session=True,
        )

    def read(self):
        """Take up what was written, if there is something soon; whether there was."""
        if not select.select([self.ours], [], [], 0.1)[0]:
            return False
        self.written += self._decoder.decode(os.read(self.ours, 1 << 16))
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

    @property
    def is_set_as_before(self):
        return termios.tcgetattr(self.theirs) == self.before

    def is_restored(self):
        """Whether modes and screen are as before: no alternate screen, no mouse, a cursor."""
        return self.is_set_as_before and all(
            mode in self.written for mode in ("\x1b[?1049l", "\x1b[?25h", "\x1b[?1000l")
        )

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


TOKEN = re.compile(r"\x1b\[([0-9;?<>]*[$]?)([A-Za-z])|([^\x00-\x1f])")


def cells(written, width=80, height=24):
    """What a terminal shows that got this: rows of (character, style), by what Textual writes."""
    screen = [[(" ", "")] * width for _ in range(height)]
    row = column = 0
    style = ""
    for parameters, command, character in TOKEN.findall(written):
        if character and 0 <= row < height and 0 <= column < width:
            screen[row][column] = (character, style)
            column += 1
        elif command == "m":
            style = "" if parameters in ("", "0") else f"{style};{parameters}"
        elif command == "H":
            row, column = [int(number or 1) - 1 for number in (parameters or "1;1").split(";")]
    return screen
