"""One sample on its way through the net: inputs, activations, the answer, and who is to blame."""

import numpy as np

from nnviz.debugger.model import TEST
from nnviz.engine.arrays import Array
from nnviz.tui.details.sample import SampleDetail
from nnviz.tui.drawing.cells import Cells, Grid, beside, blank, stack
from nnviz.tui.drawing.heat_maps import Scale, heat_map, scale_of
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.matrices import Cell, confusion_matrix, matrix_layout
from nnviz.tui.drawing.numbers import compact, fit_text, inline
from nnviz.tui.panels.waiting import waiting
from nnviz.tui.state import Choice
from nnviz.tui.view import View, picture_shape

CONFUSION = "confusion"
"""The pane that has the arrow keys instead of the sample."""
NAMES = 14
"""Cells for the name and the scale of a strip."""
FEW = 24
"""Inputs that are no picture are listed up to so many, if there are as many rows."""


def head(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Say which sample it is, what it is taken for, and among which it is looked at."""
    detail = view.detail
    if not isinstance(detail, SampleDetail):
        return waiting(view, width, height, look)
    outcomes = detail.outcomes
    right = detail.predicted == detail.label
    answer = float(outcomes.outputs[detail.predicted, detail.number])
    parts = [
        (f"{outcomes.part} sample {detail.number} of 0-{len(outcomes.labels) - 1}", "here"),
        (f"label {detail.label}", ""),
        (f"taken for {detail.predicted} ({inline(answer, look)})", "good" if right else "warn"),
        ("right" if right else "WRONG", "good" if right else "warn"),
        (f"loss {inline(detail.trace.loss, look)}", ""),
    ]
    if sum(len(text) + 3 for text, _ in parts) > width:  # on a narrow screen the same in short
        taken = f"{detail.label} taken for {detail.predicted}"
        parts = [(f"{outcomes.part} {detail.number}", "here"), (taken, parts[2][1]), *parts[3:]]
    if detail.index != view.frame.index:
        parts.insert(1, (f"at iteration {detail.index}", "warn"))
    drawn = Grid(width, height)
    _put_parts(drawn, 0, parts, look)
    if height > 1:
        _put_parts(drawn, 1, _surroundings(detail, choice), look)
    return drawn.cells()


def _surroundings(detail: SampleDetail, choice: Choice) -> list[tuple[str, str]]:
    """What the sample is looked at among, and how many of all are wrong."""
    outcomes, cell = detail.outcomes, choice.sample.cell
    wrong = int(np.count_nonzero(outcomes.wrong))
    parts = [(f"{wrong} of {len(outcomes.labels)} {outcomes.part} samples are wrong", "label")]
    if cell is not None:
        count = len(outcomes.among(cell))
        parts.insert(0, (f"among the {count} of label {cell[0]} taken for {cell[1]}", "here"))
    if outcomes.part == TEST:
        parts.append(("never trained on", "muted"))
    if not detail.alone:
        parts.append(("its answer alone differs from that beside others", "nan"))
    return parts


def _put_parts(drawn: Grid, row: int, parts: list[tuple[str, str]], look: Look) -> None:
    column = 1
    for number, (text, key) in enumerate(parts):
        if number:
            drawn.put(column, row, " - " if look.ascii else " · ", "muted")
            column += 3
        room = max(0, drawn.width - column - 1)
        drawn.put(column, row, fit_text(text, min(room, len(text)), ellipsis=look.ellipsis), key)
        column += len(text)


def inputs(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw the sample itself."""
    detail = view.detail
    if not isinstance(detail, SampleDetail):
        return blank(width, height)
    return _vector("input", detail.x, Scale.sequential(detail.x), view, (width, height), look)


def gradient(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw d objective / dX: which inputs would change the loss, and in which direction."""
    detail = view.detail
    if not isinstance(detail, SampleDetail):
        return blank(width, height)
    values = detail.trace.input_gradient[:, 0]
    name = "dLoss/dX = W1^T d1"
    return _vector(name, values, Scale.symmetric(values), view, (width, height), look)


def _vector(
    name: str, values: Array, scale: Scale, view: View, size: tuple[int, int], look: Look
) -> Cells:
    """Values as a picture, or as a list where they are none and have room."""
    width, height = size
    title = Grid(width, 1)
    text = f"{name} {scale_of(values, scale, look)}"
    title.put(0, 0, fit_text(text, width, ellipsis=look.ellipsis), "label")
    if height < 2:
        return title.cells()
    if view.info.image_shape is None and len(values) <= min(FEW, height - 1):
        drawn = _list([f"x{i}" for i in range(len(values))], values, scale, width, look)
    else:
        shape = picture_shape(len(values), view.info.image_shape)
        drawn = heat_map(values.reshape(shape), scale, width, height - 1, look)
    return stack(title.cells(), drawn)


def _list(names: list[str], values: Array, scale: Scale, width: int, look: Look) -> Cells:
    """One row a value: name, number, and a bar from zero, its sign in its glyph."""
    drawn = Grid(width, len(names))
    left = max(map(len, names)) + 9
    room = width - left
    minus, plus = "-#" if look.ascii else "░█"
    for row, (name, value) in enumerate(zip(names, values.tolist(), strict=True)):
        drawn.put(0, row, name, "label")
        drawn.put(left - 8, row, compact(value), "" if np.isfinite(value) else "nan")
        share = abs(value) / max(abs(scale.low), abs(scale.high)) if np.isfinite(value) else 0.0
        length = round(min(share, 1.0) * room)
        glyph, key = (plus, "positive") if value >= 0 else (minus, "negative")
        drawn.put(left, row, glyph * max(length, int(value != 0 and room > 0)), key)
    return drawn.cells()


def answer(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw the output of each class as a bar; the label and what was taken for it are named."""
    detail = view.detail
    if not isinstance(detail, SampleDetail):
        return blank(width, height)
    values = detail.outcomes.outputs[:, detail.number]
    shown = np.arange(len(values))
    if len(values) > height - 1:  # the largest ones, and the label
        order = np.argsort(-np.nan_to_num(values, nan=np.inf), kind="stable")
        chosen = [detail.label, *(i for i in order.tolist() if i != detail.label)]
        shown = np.sort(chosen[: max(1, height - 1)])
    title = Grid(width, 1)
    name = f"L{view.info.depth}, the answer"
    title.put(0, 0, fit_text(name, width, ellipsis=look.ellipsis), "label")
    rows = Grid(width, max(0, height - 1))
    largest = float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0)) or 1.0
    for row, number in enumerate(shown.tolist()):
        _answer_row(rows, row, detail, number, float(values[number]), max(1.0, largest), look)
    return stack(title.cells(), rows.cells())


