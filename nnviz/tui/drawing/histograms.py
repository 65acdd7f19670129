"""Distributions with the activation's curve over them, so that saturation is seen in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnviz.tui.drawing.axes import even_axis, linear_axis, log_axis, tick_labels
from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.curves import Series
from nnviz.tui.drawing.frames import (
    Frame,
    draw_curve,
    draw_frame,
    draw_labels,
    label_room,
    make_frame,
    most_ticks,
    rows_inside,
)
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import fit_text

Floats = NDArray[np.float64]

EIGHTHS = " ▁▂▃▄▅▆▇█"
ASCII_EIGHTHS = " ...:::##"
OVERLAY_NUMBERS = 6


def histogram(
    counts: ArrayLike,
    edges: ArrayLike,
    width: int,
    height: int,
    look: Look,
    *,
    log: bool = False,
    overlays: Sequence[Series] = (),
    flagged: ArrayLike | None = None,
) -> Cells:
    """Draw counts of values as bars, with curves such as an activation and its slope over them.

    `counts` is bins, `edges` bins + 1 ascending and evenly spaced. The y axis counts values per
    bin, whatever the width of the drawing: of several bins in a column the fullest one is drawn, so
    that no spike is lost. A column that is not empty is never drawn empty. `log` spaces the counts
    by their logarithm. All `overlays` share a scale, whose ends are written at
    the right. `flagged` says of each bin whether its bar is one to look at.

    Raises ValueError when there is not one edge more than counts.
    """
    bins = np.asarray(counts, dtype=float)
    ends = np.asarray(edges, dtype=float)
    if len(ends) != len(bins) + 1:
        raise ValueError(f"{len(bins)} counts need {len(bins) + 1} edges, got {len(ends)}")
    grid = Grid(width, height)
    if not grid.width or not grid.height:
        return grid.cells()
    if not bins.sum() > 0 or not np.isfinite(ends).all():
        grid.put(0, grid.height // 2, fit_text("no values", grid.width, "^"), "muted")
        return grid.cells()
    most, rows = most_ticks(height), rows_inside(height)
    if log:
        y = log_axis(1.0, max(10.0, bins.max()), most)
    else:
        y, rows = even_axis(0.0, bins.max(), rows, most)
    names = label_room([one.label for one in overlays], width, look)
    numbers = OVERLAY_NUMBERS if overlays and width >= 50 else 0
    x_range = float(ends[0]), float(ends[-1])
    frame = make_frame((width, height), x_range, y, names + numbers, look, whole=False, rows=rows)
    draw_frame(grid, frame)
    marked = np.zeros(len(bins)) if flagged is None else np.asarray(flagged, dtype=float)
    first = np.arange(frame.width) * len(bins) // frame.width
    share = np.add.reduceat(marked, first) / np.maximum(np.diff(first, append=len(bins)), 1)
    _draw_bars(grid, frame, np.maximum.reduceat(bins, first), share >= 0.5)
    _draw_overlays(grid, frame, overlays, names, numbers)
    return grid.cells()


def _draw_bars(grid: Grid, frame: Frame, counts: Floats, flagged: NDArray[np.bool_]) -> None:
    """Draw one bar a column, its top to an eighth of a cell."""
    position = np.nan_to_num(frame.y.position(counts))
    eighths = np.rint(position * frame.height * 8).astype(np.int64)
    eighths = np.where(counts > counts.max() * 1e-9, np.maximum(eighths, 1), 0)
    below = 8 * np.arange(frame.height - 1, -1, -1)[:, None]
    fill = np.clip(eighths - below, 0, 8)
    glyphs = ASCII_EIGHTHS if frame.look.ascii else EIGHTHS
    area = slice(0, frame.height), slice(frame.left, frame.left + frame.width)
    grid.codes[area] = np.array([ord(glyph) for glyph in glyphs], dtype=np.uint32)[fill]
    keys = np.where(flagged, grid.key("flagged"), grid.key("bar"))
    grid.ids[area] = np.where(fill > 0, keys, 0)


def _draw_overlays(
    grid: Grid, frame: Frame, overlays: Sequence[Series], names: int, numbers: int
) -> None:
    points = [one.points() for one in overlays]
    values = np.concatenate([y for _, y in points]) if points else np.empty(0)
    values = values[np.isfinite(values)]
    if not values.size:
        return
    frame = replace(frame, y=linear_axis(float(values.min()), float(values.max()), 2))
    for index in reversed(range(len(points))):
        draw_curve(grid, frame, *points[index], index)
    left = frame.left + frame.width
    if numbers:
        low, *_, high = tick_labels(frame.y.ticks)
        grid.put(left, 0, high.rjust(numbers - 1), "label")
        grid.put(left, frame.height - 1, low.rjust(numbers - 1), "label")
    if names:
        inside = [y[(x <= frame.x.high) & np.isfinite(y)] for x, y in points]
        last = [float(y[-1]) if y.size else float("nan") for y in inside]
        draw_labels(grid, frame, [one.label for one in overlays], last, numbers)
