"""One widget for all panels: it asks its panel for characters and turns them into strips."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from nnviz.tui.drawing.cells import Cells, Grid, Run, padded, stack
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import fit_text
from nnviz.tui.drawing.strips import strips
from nnviz.tui.layout import Place
from nnviz.tui.panels import PANELS
from nnviz.tui.state import Choice
from nnviz.tui.view import View


@dataclass(frozen=True)
class Drawing:
    """What a panel drew, the rows of the widget, and the strips made of them for these conditions.

    The rows are those of the cells, as many and as wide as the widget.
    """

    cells: Cells = Cells((), 0)
    rows: tuple[tuple[Run, ...], ...] = ()
    strips: Sequence[Strip] = ()
    size: Size = Size(0, 0)
    base: Style = field(default_factory=Style)
    look: Look = Look()


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
        self._titled = False
        self._shown: tuple[View, Choice, Look] | None = None
        self._drawing = Drawing()
        self._ground: Style | None = None
        self._waiting = ""

    def stand(self, place: Place | None) -> None:
        """Take that place on the screen; none: be hidden."""
        self.display = place is not None
        if place is not None:
            self._titled = place.titled
            self.styles.offset = (place.x, place.y)
            self.styles.width, self.styles.height = place.width, place.height

    def wait(self, text: str) -> None:
        """Say this until there is something to draw."""
        self._waiting = text
        self._drawing = Drawing()
        self.refresh()

    def show(self, view: View, choice: Choice, look: Look) -> list[Region]:
        """Draw this from now on; the regions of the screen that are to be repainted for it."""
        self._shown = (view, choice, look)
        changed = self._draw()
        if changed is None:
            self.refresh()
        if not changed:
            return []
        x, y, width, _ = self.region
        # with the blank column before the next panel: rows without holes are written in one go
        return [Region(x, y + a, width + 1, b - a) for a, b in _stretches(changed)]

    def hide(self, view: View, choice: Choice, look: Look) -> None:
        """Draw this when the screen is seen again."""
        self._shown, self._drawing = (view, choice, look), Drawing()

    def cells(self, size: Size) -> Cells:
        """What the panel draws in a rectangle of that size."""
        if self._shown is None:
            said = Grid(size.width, int(bool(self._waiting)))
            said.put(1, 0, fit_text(self._waiting, max(0, size.width - 2)), "")
            return said.cells()
        view, choice, look = self._shown
        panel, (width, height) = PANELS[self.panel], self._room(size)
        drawn = panel.draw(view, choice, width, height, look)
        return stack(_title(panel.title, width, look), drawn) if self._titled else drawn

    def _room(self, size: Size) -> Size:
        """What of a size the panel draws in."""
        return Size(size.width, size.height - self._titled)

    def _draw(self) -> list[int] | None:
        """Draw anew what has changed; the rows that have, None for all of them."""
        look = self._shown[2] if self._shown else Look()
        if self._ground is None:
            self._ground = self.rich_style  # worked out from all widgets around it
        before, size, base = self._drawing, self.size, self._ground
        drawn_cells = self.cells(size)
        same = (before.size, before.base, before.look) == (size, base, look)
        if same and drawn_cells is before.cells:
            return []
        # every row as wide as the widget: a strip that is not would shift what is beside it
        rows = padded(drawn_cells, size.width).rows[: size.height]
        rows += (((" " * size.width, ""),),) * (size.height - len(rows))
        width = max(size.width, drawn_cells.width)
        if not same:
            drawn = _in_room(strips(Cells(rows, width), look, base), width, size.width)
            self._drawing = Drawing(drawn_cells, rows, drawn, size, base, look)
            return None
        changed = [y for y, row in enumerate(rows) if row != before.rows[y]]
        drawn = list(before.strips)
        anew = strips(Cells(tuple(rows[y] for y in changed), width), look, base)
        for y, strip in zip(changed, _in_room(anew, width, size.width), strict=True):
            drawn[y] = strip
        self._drawing = Drawing(drawn_cells, rows, drawn, size, base, look)
        return changed

    def render_lines(self, crop: Region) -> list[Strip]:
        """What is seen of the panel; it has no border, padding or tint that Textual could add."""
        size = self.size
        if self._drawing.size != size:
            self._draw()
        lines = list(self._drawing.strips[crop.y : crop.bottom])
        if not self._drawing.look.pictures_in_color:
            for line_filter in self.get_line_filters():
                ground = self.background_colors[1]
                lines = [strip.apply_filter(line_filter, ground) for strip in lines]
        if crop.column_span != (0, size.width):
            lines = [strip.crop(*crop.column_span) for strip in lines]
        return lines

    def on_click(self, event: events.Click) -> None:
        """Say which cell it was."""
        if self._shown is None:
            return
        view, choice, _ = self._shown
        place = (event.x, event.y - self._titled)
        self.post_message(self.Clicked(self.panel, place, self._room(self.size), view, choice))

    def notify_style_update(self) -> None:
        """Draw anew on a new ground."""
        super().notify_style_update()
        self._drawing, self._ground = Drawing(), None


def show_all(widgets: Sequence[PanelWidget], view: View, choice: Choice, look: Look) -> None:
    """Draw this on panels of one screen, and repaint what has changed of them all at once.

    Were each of them to ask for its own rows, Textual would take as long for that as for the rows.
    """
    if not widgets:
        return
    if not widgets[0].screen.is_current:
        for widget in widgets:
            widget.hide(view, choice, look)
        return
    changed = [region for widget in widgets for region in widget.show(view, choice, look)]
    if changed:
        asking = widgets[0]
        origin = asking.region.offset
        asking.refresh(*(region.translate(-origin) for region in changed))


@lru_cache(maxsize=64)
def _title(text: str, width: int, look: Look) -> Cells:
    """The row over a panel: its title in a line."""
    row = Grid(width, 1)
    line = "-" if look.ascii else "─"
    row.put(0, 0, f"{line} {text} {line * width}", "axis")
    row.put(2, 0, text, "label")
    return row.cells()


def _stretches(rows: list[int]) -> list[tuple[int, int]]:
    """Ascending rows as stretches without a gap: the first one, and the one after the last."""
    breaks = [i for i in range(1, len(rows)) if rows[i] != rows[i - 1] + 1]
    return [(rows[a], rows[b - 1] + 1) for a, b in pairwise((0, *breaks, len(rows)))]


def _in_room(drawn: list[Strip], width: int, room: int) -> list[Strip]:
    """Strips of a width, cut where a panel drew wider than its room."""
    return drawn if width == room else [strip.crop(0, room) for strip in drawn]