def _answer_row(
    rows: Grid, row: int, detail: SampleDetail, number: int, value: float, full: float, look: Look
) -> None:
    taken, label = number == detail.predicted, number == detail.label
    key = "good" if taken and label else "warn" if taken else "here" if label else "label"
    word = "right" if taken and label else "taken" if taken else "label" if label else ""
    rows.put(0, row, f"{number:>3}", key)
    room = rows.width - 17
    share = abs(value) / full if np.isfinite(value) else 0.0
    length = max(round(share * room), int(share > 0.005)) if room > 0 else 0
    minus, plus = "-#" if look.ascii else "░█"
    bar = (plus if value >= 0 else minus) * length
    rows.put(4, row, bar, "bar" if not taken else key)
    rows.put(max(4, rows.width - 13), row, compact(value, 6), "" if np.isfinite(value) else "nan")
    rows.put(rows.width - 6, row, word, key)


def layers(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw the activations of every layer, with the deltas below each where there is room."""
    detail = view.detail
    if not isinstance(detail, SampleDetail):
        return blank(width, height)
    columns = max(1, width - NAMES - 1)
    first, needed = _rows_needed(view, choice.layer, columns, height)
    both = 2 * sum(needed) <= height
    times = max(1, height // (sum(needed) * (1 + both)))
    gap = height - sum(needed) * (1 + both) * times >= len(needed)
    rows: list[Cells] = []
    for number, need in enumerate(needed, start=first):
        a = detail.trace.activations[number][:, 0]
        delta = detail.trace.deltas[number][:, 0]
        size = (columns, need * times)
        rows.append(_strip(f"L{number + 1}", a, Scale.sequential(a), size, look))
        if both:
            rows.append(_strip(f"d{number + 1}", delta, Scale.symmetric(delta), size, look))
        rows.append(blank(1, int(gap)))
    return stack(*rows)


def _rows_needed(view: View, layer: int, columns: int, height: int) -> tuple[int, list[int]]:
    """The first layer (from 0) that is shown, and how many rows each takes at one pixel a unit.

    The last one is left out where it takes the others' rows: it is the answer, shown in full. Where
    they don't fit with a row each, those around the chosen one do; large ones are then pooled.
    """
    depth = view.info.depth
    rows = [-(-info.units // (2 * columns)) for info in view.info.layers]
    if sum(rows) > height:
        depth = max(1, depth - 1)
    shown = max(1, min(depth, height))
    first = max(0, min(layer - 1 - shown // 2, depth - shown))
    needed = rows[first : first + shown]
    while sum(needed) > height and max(needed) > 1:
        needed[needed.index(max(needed))] -= 1
    return first, needed


def _strip(name: str, values: Array, scale: Scale, size: tuple[int, int], look: Look) -> Cells:
    """Values in as many columns as there are, under each other's beginning; the scale is said."""
    columns, rows = size
    label = Grid(NAMES, rows)
    label.put(1, 0, name, "label")
    label.put(4, 0, scale_of(values, scale, look), "muted")
    return beside(
        label.cells(),
        heat_map(_folded(values, columns, rows), scale, columns, rows, look, square=False),
    )


def _folded(values: Array, columns: int, rows: int) -> Array:
    """A vector as the rectangle that is drawn largest in `columns` x 2 `rows` pixels."""
    count = len(values)
    fitting = [c for c in range(1, columns + 1) if count % c == 0 and count // c <= 2 * rows]
    zooms = [min(columns // c, 2 * rows * c // count) for c in fitting]
    if fitting:
        return values.reshape(-1, fitting[zooms.index(max(zooms))])
    return values.reshape(picture_shape(count, None))


def confusion(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw the confusion matrix of all samples of the part, with the cursor."""
    detail = view.detail
    if not isinstance(detail, SampleDetail):
        return waiting(view, width, height, look)
    title = Grid(width, 1)
    text = f"all {len(detail.outcomes.labels)} {detail.outcomes.part} samples"
    here = choice.pane == CONFUSION
    text += ": arrows, Enter opens a cell" if here else ": Tab goes in"
    key = "here" if here else "label"
    title.put(1, 0, fit_text(text, max(0, width - 2), ellipsis=look.ellipsis), key)
    counts = detail.outcomes.confusion()
    matrix = confusion_matrix(counts, width, height - 1, look, chosen_cell(view, choice))
    return stack(title.cells(), matrix)


def chosen_cell(view: View, choice: Choice) -> Cell:
    """The cell under the cursor: data sets differ in how many classes they have."""
    last = view.info.classes - 1
    return min(choice.cell[0], last), min(choice.cell[1], last)


def cell_at(
    view: View, choice: Choice, width: int, height: int, column: int, row: int
) -> Cell | None:
    """The cell that `confusion` draws at a place."""
    if not isinstance(view.detail, SampleDetail):
        return None
    counts = view.detail.outcomes.confusion()
    layout = matrix_layout(counts, width, height - 1, chosen_cell(view, choice))
    return layout.cell_at(column, row - 1)
