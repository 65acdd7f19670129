"""Drawings of one row: what stands in a table line, the status line or the timeline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from nnviz.debugger.statistics import HEALTHY_UPDATE_RATIO
from nnviz.tui.drawing.cells import Cells, Grid, padded
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import PERCENT_WIDTH, percent

SPARKS = "▁▂▃▄▅▆▇█"
ASCII_SPARKS = "_.:-=+*#"
GAUGE_DECADES = (-5, 1)


def sparkline(
    values: ArrayLike, width: int, look: Look, span: tuple[float, float] | None = None
) -> Cells:
    """Draw a history in one row of at most `width` columns, the largest value of each column.

    `span` is the scale, else the range of the values. A column with a NaN in it shows `N`, one
    with an infinity `∞`, whatever else it holds.
    """
    array = np.asarray(values, dtype=float).reshape(-1)
    grid = Grid(width, 1)
    if not array.size or not grid.width:
        return grid.cells()
    columns = min(len(array), width)
    starts = (np.arange(columns) * len(array)) // columns
    known = np.isfinite(array)
    finite = array if known.all() else array[known]
    if finite is array and columns == len(array):
        tops = array
    else:
        tops = np.fmax.reduceat(np.where(known, array, np.nan), starts)
    low, high = span or ((finite.min(), finite.max()) if finite.size else (0.0, 1.0))
    glyphs = ASCII_SPARKS if look.ascii else SPARKS
    place = (tops / 2 - low / 2) / (high / 2 - low / 2) if high > low else np.full(columns, 0.4)
    place[np.isnan(place)] = 0.0
    steps = (place * len(glyphs)).clip(0, len(glyphs) - 1).astype(np.int64)
    text = "".join([glyphs[step] for step in steps.tolist()])
    if finite is array:
        return padded(Cells((((text, "spark"),),), columns), grid.width)
    grid.put(0, 0, text, "spark")
    infinite = np.maximum.reduceat(np.isinf(array), starts)
    missing = np.maximum.reduceat(np.isnan(array), starts)
    for column in np.flatnonzero(missing | infinite).tolist():
        grid.put(column, 0, "N" if missing[column] else "I" if look.ascii else "∞", "nan")
    return grid.cells()


@dataclass(frozen=True)
class Timeline:
    """What there is to see of a run: iterations 0..total, of which 0..recorded exist."""

    total: int
    recorded: int
    position: int
    keyframes: Sequence[int] = ()
    forks: Sequence[int] = ()
    findings: Sequence[int] = ()
    breakpoints: Sequence[int] = ()


TIMELINE_GLYPHS = {
    "keyframe": "┿+",
    "fork": "┳Y",
    "finding": "▲!",
    "breakpoint": "◆*",
    "here": "●O",
}
"""For each mark its character and its ASCII one; of marks in one column the last listed is seen."""


def timeline_bar(timeline: Timeline, width: int, look: Look) -> Cells:
    """Draw a run in one row: heavy as far as it is recorded, with a mark where something happened.

    Keyframes are left out where they would fill more than a third of the row.
    """
    grid = Grid(width, 1)
    if not grid.width:
        return grid.cells()
    last = max(1, timeline.total)

    end = grid.width - 1

    def columns(*iterations: int) -> list[int]:
        return list({round(min(max(i / last, 0.0), 1.0) * end) for i in iterations})

    heavy, light = "=-" if look.ascii else "━─"
    done = columns(timeline.recorded)[0] + 1 if timeline.recorded else 0
    grid.put(0, 0, heavy * done, "recorded")
    grid.put(done, 0, light * (grid.width - done), "muted")
    keyframes = columns(*timeline.keyframes)
    marks = {
        "keyframe": keyframes if len(keyframes) <= grid.width // 3 else [],
        "fork": columns(*timeline.forks),
        "finding": columns(*timeline.findings),
        "breakpoint": columns(*timeline.breakpoints),
        "here": columns(timeline.position),
    }
    for key, glyphs in TIMELINE_GLYPHS.items():
        if places := marks[key]:
            grid.codes[0, places] = ord(glyphs[look.ascii])
            grid.ids[0, places] = grid.key(key)
    return grid.cells()


def update_gauge(ratio: float, width: int, look: Look) -> Cells:
    """Draw an update ratio on a log scale of 1e-5 to 10, on which the healthy band is heavy.

    A ratio beyond an end (0 too) is an arrow at that end; NaN is said in letters.
    """
    first, last = GAUGE_DECADES
    low, high = HEALTHY_UPDATE_RATIO
    marker, before, after = "*<>" if look.ascii else "◆◀▶"
    key = "good" if low <= ratio <= high else "warn"
    if math.isnan(ratio):
        return _gauge(max(0, width // 2 - 1), "NaN", "nan", width, look)
    if ratio < 10.0**first:
        return _gauge(0, before, key, width, look)
    if ratio > 10.0**last:
        return _gauge(width - 1, after, key, width, look)
    return _gauge(_gauge_column(ratio, width), marker, key, width, look)


def _gauge_column(ratio: float, width: int) -> int:
    first, last = GAUGE_DECADES
    return round((math.log10(ratio) - first) / (last - first) * (width - 1))


@lru_cache(maxsize=256)  # there are as many as columns
def _gauge(column: int, marker: str, key: str, width: int, look: Look) -> Cells:
    grid = Grid(width, 1)
    if not grid.width:
        return grid.cells()
    low, high = (_gauge_column(end, width) for end in HEALTHY_UPDATE_RATIO)
    light, heavy = "-=" if look.ascii else "─━"
    grid.put(0, 0, light * width, "muted")
    grid.put(low, 0, heavy * (high - low + 1), "band")
    grid.put(column, 0, marker, key)
    return grid.cells()


def progress_bar(fraction: float, width: int, look: Look) -> Cells:
    """Draw a share done in eighths of a cell, with its number of per cent at the right."""
    grid = Grid(width, 1)
    inside = grid.width - PERCENT_WIDTH - 3
    if inside < 1:
        grid.put(0, 0, percent(fraction, max(1, grid.width)), "label")
        return grid.cells()
    done = min(max(fraction, 0.0), 1.0) if math.isfinite(fraction) else 0.0
    left, right = "[]" if look.ascii else "▕▏"
    grid.put(0, 0, left, "axis")
    full, eighths = divmod(int(done * inside * 8), 8)
    if look.ascii:
        grid.put(1, 0, "#" * full, "bar")
    else:
        grid.put(1, 0, "█" * full + " ▏▎▍▌▋▊▉"[eighths].strip(), "bar")
    grid.put(inside + 1, 0, right, "axis")
    grid.put(inside + 3, 0, percent(fraction), "label")
    return grid.cells()
