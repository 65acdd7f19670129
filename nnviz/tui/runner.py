"""Runs the debugger on a thread of its own, so that the screen never waits for training.

The screen sends orders; the runner carries them out one after another and hands over at most
`VIEWS_PER_SECOND` views. An order that arrives interrupts what is running, even in an iteration.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from nnviz.debugger.commands import execute
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.source import Frame
from nnviz.debugger.timeline import A_STEPS_SHARE
from nnviz.engine.tiles import Cancelled
from nnviz.errors import InputError
from nnviz.tui.detail import Question, Trouble
from nnviz.tui.speedometer import Speedometer
from nnviz.tui.view import PAUSED, RUNNING, SEEKING, STEPPING, View, make_view

VIEWS_PER_SECOND = 12
"""More are not seen to be more, and on two processors each takes its time from the training."""
STEPS_SHOWN_PER_SECOND = 6
"""While more steps wait: a key is held down, and to keep up with it counts for more."""
QUIET = 0.1
"""After so many seconds without an order there is time to work ahead: what is new is painted."""
GREETING = "press n to step"


@dataclass(frozen=True)
class Go:
    """Move to iteration `index` (relative: that many on, or back if negative).

    `recorded`: never further than the run has come. `arrived` may say what is to be seen there.
    """

    index: int
    relative: bool = False
    recorded: bool = False
    arrived: Callable[[Debugger], str] = lambda debugger: ""


@dataclass(frozen=True)
class PhaseStep:
    """Move one phase on (1) or back (-1)."""

    by: int


@dataclass(frozen=True)
class Play:
    """Train on to iteration `until` (None: until something stops it)."""

    until: int | None = None


@dataclass(frozen=True)
class PlayBack:
    """Go back to where a breakpoint stops, or to the first iteration."""


@dataclass(frozen=True)
class Pause:
    """Stop where it is."""


@dataclass(frozen=True)
class Speed:
    """Train at most this many iterations a second (infinity: as fast as it goes)."""

    limit: float


@dataclass(frozen=True)
class Ask:
    """Do something with the debugger, on its thread; it may return what is to be said."""

    what: Callable[[Debugger], str]


@dataclass(frozen=True)
class Type:
    """Carry out a typed command."""

    line: str


@dataclass(frozen=True)
class _Answer:
    """Answer the question of the screen, where that has not been done."""


Order = Go | PhaseStep | Play | PlayBack | Pause | Speed | Ask | Type | _Answer


@dataclass(frozen=True)
class Said:
    """What a typed command answered; `wrong` says that the line can't be carried out."""

    line: str
    text: str
    wrong: bool = False


Show = Callable[[View | Said | Exception], None]


