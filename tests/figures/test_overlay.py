"""Curves of several runs in one figure: everything that is written lies inside it."""

import numpy as np
import pytest

from nnviz.experiment import Experiment
from nnviz.figures.overlay import overlay
from nnviz.trained import TrainedRun


def run(data="digits"):
    """A run of 60 iterations, with the numbers that an overlay shows."""
    falling = np.linspace(2.0, 0.1, 61)
    columns = {"loss": falling, "accuracy": 1 - falling / 2, "test_accuracy": 1 - falling / 2}
    return TrainedRun(Experiment(data=data), columns, (16, 10))


@pytest.mark.parametrize("name", ["k = 0.5", "yours: " + "a long name of an experiment, " * 2])
@pytest.mark.parametrize("count", [1, 2, 7, 30])
def test_curves_and_legend_never_overlap_and_nothing_is_cut(name, count):
    """Whatever the names and however many: the figure grows, the curves keep their height."""
    figure = overlay("2.1 Learning rate", {f"{name[:47]}{n}": run() for n in range(count)})
    figure.draw_without_rendering()
    legend = figure.legends[0].get_window_extent()
    for axes in figure.axes:
        inside = axes.get_tightbbox()
        assert legend.y1 < inside.y0
        assert inside.x0 >= 0
        assert inside.x1 <= figure.bbox.x1
        assert inside.y1 <= figure.bbox.y1
        assert axes.get_window_extent().height > 3.5 * figure.dpi
    assert legend.x0 >= 0
    assert legend.x1 <= figure.bbox.x1
    assert legend.y0 >= 0
    assert len(figure.legends[0].get_texts()) == count
