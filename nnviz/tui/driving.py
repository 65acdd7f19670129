"""The part of the application that drives the run: keys become orders, views come back."""

import time
from collections.abc import Callable

from rich.console import RenderableType
from textual.app import App
from textual.message import Message
from textual.notifications import Notification, Notify

from nnviz.debugger.debugger import Debugger
from nnviz.tui.handing_out import Written
from nnviz.tui.panels.findings import headline
from nnviz.tui.prover import Prover, Proving
from nnviz.tui.runner import Ask, Go, Order, Pause, Play, PlayBack, Runner, Said, Speed
from nnviz.tui.screens.base import PanelScreen
from nnviz.tui.view import View
from nnviz.tui.widgets import PanelWidget

News = View | Said | Proving | Written | Exception


OPENING_SECONDS = 1.0
OPENING = "opening ... a program of your own first runs up to its loop; Ctrl-C twice leaves"
"""What is said where there are no numbers after so many seconds."""

SPEEDS = (1.0, 2.0, 5.0, 10.0, 30.0, float("inf"))


class FromRunner(Message):
    """The runner has made a view, answered a command, or failed."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self.news = news

    def can_replace(self, message: Message) -> bool:
        """A slow screen skips stale views, and nothing else."""
        return (
            isinstance(message, FromRunner)
            and isinstance(self.news, View)
            and isinstance(message.news, View)
        )


class DrivingApp(App[None]):
    """Owns the runner and the view it made last. `failure` is what went wrong on its thread.

    `first_view` is the one that it made first, and `on_first_paint` is called when numbers are on
    the screen.
    """

    def __init__(self, open_debugger: Callable[[], Debugger], *, ansi_color: bool) -> None:
        super().__init__(ansi_color=ansi_color)
        self.view: View | None = None
        self.first_view: View | None = None
        self.on_first_paint: Callable[[], None] = lambda: None
        self.failure: Exception | None = None
        self._speed = len(SPEEDS) - 1
        self._interrupted_at = float("-inf")
        self._notified: Notification | None = None
        self.runner = Runner(open_debugger, self._receive)
        self.prover = Prover(self._receive)

    def _receive(self, news: News) -> None:
        # called on the runner's thread; post_message is the one call that is safe from there
        if self.first_view is None and isinstance(news, View):
            self.first_view = news
        self.post_message(FromRunner(news))

    def first_painted(self) -> None:
        """Say that there are numbers on the screen: those of the first view."""
        tell, self.on_first_paint = self.on_first_paint, lambda: None
        tell()
        self.runner.painted()

    def start_run(self) -> None:
        """Open the run; where that takes long, say what is waited for."""
        self.runner.start()
        self.set_timer(OPENING_SECONDS, self._say_what_is_waited_for)

    def _say_what_is_waited_for(self) -> None:
        if self.view is None and self.screen_stack:
            self.screen_stack[0].query_one("#message", PanelWidget).wait(OPENING)

    def on_notify(self, message: Notify) -> None:
        """Say one thing at a time, and it once: a key held down would pile it up."""
        before, new = self._notified, message.notification
        if before is not None and before.message == new.message and not before.has_expired:
            message.prevent_default()
            return
        self._notified = new
        self.clear_notifications()

    def exit(
        self, result: None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """Leave; training ends while the screen is put away, and not after that."""
        self.prover.stop(0)
        self.runner.stop(0)
        super().exit(result, return_code, message)

    def on_unmount(self) -> None:
        """End the run's thread."""
        self.prover.stop()
        self.runner.stop()

    def order(self, order: Order) -> None:
        """Send an order to the runner."""
        self.runner.send(order)

    def action_step(self) -> None:
        """Do the next iteration."""
        self.order(Go(1, relative=True))

    def action_step_back(self) -> None:
        """Go one iteration back."""
        self.order(Go(-1, relative=True))

    def action_scrub(self, by: int) -> None:
        """Look at a recorded iteration; never trains further."""
        self.order(Go(by, relative=True, recorded=True))

    def action_finding(self, by: int) -> None:
        """Go to the nearest iteration, on that side, at which something got worse."""
        if self.view is None:
            return
        here = self.view.frame.index
        there = [at for at in self.view.spoken if (at - here) * by > 0]
        if not there:
            self.notify(
                "nothing got worse " + ("after" if by > 0 else "before") + " this iteration"
            )
            return
        self.order(Go(min(there) if by > 0 else max(there), arrived=self._point_at_finding))

    def _point_at_finding(self, debugger: Debugger) -> str:
        """Choose the layer in which it got worse here; returns what did. On the runner's thread."""
        index = debugger.timeline.index
        found = debugger.diagnosis.at(index)
        new = [f for f in found if f.spoke == index] or found
        if new and new[0].layer:
            self.post_message(PanelScreen.Chose(layer=new[0].layer))
        return f"{headline(new[0])}: {new[0].evidence}" if new else ""

    def action_prove(self) -> None:
        """Try the remedies of the gravest finding on a fork, in the background."""
        self.order(Ask(self.prover.begin))

    def action_first(self) -> None:
        """Go to the first iteration."""
        if self.view is not None:
            self.order(Go(self.view.history.first))

    def action_live(self) -> None:
        """Go to the latest iteration."""
        if self.view is not None:
            self.order(Go(self.view.recorded))

    def action_finish(self) -> None:
        """Train to the end of the epoch, or ten iterations on the full batch."""
        if self.view is not None:
            size = self.view.info.batches_per_epoch
            index = self.view.frame.index
            self.order(Play(index + 10 if size == 1 else (index // size + 1) * size))

    def action_play(self) -> None:
        """Train on to a breakpoint, or pause."""
        running = self.view is not None and self.view.goes_on
        self.order(Pause() if running else Play())

    def action_play_back(self) -> None:
        """Go back to where a breakpoint stops."""
        self.order(PlayBack())

    def action_interrupt(self) -> None:
        """Pause; a second time within a second: quit."""
        now = time.monotonic()
        if now - self._interrupted_at < 1:
            self.exit()
        self._interrupted_at = now
        self.order(Pause())
        self.notify("paused; Ctrl-C again to quit", timeout=1.5)

    def action_speed(self, by: int) -> None:
        """Train faster or slower."""
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)
        limit = SPEEDS[self._speed]
        self.order(Speed(limit))
        self.notify("as fast as it goes" if limit == SPEEDS[-1] else f"{limit:g} iterations/s")
