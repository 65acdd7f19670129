"""The change from the picture of an earlier start to the application, which nobody is to see."""

import threading
from dataclasses import replace
from typing import Any, ClassVar

from textual import events
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from nnviz.tui.app import NnvizApp
from nnviz.tui.first_picture import FirstPicture
from nnviz.tui.view import View
from nnviz.tui.widgets import PanelWidget

STARTING = "starting ... keys pressed now are done in a moment"
"""What a kept picture says where the application says how to step: that it is not there yet."""
ALWAYS_THE_SAME = ("mnist-2k", "digits")
"""Data that come with what is installed; others are files that may change."""
OTHER_SCREEN = "\x1b[?1049h"
SETTING = ("\x1b[?", "\x1b[>")
"""How it begins what Textual writes to set or ask the terminal; anything else is a frame."""
AS_ONE, DONE = "\x1b[?2026h", "\x1b[?2026l"
"""What stands between them is seen all at once, by terminals that can do that."""


def hand_over(app: NnvizApp, first: FirstPicture) -> None:
    """Let an application that is about to run take over from a picture, and keep a new one."""
    OpeningDriver.first = first
    app.driver_class = OpeningDriver
    first.screen.hold()


class OpeningDriver(LinuxDriver):
    """Draws nothing over a picture until there are numbers, and holds back keys until they can act.

    Without a picture it is the usual driver.
    """

    first: ClassVar[FirstPicture]

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._lock = threading.RLock()  # keys are read on a thread of their own
        self._holding = self.first.screen.shown
        self._settings: list[str] = []
        self._typed: list[Message] = []
        if isinstance(app, NnvizApp):
            app.on_first_paint = lambda: self._open(app)

    def start_application_mode(self) -> None:
        """Start, with the settings to go back to that were there before the picture."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        before = self.first.screen.hand_over()
        if before is not None:
            self.attrs_before = before

    def stop_application_mode(self) -> None:
        """Stop; what was held back is not held back any longer."""
        self._release()
        super().stop_application_mode()

    def write(self, data: str) -> None:
        """Write; over a picture, which is on the other screen already, only settings, and later."""
        with self._lock:
            if not self._holding:
                super().write(data)
            elif data.startswith(SETTING) and data != OTHER_SCREEN:
                self._settings.append(data)

    def process_message(self, message: Message) -> None:
        """Pass on what was typed, or hold it back; Ctrl-C is never held back."""
        with self._lock:
            typed = isinstance(message, events.InputEvent | events.Paste)
            leaves = isinstance(message, events.Key) and message.key == "ctrl+c"
            if self._holding and typed and not leaves:
                self._typed.append(message)
            else:
                super().process_message(message)

    def _release(self, picture: str = "") -> None:
        """Hold nothing back any longer, and draw this picture."""
        with self._lock:
            if not self._holding:
                return
            self._holding = False
            self.write("".join(self._settings) + AS_ONE + picture + DONE)
            for message in self._typed:
                self.process_message(message)

    def _open(self, app: NnvizApp) -> None:
        """There are numbers: show them, and keep the picture where the next start has the same."""
        view, first = app.view, self.first
        assert view is not None, "they are on the screen"
        self._release(picture_of(app))
        same = view.settings.get("data") in ALWAYS_THE_SAME and tuple(app.size) == first.size
        if same and view is app.first_view:
            # a slow disk is not to be waited for
            threading.Thread(target=first.keep, args=(starting(app, view),)).start()


def starting(app: NnvizApp, view: View) -> str:
    """What the debugger's own screen shows, but that it is starting."""
    message = app.screen_stack[0].query_one("#message", PanelWidget)
    message.show(replace(view, reason=STARTING), app.choice, app.look)
    picture = picture_of(app)
    message.show(view, app.choice, app.look)
    return picture


def picture_of(app: NnvizApp) -> str:
    """What the debugger's own screen shows, as text that draws it."""
    screen = app.screen_stack[0]
    lines = list(screen.render_lines(screen.region))
    for widget in screen.query(PanelWidget):
        if widget.display:
            x, y = widget.region.offset
            for row, strip in enumerate(widget.render_lines(Region(0, 0, *widget.size)), y):
                if 0 <= row < len(lines):  # a very small screen has no room for all
                    around = lines[row]
                    parts = around.crop(0, x), strip, around.crop(x + strip.cell_length)
                    lines[row] = Strip.join(parts)
    rows = (f"\x1b[{row};1H{line.render(app.console)}" for row, line in enumerate(lines, 1))
    return "".join(rows)
