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

TARGET = 90.0
"""The training accuracy, in percent, that the course asks for."""

LOG_RANGE = 50.0
"""From this ratio of the largest to the smallest loss on, a linear axis hides the end of a run."""


@draws
def curves(moments: Sequence[Moment]) -> Figure:
    """Loss (left) and accuracy (right): training as a line, test as points where it was evaluated.

    One run is drawn in two colours; several in one colour each, named in a legend.
    """
    single = len(moments) == 1
    title = moments[0].title if single else " against ".join(m.info.name for m in moments)
    figure = new_figure(title)
    loss_axes, accuracy_axes = figure.subplots(1, 2)
    for number, moment in enumerate(moments):
        look = {"color": BLUE} if single else line_look(number, len(moments))
        names = ("training", "test") if single else (moment.info.name, "")
        test_color = VERMILION if single else look["color"]
        for axes, train, test, scale in (
            (loss_axes, "loss", "test_loss", 1.0),
            (accuracy_axes, "accuracy", "test_accuracy", 100.0),
        ):
            x = moment.column("iteration")
            plot_finite(axes, x, scale * moment.column(train), label=names[0], **look)
            _points(axes, x, scale * moment.column(test), color=test_color, label=names[1])
    _loss_axis(loss_axes, moments)
    _accuracy_axis(accuracy_axes)
    if single:
        _last_values(accuracy_axes, moments[0])
    longest = max((moment.column("iteration") for moment in moments), key=len)
    for axes in (loss_axes, accuracy_axes):
        iteration_axis(axes, longest)
        axes.legend(loc="center right" if single else "best", title=None if single else "o: test")
    return figure


def _points(axes: Axes, x: Array, y: Array, **look: Any) -> None:
    """Values that exist now and then; joined by a thin line, so that their course is seen."""
    there = np.isfinite(y)
    if there.any():
        axes.plot(
            x[there],
            y[there],
            marker="o",
            markersize=4.5,
            linewidth=1.0,
            label=look.pop("label") or None,
            **look,
        )


def _loss_axis(axes: Axes, moments: Sequence[Moment]) -> None:
    values = np.concatenate([moment.column("loss") for moment in moments])
    positive = values[np.isfinite(values) & (values > 0)]
    if positive.size and positive.max() > LOG_RANGE * positive.min():
        axes.set_yscale("log")
        axes.set_ylabel("loss (log scale)")
    else:
        axes.set_ylim(bottom=0)
        axes.set_ylabel("loss")
    axes.set_title("Loss")


def _accuracy_axis(axes: Axes) -> None:
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
    axes.set_title("Accuracy")


def _last_values(axes: Axes, moment: Moment) -> None:
    """Say the last training and test accuracy in numbers, in the title."""
    test = moment.column("test_accuracy")
    known = test[np.isfinite(test)]
    text = f"training {100 * moment.frame.train_accuracy:.2f} %"
    axes.set_title(f"Accuracy: {text}" + (f", test {100 * known[-1]:.2f} %" if known.size else ""))
