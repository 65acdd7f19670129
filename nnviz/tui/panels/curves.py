"""Loss and accuracy over the iterations, with a cursor where we are."""

import numpy as np

from nnviz.engine.arrays import Array
from nnviz.tui.drawing.cells import Cells, beside, stack
from nnviz.tui.drawing.curves import Series, plot
from nnviz.tui.drawing.look import Look
from nnviz.tui.state import Choice
from nnviz.tui.view import View


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw loss above accuracy; on a low panel side by side in one plot each of half the width."""
    loss = [Series("loss", view.column("loss"), _iterations(view))]
    accuracy = [Series("train %", 100 * view.column("accuracy"), _iterations(view))]
    test = 100 * view.column("test_accuracy")
    known = ~np.isnan(test)
    if known.any():
        accuracy.append(Series("test %", test[known], _iterations(view)[known]))
    cursor = float(view.frame.index)
    ends = (float(view.history.first), float(max(view.recorded, 10)))
    top = height // 2 if height >= 12 else 0
    if not top:
        half = width // 2 - 1
        return beside(
            plot(loss, half, height, look, cursor=cursor, x_range=ends),
            plot(
                accuracy,
                width - half - 1,
                height,
                look,
                cursor=cursor,
                x_range=ends,
                y_range=(0, 100),
            ),
        )
    return stack(
        plot(loss, width, top, look, cursor=cursor, x_range=ends),
        plot(accuracy, width, height - top, look, cursor=cursor, x_range=ends, y_range=(0, 100)),
    )


def _iterations(view: View) -> Array:
    return view.column("iteration")
