"""The confusion matrix of the iteration's samples: which digit is taken for which."""

from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.matrices import Cell, confusion_matrix, matrix_layout
from nnviz.tui.state import Choice
from nnviz.tui.view import View

WHEN_PAUSED = "counted when the run is paused"
NO_CLASSES = "the targets are numbers and name no classes"


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw the counts of the iteration's batch."""
    if not view.confusion.size:
        grid = Grid(width, height)
        said = "of this iteration the outputs were not kept" if view.paused else WHEN_PAUSED
        if not view.info.classes:
            said = NO_CLASSES
        grid.put(1, 0, said, "muted")
        return grid.cells()
    return confusion_matrix(view.confusion, width, height, look)


def cell_at(view: View, width: int, height: int, column: int, row: int) -> Cell | None:
    """The label and prediction that `draw` has at a place."""
    if not view.confusion.size:
        return None
    return matrix_layout(view.confusion, width, height).cell_at(column, row)
