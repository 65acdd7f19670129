"""The confusion matrix of the iteration's samples: which digit is taken for which."""

from nnviz.engine.arrays import Array
from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.look import Look
from nnviz.tui.state import Choice
from nnviz.tui.view import View


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw counts, labels downwards and predictions across; right ones are on the diagonal."""
    counts = view.confusion
    grid = Grid(width, height)
    if not counts.size:
        grid.put(1, 0, "counted when the run is paused", "muted")
        return grid.cells()
    cell = max(len(str(int(counts.max()))), 3) + 1
    classes = max(0, min(len(counts), (width - 12) // cell, height - 1))
    grid.put(1, 0, "label", "muted")
    for predicted in range(classes):
        grid.put(7 + predicted * cell, 0, f"{predicted:>{cell}}", "label")
    if 7 + classes * cell + 8 <= width:
        grid.put(7 + classes * cell + 1, 0, "right", "muted")
    for label in range(classes):
        _draw_row(grid, counts, label, classes, cell)
    if classes < len(counts) and height > 1:
        grid.put(1, height - 1, f"{len(counts) - classes} more classes: enlarge with z", "muted")
    return grid.cells()


def _draw_row(
    grid: Grid,
    counts: Array,
    label: int,
    classes: int,
    cell: int,
) -> None:
    row = label + 1
    grid.put(1, row, f"{label:>5}", "label")
    total = counts[label].sum()
    wrong = counts[label].copy()
    wrong[label] = 0
    worst = int(wrong.argmax()) if wrong.any() else -1
    for predicted in range(classes):
        count = int(counts[label, predicted])
        # the row's most frequent mistake is marked by a star as well as by its colour
        text = f"{count}" if count else "."
        key = "good" if predicted == label and count else "warn" if predicted == worst else "muted"
        end = 7 + (predicted + 1) * cell
        grid.put(end - len(text), row, text, key)
        if predicted == worst:
            grid.put(end, row, "*", key)
    share = f"{100 * counts[label, label] / total:3.0f} %" if total else "  -"
    grid.put(7 + classes * cell + 2, row, share, "")
