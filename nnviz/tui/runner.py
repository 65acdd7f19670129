"""Runs the timeline on a thread of its own, so that the screen never waits for training.

The screen sends commands; the runner carries them out one after another and hands over views, at
most 30 a second. A command that arrives interrupts what is running, even inside an iteration.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeGuard

from nnviz.debugger.source import Frame
from nnviz.debugger.timeline import Timeline
from nnviz.engine.tiles import Cancelled
from nnviz.tui.view import View, make_view

VIEWS_PER_SECOND = 30


@dataclass(frozen=True)
class Go:
    """Move to iteration `index` (relative: that many on, or back if negative)."""

    index: int
    relative: bool = False


@dataclass(frozen=True)
class Play:
    """Train on, up to iteration `until` (None: until something stops it)."""

    until: int | None = None


@dataclass(frozen=True)
class Pause:
    """Stop where it is."""


@dataclass(frozen=True)
class Speed:
    """Train at most this many iterations a second (infinity: as fast as it goes)."""

    limit: float


Command = Go | Play | Pause | Speed


class Runner:
    """The thread that owns a timeline. `show` is called on that thread with every new view."""

    def __init__(
        self, open_timeline: Callable[[], Timeline], show: Callable[[View | Exception], None]
    ) -> None:
        self._open = open_timeline
        self._show = show
        self._commands: deque[Command | None] = deque()
        self._arrived = threading.Condition()
        self._interrupted = threading.Event()
        self._stepping = False
        self._limit = float("inf")
        self._last: View | None = None
        self._thread = threading.Thread(target=self._run, name="nnviz-runner", daemon=True)

    def start(self) -> None:
        """Open the timeline and show its first view."""
        self._thread.start()

    def send(self, command: Command) -> None:
        """Hand over a command; what is running stops for it.

        But a step never interrupts a step: whoever holds a key down wants all of them.
        """
        with self._arrived:
            self._commands.append(command)
            if not (self._stepping and _is_step(command)):
                self._interrupted.set()
            self._arrived.notify()

    def stop(self, timeout: float = 0.4) -> None:
        """End the thread; it looks up between two blocks of samples."""
        with self._arrived:
            self._commands.append(None)
            self._interrupted.set()
            self._arrived.notify()
        self._thread.join(timeout)

    @property
    def alive(self) -> bool:
        """Whether the thread is still there."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            timeline = self._open()
            timeline.source.cancelled = self._interrupted.is_set
            self._show(self._view(timeline, reason="press n to step"))
            while (command := self._next()) is not None:
                self._carry_out(timeline, command)
        except Exception as error:  # whatever it is, the screen has to say it: it is the only one
            self._show(error)

    def _view(self, timeline: Timeline, *, mode: str = "PAUSED", **told: Any) -> View:
        self._last = make_view(timeline, before=self._last, mode=mode, **told)
        return self._last

    def _next(self) -> Command | None:
        """The next command; steps that have piled up come as one."""
        with self._arrived:
            self._stepping = False
            self._arrived.wait_for(lambda: bool(self._commands))
            command = self._commands.popleft()
            if _is_step(command):
                while self._commands and _is_step(step := self._commands[0]):
                    command = Go(command.index + step.index, relative=True)
                    self._commands.popleft()
                self._stepping = True
            if not self._commands:
                self._interrupted.clear()
            return command

    def _carry_out(self, timeline: Timeline, command: Command) -> None:
        match command:
            case Speed(limit):
                self._limit = limit
            case Pause():
                self._show(self._view(timeline, reason="paused"))
            case Go(index, relative):
                self._go(timeline, timeline.index + index if relative else index)
            case Play(until):
                self._play(timeline, until)

    def _go(self, timeline: Timeline, index: int) -> None:
        wanted, index = index, max(index, timeline.history.first)
        reason = "" if wanted == index else f"iteration {index} is the first one"
        throttle = _Throttle()

        def progress(frame: Frame) -> None:
            if throttle.due():
                self._show(self._view(timeline, mode="SEEKING", reason=f"to iteration {index}"))

        try:
            timeline.seek(index, progress)
        except Cancelled:
            reason = f"interrupted on the way to iteration {index}"
        self._show(self._view(timeline, reason=reason))

    def _play(self, timeline: Timeline, until: int | None) -> None:
        throttle, speed = _Throttle(), _Speedometer()
        reason = "paused"
        try:
            while not self._interrupted.is_set():
                if until is not None and timeline.index >= until:
                    reason = f"reached iteration {until}"
                    break
                started = time.perf_counter()
                timeline.step()
                speed.tick()
                if throttle.due():
                    self._show(self._view(timeline, mode="RUNNING", speed=speed.rate))
                self._interrupted.wait(max(0.0, started + 1 / self._limit - time.perf_counter()))
        except Cancelled:
            reason = "paused inside an iteration, which is not counted"
        self._show(self._view(timeline, reason=reason, speed=speed.rate))


def _is_step(command: Command | None) -> TypeGuard[Go]:
    return isinstance(command, Go) and command.relative


class _Throttle:
    """Says when the next view is due."""

    def __init__(self) -> None:
        self._last = time.perf_counter()

    def due(self) -> bool:
        now = time.perf_counter()
        if now - self._last < 1 / VIEWS_PER_SECOND:
            return False
        self._last = now
        return True


class _Speedometer:
    """Iterations a second, over about the last second."""

    def __init__(self) -> None:
        self._times = [time.perf_counter()]

    def tick(self) -> None:
        now = time.perf_counter()
        self._times.append(now)
        while len(self._times) > 2 and now - self._times[0] > 1:
            self._times.pop(0)

    @property
    def rate(self) -> float:
        """0 while there is nothing to go by."""
        elapsed = self._times[-1] - self._times[0]
        return (len(self._times) - 1) / elapsed if elapsed else 0.0
