"""The frame around a plot: two axes with ticks, and where in the cells a pair of values lands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnviz.tui.drawing.axes import Axis, log_tick_labels, tick_labels, ticked_range
from nnviz.tui.drawing.cells import SPACE, Grid
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import display_width, fit_text
from nnviz.tui.drawing.raster import BRAILLE, braille, polyline, thicker

Floats = NDArray[np.float64]

GLYPHS = "*o+x#@"
"""One for each series where colour can't tell them apart."""
GUTTER = 6
"""Cells for the numbers of the y axis; more only if they need it, so that the plot stands still."""
ASCII_LINES = str.maketrans(
    {"│": "|", "┤": "+", "└": "+", "─": "-", "┬": "+", "▲": "^", "┊": ":", "≤": "<="}
)
FULL_BLOCK = ord("█")
BARS = ("bar", "flagged")
"""The style keys of bars: plain ones, and those of values that something is wrong with."""


def series_key(index: int) -> str:
    """Return the style key of the index-th series."""
    return f"series{index % len(GLYPHS)}"


@dataclass(frozen=True)
class Frame:
    """The inside of a plot, `width` x `height` cells from column `left` of the grid's top row."""

    left: int
    width: int
    height: int
    x: Axis
    y: Axis
    look: Look

    @property
    def dots(self) -> tuple[int, int]:
        """Columns and rows of dots in a cell: braille, or one glyph."""
        return (1, 1) if self.look.curves_by_glyph else (2, 4)

    def column(self, x: float) -> int | None:
        """Return the grid column of a value of x, or None outside the frame."""
        position = self.x.place(x)
        if not -1e-9 <= position <= 1 + 1e-9:
            return None
        across = self.dots[0]
        return self.left + round(position * (self.width * across - 1)) // across

    def row(self, y: float) -> int | None:
        """Return the row of a value of y, or None outside the frame."""
        position = self.y.place(y)
        if not -1e-9 <= position <= 1 + 1e-9:
            return None
        down = self.dots[1]
        return round((1 - position) * (self.height * down - 1)) // down


def lines(text: str, look: Look) -> str:
    """Return text with its box characters in ASCII where only that can be shown."""
    return text.translate(ASCII_LINES) if look.ascii else text


