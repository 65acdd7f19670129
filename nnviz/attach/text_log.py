"""What a program has printed, by iteration; the oldest goes where there is too much of it."""

from collections import deque

MOST_LINES, LONGEST = 5_000, 2_000
"""Lines that are kept, and characters of a line."""

LAST_BYTES = 64 * 1024
"""Of a single piece of text only so much is looked at: the rest could never be shown."""


class TextLog:
    """Printed lines with the iteration in which they came (-1: before the first)."""

    def __init__(self) -> None:
        self.lines: deque[tuple[int, str]] = deque(maxlen=MOST_LINES)
        self.left_out = 0
        self._open = ""

    def add(self, index: int, content: bytes) -> None:
        """Take what was printed in iteration `index`."""
        dropped = content[:-LAST_BYTES].count(b"\n")
        text = self._open + content[-LAST_BYTES:].decode("utf-8", "replace")
        *whole, rest = text.replace("\r\n", "\n").split("\n")
        self._open = rest[-LONGEST:]
        self.left_out += dropped + max(0, len(self.lines) + len(whole) - MOST_LINES)
        self.lines.extend((index, line.rpartition("\r")[2][:LONGEST]) for line in whole)

    def finish(self, index: int) -> None:
        """Take what is left of a line without an end."""
        if self._open:
            self.add(index, b"\n")

    def up_to(self, index: int, count: int) -> list[str]:
        """The last lines printed up to and including iteration `index`."""
        return [line for number, line in self.lines if number <= index][-count:]
