"""The command line at the foot of the screen: history, completion, a line to mend."""

from collections.abc import Callable

from textual import events
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

Complete = Callable[[str], tuple[str, ...]]


class _Completer(Suggester):
    """Offers the first completion in grey; the right arrow takes it."""

    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        """The first line that this one may become."""
        return next((line for line in self._complete(value) if line != value), None)


class CommandBar(Input):
    """An input line with a memory. Enter hands the line over, Escape leaves."""

    class Entered(Message):
        """A line was typed and is to be carried out."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    class Left(Message):
        """The bar was left without a line."""

    def __init__(self, complete: Complete, past: list[str]) -> None:
        """`past` are the lines typed before; new ones are added."""
        super().__init__(id="command", suggester=_Completer(complete), select_on_focus=False)
        self._complete = complete
        self._past = past
        self._place = 0
        self._done = self._asked = False

    def on_mount(self) -> None:
        """Be there at once where somebody was quicker than the screen."""
        if self._asked and self.display:
            self.screen.set_focus(self)

    def ask(self, line: str = "") -> None:
        """Come up with a line to go on with."""
        self.value = line
        self.cursor_position = len(line)
        self._place = len(self._past)
        self._done, self._asked = False, True
        self.display = True
        if self.is_attached:
            self.screen.set_focus(self)  # at once: the next keys are this line's

    def on_key(self, event: events.Key) -> None:
        """Up and down walk through the past, Tab completes, Enter hands over, Escape leaves."""
        if self._done:  # pressed before the bar was put away, and meant for what is behind it
            self.app.simulate_key(event.key)
        elif event.key in ("up", "down") and self._past:
            self._place = min(
                max(self._place + (-1 if event.key == "up" else 1), 0), len(self._past)
            )
            self.value = self._past[self._place] if self._place < len(self._past) else ""
            self.cursor_position = len(self.value)
        elif event.key == "tab":
            line = next((line for line in self._complete(self.value) if line != self.value), None)
            if line is not None:
                self.value = line
                self.cursor_position = len(line)
        elif event.key == "enter":
            self._enter()
        elif event.key == "escape":
            self._done = True
            self.post_message(self.Left())
        else:
            return
        event.stop()
        event.prevent_default()

    def _enter(self) -> None:
        """Hand the line over, as it is now: Textual would do so after the keys that follow."""
        self._done = True
        line = self.value.strip()
        if not line:
            self.post_message(self.Left())
            return
        if line not in self._past[-1:]:
            self._past.append(line)
        self.post_message(self.Entered(line))
