"""A page of text over the screen: the help, and whatever a command answers in several lines."""

import re
from collections.abc import Callable
from contextlib import suppress
from textwrap import wrap
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from nnviz.tui.keys import KEYS
from nnviz.tui.state import DEBUGGER

KEYS_TITLE = "Keys"
FRAME = 6
"""Columns beside the text: borders, padding and the scroll bar."""


def close_once(screen: Screen[Any], close: Callable[[], AwaitComplete]) -> AwaitComplete:
    """Close a screen if it is still the one that is seen.

    A second key or click on its way would otherwise close the one behind it.
    """
    return close() if screen.is_current else AwaitComplete()


class Palette(CommandPalette):
    """All keys and commands by name."""

    # where there is no width at all, Textual can't wrap the names
    DEFAULT_CSS = "Palette CommandList { min-width: 20; }"

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Close it, once."""
        return close_once(self, lambda: super(Palette, self).dismiss(result))

    def _action_command_list(self, action: str) -> None:
        """Move in the list; one that has not been laid out yet has no pages to turn."""
        with suppress(KeyError):
            super()._action_command_list(action)


def wrapped(text: str, width: int) -> str:
    """The lines of a text, broken where they are longer than `width` cells.

    What is broken goes on under its second column where the line has one, else a little indented.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        if len(line) <= width:
            lines.append(line)
            continue
        indent = len(line) - len(line.lstrip())
        columns = re.match(r" *\S+(?: \S+)* {2,}", line)
        hang = columns.end() if columns else indent + 2 * bool(indent)
        head = columns.group() if columns else " " * indent
        if hang > width * 2 // 3:
            hang, head = 2, ""
        rest = line[len(head) :]
        lines += wrap(rest, width, initial_indent=head, subsequent_indent=" " * hang)
    return "\n".join(lines)


class TextScreen(ModalScreen[None]):
    """Shows a title and lines until a key closes it; scrolls where they are many."""

    # of the default kind, which holds for pages that are made from this one as well
    DEFAULT_CSS = """
    TextScreen { align: center middle; }
    TextScreen VerticalScroll {
        width: auto; max-width: 96%; height: auto; max-height: 94%;
        border: round $primary; padding: 0 1; background: $surface;
    }
    TextScreen Static { width: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,enter,space", "dismiss", "close"),
        ("question_mark", "keys", "keys"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close it, once."""
        return close_once(self, lambda: super(TextScreen, self).dismiss(result))

    def compose(self) -> ComposeResult:
        """The text in a box of its size."""
        with VerticalScroll() as box:
            box.border_title = self._title
            box.border_subtitle = "Esc closes"
            yield Static(markup=False)

    def on_mount(self) -> None:
        """Break the lines for the room there is."""
        self._fit()

    def on_resize(self) -> None:
        """Break them anew."""
        self._fit()

    def _fit(self) -> None:
        room = max(10, self.app.size.width * 96 // 100 - FRAME)
        for text in self.query(Static):  # none is left of a page that was closed as it opened
            text.update(wrapped(self._text, room))

    def action_keys(self) -> None:
        """Show the keys instead; the page of the keys closes."""
        if self._title == KEYS_TITLE:
            self.dismiss()
        else:
            self.action_instead("help")

    def action_instead(self, action: str) -> None:
        """Close it, and do something else in the application."""
        self.dismiss()
        self.app.call_next(self.app.run_action, action)


def help_text(screen: str = DEBUGGER) -> str:
    """The keys by group, from the one table: all of them, or those that work on another screen.

    What such a screen has for itself comes first.
    """
    lines: list[str] = []
    keys = list(KEYS)
    if screen != DEBUGGER:
        own = [key for key in KEYS if screen in key.screens]
        taken = {name for key in own for name in key.keys.split(",")}
        general = [key for key in KEYS if not key.screens]
        keys = own + [key for key in general if not set(key.keys.split(",")) <= taken]
    for group in dict.fromkeys(key.group for key in keys):
        lines += [group.upper()]
        lines += [f"  {key.shown:<7} {key.help}" for key in keys if key.group == group]
    return "\n".join(lines)
