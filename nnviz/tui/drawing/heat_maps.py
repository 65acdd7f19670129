"""Arrays as pictures: two pixels in a cell, one fixed scale, and no NaN that goes unseen.

An array too large for its space is pooled in whole blocks. A signed picture keeps the value of
largest size in each block, with its sign: the mean of random weights is nothing, and would show a
lively layer as quiet. An unsigned picture takes the mean, as when a photograph is made smaller. A
block with a NaN in it is a NaN; a block is dead or saturated when all of it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnviz.tui.drawing.cells import RUN_BITS, Cells, Run, cells_of_runs
from nnviz.tui.drawing.color_maps import LEVELS, ColorMap, color_map
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import compact

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SIGNED_RAMP = "=-·+#"
"""Glyphs of a signed value where colours can't tell the sign: strong and weak minus, zero, plus."""
UNSIGNED_RAMP = " .:-=+*%#"


class Mark(IntEnum):
    """What a pixel is besides its value; of two marks in one cell the higher one is drawn."""

    NONE = 0
    SATURATED = 1
    INACTIVE = 2
    DEAD = 3
    INFINITE = 4
    NAN = 5
    CURSOR = 6


MARK_GLYPHS = {
    Mark.SATURATED: "ˢₛs",
    Mark.INACTIVE: "ⁱᵢi",
    Mark.DEAD: "ˣₓx",
    Mark.INFINITE: "∞∞∞",
    Mark.NAN: "NNN",
    Mark.CURSOR: "°ₒo",
}
"""For each mark the glyph on the upper pixel only, the lower only, and both."""


MARK_KEYS = {
    Mark.NONE: "",
    Mark.SATURATED: "saturated",
    Mark.INACTIVE: "inactive",
    Mark.DEAD: "dead",
    Mark.INFINITE: "nan",
    Mark.NAN: "nan",
    Mark.CURSOR: "cursor",
}
MARK_NAMES = {
    Mark.SATURATED: "saturated",
    Mark.INACTIVE: "inactive",
    Mark.DEAD: "dead",
    Mark.INFINITE: "infinite",
    Mark.NAN: "NaN",
}


@dataclass(frozen=True)
class Scale:
    """The values at the two ends of a colour map; `diverging` when zero lies in its middle."""

    low: float
    high: float
    diverging: bool

    @classmethod
    def symmetric(cls, *arrays: ArrayLike) -> Scale:
        """Return the scale for signed arrays shown side by side: -m to m, m the largest |value|."""
        limit = max((_largest(np.abs(_finite(array))) for array in arrays), default=0.0) or 1.0
        return cls(-limit, limit, True)

    @classmethod
    def sequential(cls, *arrays: ArrayLike) -> Scale:
        """Return the scale for unsigned arrays: from the least to the largest value, 0 included."""
        finite = np.concatenate([np.zeros(1), *(_finite(array) for array in arrays)])
        low, high = float(finite.min()), float(finite.max())
        return cls(low, high if high > low else 1.0, False)


def _finite(array: ArrayLike) -> Floats:
    values = np.asarray(array, dtype=float).reshape(-1)
    return values[np.isfinite(values)]


def _largest(values: Floats) -> float:
    return float(values.max()) if values.size else 0.0


@dataclass(frozen=True)
class Zoom:
    """How an array meets its space: `up` times larger, or blocks of `rows` x `columns` pooled."""

    up: int
    rows: int
    columns: int


