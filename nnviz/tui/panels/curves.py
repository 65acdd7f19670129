"""Loss and accuracy over the iterations, or a statistic of every layer; a cursor says where."""

import numpy as np

from nnviz.engine.arrays import Array
from nnviz.tui.drawing.cells import Cells, Grid, beside, stack
from nnviz.tui.drawing.curves import Series, plot
from nnviz.tui.drawing.frames import GLYPHS
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import fit_text
from nnviz.tui.state import Choice
from nnviz.tui.view import View

TITLES = {
    "W.update_ratio": "|update| / |W|, healthy near 1e-3",
    "dW.rms": "gradient, root mean square",
    "L.saturated": "share of values saturated",
    "L.dead": "share of units dead",
    "L.z_std": "z, standard deviation",
    "L.std": "a, standard deviation",
}


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw what `choice.curves` asks for; loss and accuracy beside each other on a low panel."""
    if choice.curves:
        return _statistic(view, choice.curves, width, height, look)
    loss = [Series("loss", view.column("loss"), _iterations(view))]
    if np.isnan(view.column("accuracy")).all():  # a regression has none
        here, ends = float(view.frame.index), _ends(view)
        return plot(loss, width, height, look, cursor=here, x_range=ends)
    accuracy = [Series("train %", 100 * view.column("accuracy"), _iterations(view))]
    test = 100 * view.column("test_accuracy")
    known = ~np.isnan(test)
    if known.any():
        accuracy.append(Series("test %", test[known], _iterations(view)[known]))
    here, ends = float(view.frame.index), _ends(view)
    top = height // 2 if height >= 12 else 0
    names = [one.label for one in (*loss, *accuracy)] if top else []
    half = width // 2 - 1
    upper, lower = ((width, top), (width, height - top)) if top else ((half, height),) * 2
    parts = (
        plot(loss, *upper, look, cursor=here, x_range=ends, beside=names),
        plot(accuracy, *lower, look, cursor=here, x_range=ends, y_range=(0, 100), beside=names),
    )
    return stack(*parts) if top else beside(*parts)


def _statistic(view: View, name: str, width: int, height: int, look: Look) -> Cells:
    """One curve for each layer; shares from 0 to 100 %, all else on a log axis.

    Of more layers than curves can be told apart, the first and the last ones.
    """
    kind, _, metric = name.partition(".")
    numbers = [layer.number for layer in view.info.layers]
    if len(numbers) > len(GLYPHS):
        numbers = numbers[: len(GLYPHS) // 2] + numbers[-len(GLYPHS) // 2 :]
    share = name in ("L.saturated", "L.dead")
    columns = {n: (100.0 if share else 1.0) * view.column(f"{kind}{n}.{metric}") for n in numbers}
    series = [
        Series(f"L{n}", values, _iterations(view))
        for n, values in columns.items()
        if not np.isnan(values).all()  # what a layer's activation can't be
    ]
    title = Grid(width, 1)
    unit = "%" if share else "log"
    text = f"{TITLES[name]} ({unit}); m: the next one"
    title.put(1, 0, fit_text(text, max(0, width - 2), ellipsis=look.ellipsis), "label")
    drawn = plot(
        series,
        width,
        max(1, height - 1),
        look,
        log=not share,
        cursor=float(view.frame.index),
        x_range=_ends(view),
        y_range=(0, 100) if share else None,
    )
    return stack(title.cells(), drawn)


def _ends(view: View) -> tuple[float, float]:
    return float(view.history.first), float(max(view.recorded, 10))


def _iterations(view: View) -> Array:
    return view.column("iteration")
