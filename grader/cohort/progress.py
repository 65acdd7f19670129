"""Says how far a class is, on standard error: a bar with who is running, or a line now and then."""

import time
from collections import deque
from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.text import Text

from grader.cohort.journal import Line
from grader.report.text import visible

SECONDS_BETWEEN_LINES = 10.0
RECENT = 50
"""The estimate of what is left goes by so many outcomes."""


class Progress:
    """A watch of a class's run. On a terminal it redraws itself; what failed stays above it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._total = self._done = self._wrong = 0
        self._times: deque[float] = deque(maxlen=RECENT + 1)
        self._told = time.monotonic()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *error: object) -> None:
        if self._live:
            self._live.stop()

    def prepare(self, name: str, number: int, total: int) -> None:
        """A reference is being run, or, without a name, those of other machines are."""
        what = "the references of claims, once"
        if not name:
            self._console.print(f"each machine runs {what}")
        elif self._console.is_terminal:
            bar = ProgressBar(total, number - 1, width=30)
            running = f"running {what}: {visible(name, 30)}, {number} of {total}"
            self._show(Group(bar, Text(running)))
        elif number == 1:
            self._console.print(f"running {what}: {total} runs")

    def begin(self, total: int, done: int) -> None:
        """Show where the class stands before anything is marked."""
        self._total, self._done = total, done
        self._times.append(time.monotonic())
        if done:
            self._console.print(f"{done} of {total} submissions were marked before")
        if self._console.is_terminal and done < total:
            self._show(Text(self.status()))

    def advance(self, line: Line, running: Iterable[str]) -> None:
        """One submission is marked."""
        self._done += 1
        now = time.monotonic()
        self._times.append(now)
        if line.kind != "graded":
            self._wrong += 1
            words = f"✗ {visible(line.name, 80)}: {line.kind}: {visible(line.message, 300)}"
            self._console.print(Text(words, style="yellow"))
        if self._live:
            bar = ProgressBar(self._total, self._done, width=30)
            names = ", ".join(visible(name, 30) for name in list(running)[:4])
            below = Text(f"running: {names}", style="dim", no_wrap=True, overflow="ellipsis")
            self._show(Group(bar, Text(self.status()), below))
        elif now - self._told > SECONDS_BETWEEN_LINES:
            self._told = now
            self._console.print(self.status())

    def _show(self, what: RenderableType) -> None:
        if self._live is None:
            self._live = Live(console=self._console, transient=True, refresh_per_second=8)
            self._live.start()
        self._live.update(what, refresh=True)

    def status(self) -> str:
        """`37 of 120, 2 not graded, 310 a minute, about 0:16 left`."""
        text = f"{self._done} of {self._total}"
        if self._wrong:
            text += f", {self._wrong} not graded"
        passed = self._times[-1] - self._times[0]
        if len(self._times) > 2 and passed > 0:
            rate = (len(self._times) - 1) / passed
            left = round((self._total - self._done) / rate)
            hours, minutes = divmod(left // 60, 60)
            clock = f"{hours}:{minutes:02}" if hours else f"{minutes}"
            text += f", {60 * rate:.0f} a minute, about {clock}:{left % 60:02} left"
        return text
