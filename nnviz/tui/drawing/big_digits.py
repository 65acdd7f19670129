"""Numbers as large as pictures, so that a projected loss can be read from the back row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.look import Look

HEIGHT = 5
"""Pixels of a glyph from top to bottom."""

_ROWS = {
    "0": "### #.# #.# #.# ###",
    "1": "##. .#. .#. .#. ###",
    "2": "### ..# ### #.. ###",
    "3": "### ..# .## ..# ###",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ### ..# ###",
    "6": "### #.. ### #.# ###",
    "7": "### ..# .#. .#. .#.",
    "8": "### #.# ### #.# ###",
    "9": "### #.# ### ..# ###",
    ".": ". . . . #",
    "-": "... ... ### ... ...",
    "+": "... .#. ### .#. ...",
    "%": "#.# ..# .#. #.. #.#",
    "N": "#...# ##..# #.#.# #..## #...#",
    "I": "### .#. .#. .#. ###",
    "a": "... ... .## #.# .##",
    "e": "... ### ### #.. ###",
    "f": ".## #.. ### #.. #..",
    "n": "... ##. #.# #.# #.#",
    " ": ".. .. .. .. ..",
}
FONT = {
    character: np.array([[pixel == "#" for pixel in row] for row in rows.split()])
    for character, rows in _ROWS.items()
}


def pixels(text: str) -> NDArray[np.bool_]:
    """The text as HEIGHT x width pixels, glyphs one pixel apart; unknown characters are blank."""
    parts = [np.zeros((HEIGHT, 0), dtype=bool)]
    for character in text:
        parts += [FONT.get(character, FONT[" "]), np.zeros((HEIGHT, 1), dtype=bool)]
    return np.concatenate(parts[:-1] if text else parts, axis=1)


def big_digits(text: str, look: Look, key: str = "here", scale: int = 1) -> Cells:
    """Draw a number `scale` cells wide a pixel, in half blocks two pixels to a cell.

    Without block characters a pixel is a whole cell of `#`: twice as high.
    """
    image = np.repeat(np.repeat(pixels(text), scale, axis=0), scale, axis=1)
    if look.ascii:
        grid = Grid(image.shape[1], image.shape[0])
        grid.codes[image] = ord("#")
    else:
        image = np.pad(image, ((0, image.shape[0] % 2), (0, 0)))
        upper, lower = image[0::2], image[1::2]
        grid = Grid(image.shape[1], len(upper))
        for on, glyph in ((upper & lower, "█"), (upper & ~lower, "▀"), (~upper & lower, "▄")):
            grid.codes[on] = ord(glyph)
    grid.ids[:] = grid.key(key)
    return grid.cells()


def big_height(look: Look, scale: int = 1) -> int:
    """The rows that such a number takes."""
    return HEIGHT * scale if look.ascii else -(-HEIGHT * scale // 2)
