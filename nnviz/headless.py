"""Training without a screen: `nnviz train`, and `nnviz tui` where there is no terminal."""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Protocol, TextIO

import numpy as np

from nnviz.debugger.history import History
from nnviz.debugger.source import Frame, RunSource
from nnviz.engine.tiles import Cancelled
from nnviz.summary import Summary, percent, summary_json, summary_lines

if TYPE_CHECKING:
    from rich.console import Console

EXIT_INTERRUPTED = 130
ROOM_FOR_BAR = 78
"""Columns of a terminal below which the numbers of the progress line leave no room for a bar."""

Watch = Callable[[Frame, History], None]
"""Is shown each iteration's numbers, and all of them so far."""


class EvaluatedSource(RunSource, Protocol):
    """A run whose last iteration can be measured on all samples."""

    def evaluate(self) -> tuple[float, float]:
        """Loss and accuracy (a share) on the test samples; NaN where there are none."""

    def evaluate_training(self) -> tuple[float, float]:
        """The same on all training samples, of which a frame's batch may be a part."""


def train_headless(
    source: EvaluatedSource, iterations: int, watch: Watch = lambda frame, history: None
) -> Summary:
    """Train up to and including iteration `iterations`, and sum it up.

    Where `source.cancelled` says stop, the summary is that of the last whole iteration; before the
    first one is done, there is none and `Cancelled` is raised.
    """
    history, frame, seconds = History(source.info.depth, first=source.index), None, 0.0
    interrupted = False
    # a run that overflows is there to be looked at: its numbers say so, warnings would only repeat
    with np.errstate(all="ignore"):
        try:
            while source.index <= iterations:
                started = time.perf_counter()
                frame = source.advance()
                seconds += time.perf_counter() - started
                history.append(frame)
                watch(frame, history)
        except Cancelled:
            interrupted = True
        if frame is None:
            raise Cancelled
        if source.info.full_batch:
            loss, train_accuracy = frame.loss, frame.train_accuracy
        else:
            loss, train_accuracy = source.evaluate_training()
        _, test_accuracy = source.evaluate()
    return Summary(
        source.info, history, frame, loss, train_accuracy, test_accuracy, seconds, interrupted
    )


def run_headless(
    source: EvaluatedSource,
    iterations: int,
    *,
    as_json: bool = False,
    watch: Watch = lambda frame, history: None,
) -> int:
    """Train with progress on standard error, print the summary on standard output.

    Returns the exit code. Ctrl-C ends the training with the summary so far; a second one ends it
    at once.
    """
    try:
        with (
            stopped_by_ctrl_c() as source.cancelled,
            progress(source.info.name, iterations, sys.stderr, quiet=as_json) as show,
        ):

            def both(frame: Frame, history: History) -> None:
                show(frame)
                watch(frame, history)

            summary = train_headless(source, iterations, both)
    except Cancelled as cancelled:
        raise KeyboardInterrupt from cancelled
    print(json.dumps(summary_json(summary)) if as_json else "\n".join(summary_lines(summary)))
    return EXIT_INTERRUPTED if summary.interrupted else 0


@contextmanager
def stopped_by_ctrl_c() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into an answer to "cancelled?"; leave the second one as it is."""
    pressed = False

    def press(signal_number: int, where: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def progress(
    name: str, iterations: int, stream: TextIO, *, quiet: bool
) -> Iterator[Callable[[Frame], None]]:
    """A bar on a terminal; elsewhere some twenty plain lines, or none where it is to be quiet."""
    from rich.console import Console

    console = Console(file=stream)
    if console.is_terminal and not console.is_dumb_terminal:
        with _bar(console, name, iterations) as show:
            yield show
    else:
        yield (lambda frame: None) if quiet else plain_lines(iterations, stream)


@contextmanager
def _bar(console: "Console", name: str, iterations: int) -> Iterator[Callable[[Frame], None]]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    numbers = (TextColumn("{task.fields[numbers]}  ETA", markup=False), TimeRemainingColumn())
    bar = (TextColumn("{task.description}", markup=False), BarColumn(None))
    columns = numbers if console.width < ROOM_FOR_BAR else bar + numbers
    with Progress(*columns, console=console, transient=True, expand=len(columns) > 2) as bars:
        task = bars.add_task(name, total=iterations + 1, numbers="")

        def show(frame: Frame) -> None:
            speed = bars.tasks[0].speed
            rate = f"  {speed:.3g} it/s" if speed else ""
            text = f"{frame.index}/{iterations}  {_numbers(frame, 4)}{rate}"
            bars.update(task, completed=frame.index + 1, numbers=text)

        yield show


def plain_lines(iterations: int, stream: TextIO) -> Callable[[Frame], None]:
    """Write a line to `stream` now and then, and always at the last iteration."""
    step, started = line_step(iterations), time.perf_counter()

    def show(frame: Frame) -> None:
        if frame.index % step and frame.index != iterations:
            return
        elapsed = time.perf_counter() - started
        left = elapsed / (frame.index + 1) * (iterations - frame.index)
        rate = f"{(frame.index + 1) / elapsed:.3g} it/s, ETA {left:.0f} s"
        print(f"iteration {frame.index}/{iterations}  {_numbers(frame, 6)}  {rate}", file=stream)

    return show


def line_step(iterations: int) -> int:
    """How many iterations lie between two plain lines: 1, 2, 5, 10, 20, ...; at most 21 lines."""
    step, factors = 1, 0
    while step * 20 < iterations:
        step, factors = (step * 5 // 2 if factors % 3 == 1 else step * 2), factors + 1
    return step


def _numbers(frame: Frame, digits: int) -> str:
    return f"loss {frame.loss:.{digits}f}  accuracy {percent(frame.train_accuracy)}"
