"""What a program of one's own has printed, up to the iteration that is looked at."""

from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import fit_text
from nnviz.tui.state import Choice
from nnviz.tui.view import View


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """The last lines, as many as there are rows; a line that is too long is cut."""
    grid = Grid(width, height)
    for row, line in enumerate(view.printed[-height:] if height > 0 else ()):
        plain = "".join(c if c.isprintable() else " " for c in line.expandtabs(4))
        grid.put(1, row, fit_text(plain, max(0, width - 2), ellipsis=look.ellipsis))
    return grid.cells()
