"""Numbers and labels that keep their width while a net trains, so that no column jumps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from numbers import Integral

from rich.cells import cell_len

from nnviz.tui.drawing.look import Look

NUMBER_WIDTH = 7
PERCENT_WIDTH = 5


def compact(value: float, width: int = NUMBER_WIDTH, digits: int = 3) -> str:
    """Return a number right-aligned in exactly `width` cells.

    So many significant digits where they fit, trailing zeros kept (4.40 after 4.36), scientific
    below 1e-3 and from 1e5. A column is kept free for the sign, so that a change of sign changes
    no digit. Whole numbers given as `int` are exact where they fit. Rows of `#` where nothing fits.
    """
    return _unaligned(value, width, digits).rjust(width)


def _unaligned(value: float, width: int, most: int) -> str:
    # a float is none, which asking the abstract class takes longer to say
    whole = not isinstance(value, float) and isinstance(value, Integral)
    if whole and len(str(int(value))) <= width:
        return str(int(value))
    number = float(value)
    for room in (width if number < 0 else max(width - 1, 1), width):
        for text in _candidates(number, most):
            if len(text) <= room:
                return text
    return "#" * width


def _candidates(number: float, most: int) -> Iterator[str]:
    """The ways to write a number, the longest first."""
    if math.isnan(number):
        yield "NaN"
    elif math.isinf(number):
        yield from ("Inf", "+∞") if number > 0 else ("-Inf", "-∞")
    elif number == 0:
        yield "0"
    else:
        yield from (_digits(number, digits) for digits in range(most, 0, -1))


def _digits(number: float, digits: int) -> str:
    mantissa, exponent_text = f"{number:.{digits - 1}e}".split("e")
    exponent = int(exponent_text)
    if -3 <= exponent < 5:
        return f"{number:.{max(0, digits - 1 - exponent)}f}"
    return f"{mantissa}e{exponent}"


def inline(value: float, look: Look) -> str:
    """Return a number as it stands in a sentence: unpadded, with as many digits as the look has."""
    return compact(value, digits=look.digits).strip()


def percent(fraction: float, width: int = PERCENT_WIDTH) -> str:
    """Return a share (0.12) as "12 %", right-aligned in exactly `width` cells.

    "0 %" means none and "100 %" means all: what is in between but rounds there is "<1 %", ">99 %".
    """
    number = float(fraction)
    if not math.isfinite(number):
        return compact(number, width)
    rounded = f"{100 * number:.0f}"
    if number > 0 and rounded == "0":
        text = "<1 %"
    elif number < 1 and rounded == "100":
        text = ">99 %"
    else:
        text = f"{rounded} %"
    return text.rjust(width) if len(text) <= width else "#" * width


def display_width(text: str) -> int:
    """Return how many cells the text takes on the screen (wide characters take two)."""
    return cell_len(text)


def fit_text(text: str, width: int, align: str = "<", ellipsis: str = "…") -> str:
    """Return the text in exactly `width` cells, cut with an ellipsis or padded with spaces.

    `align` is `<` left, `>` right or `^` centre; the ellipsis is "~" where only ASCII can be shown.
    """
    width, size = max(0, width), cell_len(text)
    if size > width:
        text = _cut(text, width - cell_len(ellipsis)) + ellipsis if width else ""
        size = cell_len(text)
    space = width - size
    left = 0 if align == "<" else space if align == ">" else space // 2
    return " " * left + text + " " * (space - left)


def _cut(text: str, width: int) -> str:
    taken = 0
    for index, character in enumerate(text):
        taken += cell_len(character)
        if taken > width:
            return text[:index]
    return text


def align_columns(rows: Sequence[Sequence[str]], aligns: str, gap: int = 2) -> list[str]:
    """Return one line per row, its columns as wide as their widest text on the screen.

    `aligns` has one of `<`, `>`, `^` for each column, and `gap` spaces stand between columns.
    Raises ValueError when a row has another number of texts.
    """
    widths = [max(map(cell_len, column), default=0) for column in zip(*rows, strict=True)]
    return [
        (" " * gap).join(
            fit_text(text, width, align)
            for text, width, align in zip(row, widths, aligns, strict=True)
        )
        for row in rows
    ]


def first_that_fits(texts: Sequence[str], width: int, look: Look) -> str:
    """The first of some wordings that is not wider than there is room; the last one, cut, if none.

    A number that is cut looks like another number, so words go first.
    """
    fitting = next((text for text in texts if cell_len(text) <= width), texts[-1])
    return fit_text(fitting, width, ellipsis=look.ellipsis)
