"""The course's pictures: mean activation, mean weight and last update of every layer.

Either all three of a layer beside each other, layer under layer, or one kind of all layers.
"""

from functools import lru_cache

from nnviz.engine.arrays import Array
from nnviz.tui.drawing.cells import Cells, beside, blank, stack
from nnviz.tui.drawing.heat_maps import Picture, heat_maps, scale_of
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import first_that_fits
from nnviz.tui.panels.marks import unit_marks
from nnviz.tui.state import Choice
from nnviz.tui.view import View, picture_shape

NAMED = 18
"""Columns that the name and the scale of a picture take, for pictures that are narrower."""

Shape = tuple[int, int]
KINDS = ("activation", "weight", "update")
TITLES = {"activation": "L{} mean a", "weight": "W{} mean", "update": "W{} update"}
SHORT = {"activation": "L{} a", "weight": "W{}", "update": "W{} up"}


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw what `choice.picture` asks for: "all" kinds, or one of them for all layers."""
    layers = range(1, view.info.depth + 1)
    if choice.picture != "all":
        pictures = [(number, choice.picture) for number in layers]
        shapes = tuple(_shape(view, *picture) for picture in pictures)
        return _row(view, pictures, shapes, _widths(shapes, None, width), height, look)
    shapes_of = tuple(tuple(_shape(view, number, kind) for kind in KINDS) for number in layers)
    natural, rooms = _arranged(shapes_of, choice.layer, width, height)
    rows = []
    for number, room in rooms:
        shapes = shapes_of[number - 1]
        pictures = [(number, kind) for kind in KINDS]
        rows.append(_row(view, pictures, shapes, _widths(shapes, natural, width), room, look))
    return stack(*rows)


@lru_cache(maxsize=32)  # a net's pictures have the same shapes in every frame
def _arranged(
    shapes_of: tuple[tuple[Shape, ...], ...], layer: int, width: int, height: int
) -> tuple[tuple[int, ...] | None, tuple[tuple[int, int], ...]]:
    """Layers under each other, from the one that lets the chosen `layer` be seen.

    Return the widths of the kinds (None: as the pictures have them), and layers with their heights.
    """
    depth = len(shapes_of)
    heights = [1 + _tallest(shapes) for shapes in shapes_of]
    # one width for each kind, so that the pictures of all layers stand in columns
    widest = tuple(max(shape[1] for shape in kind) for kind in zip(*shapes_of, strict=True))
    named = tuple(max(NAMED, columns) for columns in widest)
    fitting = (n for n in (named, widest) if sum(n) + len(KINDS) < width)
    first = layer
    while first > 1 and sum(heights[first - 2 :]) <= height:
        first -= 1
    rooms: list[tuple[int, int]] = []
    used = 0
    for number in range(first, depth + 1):
        room = min(heights[number - 1], height - used)
        if room < 3 and rooms:
            break
        rooms.append((number, room))
        used += room
    return next(fitting, None), tuple(rooms)


@lru_cache(maxsize=64)
def _widths(shapes: tuple[Shape, ...], natural: tuple[int, ...] | None, width: int) -> list[int]:
    """The widths of pictures beside each other: those given, or their own, and a share each."""
    natural = natural or tuple(columns for _, columns in shapes)
    spare = (width - 1 - sum(natural)) // len(shapes) - 1
    share = (width - 1) // len(shapes) - 1
    return [w + spare for w in natural] if spare >= 0 else [max(1, share)] * len(shapes)


def _tallest(shapes: tuple[Shape, ...]) -> int:
    return max(-(-rows // 2) for rows, _ in shapes)


def _row(
    view: View,
    pictures: list[tuple[int, str]],
    shapes: tuple[Shape, ...],
    widths: list[int],
    height: int,
    look: Look,
) -> Cells:
    """Pictures beside each other, each under its name and scale.

    Where the tallest one needs the very last row, the names go under the first picture instead.
    """
    drawn = [
        _picture(view, *picture, shape, width)
        for picture, shape, width in zip(pictures, shapes, widths, strict=True)
    ]
    if _tallest(shapes) != height:
        names = [
            _title(view, *picture, room, look)
            for picture, room in zip(pictures, widths, strict=True)
        ]
        body = stack(beside(*names), heat_maps(drawn, max(1, height - 1), look))
    else:
        room = widths[0]
        names = [_title(view, *picture, room, look) for picture in pictures]
        first = stack(heat_maps(drawn[:1], height, look), blank(room, 1), *names)
        body = beside(first, heat_maps(drawn[1:], height, look)) if drawn[1:] else first
    return beside(blank(1, 1), body)


def _values(view: View, layer: int, kind: str) -> Array:
    return getattr(view.pictures[layer - 1], kind)


def _shape(view: View, layer: int, kind: str) -> Shape:
    # a row of W1 has the shape of an input, which may be a picture; all others are vectors
    image = view.info.image_shape if layer == 1 and kind != "activation" else None
    return picture_shape(len(_values(view, layer, kind)), image)


def _title(view: View, layer: int, kind: str, width: int, look: Look) -> Cells:
    """The picture's name and the two ends of its scale."""
    ends = scale_of(_values(view, layer, kind), view.scales[kind, layer], look)
    texts = [f"{title.format(layer)} {ends}" for title in (TITLES[kind], SHORT[kind])]
    return Cells((((first_that_fits(texts, width, look), "label"),),), width)


def _picture(view: View, layer: int, kind: str, shape: Shape, width: int) -> Picture:
    values = _values(view, layer, kind).reshape(shape)
    marks = unit_marks(view, layer).reshape(shape) if kind == "activation" else None
    return Picture(values, view.scales[kind, layer], width, marks)
