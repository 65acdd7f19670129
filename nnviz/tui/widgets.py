"""One widget for all panels: it asks its panel for characters and turns them into strips."""

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from nnviz.tui.drawing.cells import Cells, Grid, stack
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.strips import strips
from nnviz.tui.panels import PANELS
from nnviz.tui.state import Choice
from nnviz.tui.view import View


class PanelWidget(Widget, can_focus=False):
    """Shows one panel of `PANELS`. Attributes go down: `show` gives it all that it draws."""

    class Clicked(Message):
        """A cell of what the panel draws was clicked; `size` is the room that it draws in."""

        def __init__(
            self, panel: str, place: tuple[int, int], size: Size, view: View, choice: Choice
        ) -> None:
            super().__init__()
            self.panel, self.size = panel, size
            self.column, self.row = place
            self.view, self.choice = view, choice

    def __init__(self, panel: str) -> None:
        super().__init__(id=panel)
        self.panel = panel
        self.titled = False
        self._shown: tuple[View, Choice, Look] | None = None
        self._drawn: list[Strip] | None = None

    def show(self, view: View, choice: Choice, look: Look) -> None:
        """Draw this from now on."""
        self._shown, self._drawn = (view, choice, look), None
        self.refresh()

    def cells(self, size: Size) -> Cells:
        """What the panel draws in a rectangle of that size."""
        if self._shown is None:
            return Cells((), 0)
        view, choice, look = self._shown
        panel = PANELS[self.panel]
        if not self.titled:
            return panel.draw(view, choice, size.width, size.height, look)
        title = Grid(size.width, 1)
        line = "-" if look.ascii else "─"
        title.put(0, 0, f"{line} {panel.title} {line * size.width}", "axis")
        title.put(2, 0, panel.title, "label")
        return stack(title.cells(), panel.draw(view, choice, size.width, size.height - 1, look))

    def render_line(self, y: int) -> Strip:
        """Textual's line API: row `y` of the panel, padded to the widget's width."""
        if self._drawn is None:
            look = self._shown[2] if self._shown else Look()
            self._drawn = strips(self.cells(self.size), look, self.rich_style)
        if y < len(self._drawn):
            return self._drawn[y].adjust_cell_length(self.size.width, self.rich_style)
        return Strip.blank(self.size.width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Say which cell it was."""
        if self._shown is None:
            return
        view, choice, _ = self._shown
        title = int(self.titled)
        room = Size(self.size.width, self.size.height - title)
        place = (event.x, event.y - title)
        self.post_message(self.Clicked(self.panel, place, room, view, choice))

    def on_resize(self) -> None:
        """Draw anew for the new size."""
        self._drawn = None
