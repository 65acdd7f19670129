"""The table of the layers: one row each, as many columns as the screen has room for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from nnviz.debugger.source import LayerInfo
from nnviz.debugger.statistics import LayerStatistics
from nnviz.tui.drawing.bars import sparkline, update_gauge
from nnviz.tui.drawing.cells import Cells, beside, blank, stack
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import compact, first_that_fits, fit_text, percent
from nnviz.tui.state import Choice
from nnviz.tui.view import View

SILENT = 10
"""Columns for the dead units: how many, and their share."""

CellOf = Callable[[View, LayerInfo, LayerStatistics, Look], Cells]


@dataclass(frozen=True)
class Column:
    """One column: its title, its width, and what it shows of a layer.

    `rank` says in which order columns go when there is little room: the highest first.
    """

    title: str
    width: int
    cell: CellOf
    rank: int


def _text(text: str, width: int, key: str = "") -> Cells:
    return Cells((((fit_text(text, width, ">"), key),),), width)


def _number(field: str, width: int = 7) -> CellOf:
    def cell(view: View, info: LayerInfo, layer: LayerStatistics, look: Look) -> Cells:
        return Cells((((compact(getattr(layer, field), width, look.digits), ""),),), width)

    return cell


def _share(field: str, width: int, role: str, applies: Callable[[LayerInfo], bool]) -> CellOf:
    def cell(view: View, info: LayerInfo, layer: LayerStatistics, look: Look) -> Cells:
        if not applies(info):
            return _text("-", width, "muted")
        value = getattr(layer, field)
        return _text(percent(value), width, role if value > 0 else "")

    return cell


def _silent(view: View, info: LayerInfo, layer: LayerStatistics, look: Look) -> Cells:
    if not info.silent:
        return _text("-", SILENT, "muted")
    count = len(layer.silent_units)
    if not count:
        return _text("0", SILENT)
    # a leaky unit that is never positive still has a gradient: it is not called dead
    told = f"{count}" if info.silent == "dead" else f"{count} inact"
    share = percent(count / info.units).strip() if count < info.units else "all"
    text = first_that_fits((f"{told} ({share})", told), SILENT, look).strip()
    return _text(text, SILENT, info.silent)


def _gauge(view: View, info: LayerInfo, layer: LayerStatistics, look: Look) -> Cells:
    return update_gauge(layer.update_ratio, 13, look)


def _spark(view: View, info: LayerInfo, layer: LayerStatistics, look: Look) -> Cells:
    history = view.column(f"W{info.number}.update")[: view.frame.index - view.history.first + 1]
    line = sparkline(history[-16:], 16, look)
    return beside(line, blank(16 - line.width, 1), gap=0) if line.width < 16 else line


def _name(view: View, info: LayerInfo, layer: LayerStatistics, look: Look) -> Cells:
    return Cells((((fit_text(f"{info.name} {info.activation}", 13), "label"),),), 13)


COLUMNS = (
    Column("layer", 13, _name, 0),
    Column("units", 5, lambda v, i, s, k: _text(str(i.units), 5), 8),
    Column("z mean", 7, _number("z_mean"), 11),
    Column("z std", 7, _number("z_std"), 6),
    Column("a mean", 7, _number("a_mean"), 3),
    Column("a std", 7, _number("a_std"), 5),
    Column("dead", SILENT, _silent, 1),
    Column("sat", 5, _share("saturated", 5, "saturated", lambda i: i.saturates), 2),
    Column("satunit", 7, _share("saturated_units", 7, "saturated", lambda i: i.saturates), 9),
    Column("dW rms", 7, _number("gradient_rms"), 7),
    Column("|update|", 8, _number("update_mean", 8), 10),
    Column("ratio", 7, _number("update_ratio"), 4),
    Column("1e-5..10 band", 13, _gauge, 12),
    Column("|update| past 16", 16, _spark, 13),
)


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw the table; where there are more layers than rows, those around the cursor are shown."""
    columns = _fitting(width - 2)
    rows = [_header(columns)]
    for info in _shown(view, choice, height):
        layer = view.frame.layers[info.number - 1]
        here = info.number == choice.layer
        mark = Cells(((("▸" if not look.ascii else ">", "here") if here else (" ", ""),),), 1)
        rows.append(beside(mark, *(column.cell(view, info, layer, look) for column in columns)))
    return stack(*rows)


def _shown(view: View, choice: Choice, height: int) -> tuple[LayerInfo, ...]:
    room = max(1, height - 1)
    first = max(0, min(choice.layer - 1 - room // 2, view.info.depth - room))
    return view.info.layers[first : first + room]


def layer_at(view: View, choice: Choice, height: int, row: int) -> int:
    """The number of the layer that `draw` shows in a row, 0 where there is none."""
    shown = _shown(view, choice, height)
    return shown[row - 1].number if 1 <= row <= len(shown) else 0


@lru_cache(maxsize=32)
def _header(columns: tuple[Column, ...]) -> Cells:
    titles = (fit_text(c.title, c.width, "<" if c.rank == 0 else ">") for c in columns)
    cells = (Cells((((title, "muted"),),), len(title)) for title in titles)
    return beside(blank(1, 1), *cells)


@lru_cache(maxsize=32)
def _fitting(width: int) -> tuple[Column, ...]:
    chosen: list[Column] = []
    room = width
    for column in sorted(COLUMNS, key=lambda c: c.rank):
        if column.width + 1 <= room or not chosen:
            chosen.append(column)
            room -= column.width + 1
    return tuple(sorted(chosen, key=COLUMNS.index))
