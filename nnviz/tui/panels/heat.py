"""The course's pictures: mean activation, mean weight and last update of every layer.

Either all three of a layer beside each other, layer under layer, or one kind of all layers.
"""

from collections.abc import Sequence

import numpy as np

from nnviz.engine.arrays import Array
from nnviz.tui.drawing.cells import Cells, beside, blank, padded, stack
from nnviz.tui.drawing.heat_maps import heat_map, scale_of
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import first_that_fits
from nnviz.tui.panels.marks import unit_marks
from nnviz.tui.state import Choice
from nnviz.tui.view import View, picture_shape

NAMED = 18
"""Columns that the name and the scale of a picture take, for pictures that are narrower."""

KINDS = ("activation", "weight", "update")
TITLES = {"activation": "L{} mean a", "weight": "W{} mean", "update": "W{} update"}
SHORT = {"activation": "L{} a", "weight": "W{}", "update": "W{} up"}


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw what `choice.picture` asks for: "all" kinds, or one of them for all layers."""
    if choice.picture == "all":
        return _rows(view, choice, width, height, look)
    pictures = [(number, choice.picture) for number in range(1, view.info.depth + 1)]
    return _row(view, pictures, width, height, look)


def _rows(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Layers under each other, from the one that lets the chosen layer be seen."""
    heights = [_row_height(view, number) for number in range(1, view.info.depth + 1)]
    # one width for each kind, so that the pictures of all layers stand in columns
    natural = [
        max(_shape(view, number, kind)[1] for number in range(1, view.info.depth + 1))
        for kind in KINDS
    ]
    named = [max(NAMED, columns) for columns in natural]
    if sum(named) + len(KINDS) < width:
        natural = named
    elif sum(natural) + len(KINDS) >= width:
        natural = []
    first = choice.layer
    while first > 1 and sum(heights[first - 2 : view.info.depth]) <= height:
        first -= 1
    rows: list[Cells] = []
    used = 0
    for number in range(first, view.info.depth + 1):
        room = min(heights[number - 1], height - used)
        if room < 3 and rows:
            break
        pictures = [(number, kind) for kind in KINDS]
        rows.append(_row(view, pictures, width, room, look, natural))
        used += room
    return stack(*rows)


def _row_height(view: View, layer: int) -> int:
    return 1 + max(-(-_shape(view, layer, kind)[0] // 2) for kind in KINDS)


def _values(view: View, layer: int, kind: str) -> Array:
    return getattr(view.pictures[layer - 1], kind)


def _image(view: View, layer: int, kind: str) -> tuple[int, int] | None:
    # a row of W1 has the shape of an input, which may be a picture; all others are vectors
    return view.info.image_shape if layer == 1 and kind != "activation" else None


def _row(
    view: View,
    pictures: list[tuple[int, str]],
    width: int,
    height: int,
    look: Look,
    natural: Sequence[int] = (),
) -> Cells:
    """Pictures beside each other, each under its name and scale.

    Where the tallest one needs the very last row, the names go under the first picture instead.
    `natural` are the widths that they are given before what is left is shared out.
    """
    natural = natural or [_shape(view, layer, kind)[1] for layer, kind in pictures]
    spare = (width - 1 - sum(natural)) // len(pictures) - 1
    share = (width - 1) // len(pictures) - 1
    widths = [w + spare for w in natural] if spare >= 0 else [max(1, share)] * len(pictures)
    tallest = max(-(-_shape(view, layer, kind)[0] // 2) for layer, kind in pictures)
    parts = [blank(1, 1)]
    for (layer, kind), room in zip(pictures, widths, strict=True):
        drawn = _picture(view, layer, kind, room, height - (tallest != height), look)
        if tallest != height:
            drawn = stack(_title(view, layer, kind, room, look), drawn)
        elif layer == pictures[0][0] and kind == pictures[0][1]:
            names = [_title(view, *picture, room, look) for picture in pictures]
            drawn = stack(drawn, blank(room, 1), *names)
        parts.append(padded(drawn, room))
    return beside(*parts)


def _shape(view: View, layer: int, kind: str) -> tuple[int, int]:
    return picture_shape(len(_values(view, layer, kind)), _image(view, layer, kind))


def _title(view: View, layer: int, kind: str, width: int, look: Look) -> Cells:
    """The picture's name and the two ends of its scale."""
    ends = scale_of(_values(view, layer, kind), view.scales[kind, layer], look)
    texts = [f"{title.format(layer)} {ends}" for title in (TITLES[kind], SHORT[kind])]
    return Cells((((first_that_fits(texts, width, look), "label"),),), width)


def _picture(view: View, layer: int, kind: str, width: int, height: int, look: Look) -> Cells:
    image = np.asarray(_values(view, layer, kind)).reshape(_shape(view, layer, kind))
    marks = unit_marks(view, layer).reshape(image.shape) if kind == "activation" else None
    return heat_map(image, view.scales[kind, layer], width, max(1, height), look, marks)
