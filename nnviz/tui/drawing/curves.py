"""Histories as curves, in which a loss that became NaN is a gap with a name and not a crash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnviz.tui.drawing.axes import Axis, even_axis, log_axis
from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.frames import (
    Frame,
    draw_curve,
    draw_frame,
    draw_labels,
    draw_upright,
    label_room,
    lines,
    make_frame,
    most_ticks,
    rows_inside,
)
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import fit_text

Floats = NDArray[np.float64]
Range = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Series:
    """A named curve: values `y` at ascending `x`, which counts from 0 when it is not given."""

    label: str
    y: ArrayLike
    x: ArrayLike | None = None

    def points(self) -> tuple[Floats, Floats]:
        """Return x and y as arrays; ValueError when they differ in length."""
        y = np.asarray(self.y, dtype=float).reshape(-1)
        x = np.arange(float(len(y))) if self.x is None else np.asarray(self.x, dtype=float)
        if x.shape != y.shape:
            raise ValueError(f"series {self.label!r}: {x.size} values of x for {y.size} of y")
        return x, y


def plot(
    series: Sequence[Series],
    width: int,
    height: int,
    look: Look,
    *,
    log: bool = False,
    cursor: float | None = None,
    x_range: Range | None = None,
    y_range: Range | None = None,
    beside: Sequence[str] = (),
) -> Cells:
    """Draw curves with axes in `width` x `height` cells, each named at its right end.

    Where points outnumber dots, a column shows the least and the largest of them. NaN, infinity
    and, on a `log` axis, what is not positive are gaps, and the first of each curve is named with
    its place. `cursor` is the x where we are. The ranges are those of the values unless given; the
    y axis is then rounded outwards to ticks. The first series is drawn on top. `beside` are the
    names in a plot above or below, whose x axis is to be as long as this one.
    """
    grid = Grid(width, height)
    if not grid.width or not grid.height:
        return grid.cells()
    points = [one.points() for one in series]
    x_range = x_range or _range([x for x, _ in points]) or (0.0, 1.0)
    shown = [_within(x, y, x_range) for x, y in points]
    y_axis, rows = _y_axis(shown, y_range, log, height)
    right = label_room([*(one.label for one in series), *beside], width, look)
    frame = make_frame((width, height), x_range, y_axis, right, look, rows=rows)
    draw_frame(grid, frame)
    for index in reversed(range(len(points))):
        draw_curve(grid, frame, *points[index], index)
    placed = [y_axis.position(y) for _, y in shown]
    if right:
        last = [_last(y, heights) for (_, y), heights in zip(shown, placed, strict=True)]
        draw_labels(grid, frame, [one.label for one in series], last)
    if not any(len(y) for _, y in shown):
        grid.put(frame.left, frame.height // 2, fit_text("no data yet", frame.width, "^"), "muted")
    gaps = [_gap(*points, heights) for points, heights in zip(shown, placed, strict=True)]
    _draw_gaps(grid, frame, [one.label for one in series], gaps)
    _draw_cursor(grid, frame, cursor)
    return grid.cells()


def _range(arrays: Sequence[Floats]) -> Range | None:
    together = np.concatenate(arrays) if arrays else np.empty(0)
    finite = together[np.isfinite(together)]
    return (float(finite.min()), float(finite.max())) if finite.size else None


def _within(x: Floats, y: Floats, x_range: Range) -> tuple[Floats, Floats]:
    if len(x) and x_range[0] <= x[0] and x[-1] <= x_range[1]:
        return x, y
    inside = (x >= x_range[0]) & (x <= x_range[1])
    return x[inside], y[inside]


def _y_axis(
    shown: Sequence[tuple[Floats, Floats]], y_range: Range | None, log: bool, height: int
) -> tuple[Axis, int]:
    most, rows = most_ticks(height), rows_inside(height)
    values = [y[y > 0] if log else y for _, y in shown]
    low, high = y_range or _range(values) or ((0.1, 1.0) if log else (0.0, 1.0))
    return (log_axis(low, high, most), rows) if log else even_axis(low, high, rows, most)


def _last(y: Floats, heights: Floats) -> float:
    """Return the last value that has a place on the y axis, else NaN."""
    placed = np.flatnonzero(~np.isnan(heights))
    return float(y[placed[-1]]) if placed.size else float("nan")


def _gap(x: Floats, y: Floats, heights: Floats) -> tuple[float, str] | None:
    """Return where the first gap begins and what is there, or None without gaps."""
    missing = np.flatnonzero(np.isnan(heights))
    if not missing.size:
        return None
    value = y[missing[0]]
    name = "NaN" if np.isnan(value) else "Inf" if value > 0 else "-Inf"
    return float(x[missing[0]]), name if not np.isfinite(value) else "≤ 0"


def _draw_gaps(
    grid: Grid, frame: Frame, labels: Sequence[str], gaps: Sequence[tuple[float, str] | None]
) -> None:
    """Name the first gap of each curve in a row of its own, on the side where there is room."""
    row = 0
    for label, gap in zip(labels, gaps, strict=True):
        column = frame.column(gap[0]) if gap else None
        if gap is None or column is None:
            continue
        draw_upright(grid, frame, column, "┊", "gap")
        text = lines(f"{gap[1]} at {gap[0]:g}", frame.look)
        if len(labels) > 1:
            text = f"{label}: {text}"
        start = column + 1
        if start + len(text) > frame.left + frame.width:
            start = max(frame.left, column - len(text))
        grid.put(start, row, text, "gap")
        row += 1


def _draw_cursor(grid: Grid, frame: Frame, cursor: float | None) -> None:
    column = None if cursor is None else frame.column(cursor)
    if column is None:
        return
    draw_upright(grid, frame, column, "│", "here")
    if grid.height > frame.height:
        grid.put(column, frame.height, lines("▲", frame.look), "here")