@lru_cache(maxsize=256)  # a picture has the same room in every frame
def zoom_to_fit(shape: tuple[int, int], width: int, height: int, square: bool = True) -> Zoom:
    """Return the largest whole zoom of an array of `shape` for `width` x `height` cells.

    A cell holds two pixels, one above the other. `square` pools rows and columns alike, so that a
    picture keeps its shape; a weight matrix of 5,000 x 784 needs not.
    """
    rows, columns = max(1, shape[0]), max(1, shape[1])
    width, pixels = max(1, width), max(2, 2 * height)
    up = min(width // columns, pixels // rows)
    if up >= 1:
        return Zoom(up, 1, 1)
    pool_rows, pool_columns = -(-rows // pixels), -(-columns // width)
    if square:
        pool_rows = pool_columns = max(pool_rows, pool_columns)
    return Zoom(1, pool_rows, pool_columns)


def heat_map(
    values: ArrayLike,
    scale: Scale,
    width: int,
    height: int,
    look: Look,
    marks: NDArray[np.int64] | None = None,
    square: bool = True,
) -> Cells:
    """Draw rows x columns of values in at most `width` x `height` cells, two pixels in a cell.

    The scale is given, not derived, so that it can stand still while the numbers move; a value
    outside it gets the colour of the end it is past. Half blocks in colour, or glyphs where there
    are 16 colours or none. `marks` is rows x columns of `Mark`; NaN and infinite values are marked
    without being told. `square`: see `zoom_to_fit`.

    Raises ValueError when `values` is not 2-D or `marks` has another shape.
    """
    numbers = _numbers(Picture(values, scale, width, marks, square), height, look)
    return cells_of_runs(numbers, _runs(look).__getitem__) if numbers.size else Cells((), 0)


@dataclass(frozen=True, eq=False)
class Picture:
    """What `heat_map` draws, in `width` cells."""

    values: ArrayLike
    scale: Scale
    width: int
    marks: NDArray[np.int64] | None = None
    square: bool = True


def heat_maps(pictures: Sequence[Picture], height: int, look: Look) -> Cells:
    """Draw pictures left to right, each as `heat_map` does at the left of its width, a blank apart.

    They are cut into runs all at once, which takes less than one after another.
    """
    drawn = [_numbers(picture, height, look) for picture in pictures]
    width = sum(p.width + 1 for p in pictures) - 1
    sheet = np.full((max(map(len, drawn)), width), _BLANK)
    left = 0
    for picture, numbers in zip(pictures, drawn, strict=True):
        sheet[: len(numbers), left : left + numbers.shape[1]] = numbers
        left += picture.width + 1
    return cells_of_runs(sheet, _runs(look).__getitem__)


def _numbers(picture: Picture, height: int, look: Look) -> Ints:
    """Return the cells of a picture, each as the number of a glyph and a style in `_runs`."""
    array, scale, marks = np.asarray(picture.values, dtype=float), picture.scale, picture.marks
    if array.ndim != 2 or (marks is not None and marks.shape != array.shape):
        raise ValueError(f"a heat map needs rows x columns and marks alike, got {array.shape}")
    if not array.size:
        return np.zeros((0, 0), dtype=np.int64)
    shape = array.shape[0], array.shape[1]
    zoom = zoom_to_fit(shape, picture.width, height, picture.square)
    pixels, marked = _pooled(array, marks, zoom, scale.diverging)
    if zoom.up > 1:
        pixels = pixels.repeat(zoom.up, 0).repeat(zoom.up, 1)
        marked = marked.repeat(zoom.up, 0).repeat(zoom.up, 1)
    number = _colors if look.pictures_in_color else _glyphs
    return number(pixels, marked, scale) + _SIGNED * scale.diverging


def _pooled(
    array: Floats, marks: NDArray[np.int64] | None, zoom: Zoom, signed: bool
) -> tuple[Floats, Ints]:
    """Return pixels and their marks, those of NaN and infinity added, pooled if need be."""
    finite = np.isfinite(array)
    clean = bool(finite.all())
    pixels = array if clean else np.where(finite, array, 0.0)
    pool = zoom.rows > 1 or zoom.columns > 1
    if pool:
        pixels = pool_values(pixels, zoom, signed)
    if not clean:
        own = np.where(finite, Mark.NONE, np.where(np.isnan(array), Mark.NAN, Mark.INFINITE))
        marks = own if marks is None else np.maximum(own, marks)
    if marks is None:
        return pixels, np.zeros(pixels.shape, dtype=np.int64)
    return pixels, pool_marks(marks, zoom) if pool else marks


def _blocks(operation: np.ufunc, array: NDArray[Any], zoom: Zoom) -> NDArray[Any]:
    """Reduce each block of a 2-D array; the last blocks may be smaller."""
    down = operation.reduceat(array, np.arange(0, array.shape[0], zoom.rows), axis=0)
    return operation.reduceat(down, np.arange(0, array.shape[1], zoom.columns), axis=1)


def pool_values(array: Floats, zoom: Zoom, signed: bool) -> Floats:
    """Return one finite value per block: the one of largest size if signed, else the mean."""
    if not signed:
        share = np.full(array.shape, 1.0 / (zoom.rows * zoom.columns))
        return _blocks(np.add, array * share, zoom) / _blocks(np.add, share, zoom)
    most, least = _blocks(np.maximum, array, zoom), _blocks(np.minimum, array, zoom)
    return np.where(most >= -least, most, least)


def pool_marks(marks: Ints, zoom: Zoom) -> Ints:
    """Return one mark per block: an alarm or the cursor if any is there, another if all agree."""
    highest, lowest = _blocks(np.maximum, marks, zoom), _blocks(np.minimum, marks, zoom)
    return np.where((highest >= Mark.INFINITE) | (highest == lowest), highest, Mark.NONE)


def _fractions(array: Floats, scale: Scale) -> Floats:
    """Return where values lie on the scale, 0..1; halves keep the largest floats from overflow."""
    span = scale.high / 2 - scale.low / 2
    fractions: Floats = ((array / 2 - scale.low / 2) / span).clip(0.0, 1.0)
    return fractions


SHADES = 65
"""Shades of a picture, out of the 256 of its map and with zero in their middle: finer steps are not
seen, and the pairs of 65 are few enough that no style has to be made anew in each frame."""
REMEMBERED = 1 << 14
"""Runs kept before starting anew: of 65 shades there are 4,225 pairs, and most stand alone."""
ABSENT = LEVELS
"""The level of the pixel below the last row of a picture with an odd number of rows."""
_LEVELS = np.rint(np.arange(SHADES) * ((LEVELS - 1) / (SHADES - 1))).astype(np.int64)
_STRIDE = LEVELS + 1
_MARKED = _STRIDE * _STRIDE
"""Below are pairs of levels; from here on the glyphs of marks, each on all levels as its ground."""
_SIGNED = 1 << 17
"""From here on there are the same numbers once more, for a signed picture."""
_BLANK = 2 * _SIGNED
_ALARMS = np.array([mark in (Mark.INFINITE, Mark.NAN) for mark in Mark])


def _colors(pixels: Floats, marks: Ints, scale: Scale) -> Ints:
    """Number the cells of two pixels each.

    A dead, saturated or cursor pixel alone in its cell leaves the ground to its neighbour's colour:
    its own value is told by the mark. NaN and infinity take the whole cell.
    """
    levels = _LEVELS[np.rint(_fractions(pixels, scale) * (SHADES - 1)).astype(np.int64)]
    if len(levels) % 2:
        levels = np.pad(levels, ((0, 1), (0, 0)), constant_values=ABSENT)
        marks = np.pad(marks, ((0, 1), (0, 0)))
    top, bottom = levels[0::2], levels[1::2]
    numbers = top * _STRIDE + bottom
    if np.count_nonzero(marks):
        upper, lower = marks[0::2], marks[1::2]
        mark = np.maximum(upper, lower)
        place = np.where(upper == lower, 2, np.where(upper > lower, 0, 1))
        ground = np.where((place == 0) & (bottom != ABSENT), bottom, top)
        ground[_ALARMS[mark]] = 0
        numbers = np.where(mark, _MARKED + (3 * mark + place) * _STRIDE + ground, numbers)
    return numbers


def _glyphs(pixels: Floats, marks: Ints, scale: Scale) -> Ints:
    """Number the glyphs of two rows of pixels each, for 16 colours or none; marks come first."""
    if len(pixels) % 2:
        pixels = np.pad(pixels, ((0, 1), (0, 0)), mode="edge")
        marks = np.pad(marks, ((0, 1), (0, 0)), mode="edge")
    pixels = pool_values(pixels, Zoom(1, 2, 1), scale.diverging)
    marks = np.maximum(marks[0::2], marks[1::2])
    size = len(SIGNED_RAMP if scale.diverging else UNSIGNED_RAMP)
    steps = (_fractions(pixels, scale) * size).astype(np.int64).clip(0, size - 1)
    return np.where(marks > 0, marks, len(Mark) + steps)


class _Runs(dict[int, Run]):
    """Number of a run of equal cells -> run; the same one each time, equal without a look at it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look

    def __missing__(self, number: int) -> Run:
        if len(self) >= REMEMBERED:
            self.clear()
        length, cell = divmod(number, 1 << RUN_BITS)
        diverging, code = divmod(cell, _SIGNED)
        cell_of = _colored_cell if self._look.pictures_in_color else _glyph_cell
        glyph, key = (" ", "") if cell == _BLANK else cell_of(code, bool(diverging), self._look)
        self[number] = run = (glyph * length, key)
        return run


@lru_cache(maxsize=16)
def _runs(look: Look) -> _Runs:
    return _Runs(look)


def _colored_cell(code: int, diverging: bool, look: Look) -> Run:
    colors = color_map(diverging, look.dark, look.depth)
    upper, lower = divmod(code, _STRIDE)
    if code >= _MARKED:
        mark, place = divmod(upper - _STRIDE, 3)
        return MARK_GLYPHS[Mark(mark)][place], "nan" if _ALARMS[mark] else _ink_key(colors, lower)
    if upper == lower:
        return " ", f"on {colors.colors[upper]}"
    front = colors.colors[upper]
    return "▀", front if lower == ABSENT else f"{front} on {colors.colors[lower]}"


def _glyph_cell(code: int, diverging: bool, look: Look) -> Run:
    if code < len(Mark):
        return mark_glyph(Mark(code), look), MARK_KEYS[Mark(code)]
    ramp, keys = _ramp(diverging, look)
    return ramp[code - len(Mark)], keys[code - len(Mark)]


def _ink_key(colors: ColorMap, level: int) -> str:
    return f"{colors.ink[level]} on {colors.colors[level]}"


def _ramp(diverging: bool, look: Look) -> tuple[str, list[str]]:
    if not diverging:
        return UNSIGNED_RAMP, [""] * len(UNSIGNED_RAMP)
    ramp = SIGNED_RAMP.replace("·", ".") if look.ascii else SIGNED_RAMP
    return ramp, ["negative", "negative", "muted", "positive", "positive"]


def mark_glyph(mark: Mark, look: Look) -> str:
    """Return the letter for a mark that has a cell of its own."""
    if mark == Mark.NONE:
        return " "
    return "I" if look.ascii and mark == Mark.INFINITE else MARK_GLYPHS[mark][2]


@lru_cache(maxsize=256)
def scale_ends(scale: Scale, look: Look) -> str:
    """Return the two ends of a scale as a short text: `0..1.00`, or `±0.50` about zero."""
    high = compact(scale.high, digits=look.digits).strip()
    if scale.diverging:
        return f"{'+-' if look.ascii else '±'}{high}"
    return f"{compact(scale.low, digits=look.digits).strip()}..{high}"


def scale_of(values: ArrayLike, scale: Scale, look: Look) -> str:
    """Return the ends of a picture's scale; of one without numbers, what it has instead."""
    array = np.asarray(values, dtype=float)
    if not np.count_nonzero(array):
        return "all 0"
    if np.count_nonzero(np.isfinite(array)):
        return scale_ends(scale, look)
    return "all NaN" if np.isnan(array).all() else "NaN or Inf"
