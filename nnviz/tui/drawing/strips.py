"""The one place where drawings meet Textual: style keys become a theme's colours, rows strips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from rich.color import Color, ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nnviz.tui.drawing.cells import Cells, Run
from nnviz.tui.drawing.look import ColorDepth, Look

# The series stay three just noticeable differences apart for every kind of colour vision; on dark
# ground the first two are those of Okabe and Ito (2008).
DARK = {
    "series0": "#56b4e9",
    "series1": "#e69f00",
    "series2": "#35d6a8",
    "series3": "#fbf68a",
    "series4": "#8888ff",
    "series5": "#d3656f",
    "axis": "#676e7c",
    "label": "#a7adba",
    "muted": "#7f8796",
    "cursor": "bold #ffffff",
    "here": "bold #ffffff",
    "pressed": "bold #000000 on #e69f00",
    "bar": "#446896",
    "flagged": "#7d5a1e",
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
    "series1": "#a34700",
    "series2": "#006b4e",
    "series3": "#101018",
    "series4": "#3a00d0",
    "series5": "#701818",
    "axis": "#797e89",
    "label": "#4a505c",
    "muted": "#5d6371",
    "cursor": "bold #000000",
    "here": "bold #000000",
    "pressed": "bold #ffffff on #0067a6",
    "bar": "#9db9de",
    "flagged": "#e5c48a",
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
# On a projector what is otherwise in the background has to be seen as well.
STRONG_DARK = {
    "axis": "#a9b0bd",
    "label": "#ffffff",
    "muted": "#d4d9e2",
    "bar": "#6f9bd8",
    "inactive": "#d3c2f5",
    "alive": "#8fdcc0",
}
STRONG_LIGHT = {
    "axis": "#565b66",
    "label": "#000000",
    "muted": "#2c313b",
    "bar": "#5f86bd",
    "inactive": "#4a2f96",
    "alive": "#1f5f48",
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
    "pressed": "bold reverse",
    "bar": "blue",
    "flagged": "red",
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
    "pressed": "bold reverse",
    "nan": "bold reverse",
    "gap": "bold",
    "good": "bold",
    "warn": "bold",
    "dead": "bold",
    "finding": "bold",
    "breakpoint": "bold",
}
ROLES = frozenset(DARK)


REMEMBERED = 1 << 14
"""Styles and segments kept before starting anew: a picture of noise has a new pair of colours in
each cell."""


class StyleSheet(dict[str, Style]):
    """Key -> style for one look on one ground; a key is translated when it is first asked for."""

    def __init__(self, look: Look, base: Style) -> None:
        super().__init__()
        self.base = base
        if look.depth == ColorDepth.NONE:
            self.roles = PLAIN
        elif look.depth == ColorDepth.ANSI16:
            self.roles = ANSI
        else:
            self.roles = DARK if look.dark else LIGHT
            if look.present:
                self.roles = self.roles | (STRONG_DARK if look.dark else STRONG_LIGHT)

    def __missing__(self, key: str) -> Style:
        if len(self) >= REMEMBERED:
            self.clear()
        front, _, back = f" {key}".partition(" on ")
        self[key] = style = self._paint(front.strip(), back)
        return style

    def _paint(self, front: str, back: str) -> Style:
        if not front and not back:
            return self.base
        role = Style.parse(self.roles.get(front, "")) if front in ROLES else None
        ground = self._color(back) or self.base.bgcolor
        if role is None:
            return Style.from_color(self._color(front) or self.base.color, ground)
        return self.base + (role + Style.from_color(None, ground) if back else role)

    def _color(self, name: str) -> Color | None:
        if name in ROLES:
            return Style.parse(self.roles.get(name, "")).color
        return Color.parse(name) if name else None


@lru_cache(maxsize=32)
def style_sheet(look: Look, base: Style) -> StyleSheet:
    """Return the styles for a look; `base` is what shows where a key says nothing."""
    return StyleSheet(look, base)


class _Segments(dict[Run, Segment]):
    """Run -> segment: of one frame and the next most are the same, and finding is cheaper."""

    def __init__(self, sheet: StyleSheet) -> None:
        super().__init__()
        self._sheet = sheet

    def __missing__(self, run: Run) -> Segment:
        if len(self) >= REMEMBERED:
            self.clear()
        self[run] = segment = Segment(run[0], self._sheet[run[1]])
        return segment


class _Written(dict[Run, str]):
    """Run -> what is written to a terminal for it; kept for the same reason."""

    def __init__(self, sheet: StyleSheet, colors: ColorSystem) -> None:
        super().__init__()
        self._sheet, self._colors = sheet, colors

    def __missing__(self, run: Run) -> str:
        if len(self) >= REMEMBERED:
            self.clear()
        text, key = run
        front, _, back = key.partition(" on ")
        if front and back and front not in ROLES and back not in ROLES:
            codes = f"{_codes(front, self._colors, True)};{_codes(back, self._colors, False)}"
            written = f"\x1b[{codes}m{text}\x1b[0m"  # what comes of a style, without making one
        else:
            written = Strip.render_style(self._sheet[key], text, self._colors)
        self[run] = written
        return written


@lru_cache(maxsize=2048)
def _codes(color: str, colors: ColorSystem, front: bool) -> str:
    return ";".join(Color.parse(color).downgrade(colors).get_ansi_codes(front))


@lru_cache(maxsize=32)
def _segments(look: Look, base: Style) -> _Segments:
    return _Segments(style_sheet(look, base))


@lru_cache(maxsize=32)
def _written(look: Look, base: Style, colors: str | None) -> _Written:
    system = COLOR_SYSTEMS[colors] if colors else ColorSystem.TRUECOLOR  # as Textual has it
    return _Written(style_sheet(look, base), system)


class _RowStrip(Strip):
    """A row of a drawing, whose runs are known in the terminal's words.

    In most frames it is only written. What Textual's strip is made of besides is made when it is
    asked for, to be cut or filtered.
    """

    __slots__ = ("_conditions", "_row", "_width")

    def __init__(self, row: tuple[Run, ...], width: int, conditions: tuple[Look, Style]) -> None:
        self._row, self._width, self._conditions = row, width, conditions

    def __getattr__(self, name: str) -> Any:
        """Make what is not there yet."""
        if name not in Strip.__slots__:
            raise AttributeError(name)
        super().__init__(map(_segments(*self._conditions).__getitem__, self._row), self._width)
        return getattr(self, name)

    @property
    def cell_length(self) -> int:
        """The width of the row."""
        return self._width

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Cut the row at columns, the last of which is its end."""
        places = list(cuts)
        return [self] if places == [self._width] else super().divide(places)

    def render(self, console: Console) -> str:
        """Return the row in escape codes."""
        written = _written(*self._conditions, console.color_system)
        return "".join(map(written.__getitem__, self._row))


def strips(cells: Cells, look: Look, base: Style | None = None) -> list[Strip]:
    """Return one strip a row; `base` is the widget's own style, on which the keys' styles lie.

    A key is a role of the theme, a colour, or `FRONT on BACK` of these.
    """
    conditions = look, base or Style.null()
    return [_RowStrip(row, cells.width, conditions) for row in cells.rows]
