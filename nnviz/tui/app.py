"""The terminal application: keys become commands to the runner, views become panels."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from nnviz.debugger.timeline import Timeline
from nnviz.tui.drawing.look import ColorDepth, Look, look_from
from nnviz.tui.keys import KEYS
from nnviz.tui.layout import TABS, layout
from nnviz.tui.panels import PANELS
from nnviz.tui.runner import Go, Pause, Play, Runner, Speed
from nnviz.tui.state import PICTURES, Choice
from nnviz.tui.view import View
from nnviz.tui.widgets import PanelWidget

SPEEDS = (1.0, 2.0, 5.0, 10.0, 30.0, float("inf"))


class NewView(Message):
    """The runner has made a view, or failed. An old one not yet handled is replaced."""

    def __init__(self, view: View | Exception) -> None:
        super().__init__()
        self.view = view

    def can_replace(self, message: Message) -> bool:
        """A slow screen skips stale views."""
        return isinstance(message, NewView)


class NnvizApp(App[None]):
    """The debugger on a screen. `open_timeline` is called on the runner's thread."""

    CSS = """
    Screen { layout: vertical; overflow: hidden; }
    PanelWidget { position: absolute; display: none; }
    """
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.keys, key.action, key.help, show=False, priority=key.action == "interrupt")
        for key in KEYS
    ]

    def __init__(self, open_timeline: Callable[[], Timeline], look: Look | None = None) -> None:
        self.look = look or look_from(os.environ)
        super().__init__(ansi_color=self.look.depth in (ColorDepth.NONE, ColorDepth.ANSI16))
        self.choice = Choice()
        self.view: View | None = None
        self.failure: Exception | None = None
        self._speed = len(SPEEDS) - 1
        self._interrupted_at = float("-inf")
        self.runner = Runner(open_timeline, self._receive)

    def _receive(self, view: View | Exception) -> None:
        # called on the runner's thread; post_message is the one call that is safe from there
        self.post_message(NewView(view))

    def compose(self) -> ComposeResult:
        """One widget for each panel, placed by `layout`."""
        for name in PANELS:
            yield PanelWidget(name)

    def on_mount(self) -> None:
        """Start the run."""
        self.title = "nnviz"
        self.runner.start()

    def on_unmount(self) -> None:
        """End the run's thread."""
        self.runner.stop()

    def on_resize(self, event: events.Resize) -> None:
        """Place the panels anew."""
        self.place()

    def on_new_view(self, message: NewView) -> None:
        """Show it, or leave with the runner's error."""
        if isinstance(message.view, Exception):
            self.failure = message.view
            self.exit(return_code=1)
            return
        first = self.view is None
        self.view = message.view
        if first:
            self.place()
        self.redraw()

    def place(self) -> None:
        """Give every panel its rectangle, or hide it."""
        depth = self.view.info.depth if self.view else 3
        places = layout(
            self.size.width, self.size.height, self.choice.tab, depth, self.choice.zoomed
        )
        for widget in self.query(PanelWidget):
            place = places.get(widget.panel)
            widget.display = place is not None
            if place is not None:
                widget.titled = place.titled
                widget.styles.offset = (place.x, place.y)
                widget.styles.width, widget.styles.height = place.width, place.height

    def redraw(self) -> None:
        """Hand the view to the panels that are seen."""
        if self.view is None:
            return
        for widget in self.query(PanelWidget):
            if widget.display:
                widget.show(self.view, self.choice, self.look)

    def choose(self, choice: Choice) -> None:
        """Change what is looked at, and draw it."""
        self.choice = choice
        self.place()
        self.redraw()

    def action_step(self) -> None:
        """Do the next iteration."""
        self.runner.send(Go(1, relative=True))

    def action_step_back(self) -> None:
        """Go one iteration back."""
        self.runner.send(Go(-1, relative=True))

    def action_scrub(self, by: int) -> None:
        """Look at a recorded iteration; never trains further."""
        if self.view is not None:
            target = min(self.view.frame.index + by, self.view.recorded)
            self.runner.send(Go(target))

    def action_first(self) -> None:
        """Go to the first iteration."""
        self.runner.send(Go(0))

    def action_live(self) -> None:
        """Go to the latest iteration."""
        if self.view is not None:
            self.runner.send(Go(self.view.recorded))

    def action_finish(self) -> None:
        """Train to the end of the epoch, or ten iterations on the full batch."""
        if self.view is not None:
            size = self.view.info.batches_per_epoch
            index = self.view.frame.index
            self.runner.send(Play(index + 10 if size == 1 else (index // size + 1) * size))

    def action_play(self) -> None:
        """Train on, or pause."""
        running = self.view is not None and self.view.mode != "PAUSED"
        self.runner.send(Pause() if running else Play())

    def action_interrupt(self) -> None:
        """Pause; a second time within a second: quit."""
        now = time.monotonic()
        if now - self._interrupted_at < 1:
            self.exit()
        self._interrupted_at = now
        self.runner.send(Pause())
        self.notify("paused; Ctrl-C again to quit", timeout=1.5)

    def action_speed(self, by: int) -> None:
        """Train faster or slower."""
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)
        limit = SPEEDS[self._speed]
        self.runner.send(Speed(limit))
        self.notify("as fast as it goes" if limit == SPEEDS[-1] else f"{limit:g} iterations/s")

    def action_layer(self, by: int) -> None:
        """Move the cursor to another layer."""
        if self.view is not None:
            layer = min(max(self.choice.layer + by, 1), self.view.info.depth)
            self.choose(replace(self.choice, layer=layer))

    def action_picture(self) -> None:
        """Show the next kind of picture."""
        here = PICTURES.index(self.choice.picture)
        self.choose(replace(self.choice, picture=PICTURES[(here + 1) % len(PICTURES)]))

    def action_tab(self, number: int) -> None:
        """Show the tab with that number; a zoomed panel gives way to it."""
        tab = TABS[(number - 1) % len(TABS)]
        self.choose(replace(self.choice, tab=tab, zoomed=tab if self.choice.zoomed else ""))

    def action_next_tab(self) -> None:
        """Show the next tab."""
        self.action_tab(TABS.index(self.choice.tab) + 2)

    def action_zoom(self) -> None:
        """Enlarge the panel of the chosen tab, or show all panels again."""
        self.choose(replace(self.choice, zoomed="" if self.choice.zoomed else self.choice.tab))