def most_ticks(height: int) -> int:
    """Return into how many parts the ticks may cut a y axis: two rows or more each."""
    return min(6, max(1, (height - 2) // 2))


def rows_inside(height: int) -> int:
    """Return the rows of a plot without its x axis, which takes two where there are 4 or more."""
    return height - 2 if height >= 4 else max(1, height)


def make_frame(
    size: tuple[int, int],
    x_range: tuple[float, float],
    y: Axis,
    right: int,
    look: Look,
    whole: bool = True,
    rows: int = 0,
) -> Frame:
    """Return the frame that fits `size` (width, height) cells with `right` cells kept free.

    `whole` asks for whole ticks of x, `rows` for fewer rows than there are. Numbers and axes are
    left out where they would take more room than the plot: below 20 cells of width the y axis,
    below 4 rows the x axis.
    """
    width, height = size
    labels = y_tick_labels(y)
    gutter = max(GUTTER, max(map(len, labels), default=0)) + 1 if width >= 20 else 0
    inside = max(1, width - gutter - right)
    rows = min(rows or height, rows_inside(height))
    x = ticked_range(*x_range, most=max(2, inside // 9), whole=whole)
    return Frame(gutter, inside, rows, x, y, look)


def y_tick_labels(axis: Axis) -> tuple[str, ...]:
    """Return the texts at the ticks of an axis."""
    return log_tick_labels(axis.ticks) if axis.log else tick_labels(axis.ticks)


def draw_frame(grid: Grid, frame: Frame) -> None:
    """Draw both axes with their ticks and numbers, as far as the grid has room for them."""
    look = frame.look
    if frame.left:
        grid.codes[: frame.height, frame.left - 1] = ord(lines("│", look))
        grid.ids[: frame.height, frame.left - 1] = grid.key("axis")
        taken = None
        for tick, text in zip(frame.y.ticks, y_tick_labels(frame.y), strict=True):
            row_of_tick = frame.row(tick)
            if row_of_tick is not None and row_of_tick != taken:
                grid.put(frame.left - 1, row_of_tick, lines("┤", look), "axis")
                grid.put(0, row_of_tick, text.rjust(frame.left - 1), "label")
                taken = row_of_tick
    if grid.height < frame.height + 2:
        return
    corner = frame.left - 1 if frame.left else 0
    line = ("└" if frame.left else "") + "─" * frame.width
    grid.put(corner, frame.height, lines(line, look), "axis")
    end = 0
    for tick, text in zip(frame.x.ticks, tick_labels(frame.x.ticks), strict=True):
        column = frame.column(tick)
        if column is None:
            continue
        grid.put(column, frame.height, lines("┬", look), "axis")
        start = min(max(column - len(text) // 2, 0), grid.width - len(text))
        if start >= end:
            grid.put(start, frame.height + 1, text, "label")
            end = start + len(text) + 1


def draw_curve(grid: Grid, frame: Frame, x: Floats, y: Floats, index: int) -> None:
    """Draw a line through points over what is there; dots of curves that cross are joined.

    On a projector the line is two dots thick. Where it crosses a full bar the bar stays as the
    ground of the dots.
    """
    across, down = frame.dots
    place = frame.x.position(x), frame.y.position(y)
    dots = polyline(*place, frame.width * across, frame.height * down)
    area = slice(0, frame.height), slice(frame.left, frame.left + frame.width)
    codes, ids = grid.codes[area], grid.ids[area]
    if frame.look.curves_by_glyph:
        drawn, below = dots, codes[dots]
        codes[drawn] = ord(GLYPHS[index % len(GLYPHS)])
    else:
        marks = braille(thicker(dots) if frame.look.present else dots)
        drawn = marks != BRAILLE
        above, below = marks[drawn], codes[drawn]
        codes[drawn] = np.where(below >= BRAILLE, above | below, above)
    ground = ids[drawn]
    ids[drawn] = grid.key(series_key(index))
    for bar in filter(grid.has, BARS):
        earlier = [grid.key(f"{series_key(number)} on {bar}") for number in range(len(GLYPHS))]
        covered = (ground == grid.key(bar)) & (below == FULL_BLOCK) | np.isin(ground, earlier)
        ids[drawn] = np.where(covered, grid.key(f"{series_key(index)} on {bar}"), ids[drawn])


def draw_labels(
    grid: Grid, frame: Frame, labels: Sequence[str], ends: Sequence[float], gap: int = 0
) -> None:
    """Write names right of the plot, each level with the end of its curve or next to it.

    `ends` holds the last value of each curve; `gap` cells are left free before the names. Names are
    moved apart where they would fall on one row; those of curves without values, and those beyond
    the last row, are left out.
    """
    left = frame.left + frame.width + 1 + gap
    room = grid.width - left
    wanted = sorted(
        (row, index) for index, end in enumerate(ends) if (row := frame.row(end)) is not None
    )[: frame.height]
    rows = spread([row for row, _ in wanted], frame.height)
    for row, (_, index) in zip(rows, wanted, strict=True):
        text = labels[index]
        if frame.look.curves_by_glyph:
            text = f"{GLYPHS[index % len(GLYPHS)]} {text}"
        ellipsis = frame.look.ellipsis
        grid.put(left, row, fit_text(text, room, ellipsis=ellipsis), series_key(index))


def spread(rows: list[int], height: int) -> list[int]:
    """Return ascending rows moved apart so that no two are equal and all lie below `height`."""
    moved: list[int] = []
    for row in rows:
        moved.append(max(row, moved[-1] + 1) if moved else row)
    limit = height - 1
    for index in reversed(range(len(moved))):
        moved[index] = min(moved[index], limit)
        limit = moved[index] - 1
    return moved


def draw_upright(grid: Grid, frame: Frame, column: int, character: str, key: str) -> None:
    """Draw a vertical line through the empty cells of a column of the plot."""
    codes = grid.codes[: frame.height, column]
    empty = codes == SPACE
    codes[empty] = ord(lines(character, frame.look))
    grid.ids[: frame.height, column][empty] = grid.key(key)


def label_room(labels: Sequence[str], width: int, look: Look) -> int:
    """Return the cells to keep free for names at the right: at most a quarter of the width."""
    if not labels or width < 16:
        return 0
    widest = max(map(display_width, labels)) + (2 if look.curves_by_glyph else 0)
    return min(widest, width // 4) + 1
