"""What one screen shows besides the view: asked as a question, answered on the runner's thread.

A view is the same whoever looks. What only one screen needs (the histogram of a layer, the way of
one picture through the net) is worked out only while that screen is seen.
"""

from dataclasses import dataclass
from typing import Protocol

from nnviz.debugger.debugger import Debugger


@dataclass(frozen=True, eq=False)
class Detail:
    """An answer. `index` is the iteration it is about, which may be an earlier one than the view's.

    `unfinished`: there is more to do, to be gone on with as soon as nothing else is asked.
    """

    index: int
    unfinished: bool = False


@dataclass(frozen=True, eq=False)
class Trouble(Detail):
    """Why there is no answer."""

    text: str = ""


class Question(Protocol):
    """What a screen wants to know wherever the run stands. Questions are compared by value."""

    def answer(self, debugger: Debugger, before: Detail | None) -> Detail:
        """Work it out; `before` is the last detail, of which parts may still hold.

        Raises InputError where it can't be known, and Cancelled where the source is told to stop.
        """
