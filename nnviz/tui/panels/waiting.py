"""What a panel says while the answer to its screen's question is not there."""

from textwrap import wrap

from nnviz.tui.detail import Trouble
from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.look import Look
from nnviz.tui.view import View


def waiting(view: View, width: int, height: int, look: Look) -> Cells:
    """Say why there is nothing to draw yet, or at all."""
    drawn = Grid(width, height)
    text = view.detail.text if isinstance(view.detail, Trouble) else "working it out"
    lines = wrap(text, max(1, width - 2), max_lines=max(1, height), placeholder=look.ellipsis)
    for row, line in enumerate(lines):
        drawn.put(1, row, line, "muted")
    return drawn.cells()
