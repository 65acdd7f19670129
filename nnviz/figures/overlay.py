"""The curves of finished runs drawn over each other, from their numbers alone."""

from collections.abc import Mapping
from math import ceil

import numpy as np
from matplotlib.figure import Figure

from nnviz.figures.curves import accuracy_axis, loss_axis
from nnviz.figures.style import HEIGHT, draws, iteration_axis, line_look, new_figure, plot_finite
from nnviz.trained import TrainedRun

MARGINS = {"left": 0.075, "right": 0.985, "wspace": 0.17}
LEGEND_ROW = 0.27
"""The height of a row of the legend, below the curves, in inches; more rows, a higher figure."""

LONGEST_BESIDE = 64
"""Two entries of at most so many characters stand side by side in the legend."""


@draws
def overlay(title: str, runs: Mapping[str, TrainedRun]) -> Figure:
    """Loss (left) and training accuracy (right) of each run under its name, in one figure."""
    told = {name: f"{name}: {_reached(run)}" for name, run in runs.items()}
    columns = 2 if max(map(len, told.values())) <= LONGEST_BESIDE else 1
    legend = LEGEND_ROW * ceil(len(runs) / columns)
    figure = new_figure(title, height=max(HEIGHT, 5.6 + legend))
    figure.set_layout_engine("none")  # which measures every text again: half of the drawing's time
    height = figure.get_figheight()
    room = {"top": 1 - 0.86 / height, "bottom": (0.8 + legend) / height, **MARGINS}
    panels = figure.subplots(1, 2, gridspec_kw=room)
    for number, (name, run) in enumerate(runs.items()):
        look = line_look(number, len(runs))
        x = np.arange(run.last + 1, dtype=np.float64)
        plot_finite(panels[0], x, run.columns["loss"], label=None, **look)
        plot_finite(panels[1], x, run.accuracy, label=told[name], **look)
    longest = np.arange(max(run.last for run in runs.values()) + 1, dtype=np.float64)
    for axes in panels:
        iteration_axis(axes, longest)
    loss_axis(panels[0], np.concatenate([run.columns["loss"] for run in runs.values()]))
    if len({run.experiment.loss for run in runs.values()}) > 1:
        panels[0].set_title("Loss, of each run's own kind")  # not to be compared across kinds
    accuracy_axis(panels[1], "training samples")
    figure.legend(loc="lower center", ncols=columns, handlelength=3.5)
    return figure


def _reached(run: TrainedRun) -> str:
    test = 100 * run.columns["test_accuracy"][-1]
    return f"training {run.accuracy[-1]:.2f} %, test {test:.2f} %"
