"""What a panel says while the answer to its screen's question is not there."""

from nnviz.tui.detail import Trouble
from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import fit_text
from nnviz.tui.view import View


def waiting(view: View, width: int, height: int, look: Look) -> Cells:
    """Say why there is nothing to draw yet, or at all."""
    drawn = Grid(width, height)
    text = view.detail.text if isinstance(view.detail, Trouble) else "working it out"
    drawn.put(1, 0, fit_text(text, max(0, width - 2), ellipsis=look.ellipsis), "muted")
    return drawn.cells()
