"""What the terminal can show, in one record, so that no drawing has to ask the system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

TRUECOLOR_TERMINALS = (
    "kitty",
    "alacritty",
    "wezterm",
    "ghostty",
    "foot",
    "iterm",
    "contour",
    "rio",
)


class ColorDepth(IntEnum):
    """How many colours the terminal has, as bits per cell colour."""

    NONE = 0
    ANSI16 = 4
    EIGHT_BIT = 8
    TRUECOLOR = 24


@dataclass(frozen=True)
class Look:
    """The conditions of a drawing: colours available, dark or light ground, plain ASCII or not.

    `present` is for a projector: strong contrast, fewer digits, the keys that are pressed.
    """

    depth: ColorDepth = ColorDepth.TRUECOLOR
    dark: bool = True
    ascii: bool = False
    present: bool = False

    @property
    def digits(self) -> int:
        """How many significant digits a number is shown with."""
        return 2 if self.present else 3

    @property
    def pictures_in_color(self) -> bool:
        """Whether a colour map can carry sign and size; with 16 colours or none, glyphs must."""
        return self.depth >= ColorDepth.EIGHT_BIT

    @property
    def curves_by_glyph(self) -> bool:
        """Whether curves need a glyph each: braille dots of two series differ by colour only."""
        return self.ascii or self.depth == ColorDepth.NONE

    @property
    def ellipsis(self) -> str:
        """What stands where a text was cut off."""
        return "~" if self.ascii else "…"


def color_depth(environment: Mapping[str, str]) -> ColorDepth:
    """Choose the colour depth from `NO_COLOR`, `TERM`, `COLORTERM` and `WT_SESSION`.

    `NO_COLOR` counts when it is set and not empty (no-color.org). The Linux console claims 256
    colours under some settings but has a palette of 16, so its name outranks `COLORTERM`.
    """
    term = environment.get("TERM", "").strip().lower()
    if environment.get("NO_COLOR") or term in ("dumb", "unknown"):
        return ColorDepth.NONE
    if term.split("-")[0] == "linux":
        return ColorDepth.ANSI16
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return ColorDepth.TRUECOLOR
    named = term.endswith("-direct") or any(name in term for name in TRUECOLOR_TERMINALS)
    if named or environment.get("WT_SESSION"):
        return ColorDepth.TRUECOLOR
    return ColorDepth.EIGHT_BIT if term.endswith("256color") else ColorDepth.ANSI16


def ascii_only(environment: Mapping[str, str]) -> bool:
    """Whether braille and block characters can't be relied on.

    True in the Linux console, whose fonts of 256 or 512 glyphs have no braille, and in a locale
    that says an encoding other than UTF-8 (the first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set).
    """
    if environment.get("TERM", "").strip().lower().split("-")[0] in ("linux", "dumb"):
        return True
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((name for name in names if name), "")
    return bool(locale) and "utf" not in locale.lower()


def look_from(environment: Mapping[str, str], dark: bool = True) -> Look:
    """Return the look for these environment values on a dark or a light theme."""
    return Look(color_depth(environment), dark, ascii_only(environment))
