"""Arrays as pictures: two pixels in a cell, one fixed scale, and no NaN that goes unseen.

An array too large for its space is pooled in whole blocks. A signed picture keeps the value of
largest size in each block, with its sign: the mean of random weights is nothing, and would show a
lively layer as quiet. An unsigned picture takes the mean, as when a photograph is made smaller. A
block with a NaN in it is a NaN; a block is dead or saturated when all of it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnviz.tui.drawing.cells import (
    RUN_BITS,
    SPACE,
    Cells,
    Grid,
    Run,
    beside,
    cells_from_arrays,
    cells_of_runs,
)
from nnviz.tui.drawing.color_maps import LEVELS, ColorMap, color_map
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.drawing.numbers import NUMBER_WIDTH, compact

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

UPPER_HALF = ord("▀")
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
    array = np.asarray(values, dtype=float)
    if array.ndim != 2 or (marks is not None and marks.shape != array.shape):
        raise ValueError(f"a heat map needs rows x columns and marks alike, got {array.shape}")
    if not array.size:
        return Cells((), 0)
    zoom = zoom_to_fit((array.shape[0], array.shape[1]), width, height, square)
    pixels, marked = _pooled(array, marks, zoom, scale.diverging)
    if zoom.up > 1:
        pixels = pixels.repeat(zoom.up, 0).repeat(zoom.up, 1)
        marked = marked.repeat(zoom.up, 0).repeat(zoom.up, 1)
    draw = _draw_colors if look.pictures_in_color else _draw_glyphs
    return draw(pixels, marked, scale, look)


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
_ALARM = _MARKED + _STRIDE
_IS_ALARM = np.array([mark in (Mark.INFINITE, Mark.NAN) for mark in Mark])
_GLYPH_CODES = np.array([list(map(ord, MARK_GLYPHS.get(mark, "   "))) for mark in Mark], np.uint32)


def _draw_colors(pixels: Floats, marks: Ints, scale: Scale, look: Look) -> Cells:
    levels = _LEVELS[np.rint(_fractions(pixels, scale) * (SHADES - 1)).astype(np.int64)]
    if len(levels) % 2:
        levels = np.pad(levels, ((0, 1), (0, 0)), constant_values=ABSENT)
        marks = np.pad(marks, ((0, 1), (0, 0)))
    top, bottom = levels[0::2], levels[1::2]
    ids = top * _STRIDE + bottom
    keys = _pair_keys(scale.diverging, look.dark, look.depth)
    if not marks.any():
        return cells_of_runs(ids, keys.runs.__getitem__)
    codes = np.where(top == bottom, SPACE, UPPER_HALF).astype(np.uint32)
    _draw_marks(codes, ids, levels, marks)
    return cells_from_arrays(codes, ids, keys.__getitem__)


class _PairKeys(dict[int, str]):
    """Number of a pair of pixels -> style key; the same string each time, its hash ready."""

    def __init__(self, colors: ColorMap) -> None:
        super().__init__()
        self._colors = colors
        self.runs = _PairRuns(self)

    def __missing__(self, number: int) -> str:
        self[number] = key = self._key(number)
        return key

    def _key(self, number: int) -> str:
        colors = self._colors.colors
        if number >= _MARKED:
            return "nan" if number == _ALARM else _ink_key(self._colors, number - _MARKED)
        upper, lower = divmod(number, _STRIDE)
        if lower == ABSENT:
            return colors[upper]
        if upper == lower:
            return f"on {colors[upper]}"
        return f"{colors[upper]} on {colors[lower]}"


class _PairRuns(dict[int, Run]):
    """Number of a run of equal pairs -> run; the same one each time, equal without a look at it."""

    def __init__(self, keys: _PairKeys) -> None:
        super().__init__()
        self._keys = keys

    def __missing__(self, number: int) -> Run:
        if len(self) >= REMEMBERED:
            self.clear()
        length, pair = divmod(number, 1 << RUN_BITS)
        upper, lower = divmod(pair, _STRIDE)
        glyph = " " if upper == lower else chr(UPPER_HALF)
        self[number] = run = (glyph * length, self._keys[pair])
        return run


@lru_cache(maxsize=16)
def _pair_keys(diverging: bool, dark: bool, depth: ColorDepth) -> _PairKeys:
    return _PairKeys(color_map(diverging, dark, depth))


def _ink_key(colors: ColorMap, level: int) -> str:
    return f"{colors.ink[level]} on {colors.colors[level]}"


def _draw_marks(codes: NDArray[np.uint32], ids: Ints, levels: Ints, marks: Ints) -> None:
    """Put marks over the half blocks they fall in, in place.

    A dead, saturated or cursor pixel alone in its cell leaves the ground to its neighbour's colour:
    its own value is told by the mark. NaN and infinity take the whole cell.
    """
    upper, lower = marks[0::2], marks[1::2]
    mark = np.maximum(upper, lower)
    place = np.where(upper == lower, 2, np.where(upper > lower, 0, 1))
    ground = np.where((place == 0) & (levels[1::2] != ABSENT), levels[1::2], levels[0::2])
    marked = mark.astype(bool)
    codes[marked] = _GLYPH_CODES[mark, place][marked]
    ids[marked] = np.where(_IS_ALARM[mark], _ALARM, _MARKED + ground)[marked]


def _draw_glyphs(pixels: Floats, marks: Ints, scale: Scale, look: Look) -> Cells:
    """Draw two rows of pixels as one row of glyphs, for 16 colours or none."""
    if len(pixels) % 2:
        pixels = np.pad(pixels, ((0, 1), (0, 0)), mode="edge")
        marks = np.pad(marks, ((0, 1), (0, 0)), mode="edge")
    pairs = Zoom(1, 2, 1)
    pixels = pool_values(pixels, pairs, scale.diverging)
    marks = np.maximum(marks[0::2], marks[1::2])
    ramp, keys = _ramp(scale.diverging, look)
    steps = (_fractions(pixels, scale) * len(ramp)).astype(np.int64).clip(0, len(ramp) - 1)
    glyphs = ramp + "".join(mark_glyph(mark, look) for mark in Mark)
    keys = [*keys, *(MARK_KEYS[mark] for mark in Mark)]
    ids = np.where(marks > 0, len(ramp) + marks, steps)
    codes = np.array([ord(glyph) for glyph in glyphs], dtype=np.uint32)[ids]
    return cells_from_arrays(codes, ids, keys.__getitem__)


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
    if not array.any():
        return "all 0"
    if np.isfinite(array).any():
        return scale_ends(scale, look)
    return "all NaN" if np.isnan(array).all() else "NaN or Inf"


def scale_legend(scale: Scale, width: int, look: Look) -> Cells:
    """Draw the scale in one row: lowest value, the colours or glyphs from end to end, highest.

    A signed scale has a 0 written at its middle. Below 20 cells only the two numbers are left.
    """
    low, high = compact(scale.low), compact(scale.high).strip()
    grid = Grid(width, 1)
    grid.put(0, 0, low, "label")
    bar = width - 2 * NUMBER_WIDTH - 2
    if bar < 4:
        grid.put(NUMBER_WIDTH, 0, f" … {high}", "label")
        return grid.cells()
    grid.put(NUMBER_WIDTH + 1 + bar + 1, 0, high, "label")
    middle = bar // 2 if scale.diverging else -1
    for cell in range(bar):
        fraction = 0.5 if cell == middle else cell / (bar - 1)
        if look.pictures_in_color:
            colors = color_map(scale.diverging, look.dark, look.depth)
            glyph, key = " ", _ink_key(colors, round(fraction * (LEVELS - 1)))
        else:
            ramp, keys = _ramp(scale.diverging, look)
            step = min(int(fraction * len(ramp)), len(ramp) - 1)
            glyph, key = ramp[step], keys[step]
        grid.put(NUMBER_WIDTH + 1 + cell, 0, "0" if cell == middle else glyph, key)
    return grid.cells()


def mark_legend(marks: Iterable[Mark], look: Look) -> Cells:
    """Draw one row that says what the marks in a picture mean, such as "x dead  N NaN"."""
    parts = [
        Cells((((mark_glyph(mark, look), MARK_KEYS[mark]), (f" {MARK_NAMES[mark]}", "label")),), n)
        for mark in sorted(marks)
        if mark in MARK_NAMES and (n := 2 + len(MARK_NAMES[mark]))
    ]
    return beside(*parts, gap=2)
