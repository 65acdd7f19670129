"""A drawing as plain data, text and style names, so that tests compare characters, not pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

Run = tuple[str, str]
"""Text and its style key: `""`, a role such as `axis`, a colour, or `FRONT on BACK` of these."""

SPACE = ord(" ")
WIDE_TAIL = 0
"""Stands in the second cell of a character two cells wide; dropped when text is cut into runs."""


@dataclass(frozen=True)
class Cells:
    """A rectangle of characters: `rows` of runs, every row `width` cells wide on the screen."""

    rows: tuple[tuple[Run, ...], ...]
    width: int

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(self.rows)

    @property
    def lines(self) -> list[str]:
        """The characters of each row, styles left out."""
        return ["".join(text for text, _ in row) for row in self.rows]

    @property
    def text(self) -> str:
        """All rows joined by line ends: what a screen reader or a copy gets."""
        return "\n".join(self.lines)

    def key_at(self, column: int, row: int) -> str:
        """Return the style key of one cell; IndexError outside the rectangle."""
        position = 0
        for text, key in self.rows[row]:
            position += cell_len(text)
            if column < position:
                return key
        raise IndexError(f"column {column} of a drawing {self.width} cells wide")


def blank(width: int, height: int) -> Cells:
    """Return a rectangle of spaces."""
    return Cells(((((" " * width), ""),),) * height, width)


def beside(*parts: Cells, gap: int = 1) -> Cells:
    """Return the drawings left to right, tops aligned, `gap` blank cells between them."""
    height = max((part.height for part in parts), default=0)
    width = sum(part.width for part in parts) + gap * max(0, len(parts) - 1)
    between = (((" " * gap, ""),),) * height
    columns: list[tuple[tuple[Run, ...], ...]] = []
    for number, part in enumerate(parts):
        if number and gap:
            columns.append(between)
        below = (((" " * part.width, ""),),) * (height - part.height)
        columns.append(part.rows + below if below else part.rows)
    rows = [tuple(chain.from_iterable(row)) for row in zip(*columns, strict=True)]
    return Cells(tuple(rows), width)


def padded(cells: Cells, width: int) -> Cells:
    """Return the drawing with spaces at its right, `width` cells wide or as wide as it was."""
    if width <= cells.width:
        return cells
    pad = (" " * (width - cells.width), "")
    return Cells(tuple([(*row, pad) for row in cells.rows]), width)


def stack(*parts: Cells) -> Cells:
    """Return the drawings top to bottom, left edges aligned, padded to the widest."""
    width = max((part.width for part in parts), default=0)
    return Cells(tuple(chain.from_iterable(padded(part, width).rows for part in parts)), width)


def _cut(ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[int]]:
    """Return where runs of equal numbers begin, rows on end, and how many have by each row's end.

    No run goes over the end of a row.
    """
    height, width = ids.shape
    starts = np.empty(ids.shape, dtype=bool)
    starts[:, 0] = True
    np.not_equal(ids[:, 1:], ids[:, :-1], out=starts[:, 1:])
    flat = starts.ravel().nonzero()[0]
    ends = flat.searchsorted(np.arange(width, height * width + 1, width)).tolist()
    return flat, ends


def _in_rows(runs: list[Run], ends: list[int], width: int) -> Cells:
    return Cells(tuple([tuple(runs[a:b]) for a, b in pairwise((0, *ends))]), width)


def cells_from_arrays(
    codes: NDArray[np.uint32], ids: NDArray[np.int64], key_of: Callable[[int], str]
) -> Cells:
    """Cut a grid into runs of equal style.

    `codes` is height x width code points, `ids` height x width style numbers: equal neighbours in a
    row become one run. `key_of` gives the style key of a number and is called once per run.
    """
    height, width = codes.shape
    text = np.ascontiguousarray(codes, dtype="<u4").tobytes().decode("utf-32-le")
    flat, ends = _cut(ids)
    keys = map(key_of, ids.ravel()[flat].tolist())
    pieces = [text[a:b] for a, b in pairwise((*flat.tolist(), height * width))]
    if "\0" in text:
        pieces = [piece.replace("\0", "") for piece in pieces]
    return _in_rows(list(zip(pieces, keys, strict=True)), ends, width)


RUN_BITS = 20
"""Of the number of a run these are the number of its style; the ones above are its length."""


def cells_of_runs(ids: NDArray[np.int64], run_of: Callable[[int], Run]) -> Cells:
    """Cut a grid whose style numbers tell the characters too; `run_of` is called once per run.

    It is given length << RUN_BITS | style number.
    """
    flat, ends = _cut(ids)
    lengths = np.empty_like(flat)
    np.subtract(flat[1:], flat[:-1], out=lengths[:-1])
    lengths[-1] = ids.size - flat[-1]
    numbers = (lengths << RUN_BITS) | ids.ravel()[flat]
    return _in_rows(list(map(run_of, numbers.tolist())), ends, ids.shape[1])


@lru_cache(maxsize=4096)
def _narrow(text: str) -> NDArray[np.uint32] | None:
    """The code points of characters that take one cell each; None where not all do."""
    plain = text.isascii() and text.isprintable()
    if not plain and any(cell_len(character) != 1 for character in set(text)):
        return None
    return np.frombuffer(text.encode("utf-32-le"), dtype="<u4")


class Grid:
    """A mutable sheet that drawings write on; what is written outside its edges is cut off."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = max(0, width), max(0, height)
        self.codes = np.full((self.height, self.width), SPACE, dtype=np.uint32)
        self.ids = np.zeros((self.height, self.width), dtype=np.int64)
        self._keys = {"": 0}
        self._wide = False

    def key(self, name: str) -> int:
        """Return the number of a style key, for writing into `ids` directly."""
        return self._keys.setdefault(name, len(self._keys))

    def has(self, name: str) -> bool:
        """Whether a style key has been used."""
        return name in self._keys

    def put(self, column: int, row: int, text: str, key: str = "") -> None:
        """Write text from (column, row) to the right; characters two cells wide take two."""
        if not 0 <= row < self.height:
            return
        number = self._keys.setdefault(key, len(self._keys))
        if not self._wide and (codes := _narrow(text)) is not None:
            last = column + len(codes)
            if column < 0 or last > self.width:
                first, last = max(0, column), max(0, min(self.width, last))
                codes = codes[first - column : last - column] if first < last else codes[:0]
                column, last = first, first + len(codes)
            self.codes[row, column:last] = codes
            self.ids[row, column:last] = number
            return
        for character in text:
            size = cell_len(character)
            if size and column >= 0 and column + size <= self.width:
                if self._wide:
                    self._clear_split(column, row, size)
                self._wide |= size > 1
                self.codes[row, column] = ord(character)
                self.codes[row, column + 1 : column + size] = WIDE_TAIL
                self.ids[row, column : column + size] = number
            column += size

    def _clear_split(self, column: int, row: int, size: int) -> None:
        """Blank the other half of a wide character that is about to be half overwritten."""
        if self.codes[row, column] == WIDE_TAIL:
            self.codes[row, column - 1] = SPACE
        after = column + size
        if after < self.width and self.codes[row, after] == WIDE_TAIL:
            self.codes[row, after] = SPACE

    def cells(self) -> Cells:
        """Return what has been written so far."""
        names = list(self._keys)
        if not self.width:
            return Cells(((),) * self.height, 0)
        return cells_from_arrays(self.codes, self.ids, names.__getitem__)
