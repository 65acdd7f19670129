"""Two branches in lockstep, full screen: pictures on one scale, differences, overlaid curves."""

from nnviz.tui.details.compare import CompareDetail, CompareQuestion
from nnviz.tui.layout import WIDE, Place
from nnviz.tui.panels.compare import NAMES
from nnviz.tui.runner import Go
from nnviz.tui.screens.base import PanelScreen, key_bindings
from nnviz.tui.state import COMPARE, Choice
from nnviz.tui.view import View

CURVES = "curves"
KINDS = tuple(NAMES)


class CompareScreen(PanelScreen, inherit_bindings=False):
    """The branch that is looked at and another one: a step takes both along."""

    NAME = COMPARE
    BINDINGS = key_bindings(COMPARE)

    @classmethod
    def question(cls, choice: Choice) -> CompareQuestion:
        """How the two differ."""
        return CompareQuestion(choice.other)

    def places(self, view: View, choice: Choice, width: int, height: int) -> dict[str, Place]:
        """See `compare_places`."""
        return compare_places(view, choice, width, height)

    @property
    def _detail(self) -> CompareDetail | None:
        detail = self.view.detail if self.view else None
        return detail if isinstance(detail, CompareDetail) else None

    def action_kind(self) -> None:
        """Show the next kind of picture."""
        here = KINDS.index(self.choice.compared)
        self.choose(compared=KINDS[(here + 1) % len(KINDS)])

    def action_magnify(self) -> None:
        """Draw the difference on a scale of its own, or on that of both again."""
        self.choose(magnified=not self.choice.magnified)

    def action_pane(self) -> None:
        """Show the curves, or the pictures."""
        pane = "" if self.choice.pane == CURVES else CURVES
        self.choose(pane=pane)

    def action_other(self) -> None:
        """Compare with the next branch."""
        if self.view is None or self._detail is None:
            return
        here = self.view.branch.name
        names = [branch.name for branch in self.view.branches if branch.name != here]
        sides = {self._detail.a.branch.name, self._detail.b.branch.name}
        now = next((name for name in names if name in sides), names[0])
        self.choose(other=names[(names.index(now) + 1) % len(names)])

    def action_parting(self) -> None:
        """Go to where the two part, or to where both exist."""
        detail = self._detail
        if detail is None:
            return
        first = max(detail.a.history.first, detail.b.history.first)
        if detail.parting.what or (self.view and self.view.frame.index < first):
            index = detail.parting.index if detail.parting.what else first
            self.post_message(self.Ordered(Go(index)))
        else:
            self.notify("they have not parted yet")


def compare_places(view: View, choice: Choice, width: int, height: int) -> dict[str, Place]:
    """Where the panels of the compare screen stand; below 120 x 36 the curves take turns."""
    heads = 3 if height >= 16 else 1
    top = 1 + heads
    places = {"compare_head": Place(0, 1, width, heads)}
    rows = view.info.depth + 4
    room = height - 3 - top
    if width >= WIDE and height >= 36:
        lower = max(rows, room - 30, 8)
        below = top + room - lower
        return {
            **places,
            "compare_pictures": Place(0, top, width, room - lower),
            "compare_table": Place(0, below, 52, lower),
            "compare_curves": Place(53, below, width - 53, lower),
        }
    table = min(rows, room // 2) if choice.pane == CURVES else min(2, room // 3)
    body = "compare_curves" if choice.pane == CURVES else "compare_pictures"
    return {
        **places,
        "compare_table": Place(0, top, width, table),
        body: Place(0, top + table, width, room - table),
    }
