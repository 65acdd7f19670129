"""A layer unit by unit, so that "12 % dead" can be looked at and walked through."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.heat_maps import MARK_KEYS, Mark, mark_glyph
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import fit_text


@dataclass(frozen=True)
class UnitLayout:
    """Which units a grid shows: `rows` of `per_row`, from row `first_row` of the whole layer."""

    count: int
    per_row: int
    rows: int
    first_row: int

    @property
    def complete(self) -> bool:
        """Whether all units are shown."""
        return self.rows * self.per_row >= self.count

    def unit_at(self, column: int, row: int) -> int | None:
        """Return the unit drawn at a cell of the grid, or None where there is none."""
        unit = (self.first_row + row) * self.per_row + column // 2
        inside = 0 <= column // 2 < self.per_row and 0 <= row < self.rows
        return unit if inside and unit < self.count else None


def unit_layout(count: int, width: int, height: int, cursor: int = 0) -> UnitLayout:
    """Return the layout of `count` units, two cells each: a square if it fits, else a wide window.

    Where not all fit, the window holds the cursor, and the last row is kept for saying so.
    """
    widest = max(1, width // 2)
    per_row = min(widest, max(1, math.ceil(math.sqrt(count)), -(-count // max(1, height))))
    needed = -(-count // per_row)
    if needed <= height:
        return UnitLayout(count, per_row, needed, 0)
    rows = max(1, height - 1)
    first = min(max(0, cursor // per_row - rows // 2), needed - rows)
    return UnitLayout(count, per_row, rows, first)


def unit_grid(
    marks: Sequence[int], width: int, height: int, look: Look, cursor: int | None = None
) -> Cells:
    """Draw one letter a unit: `·` alive, `x` dead, `s` saturated, `i` inactive, `N` not a number.

    `marks` holds a `Mark` for each unit, `Mark.NONE` for one that is alive. An arrow stands before
    the unit under the cursor.
    """
    layout = unit_layout(len(marks), width, height, cursor or 0)
    if layout.complete:
        grid = Grid(2 * layout.per_row, layout.rows)
    else:
        grid = Grid(width, min(height, layout.rows + 1))
    first = layout.first_row * layout.per_row
    last = min(len(marks), first + layout.rows * layout.per_row)
    for unit in range(first, last):
        row, place = divmod(unit - first, layout.per_row)
        mark = Mark(marks[unit])
        glyph = ("." if look.ascii else "·") if mark == Mark.NONE else mark_glyph(mark, look)
        if unit == cursor:
            grid.put(2 * place, row, (">" if look.ascii else "▸") + glyph, "cursor")
        else:
            grid.put(2 * place + 1, row, glyph, MARK_KEYS[mark] or "alive")
    if not layout.complete:
        said = f"units {first}-{last - 1} of {len(marks)}"
        grid.put(0, layout.rows, fit_text(said, width), "muted")
    return grid.cells()
