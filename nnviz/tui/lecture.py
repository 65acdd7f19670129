"""Where a lecture is in its script, and what is shown of the keys that are pressed."""

from collections.abc import Sequence

from nnviz.tui.keys import KEYS
from nnviz.tui.script import Cue


class Lecture:
    """A script and a place in it."""

    def __init__(self, script: Sequence[Cue]) -> None:
        self._script = tuple(script)
        self._done = 0

    @property
    def cue(self) -> str:
        """What comes next, for the lecturer: its hint, or else the line itself."""
        if self._done == len(self._script):
            return ""
        step = self._script[self._done]
        return f"{step.hint or step.text} ({self._done + 1} of {len(self._script)})"

    def next(self) -> Cue | None:
        """The next line, which then is done; None at the end."""
        if self._done == len(self._script):
            return None
        self._done += 1
        return self._script[self._done - 1]


def what_is_pressed(name: str, screen: str) -> tuple[str, str] | None:
    """How a key is written and what it does on a screen; None for one that does nothing."""
    found = [key for key in KEYS if name in key.keys.split(",") and key.works_on(screen)]
    own = [key for key in found if key.screens] or found
    return (own[0].shown, own[0].help) if own else None
