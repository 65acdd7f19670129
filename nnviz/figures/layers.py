"""One kind of number, all layers: activations, weights or updates as pictures and over time."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnviz.debugger.statistics import HEALTHY_UPDATE_RATIO
from nnviz.engine.arrays import Array
from nnviz.figures.dashboard import as_picture, size_text, unit_picture
from nnviz.figures.moment import Moment
from nnviz.figures.style import (
    GREY,
    HEIGHT,
    WIDTH,
    draws,
    iteration_axis,
    line_look,
    new_figure,
    picture,
    plot_finite,
)


@draws
def activations(moment: Moment) -> Figure:
    """Mean activation of each unit; below, mean and standard deviation of each layer over time."""
    figure, pictures, curves = _grid(moment)
    for axes, layer, numbers in zip(pictures, moment.info.layers, moment.frame.layers, strict=True):
        unit_picture(axes, layer, numbers)
    _curve(curves[0], moment, "L{}.mean", "mean activation")
    _curve(curves[1], moment, "L{}.std", "standard deviation of the activations")
    return figure


@draws
def weights(moment: Moment) -> Figure:
    """Mean weight of each input; below, mean and standard deviation of each W over time."""
    figure, pictures, curves = _grid(moment)
    _input_pictures(pictures, moment, moment.weights, "mean of W{}")
    _curve(curves[0], moment, "W{}.mean", "mean weight")
    _curve(curves[1], moment, "W{}.std", "standard deviation of the weights")
    return figure


@draws
def updates(moment: Moment) -> Figure:
    """Mean update of each input; below, mean |update| and the update ratio with its healthy band.

    The ratio is norm(W_new - W_old) / norm(W_old); the band is where healthy runs have been.
    """
    figure, pictures, curves = _grid(moment)
    _input_pictures(pictures, moment, moment.updates, "update of W{}")
    _curve(curves[0], moment, "W{}.update", "mean |update| (log scale)", log=True)
    _curve(curves[1], moment, "W{}.update_ratio", "update ratio (log scale)", log=True)
    curves[1].axhspan(*HEALTHY_UPDATE_RATIO, color=GREY, alpha=0.15, linewidth=0)
    curves[1].annotate(
        "healthy band", (0.99, 0.06), xycoords=("axes fraction", "data"), ha="right", color=GREY
    )
    return figure


def _grid(moment: Moment) -> tuple[Figure, list[Axes], list[Axes]]:
    """A row of pictures, one for each layer, above two curves side by side."""
    depth = moment.info.depth
    figure = new_figure(moment.title, max(WIDTH, WIDTH * depth / 4), HEIGHT)
    rows = figure.add_gridspec(2, 1, height_ratios=[1, 1.05])
    above, below = figure.add_subfigure(rows[0]), figure.add_subfigure(rows[1])
    pictures = above.subplots(1, depth, squeeze=False)[0]
    return figure, list(pictures), list(below.subplots(1, 2))


def _input_pictures(
    row: Sequence[Axes], moment: Moment, values: Sequence[Array], name: str
) -> None:
    for number, (axes, of_layer) in enumerate(zip(row, values, strict=True), start=1):
        shaped = as_picture(of_layer, moment.info.image_shape if number == 1 else None)
        label = f"{name.format(number)} ({size_text(shaped)})"
        picture(axes, shaped, signed=True, label=label)


def _curve(axes: Axes, moment: Moment, name: str, title: str, *, log: bool = False) -> None:
    """One line for each layer over the iterations; on a log axis what is 0 is left out."""
    x, depth = moment.column("iteration"), moment.info.depth
    for number in range(1, depth + 1):
        values, look = moment.column(name.format(number)), line_look(number - 1, depth)
        label = name.format(number).split(".")[0]
        if log:
            axes.plot(x, np.where(values > 0, values, np.nan), label=label, **look)
        else:
            plot_finite(axes, x, values, label=label, **look)
    axes.set_title(title)
    if log:
        axes.set_yscale("log")
    iteration_axis(axes, x)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=2.0)