class Runner:
    """The thread that owns a debugger. `show` is called on that thread with every new view.

    After the first one it waits for `painted`, or an order: painting has the processor for itself.
    `debugger` is for others to use only when the thread has ended.
    """

    def __init__(self, open_debugger: Callable[[], Debugger], show: Show) -> None:
        self.debugger: Debugger | None = None
        self._open = open_debugger
        self._show = show
        self._orders: deque[Order | None] = deque()
        self._arrived = threading.Condition()
        self._interrupted = threading.Event()
        self._stepping = self._waiting = self._painted = False
        self._limit = float("inf")
        self._last: View | None = None
        self._question: Question | None = None
        self._answered: Question | None = None
        self._rested_at = self._shown_at = 0.0
        self._thread = threading.Thread(target=self._run, name="nnviz-runner", daemon=True)

    def start(self) -> None:
        """Open the run and show its first view."""
        self._thread.start()

    def send(self, order: Order) -> None:
        """Hand over an order; what is running stops for it.

        But a step never interrupts a step: whoever holds a key down wants all of them.
        """
        with self._arrived:
            self._orders.append(order)
            if not (self._stepping and _is_step(order)):
                self._interrupted.set()
            self._arrived.notify()

    def painted(self) -> None:
        """The first view is on the screen: there is time for what is left to do."""
        with self._arrived:
            self._painted = True
            self._arrived.notify()

    def attend(self, question: Question | None) -> None:
        """Answer this with the views from now on (None: nothing); what is running goes on."""
        with self._arrived:
            self._question = question
            self._orders.append(_Answer())
            if self._waiting:
                self._interrupted.set()  # no order, but work ahead
            self._arrived.notify()

    def stop(self, timeout: float = 0.4) -> None:
        """End the thread, if it has begun; it looks up between two blocks of samples."""
        with self._arrived:
            self._orders.append(None)
            self._interrupted.set()
            self._arrived.notify()
        if self._thread.ident is not None:
            self._thread.join(timeout)

    @property
    def alive(self) -> bool:
        """Whether the thread is still there."""
        return self._thread.is_alive()

    @property
    def idle(self) -> bool:
        """Whether everything that was ordered is done and shown."""
        with self._arrived:
            return self._waiting and not self._orders

    @np.errstate(all="ignore")  # a run that overflows is there to be looked at: its numbers say so
    def _run(self) -> None:
        try:
            self.debugger = debugger = self._open()
            for timeline in debugger.branches.values():
                timeline.source.cancelled = self._interrupted.is_set
            self._view(debugger, reason=GREETING)
            with self._arrived:
                self._arrived.wait_for(lambda: self._painted or bool(self._orders))
            debugger.gather_facts()
            self._view(debugger, reason=GREETING)
            while (order := self._next(debugger)) is not None:
                self._carry_out(debugger, order)
        except Exception as error:  # whatever it is, the screen has to say it: it is the only one
            self._show(error)

    def _next(self, debugger: Debugger) -> Order | None:
        """The next order; iterations that have piled up come as one.

        Until there is one, this works ahead for steps back.
        """
        with self._arrived:
            self._stepping, self._waiting = False, True
            quiet = not self._arrived.wait_for(lambda: bool(self._orders), QUIET)
        if quiet:
            _work_ahead(debugger, math.inf)
        with self._arrived:
            self._arrived.wait_for(lambda: bool(self._orders))
            self._waiting = False
            order = self._orders.popleft()
            while self._orders and (both := _as_one(order, self._orders[0])) is not None:
                order = both
                self._orders.popleft()
            self._stepping = _is_step(order)
            if not any(map(_interrupts, self._orders)):
                self._interrupted.clear()
            return order

    def _view(
        self, debugger: Debugger, *, mode: str = PAUSED, reason: str = "", speed: float = 0.0
    ) -> None:
        self._last = make_view(debugger, before=self._last, mode=mode, reason=reason, speed=speed)
        self._answered = None
        self._shown_at = time.perf_counter()
        self._show(self._last)

    def _due(self, since: float = 0.0, stepping: bool = False) -> bool:
        """Whether the last view was seen for long enough; the last of all is shown in any case.

        `since` is when it began to be of the past.
        """
        rate = STEPS_SHOWN_PER_SECOND if stepping else VIEWS_PER_SECOND
        return time.perf_counter() - max(self._shown_at, since) >= 1 / rate

    def _answer(self, debugger: Debugger) -> None:
        """Show the last view again with the answer, unless that is known or an order waits."""
        question, started = self._question, time.perf_counter()
        if self._last is None or question == self._answered:
            return
        try:
            detail = question.answer(debugger, self._last.detail) if question else None
        except Cancelled:
            return
        except InputError as error:
            detail = Trouble(debugger.timeline.index, text=str(error))
        self._last = replace(self._last, detail=detail)
        self._show(self._last)
        now = time.perf_counter()
        self._rested_at = now + (now - started)
        if detail is None or not detail.unfinished:
            self._answered = question
            return
        with self._arrived:
            self._orders.append(_Answer())

    def _carry_out(self, debugger: Debugger, order: Order) -> None:
        if isinstance(order, Speed):
            self._limit = order.limit
        elif not isinstance(order, _Answer):
            reason = self._done(debugger, order)
            if _is_step(order) and self._steps_wait():
                if self._due(stepping=True):
                    # less than all there is, but a phase is looked at for its arrays
                    mode = PAUSED if isinstance(order, PhaseStep) else STEPPING
                    self._view(debugger, mode=mode, reason=reason)
                _work_ahead(debugger, A_STEPS_SHARE)
                return
            self._view(debugger, reason=reason)
        self._answer(debugger)

    def _steps_wait(self) -> bool:
        """Whether the next order is one more step: a key is held down."""
        with self._arrived:
            return bool(self._orders) and _is_step(self._orders[0])

    def _done(self, debugger: Debugger, order: Order) -> str:
        """Do what was ordered, and return what is to be said of it."""
        try:
            match order:
                case Pause():
                    return "paused"
                case Go():
                    return self._go(debugger, order)
                case PhaseStep(by):
                    return _step_phase(debugger, by)
                case Play(until):
                    return self._play(debugger, until)
                case PlayBack():
                    return debugger.run_back().reason
                case Ask(what):
                    return what(debugger)
                case Type(line):
                    return self._type(debugger, line)
        except Cancelled:
            return "interrupted: an unfinished iteration is not counted"
        except InputError as error:
            return str(error)
        return ""

    def _go(self, debugger: Debugger, order: Go) -> str:
        timeline = debugger.timeline
        wanted = timeline.index + order.index if order.relative else order.index
        if order.recorded:
            wanted = min(wanted, timeline.live)
        index = max(wanted, timeline.history.first)
        started = time.perf_counter()

        def progress(frame: Frame) -> None:
            # where it arrives is shown in any case, and what is there soon needs no other view
            if frame.index != index and self._due(started, order.relative):
                mode = STEPPING if order.relative else SEEKING
                self._view(debugger, mode=mode, reason=f"to iteration {index}")

        timeline.seek(index, progress)
        return order.arrived(debugger) if wanted == index else f"iteration {index} is the first one"

    def _play(self, debugger: Debugger, until: int | None) -> str:
        debugger.progress = self._following(debugger)
        try:
            return debugger.run(until).reason
        except Cancelled:
            return "paused"

    def _following(self, debugger: Debugger) -> Callable[[Frame], None]:
        """Shows the iterations of a run on the way, no faster than the speed that was asked for."""
        speed = Speedometer()

        def progress(frame: Frame) -> None:
            speed.tick()
            if self._due():
                self._view(debugger, mode=RUNNING, speed=speed.rate)
                # whatever an answer costs, the training gets as much time as the answers
                if time.perf_counter() >= self._rested_at:
                    self._answer(debugger)
            self._interrupted.wait(max(0.0, speed.last + 1 / self._limit - time.perf_counter()))
            if self._interrupted.is_set():
                raise Cancelled

        return progress

    def _type(self, debugger: Debugger, line: str) -> str:
        debugger.progress = self._following(debugger)
        try:
            text = execute(debugger, line)
        except Cancelled:
            return "paused"
        except InputError as error:
            self._show(Said(line, str(error), wrong=True))
            return ""
        if "\n" not in text:
            return text
        self._show(Said(line, text))
        return ""


def _is_step(order: Order | None) -> bool:
    return isinstance(order, PhaseStep) or (isinstance(order, Go) and order.relative)


def _interrupts(order: Order | None) -> bool:
    """Whether what is done before this order is to stop for it."""
    return not (_is_step(order) or isinstance(order, _Answer))


def _as_one(order: Order | None, more: Order | None) -> Go | None:
    """Two moves by iterations in one direction as one move."""
    if not (isinstance(order, Go) and isinstance(more, Go) and order.relative and more.relative):
        return None
    if order.recorded != more.recorded or (order.index > 0) != (more.index > 0):
        return None
    return Go(order.index + more.index, True, order.recorded)


def _step_phase(debugger: Debugger, by: int) -> str:
    try:
        phase = debugger.timeline.step_phase() if by > 0 else debugger.timeline.step_phase_back()
    except IndexError as error:
        return str(error)
    return f"after {phase.label}"


def _work_ahead(debugger: Debugger, seconds: float) -> None:
    """Make steps back quick that may follow, until an order interrupts it."""
    with suppress(InputError):  # a program that can't be run again: that is said where one asks
        debugger.timeline.prepare(seconds)
