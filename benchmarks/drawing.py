"""Frame times of the drawings, strips included: the screen has 16 ms for all of them together."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import thread_time

import numpy as np

from benchmarks.measuring import Result, Results
from nnviz.tui.drawing.bars import Timeline, sparkline, timeline_bar, update_gauge
from nnviz.tui.drawing.cells import Cells
from nnviz.tui.drawing.curves import Series, plot
from nnviz.tui.drawing.heat_maps import Scale, heat_map
from nnviz.tui.drawing.histograms import histogram
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.drawing.strips import strips
from nnviz.tui.drawing.units import unit_grid

ROUNDS = 200
LOOK = Look()
Drawing = Callable[[int], Cells]


def drawings() -> dict[str, tuple[float, Drawing]]:
    """Return name -> (target in ms, drawing of the i-th frame); no two frames are alike."""
    random = np.random.default_rng(0)
    pictures = random.normal(size=(ROUNDS, 28, 28))
    matrix = random.normal(size=(256, 784))
    scale = Scale.symmetric(pictures)
    loss = 2.3 * np.exp(-np.arange(1000) / 150) + random.normal(size=(2, 1000)) * 0.03
    counts = random.integers(0, 1000, size=(ROUNDS, 60)).astype(float)
    edges = np.linspace(-6, 6, 61)
    x = np.linspace(-6, 6, 200)
    overlays = [Series("tanh", np.tanh(x), x), Series("slope", 1 - np.tanh(x) ** 2, x)]
    marks = random.choice([0, 0, 0, 1, 3], size=256).tolist()
    none = Look(ColorDepth.NONE)

    def curves(frame: int) -> Cells:
        two = [Series("train", loss[0] + frame), Series("test", loss[1] + frame)]
        return plot(two, 80, 13, LOOK, cursor=float(frame))

    def row(frame: int) -> Cells:
        sparkline(loss[0] + frame, 24, LOOK)
        update_gauge(1e-4 * (1 + frame), 24, LOOK)
        return timeline_bar(Timeline(1000, 500, frame, range(0, 500, 40)), 80, LOOK)

    return {
        "heat map 28x28 in 28x14 cells": (
            0.4,
            lambda frame: heat_map(pictures[frame], scale, 28, 14, LOOK),
        ),
        "heat map 28x28 in 56x28 cells": (
            1.0,
            lambda frame: heat_map(pictures[frame], scale, 56, 28, LOOK),
        ),
        "heat map 28x28 without colours": (
            0.4,
            lambda frame: heat_map(pictures[frame], scale, 28, 14, none),
        ),
        "heat map 256x784 in 76x14 cells": (
            5.0,
            lambda frame: heat_map(matrix + frame, scale, 76, 14, LOOK, square=False),
        ),
        "two curves of 1,000 points in 80x13": (2.0, curves),
        "histogram with two curves in 76x12": (
            3.0,
            lambda frame: histogram(counts[frame], edges, 76, 12, LOOK, overlays=overlays),
        ),
        "grid of 256 units": (
            1.5,
            lambda frame: unit_grid(marks, 76, 16, LOOK, cursor=frame),
        ),
        "sparkline, gauge and timeline": (0.5, row),
    }


def results() -> Results:
    """Yield the median processor time of each drawing, the drawings taking turns."""
    table = drawings()
    times: dict[str, list[float]] = {name: [] for name in table}
    for frame in range(ROUNDS):
        for name, (_, draw) in table.items():
            start = thread_time()
            strips(draw(frame), LOOK)
            times[name].append(1000 * (thread_time() - start))
    for name, (target, _) in table.items():
        yield Result(name, median(times[name]), "ms", f"<= {target:g}")
