"""A confusion matrix in characters: which class is taken for which, with a cursor to go on from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.look import Look

LEFT = 7
"""Cells for the labels at the left."""
RIGHT = 8
"""Cells for the shares at the right, where there is room."""

Counts = NDArray[np.floating]
Cell = tuple[int, int]
"""Label and prediction."""


@dataclass(frozen=True)
class MatrixLayout:
    """What a matrix shows: `labels` from `first_label` on downwards, `predictions` across.

    Each count takes `cell` cells; a row of names stands above.
    """

    cell: int
    first_label: int
    labels: int
    first_prediction: int
    predictions: int

    def cell_at(self, column: int, row: int) -> Cell | None:
        """The cell of the matrix that is drawn there."""
        label, predicted = row - 1, (column - LEFT) // self.cell
        if 0 <= label < self.labels and 0 <= predicted < self.predictions:
            return self.first_label + label, self.first_prediction + predicted
        return None


def matrix_layout(counts: Counts, width: int, height: int, cursor: Cell = (0, 0)) -> MatrixLayout:
    """What fits of a matrix of labels x predictions, around the cursor."""
    classes = len(counts)
    digits = len(str(int(counts.max(initial=0))))
    # a blank between a star and the next count, where that costs no class
    airy = max(digits + 2, 4)
    cell = airy if LEFT + classes * airy + RIGHT <= width else max(digits + 1, 4)
    across = max(0, min(classes, (width - LEFT - 1) // cell))
    down = max(0, min(classes, height - 1))
    if down < classes:  # the last row says so
        down = max(0, down - 1)
    first = [
        max(0, min(place - shown // 2, classes - shown))
        for place, shown in zip(cursor, (down, across), strict=True)
    ]
    return MatrixLayout(cell, first[0], down, first[1], across)


def confusion_matrix(
    counts: Counts, width: int, height: int, look: Look, cursor: Cell | None = None
) -> Cells:
    """Draw counts, labels downwards and predictions across; right ones are on the diagonal.

    The most frequent mistake of each label is followed by a star; an arrow stands before the count
    under the cursor. Where not all classes fit, those around the cursor are shown, and it is said.
    """
    grid = Grid(width, height)
    layout = matrix_layout(counts, width, height, cursor or (0, 0))
    grid.put(1, 0, "label", "muted")
    end = LEFT + layout.predictions * layout.cell
    shown = range(layout.first_prediction, layout.first_prediction + layout.predictions)
    grid.put(LEFT, 0, "".join(f"{name:>{layout.cell}}" for name in shown), "label")
    shares = end + RIGHT <= width
    if shares:
        grid.put(end + 2, 0, "right", "muted")
    for row in range(1, layout.labels + 1):
        label = layout.first_label + row - 1
        grid.put(1, row, f"{label:>5}", "label")
        of_label = counts[label].tolist()
        _draw_counts(grid, row, layout, of_label, label)
        if shares and (total := sum(of_label)):
            grid.put(end + 2, row, f"{100 * of_label[label] / total:3.0f} %")
    if cursor is not None:
        row, place = cursor[0] - layout.first_label, cursor[1] - layout.first_prediction
        _draw_cursor(grid, layout, row + 1, place, int(counts[cursor]), look)
    if layout.labels < len(counts):
        last = layout.first_label + layout.labels - 1
        said = f"labels {layout.first_label} to {last} of {len(counts)}: more room shows more"
        grid.put(1, height - 1, said, "muted")
    return grid.cells()


def _draw_counts(
    grid: Grid, row: int, layout: MatrixLayout, counts: list[float], label: int
) -> None:
    wrong = counts.copy()
    wrong[label] = 0
    first, cell = layout.first_prediction, layout.cell
    end = first + layout.predictions
    shown = [f"{int(count)}" if count else "." for count in counts[first:end]]
    grid.put(LEFT, row, "".join(text.rjust(cell) for text in shown), "muted")
    special = {wrong.index(max(wrong)): ("warn", "*")} if any(wrong) else {}
    if counts[label]:
        special[label] = ("good", "")
    for predicted, (key, sign) in special.items():
        place = predicted - first
        if 0 <= place < layout.predictions:
            text = shown[place]
            grid.put(LEFT + (place + 1) * cell - len(text), row, text + sign, key)


def _draw_cursor(
    grid: Grid, layout: MatrixLayout, row: int, place: int, count: int, look: Look
) -> None:
    text = (">" if look.ascii else "▸") + (f"{count}" if count else ".")
    grid.put(LEFT + (place + 1) * layout.cell - len(text), row, text, "cursor")
