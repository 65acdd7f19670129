"""What a program of one's own has printed, up to the iteration that is looked at."""

from rich.cells import chop_cells

from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.look import Look
from nnviz.tui.state import Choice
from nnviz.tui.view import View


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """The last lines, as many as there are rows; a line that is too long goes on below."""
    grid = Grid(width, height)
    lines: list[str] = []
    for line in view.printed[-height:] if height > 0 else ():
        plain = "".join(c if c.isprintable() else " " for c in line.expandtabs(8))
        lines += chop_cells(plain, max(2, width - 2)) or [""]
    for row, line in enumerate(lines[-height:]):
        grid.put(1, row, line)
    return grid.cells()
