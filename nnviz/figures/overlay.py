"""The curves of finished runs drawn over each other, from their numbers alone."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from nnviz.figures.curves import accuracy_axis, loss_axis
from nnviz.figures.style import draws, iteration_axis, line_look, new_figure, plot_finite
from nnviz.trained import TrainedRun


@draws
def overlay(title: str, runs: Mapping[str, TrainedRun]) -> Figure:
    """Loss (left) and training accuracy (right) of each run under its name, in one figure."""
    figure = new_figure(title)
    panels = figure.subplots(1, 2)
    for number, (name, run) in enumerate(runs.items()):
        look = line_look(number, len(runs))
        x = np.arange(run.last + 1, dtype=np.float64)
        plot_finite(panels[0], x, run.columns["loss"], label=None, **look)
        test = 100 * run.columns["test_accuracy"][-1]
        told = f"{name}: training {run.accuracy[-1]:.2f} %, test {test:.2f} %"
        plot_finite(panels[1], x, run.accuracy, label=told, **look)
    longest = np.arange(max(run.last for run in runs.values()) + 1, dtype=np.float64)
    for axes in panels:
        iteration_axis(axes, longest)
    loss_axis(panels[0], np.concatenate([run.columns["loss"] for run in runs.values()]))
    if len({run.experiment.loss for run in runs.values()}) > 1:
        panels[0].set_title("Loss, of each run's own kind")  # not to be compared across kinds
    accuracy_axis(panels[1], "training samples")
    figure.legend(loc="outside lower center", ncols=2, handlelength=3.5)
    return figure
