"""Where each panel stands on a screen of a given size: pure arithmetic, tested as such.

From 120 columns on everything is seen at once; below, one tab at a time. The smaller the screen,
the less is shown: first the tabs go, then the phases. Nothing is refused.
"""

from dataclasses import dataclass
from itertools import accumulate, pairwise

from nnviz.tui.drawing.big_digits import big_height
from nnviz.tui.drawing.look import Look

WIDE = 120
LEAST = 8
"""Rows below which a panel is not made smaller for the headline's sake."""

MATRIX = 13
"""Rows that the confusion matrix of ten classes takes; what is over goes to the curves."""

TABS = ("heat", "curves", "confusion", "findings", "phase", "breaks")
PRINTED = "printed"
"""One more tab, where the run is a program that prints."""


def tabs_of(prints: bool) -> tuple[str, ...]:
    """The tabs of a run, which may be a program that prints."""
    return (*TABS, PRINTED) if prints else TABS


@dataclass(frozen=True)
class Place:
    """The rectangle of one panel, in cells; `titled` panels spend their first row on a title."""

    x: int
    y: int
    width: int
    height: int
    titled: bool = False


def layout(
    width: int, height: int, tab: str, depth: int, zoomed: str = "", *, prints: bool = False
) -> dict[str, Place]:
    """The places of the panels that are seen; `depth` is the number of layers.

    `prints`: the run is a program, whose text has a place, too.
    """
    if zoomed:
        body = {zoomed: Place(0, 1, width, max(1, height - 4), titled=True)}
    elif width >= WIDE and height >= 36:
        body = _wide(width, height, depth, prints)
    else:
        body = _narrow(width, height, tab, depth)
    return framed(body, width, height)


def presented(width: int, height: int, tab: str, look: Look) -> dict[str, Place]:
    """The places for a projector: the numbers that matter, large, over the panel of the tab."""
    scale = 2 if width >= WIDE and height >= 36 else 1
    rows = 1 + big_height(look, scale)
    if height - 4 - rows < LEAST:
        rows = 0
    body = {"headline": Place(0, 1, width, rows)}
    body[tab] = Place(0, 1 + rows, width, max(1, height - 4 - rows), titled=True)
    return framed(body, width, height)


def framed(body: dict[str, Place], width: int, height: int) -> dict[str, Place]:
    """Panels between the rows that every screen has: the timeline above, and three below."""
    frame = {
        "timeline": Place(0, 0, width, 1),
        "message": Place(0, height - 3, width, 1),
        "status": Place(0, height - 2, width, 1),
        "keys": Place(0, height - 1, width, 1),
    }
    places = body | frame
    return {name: place for name, place in places.items() if place.height > 0 and place.width > 0}


def _narrow(width: int, height: int, tab: str, depth: int) -> dict[str, Place]:
    places = {}
    top = 1
    if height >= 16:
        places["breadcrumb"] = Place(0, top, width, 1)
        top += 1
    rows = min(depth + 1, max(2, height - top - 3 if height < 20 else height - top - 10))
    places["layers"] = Place(0, top, width, rows)
    top += rows
    bottom = height - 3
    if bottom - top >= 4:
        places["tabs"] = Place(0, top, width, 1)
        places[tab] = Place(0, top + 1, width, bottom - top - 1)
    return places


def _wide(width: int, height: int, depth: int, prints: bool) -> dict[str, Place]:
    foot = 6
    layers = min(depth + 1, 9) + 1
    top, bottom = 2 + layers, height - 3 - foot
    pictures = min(80, width * 55 // 100)
    room = bottom - top
    matrix = min(room - room // 2, MATRIX)
    curves = (room - matrix) // (2 if prints else 1)
    third = width * 2 // 5
    phase = (width - third - 2) // 2
    rows = {"curves": curves, "confusion": matrix, PRINTED: room - matrix - curves}
    ends = list(accumulate(rows.values(), initial=top))
    right = {
        name: Place(pictures + 1, start, width - pictures - 1, end - start, titled=True)
        for name, (start, end) in zip(rows, pairwise(ends), strict=True)
    }
    return {
        "breadcrumb": Place(0, 1, width, 1),
        "layers": Place(0, 2, width, layers, titled=True),
        "heat": Place(0, top, pictures, room, titled=True),
        **right,
        "findings": Place(0, bottom, third, foot, titled=True),
        "phase": Place(third + 1, bottom, phase, foot, titled=True),
        "breaks": Place(third + phase + 2, bottom, width - third - phase - 2, foot, titled=True),
    }
