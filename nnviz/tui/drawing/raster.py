"""Polylines as dots, thin and without holes, so that curves of any length draw in a millisecond."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BRAILLE = 0x2800
BRAILLE_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint32)
"""Bit of each dot in a braille character, 4 rows x 2 columns (Unicode 15, chapter 21.1)."""


def polyline(x: Floats, y: Floats, columns: int, rows: int) -> NDArray[np.bool_]:
    """Return rows x columns of dots of a line through points; row 0 is the top.

    `x` and `y` lie in 0..1 (left to right, bottom to top), x ascending; NaN in y breaks the line.
    Where many points share a column, it is filled from the least to the largest, so no spike is
    lost. What lies outside 0..1 is cut off.
    """
    at = x * (columns - 1)
    low, high = _between_neighbours(at, y, columns)
    _include_points(at, y, columns, low, high)
    ends = (1.0 - np.stack((high, low))) * (rows - 1)
    ends[np.isnan(ends)] = -9.0
    top, bottom = ends.clip(-9.0, rows + 9.0)
    first, last = np.ceil(top - 1e-9), np.floor(bottom + 1e-9)
    flat = first > last
    first[flat] = last[flat] = np.rint((top[flat] + bottom[flat]) / 2)
    row = np.arange(float(rows))[:, None]
    return (row >= first) & (row <= last)


def _between_neighbours(at: Floats, y: Floats, columns: int) -> tuple[Floats, Floats]:
    """Return the least and largest height of the line's segments within each column."""
    edges = np.arange(columns + 1) - 0.5
    if len(at) < 2:
        return np.full(columns, np.nan), np.full(columns, np.nan)
    heights = np.interp(edges, at, y, left=np.nan, right=np.nan)
    return np.fmin(heights[:-1], heights[1:]), np.fmax(heights[:-1], heights[1:])


def _include_points(at: Floats, y: Floats, columns: int, low: Floats, high: Floats) -> None:
    """Widen each column's range, in place, to the points that fall in it."""
    column = np.rint(at.clip(-9, columns + 9)).astype(np.int64)
    first, end = column.searchsorted((0, columns))
    column, y = column[first:end], y[first:end]
    if not len(column):
        return
    starts = np.concatenate(((0,), (column[1:] != column[:-1]).nonzero()[0] + 1))
    where = column[starts]
    low[where] = np.fmin(low[where], np.fmin.reduceat(y, starts))
    high[where] = np.fmax(high[where], np.fmax.reduceat(y, starts))


def thicker(dots: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the dots with the one below each."""
    thick = dots.copy()
    thick[1:] |= dots[:-1]
    return thick


def braille(dots: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Return code points, one for each 4 x 2 dots; the empty cell is a blank braille character."""
    rows, columns = dots.shape
    blocks = dots.reshape(rows // 4, 4, columns // 2, 2).transpose(0, 2, 1, 3)
    bits = blocks.reshape(rows // 4, columns // 2, 8) @ BRAILLE_BITS.ravel()
    return (BRAILLE + bits).astype(np.uint32, copy=False)
