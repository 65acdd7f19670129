"""The terminal before the application: shows a kept picture, and takes keys without echoing them.

Keys wait in the terminal's own queue, where the application finds them. What ends the process
leaves the terminal as it was.
"""

import os
import signal
import sys
import termios
from contextlib import suppress
from types import FrameType
from typing import Any

INPUT, OUTPUT = 0, 2
"""Textual reads the one and writes to the other."""
ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""The other screen, without a cursor; a full last row does not scroll it."""
LEAVE = "\x1b[?7h\x1b[?1049l\x1b[?25h"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
IFLAG, LFLAG, CC = 0, 3, 6

Attributes = list[Any]
"""What `termios.tcgetattr` returns."""


class EarlyScreen:
    """Shows a picture until it is put away, or handed over to who goes on from there."""

    def __init__(self) -> None:
        self._before: Attributes | None = None
        self._handlers: dict[signal.Signals, Any] = {}

    @staticmethod
    def is_there() -> bool:
        """Whether one terminal is at all ends, in which this process has the foreground."""
        try:
            terminals = {os.ttyname(number) for number in (INPUT, 1, OUTPUT)}
        except OSError:
            return False
        foreground = True
        with suppress(OSError):  # nobody's terminal has no background
            foreground = os.tcgetpgrp(INPUT) == os.getpgrp()
        utf8 = getattr(sys.__stderr__, "encoding", "").lower().replace("-", "") == "utf8"
        driven = {"TEXTUAL_DRIVER", "TEXTUAL_ALLOW_SIGNALS"} & os.environ.keys()
        return len(terminals) == 1 and foreground and utf8 and not driven

    @property
    def shown(self) -> bool:
        """Whether the picture is on the screen, and nobody else's yet."""
        return self._before is not None

    def show(self, picture: str) -> None:
        """Put a picture on the screen."""
        with suppress(OSError, termios.error):  # a terminal that is gone shows nothing
            before = termios.tcgetattr(INPUT)
            for number in ENDING:
                if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                    self._handlers[number] = signal.signal(number, self._ended)
            self._before = before
            _set(quiet(before))
            _write(ENTER + picture + "\x1b[0m")

    def hold(self) -> None:
        """From now on Ctrl-C is a key, too: the application is about to read it."""
        if self._before is not None:
            with suppress(OSError, termios.error):
                _set(quiet(self._before, signals=False))
            self._give_back(signal.SIGINT)  # asyncio has a handler of its own

    def hand_over(self) -> Attributes | None:
        """Leave the screen to the application; the terminal's settings as they were before."""
        before, self._before = self._before, None
        self._give_back(*ENDING)
        return before

    def put_away(self) -> None:
        """Make the terminal what it was, unless it has been handed over."""
        if self._before is not None:
            with suppress(OSError, termios.error):
                termios.tcflush(INPUT, termios.TCIFLUSH)  # keys that were not for the shell
                _set(self._before)
                _write(LEAVE)
        self.hand_over()

    def _give_back(self, *numbers: signal.Signals) -> None:
        for number in numbers:
            if number in self._handlers:
                signal.signal(number, self._handlers.pop(number))

    def _ended(self, number: int, frame: FrameType | None) -> None:
        # at once: imports and threads that are under way would take their time, and have nothing
        # that could be lost
        self.put_away()
        if number == signal.SIGINT:
            with suppress(OSError):
                _write("nnviz: interrupted\n")
            os._exit(128 + number)
        signal.raise_signal(number)


def quiet(before: Attributes, signals: bool = True) -> Attributes:
    """A terminal's settings without an echo, keys coming one by one, as Textual sets them.

    With `signals` Ctrl-C, and no other key, is one.
    """
    attributes = [*before[:CC], list(before[CC])]
    attributes[IFLAG] &= ~(
        termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR
    )
    attributes[LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    if not signals:
        attributes[LFLAG] &= ~termios.ISIG
    nothing = bytes([os.fpathconf(INPUT, "PC_VDISABLE")])
    for key in (termios.VSUSP, termios.VQUIT):
        attributes[CC][key] = nothing
    attributes[CC][termios.VMIN], attributes[CC][termios.VTIME] = 1, 0
    return attributes


def _set(attributes: Attributes) -> None:
    termios.tcsetattr(INPUT, termios.TCSANOW, attributes)


def _write(text: str) -> None:
    left = text.encode()
    while left:
        left = left[os.write(OUTPUT, left) :]
