"""A screen of panels beside the debugger's own: placed by a pure function, fed by the app.

Views come down through `show`; what its keys choose goes up as messages. The steps of the debugger
work on every screen, because the app has them.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from nnviz.tui.command_bar import CommandBar
from nnviz.tui.detail import Question
from nnviz.tui.drawing.look import Look
from nnviz.tui.keys import KEYS
from nnviz.tui.layout import Place, framed
from nnviz.tui.panels import bars, layers, panels_on
from nnviz.tui.runner import Go, Order
from nnviz.tui.state import DEBUGGER, LAYER, SAMPLE, Choice
from nnviz.tui.view import View
from nnviz.tui.widgets import PanelWidget, show_all


def key_bindings(screen: str) -> list[BindingType]:
    """The keys that are bound by a screen itself."""
    return [
        Binding(key.keys, key.action, key.help, show=False) for key in KEYS if screen in key.screens
    ]


class PanelScreen(Screen[None], inherit_bindings=False):
    """Shows the panels that `PANELS` has for the screen `NAME`, where `places` puts them."""

    NAME: ClassVar[str]
    CSS = """
    PanelScreen { layout: vertical; overflow: hidden; }
    """

    class Chose(Message):
        """Something else is to be looked at: these fields of the choice change."""

        def __init__(self, **changes: Any) -> None:
            super().__init__()
            self.changes = changes

    class Ordered(Message):
        """The run is to do something."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    def __init__(self, completions: Callable[[str], tuple[str, ...]], past: list[str]) -> None:
        super().__init__()
        self.view: View | None = None
        self.choice = Choice()
        self.look = Look()
        self.command_bar = CommandBar(completions, past)

    @classmethod
    def question(cls, choice: Choice) -> Question:
        """What the screen has to know to show a choice."""
        raise NotImplementedError

    def places(self, view: View, choice: Choice, width: int, height: int) -> dict[str, Place]:
        """Where its panels stand, besides the rows that every screen has."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """One widget for each panel, and the command line."""
        for name in panels_on(self.NAME):
            yield PanelWidget(name)
        yield self.command_bar

    def show(self, view: View, choice: Choice, look: Look) -> None:
        """Draw this from now on."""
        self.view, self.choice, self.look = view, choice, look
        if self.is_mounted:
            self._draw()

    def on_mount(self) -> None:
        """Draw what was given before there were widgets."""
        self._draw()

    def on_resize(self) -> None:
        """Place the panels anew."""
        self._draw()

    def choose(self, **changes: Any) -> None:
        """Tell the app what is looked at now; the next key goes on from there."""
        self.choice = replace(self.choice, **changes)
        self.post_message(self.Chose(**changes))

    def action_leave(self) -> None:
        """Go back to the debugger."""
        self.choose(screen=DEBUGGER)

    def _draw(self) -> None:
        if self.view is None:
            return
        width, height = self.app.size
        body = self.places(self.view, self.choice, width, height)
        places = framed(body, width, height)
        for widget in self.query(PanelWidget):
            widget.stand(places.get(widget.panel))
        seen = [widget for widget in self.query(PanelWidget) if widget.display]
        show_all(seen, self.view, self.choice, self.look)


class DebuggerScreen(Screen[None], inherit_bindings=False):
    """The debugger's own screen. Its keys are the app's, and a click does what a key does."""

    def on_panel_widget_clicked(self, message: PanelWidget.Clicked) -> None:
        """Choose the tab or layer that was clicked, or the samples of a cell, or an iteration."""
        view, choice, place = message.view, message.choice, (message.column, message.row)
        match message.panel:
            case "timeline":
                at = bars.iteration_at(view, message.size.width, message.column)
                if at is not None:
                    self.post_message(PanelScreen.Ordered(Go(at)))
            case "tabs":
                if tab := bars.tab_at(view, choice, message.column):
                    self.post_message(PanelScreen.Chose(tab=tab))
            case "layers":
                if layer := layers.layer_at(view, choice, message.size.height, message.row):
                    screen = LAYER if layer == choice.layer else DEBUGGER
                    self.post_message(PanelScreen.Chose(layer=layer, screen=screen, pane=""))
            case "confusion":
                # not needed for what is seen
                from nnviz.tui.panels.confusion import cell_at
                from nnviz.tui.panels.sample import CONFUSION

                if (cell := cell_at(view, *message.size, *place)) is not None:
                    self.post_message(PanelScreen.Chose(screen=SAMPLE, pane=CONFUSION, cell=cell))
