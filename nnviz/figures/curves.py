"""Loss and accuracy over the iterations, of one run or of several side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnviz.engine.arrays import Array
from nnviz.figures.moment import Moment
from nnviz.figures.style import (
    BLUE,
    GREY,
    VERMILION,
    draws,
    iteration_axis,
    line_look,
    new_figure,
    plot_finite,
)
from nnviz.summary import percent

TARGET = 90.0
"""The training accuracy, in percent, that the course asks for."""

LOG_RANGE = 50.0
"""From this ratio of the largest to the smallest loss on, a linear axis hides the end of a run."""


PANELS = (("loss", "test_loss", 1.0), ("accuracy", "test_accuracy", 100.0))
"""Left and right: the history's names for training and test samples, and the unit."""


@draws
def curves(moment: Moment) -> Figure:
    """One run: loss (left) and accuracy (right) of training and test samples."""
    figure = new_figure(moment.title)
    panels = figure.subplots(1, 2)
    x = moment.column("iteration")
    for axes, (train, test, scale) in zip(panels, PANELS, strict=True):
        plot_finite(axes, x, scale * moment.column(train), label="training", color=BLUE)
        _test_points(axes, moment, test, scale, label="test", color=VERMILION, linewidth=1.0)
        axes.legend(loc="center right")
        iteration_axis(axes, x)
    loss_axis(panels[0], moment.column("loss"))
    accuracy_axis(panels[1], _last_accuracies(moment))
    return figure


@draws
def comparison(moments: Sequence[Moment]) -> Figure:
    """Several runs: each has a colour and dashes of its own; its test samples are dots."""
    figure = new_figure(", ".join(moment.info.name for moment in moments))
    panels = figure.subplots(1, 2)
    for number, moment in enumerate(moments):
        look = line_look(number, len(moments))
        x = moment.column("iteration")
        for axes, (train, test, scale) in zip(panels, PANELS, strict=True):
            name = f"{moment.info.name}: {_last_accuracies(moment)}" if axes is panels[0] else None
            plot_finite(axes, x, scale * moment.column(train), label=name, **look)
            _test_points(axes, moment, test, scale, color=look["color"], linewidth=0.0)
    longest = max((moment.column("iteration") for moment in moments), key=len)
    for axes in panels:
        iteration_axis(axes, longest)
    loss_axis(panels[0], np.concatenate([moment.column("loss") for moment in moments]))
    if len({moment.info.loss for moment in moments}) > 1:
        panels[0].set_title("Loss, of each run's own kind")  # not to be compared across kinds
    accuracy_axis(panels[1], "training, and test as dots")
    figure.legend(loc="outside lower center", ncols=2, handlelength=3.5)
    return figure


def _test_points(axes: Axes, moment: Moment, name: str, scale: float, **look: Any) -> None:
    """Values of the test samples, at the iterations at which they were evaluated."""
    x, y = moment.column("iteration"), scale * moment.column(name)
    there = np.isfinite(y)
    if there.any():
        axes.plot(x[there], y[there], marker="o", markersize=4.5, **look)


def loss_axis(axes: Axes, values: Array) -> None:
    """Label the axis of losses: on a log scale where the values range far."""
    positive = values[np.isfinite(values) & (values > 0)]
    if positive.size and positive.max() > LOG_RANGE * positive.min():
        axes.set_yscale("log")
        axes.set_ylabel("loss (log scale)")
    else:
        axes.set_ylim(bottom=0)
        axes.set_ylabel("loss")
    axes.set_title("Loss")


def accuracy_axis(axes: Axes, title: str) -> None:
    """Label the axis of accuracies in percent, with the course's target."""
    axes.axhline(TARGET, color=GREY, linestyle="--", linewidth=1.4)
    axes.annotate(
        f"target {TARGET:.0f} %",
        (0.01, TARGET),
        xycoords=("axes fraction", "data"),
        xytext=(0, 4),
        textcoords="offset points",
        color=GREY,
    )
    axes.set_ylim(0, 102)
    axes.set_ylabel("samples classified right (%)")
    axes.set_title(f"Accuracy: {title}")


def _last_accuracies(moment: Moment) -> str:
    """The accuracies at the moment shown; of test samples the last one known."""
    test = moment.column("test_accuracy")
    known = test[np.isfinite(test)]
    text = f"training {percent(moment.frame.train_accuracy)}"
    return text + (f", test {100 * known[-1]:.2f} %" if known.size else "")
