"""Two branches side by side: what was changed, how far apart they are, and since when."""

import math

import numpy as np

from nnviz.debugger.compare import LayerDifference
from nnviz.engine.arrays import Array
from nnviz.tui.details.compare import CompareDetail, Side
from nnviz.tui.drawing.cells import Cells, Grid, beside, blank, stack
from nnviz.tui.drawing.curves import Series, plot
from nnviz.tui.drawing.heat_maps import Scale, heat_map, scale_ends, zoom_to_fit
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import fit_text, inline
from nnviz.tui.panels.waiting import waiting
from nnviz.tui.state import Choice
from nnviz.tui.view import View, picture_shape

NAMES = {"activation": "L{} mean a", "weight": "W{} mean", "update": "W{} mean update"}
ARRAYS = ("weights", "activations", "updates")
COLUMN = 12
CURVES = (("loss", "loss", 1.0, None), ("accuracy", "% right", 100.0, (0.0, 100.0)))
"""What is drawn over each other: name in the history, name at the curve, factor, range."""
RIM = 0.1
"""A picture may lose this share of its columns, half at each side, to be drawn larger."""


def head(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Say which branches these are, where they part, and what keeps them from being compared."""
    detail = view.detail
    if not isinstance(detail, CompareDetail):
        return waiting(view, width, height, look)
    drawn = Grid(width, height)
    lines = [(str(side.branch), "label") for side in (detail.a, detail.b)]
    lines.append((detail.problem, "warn") if detail.problem else (_parted(detail, look), "here"))
    if height < 3:  # the younger branch says where it comes from
        lines = lines[3 - height :]
    for row, (text, key) in enumerate(lines):
        text = text.replace("·", "-") if look.ascii else text
        drawn.put(1, row, fit_text(text, max(0, width - 2), ellipsis=look.ellipsis), key)
    return drawn.cells()


def _parted(detail: CompareDetail, look: Look) -> str:
    """The first recorded difference, with both numbers."""
    parting = detail.parting
    if not parting.what:
        common = min(detail.a.live, detail.b.live)
        return f"no recorded number differs up to iteration {common}"
    numbers = [
        inline(side.history.row(parting.index)[parting.what], look) for side in (detail.a, detail.b)
    ]
    a, b = (f"{number} in {name}" for number, name in zip(numbers, detail.names, strict=True))
    return f"they part at iteration {parting.index}: {parting.what} is {a}, {b}"


def table(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """List how far apart the layers are, norm(B - A) / norm(A) of three arrays, and the losses."""
    detail = view.detail
    if not isinstance(detail, CompareDetail):
        return blank(width, height)
    drawn = Grid(width, height)
    drawn.put(1, 0, "relative", "muted")
    for place, name in enumerate(ARRAYS):
        drawn.put(COLUMN * (place + 1), 0, f"{name:>{COLUMN}}", "muted")
    layers = detail.comparison.layers if detail.comparison else ()
    room = height - 1
    first = max(0, min(choice.layer - 1 - room // 2, len(layers) - room))
    for row, layer in enumerate(layers[first : first + room], start=1):
        _draw_layer(drawn, row, layer, first + row, choice, look)
    below = [_results(side, view.frame.index, look) for side in (detail.a, detail.b)]
    a, b = detail.names
    below.append(f"relative: norm({b} - {a}) / norm({a}) of each array")
    for row, text in enumerate(below, start=len(layers) + 1):
        drawn.put(1, row, fit_text(text, max(0, width - 2), ellipsis=look.ellipsis), "label")
    return drawn.cells()


def _draw_layer(
    drawn: Grid, row: int, layer: LayerDifference, number: int, choice: Choice, look: Look
) -> None:
    here = number == choice.layer
    if here:
        drawn.put(0, row, ">" if look.ascii else "▸", "here")
    drawn.put(1, row, f"L{number}", "here" if here else "label")
    for place, name in enumerate(ARRAYS, start=1):
        value = getattr(layer, name)
        text = "same" if value == 0 else inline(value, look)
        key = "muted" if value == 0 else "" if np.isfinite(value) else "nan"
        drawn.put(COLUMN * (place + 1) - len(text), row, text, key)


def _results(side: Side, index: int, look: Look) -> str:
    """Loss and accuracy of one branch at an iteration, where it has come to it."""
    if not side.history.first <= index <= side.live:
        return f"{side.branch.name}: not at {index}"
    row = side.history.row(index)
    right = "" if math.isnan(row["accuracy"]) else f", {100 * row['accuracy']:.1f} % right"
    return f"{side.branch.name}: loss {inline(row['loss'], look)}{right}"


def pictures(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw A, B and A - B of one kind and layer on one scale, so that they can be compared."""
    detail = view.detail
    if not isinstance(detail, CompareDetail) or not detail.a.pictures:
        return blank(width, height)
    a, b = (_picture(view, side, choice) for side in (detail.a, detail.b))
    with np.errstate(all="ignore"):
        difference = a - b
    scale = Scale.symmetric(a, b, difference)
    own = Scale.symmetric(difference) if choice.magnified else scale
    room, rows = max(1, (width - 2) // 3), max(1, height - 1)
    first, last = kept_columns((a.shape[0], a.shape[1]), room, rows)
    cut = f", columns {first}-{last - 1}" if last - first < a.shape[1] else ""
    names = detail.names
    titles = (
        f"{names[0]} {NAMES[choice.compared].format(choice.layer)} {scale_ends(scale, look)}",
        f"{names[1]}{cut}",
        f"{names[0]} - {names[1]}, {_size(difference, own, choice, look)}",
    )
    parts = []
    for title, image, ends in zip(titles, (a, b, difference), (scale, scale, own), strict=True):
        label = Grid(room, 1)
        label.put(0, 0, fit_text(title, room, ellipsis=look.ellipsis), "label")
        drawn = heat_map(image[:, first:last], ends, room, rows, look)
        parts.append(stack(label.cells(), beside(drawn, blank(room - drawn.width, 1), gap=0)))
    together = beside(*parts)
    return beside(blank(1, 1), together, gap=0) if width > together.width else together


def _size(difference: Array, own: Scale, choice: Choice, look: Look) -> str:
    """How large a difference is, or that it is drawn on another scale than its parts."""
    if choice.magnified:
        return f"its own scale {scale_ends(own, look)}"
    largest = np.abs(difference[np.isfinite(difference)]).max(initial=0.0)
    return f"at most {inline(float(largest), look)}"


def _picture(view: View, side: Side, choice: Choice) -> Array:
    values = np.asarray(getattr(side.pictures[choice.layer - 1], choice.compared))
    image = choice.layer == 1 and choice.compared != "activation"
    return values.reshape(picture_shape(len(values), view.info.image_shape if image else None))


def kept_columns(shape: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """The columns of a picture that are drawn: all, or a few less where it is then drawn larger."""
    rows, columns = shape
    best = zoom_to_fit(shape, width, height)
    for cut in range(1, int(RIM * columns / 2) + 1):
        zoom = zoom_to_fit((rows, columns - 2 * cut), width, height)
        if zoom.up > best.up or zoom.columns < best.columns:
            return cut, columns - cut
    return 0, columns


def curves(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw loss and accuracy of both branches over each other."""
    detail = view.detail
    if not isinstance(detail, CompareDetail):
        return blank(width, height)
    sides = (detail.a, detail.b)
    ends = (
        float(min(side.history.first for side in sides)),
        float(max(10, *(side.live for side in sides))),
    )
    half = (width - 1) // 2
    plots = []
    for name, unit, factor, y_range in CURVES:
        series = [
            Series(
                f"{side.branch.name} {unit}",
                factor * _column(side, name),
                _column(side, "iteration"),
            )
            for side in sides
        ]
        cursor = float(view.frame.index)
        plots.append(plot(series, half, height, look, cursor=cursor, x_range=ends, y_range=y_range))
    return beside(*plots)


def _column(side: Side, name: str) -> Array:
    return side.history.column(name)[: side.live - side.history.first + 1]
