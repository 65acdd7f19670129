"""The units of a layer: all of them as a grid, and the one under the cursor in full."""

import numpy as np

from nnviz.engine.arrays import Array
from nnviz.tui.drawing.bars import sparkline
from nnviz.tui.drawing.cells import Cells, Grid, beside, blank, stack
from nnviz.tui.drawing.curves import Series, plot
from nnviz.tui.drawing.heat_maps import (
    MARK_KEYS,
    MARK_NAMES,
    Mark,
    heat_map,
    mark_glyph,
    scale_ends,
)
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import fit_text, inline, percent
from nnviz.tui.drawing.units import unit_grid, unit_layout
from nnviz.tui.panels.marks import marked_since, unit_marks
from nnviz.tui.panels.spreads import layer_detail
from nnviz.tui.state import Choice
from nnviz.tui.view import View, picture_shape

FACTS_WIDTH = 17


def chosen_unit(view: View, choice: Choice) -> int:
    """The unit under the cursor, from 0: layers differ in how many they have."""
    return min(choice.unit, view.info.layers[choice.layer - 1].units - 1)


def grid(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw how many units are alive, dead or saturated, and each of them as a letter."""
    marks = unit_marks(view, choice.layer)
    legend = Grid(width, 1)
    column = 0
    for mark in Mark:
        count = int(np.count_nonzero(marks == mark))
        if not count or mark == Mark.CURSOR:
            continue
        glyph = (". " if look.ascii else "· ")[0] if mark == Mark.NONE else mark_glyph(mark, look)
        name = MARK_NAMES.get(mark, "alive")
        legend.put(column, 0, glyph, MARK_KEYS[mark] or "alive")
        legend.put(column + 2, 0, f"{count} {name}", "label")
        column += len(f"{count} {name}") + 4
    units = unit_grid(marks.tolist(), width, height - 1, look, chosen_unit(view, choice))
    return stack(legend.cells(), units)


def unit_at(
    view: View, choice: Choice, width: int, height: int, column: int, row: int
) -> int | None:
    """The unit that `grid` draws at a cell, None where there is none."""
    count = view.info.layers[choice.layer - 1].units
    return unit_layout(count, width, height - 1, chosen_unit(view, choice)).unit_at(column, row - 1)


def beside_unit(view: View, choice: Choice, width: int, height: int, across: int, down: int) -> int:
    """The unit so many places to the right of the chosen one, and below it; it stays if none is."""
    count = view.info.layers[choice.layer - 1].units
    unit = chosen_unit(view, choice)
    wanted = unit + across + down * unit_layout(count, width, height - 1, unit).per_row
    return wanted if 0 <= wanted < count else unit


def next_marked(view: View, choice: Choice) -> int:
    """The next unit that is not simply alive, round to the first; the same one where none is."""
    unit = chosen_unit(view, choice)
    marked = np.flatnonzero(unit_marks(view, choice.layer))
    later = marked[marked > unit]
    return int(later[0]) if later.size else int(marked[0]) if marked.size else unit


def since(view: View, choice: Choice) -> int | None:
    """Since when the chosen unit has been dead, inactive or saturated, None where it is not."""
    return marked_since(view, choice.layer, chosen_unit(view, choice))


def weights(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw the chosen unit's row of W as a picture, on the scale of all units."""
    detail = layer_detail(view, choice)
    if detail is None:
        return blank(width, height)
    unit = chosen_unit(view, choice)
    row = detail.weights[unit]
    shape = picture_shape(len(row), view.info.image_shape if choice.layer == 1 else None)
    title = Grid(width, 1)
    text = f"W{choice.layer}[{unit}] {scale_ends(detail.scale, look)}"
    title.put(0, 0, fit_text(text, width, ellipsis=look.ellipsis), "label")
    if height < 2:
        return title.cells()
    return stack(title.cells(), heat_map(row.reshape(shape), detail.scale, width, height - 1, look))


def facts(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """List what there is to say of the chosen unit; on one or two rows as a line."""
    lines = _state(view, choice) + _numbers(view, choice, look)
    drawn = Grid(width, height)
    if height < 3:
        text = "   ".join(f"{name} {value}".strip() for name, value, _ in lines)
        drawn.put(0, 0, fit_text(text, width, ellipsis=look.ellipsis), "label")
        return drawn.cells()
    for row, (name, value, key) in enumerate(lines[:height]):
        drawn.put(0, row, name, key if not value else "label")
        drawn.put(max(len(name) + 1, min(width, 2 * FACTS_WIDTH) - len(value)), row, value, key)
    return drawn.cells()


def _state(view: View, choice: Choice) -> list[tuple[str, str, str]]:
    """The unit's number and state, and since when: name, value, style."""
    unit = chosen_unit(view, choice)
    count = view.info.layers[choice.layer - 1].units
    mark = Mark(unit_marks(view, choice.layer)[unit])
    lines = [(f"unit {unit} of 0-{count - 1}", "", "here")]
    start = since(view, choice)
    name = MARK_NAMES.get(mark, "alive")
    if start is None:
        return [*lines, (name, "", MARK_KEYS[mark] or "alive")]
    word = {Mark.DEAD: "died at", Mark.INACTIVE: "inactive since"}.get(mark, "saturated since")
    return [*lines, (word, f"{start}", MARK_KEYS[mark]), ("  g goes there", "", "muted")]


def _numbers(view: View, choice: Choice, look: Look) -> list[tuple[str, str, str]]:
    info, layer = view.info.layers[choice.layer - 1], view.frame.layers[choice.layer - 1]
    unit = chosen_unit(view, choice)
    lines = [("mean a", inline(layer.unit_mean[unit], look), "")]
    if info.saturates:
        lines.append(("saturated", percent(layer.unit_saturated[unit]).strip(), ""))
    detail = layer_detail(view, choice)
    if detail is None:
        return lines
    row = detail.weights[unit]
    with np.errstate(all="ignore"):
        numbers = [
            ("w mean", row.mean()),
            ("w std", row.std()),
            ("w norm", np.linalg.norm(row)),
            ("update", detail.update_norms[unit]),
        ]
    if detail.biases.size:
        numbers.append(("bias", detail.biases[unit]))
    return lines + [(name, inline(float(value), look), "") for name, value in numbers]


def history(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw the chosen unit's mean activation and saturated share over the iterations."""
    info = view.info.layers[choice.layer - 1]
    past = view.history.unit(choice.layer, chosen_unit(view, choice))
    past = past[: view.recorded - view.history.first + 1]
    parts: list[tuple[str, Array, tuple[float, float] | None]] = [
        ("mean a", past["mean"].astype(float), None)
    ]
    if info.saturates:
        parts.append(("saturated %", 100 * past["saturated"].astype(float), (0.0, 100.0)))
    if height < 6:
        return stack(*(_spark(name, values, width, look) for name, values, _ in parts[:height]))
    x = view.column("iteration")
    ends = (float(view.history.first), float(max(view.recorded, 10)))
    share = (width + 1) // len(parts) - 1
    plots = [
        plot(
            [Series(name, values, x)],
            share,
            height,
            look,
            cursor=float(view.frame.index),
            x_range=ends,
            y_range=y_range,
        )
        for name, values, y_range in parts
    ]
    return beside(*plots)


def _spark(name: str, values: Array, width: int, look: Look) -> Cells:
    """One row: the name, the least and the largest value, and the values between them."""
    finite = values[np.isfinite(values)]
    ends = [inline(float(end), look) for end in (finite.min(), finite.max())] if finite.size else []
    label = Grid(min(28, width), 1)
    label.put(0, 0, f"{name} {'..'.join(ends)}", "label")
    return beside(label.cells(), sparkline(values, max(1, width - 29), look))
