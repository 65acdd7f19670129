"""The one place where drawings meet Textual: style keys become a theme's colours, rows strips."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nnviz.tui.drawing.cells import Cells
from nnviz.tui.drawing.look import ColorDepth, Look

# The series are the colours of Okabe and Ito (2008), which all kinds of colour vision tell apart;
# on light ground the two palest are darkened.
DARK = {
    "series0": "#56b4e9",
    "series1": "#e69f00",
    "series2": "#2fc79a",
    "series3": "#f0e442",
    "series4": "#e295c3",
    "series5": "#f2743a",
    "axis": "#676e7c",
    "label": "#a7adba",
    "muted": "#7f8796",
    "cursor": "bold #ffffff",
    "here": "bold #ffffff",
    "bar": "#446896",
    "spark": "#8fb8de",
    "band": "#3aa87f",
    "good": "bold #2fc79a",
    "warn": "bold #ffb265",
    "nan": "bold #ffffff on #b0207c",
    "gap": "bold #ff7ad1",
    "dead": "bold #ff8d6b",
    "saturated": "bold #f0e442",
    "inactive": "#b9a5e0",
    "alive": "#5f9f87",
    "recorded": "#8fb8de",
    "keyframe": "#8fb8de",
    "fork": "bold #e295c3",
    "finding": "bold #ffb265",
    "breakpoint": "bold #ff6b6b",
    "negative": "#7cc4ff",
    "positive": "#ffb265",
}
LIGHT = {
    "series0": "#0067a6",
    "series1": "#9d4c00",
    "series2": "#007153",
    "series3": "#7c5f00",
    "series4": "#a23d7a",
    "series5": "#b83000",
    "axis": "#797e89",
    "label": "#4a505c",
    "muted": "#5d6371",
    "cursor": "bold #000000",
    "here": "bold #000000",
    "bar": "#9db9de",
    "spark": "#2c5384",
    "band": "#00795a",
    "good": "bold #007153",
    "warn": "bold #a24900",
    "nan": "bold #ffffff on #b0207c",
    "gap": "bold #b0207c",
    "dead": "bold #b3261e",
    "saturated": "bold #7a5c00",
    "inactive": "#6a4fb0",
    "alive": "#3f7f68",
    "recorded": "#2c5384",
    "keyframe": "#2c5384",
    "fork": "bold #a23d7a",
    "finding": "bold #a24900",
    "breakpoint": "bold #b3261e",
    "negative": "#542788",
    "positive": "#a04a00",
}
# Names of the 16, so that the user's own palette decides what they look like.
ANSI = {
    "series0": "cyan",
    "series1": "yellow",
    "series2": "green",
    "series3": "magenta",
    "series4": "blue",
    "series5": "red",
    "cursor": "reverse",
    "here": "bold",
    "bar": "blue",
    "band": "green",
    "good": "bold green",
    "warn": "bold yellow",
    "nan": "bold white on red",
    "gap": "bold red",
    "dead": "bold red",
    "saturated": "bold yellow",
    "inactive": "magenta",
    "fork": "bold magenta",
    "finding": "bold yellow",
    "breakpoint": "bold red",
    "negative": "cyan",
    "positive": "yellow",
}
# Attributes only; what they stress is also said by a character.
PLAIN = {
    "cursor": "reverse",
    "here": "bold",
    "nan": "bold reverse",
    "gap": "bold",
    "good": "bold",
    "warn": "bold",
    "dead": "bold",
    "finding": "bold",
    "breakpoint": "bold",
}
ROLES = frozenset(DARK)


def _sheet(look: Look) -> dict[str, str]:
    if look.depth == ColorDepth.NONE:
        return PLAIN
    if look.depth == ColorDepth.ANSI16:
        return ANSI
    return DARK if look.dark else LIGHT


@lru_cache(maxsize=1 << 15)
def style_of(key: str, look: Look) -> Style:
    """Return the style of a key: a role, a colour, or `FRONT on BACK` of roles or colours."""
    front, _, back = key.partition("on ") if key.startswith("on ") else key.partition(" on ")
    style = _plain_style(front.strip(), look)
    if not back:
        return style
    ground = _plain_style(back, look).color
    return style + Style(bgcolor=ground) if ground else style


def _plain_style(name: str, look: Look) -> Style:
    if not name:
        return Style.null()
    if name in ROLES:
        return Style.parse(_sheet(look).get(name, ""))
    return Style.parse(name)


@lru_cache(maxsize=1 << 15)
def _on_base(key: str, look: Look, base: Style) -> Style:
    return base + style_of(key, look)


def strips(cells: Cells, look: Look, base: Style | None = None) -> list[Strip]:
    """Return one strip a row; `base` is the widget's own style, on which the keys' styles lie."""
    ground = base or Style.null()
    return [
        Strip([Segment(text, _on_base(key, look, ground)) for text, key in row], cells.width)
        for row in cells.rows
    ]
