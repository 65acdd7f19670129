"""The course's dashboard: activations, weights and updates of every layer, and three curves."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnviz.debugger.source import LayerInfo
from nnviz.debugger.statistics import LayerStatistics
from nnviz.engine.arrays import Array
from nnviz.figures.moment import Moment
from nnviz.figures.style import (
    BLUE,
    HEIGHT,
    WIDTH,
    MaskedArray,
    draws,
    iteration_axis,
    line_look,
    new_figure,
    picture,
    plot_finite,
)
from nnviz.summary import percent

LONGEST_STRIP = 4
"""A picture is at most this much longer than wide; other sizes are padded with empty cells."""


Limits = Mapping[tuple[str, int], float]
"""Largest size of the numbers in a picture, by row (L, W, update) and layer number."""


def limits_over(moments: Iterable[Moment]) -> Limits:
    """Scales that hold for several moments: one that changed with each frame would lie."""
    largest: dict[tuple[str, int], float] = {}
    for moment in moments:
        means = [layer.unit_mean for layer in moment.frame.layers]
        for row, arrays in (("L", means), ("W", moment.weights), ("update", moment.updates)):
            for number, values in enumerate(arrays, start=1):
                finite = np.abs(values[np.isfinite(values)])
                size = float(finite.max()) if finite.size else 0.0
                largest[row, number] = max(size, largest.get((row, number), 0.0))
    return largest


@draws
def dashboard(moment: Moment, limits: Limits = MappingProxyType({})) -> Figure:
    """Three rows of pictures, a column per layer, and a curve at the end of each row.

    Row 1: the mean activation of each unit. Row 2: the mean weight of each input, over the layer's
    units. Row 3: the same of the last update. In the course's net these are 16x16, 16x8 and 10x1,
    and 28x28, 16x16 and 16x8 numbers. Each picture has a scale of its own unless `limits` has one.
    """
    depth = moment.info.depth
    width = WIDTH * (depth + 1) / 4 if depth > 3 else WIDTH
    figure = new_figure(moment.title, width, HEIGHT)
    axes = figure.subplots(3, depth + 1, width_ratios=[*[1.0] * depth, 1.35], squeeze=False)
    for n, (layer, statistics) in enumerate(
        zip(moment.info.layers, moment.frame.layers, strict=True)
    ):
        inputs = moment.info.image_shape if n == 0 else None
        unit_picture(axes[0, n], layer, statistics, limits.get(("L", n + 1), 0.0))
        for row, values, name, kind in (
            (1, moment.weights[n], f"mean of W{n + 1}", "W"),
            (2, moment.updates[n], f"update of W{n + 1}", "update"),
        ):
            shaped = as_picture(values, inputs)
            label, limit = f"{name} ({size_text(shaped)})", limits.get((kind, n + 1), 0.0)
            picture(axes[row, n], shaped, signed=True, label=label, limit=limit)
    _curves(axes[:, depth], moment)
    return figure


def as_picture(values: Array, shape: tuple[int, int] | None = None) -> MaskedArray:
    """Values as rows x columns: of the given shape if it fits, else as nearly square as they can.

    256 numbers are 16 x 16, 128 are 16 x 8, up to 10 a column; a number without good factors gets
    a nearly square picture that ends in empty (masked) cells.
    """
    size = len(values)
    if shape and shape[0] * shape[1] == size:
        return np.ma.masked_array(values.reshape(shape), False)
    if size <= 10:
        return np.ma.masked_array(values.reshape(size, 1), False)
    columns = next(n for n in range(int(np.sqrt(size)), 0, -1) if size % n == 0)
    if size > LONGEST_STRIP * columns**2:
        columns = int(np.sqrt(size))
    rows = -(-size // columns)
    padded = np.pad(values, (0, rows * columns - size))
    empty = np.arange(rows * columns) >= size
    return np.ma.masked_array(padded, empty).reshape(rows, columns)


def unit_picture(
    axes: Axes, layer: LayerInfo, statistics: LayerStatistics, limit: float = 0.0
) -> None:
    """The units' means; a cross on each unit that is silent on every sample.

    The scale goes up to `limit`, or to the largest mean where it is 0.
    """
    shaped = as_picture(statistics.unit_mean)
    signed = bool((statistics.unit_mean < 0).any())
    silent = np.flatnonzero(statistics.silent)
    label = f"mean of {layer.name} ({size_text(shaped)})"
    picture(axes, shaped, signed=signed, label=label, limit=limit)
    if len(silent):
        axes.set_xlabel(f"x: {len(silent)} {layer.silent}", fontsize=11)
    rows, columns = np.divmod(silent, shaped.shape[1])
    axes.scatter(columns, rows, marker="x", color="#2f2f2f" if signed else "#9a9a9a", s=14)


def size_text(values: MaskedArray) -> str:
    """Rows and columns of a picture, such as `16 x 8`."""
    rows, columns = values.shape
    return f"{rows} x {columns}"


def _curves(axes: Array, moment: Moment) -> None:
    """Mean activations, accuracy, and mean |update| on a log scale, over the iterations."""
    x = moment.column("iteration")
    activation_axes, accuracy_axes, update_axes = axes
    depth = moment.info.depth
    for n in range(depth):
        look = line_look(n, depth)
        plot_finite(activation_axes, x, moment.column(f"L{n + 1}.mean"), label=f"L{n + 1}", **look)
        updates = moment.column(f"W{n + 1}.update")
        positive = np.where(updates > 0, updates, np.nan)  # an update of 0 has no logarithm
        update_axes.plot(x, positive, label=f"W{n + 1}", **look)
    plot_finite(accuracy_axes, x, 100 * moment.column("accuracy"), label="training", color=BLUE)
    activation_axes.set_title("mean activation")
    accuracy_axes.set_title(f"training accuracy: {percent(moment.frame.train_accuracy)}")
    accuracy_axes.set_ylim(0, 102)
    accuracy_axes.set_ylabel("%")
    update_axes.set_title("mean |update| (log scale)")
    update_axes.set_yscale("log")
    for curve in axes:
        iteration_axis(curve, x)
    for curve in (activation_axes, accuracy_axes):
        curve.set_xlabel("")
        curve.tick_params(labelbottom=False)
    for curve in (activation_axes, update_axes):
        curve.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=2.0)
