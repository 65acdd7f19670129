"""Colour maps that everybody can read: sign by hue, size by lightness, in 256 steps per map.

Maps are interpolated in Oklab (Björn Ottosson, 2020), where equal steps look equally large. The
hues are blue and orange, or purple and orange on light ground (ColorBrewer PuOr): the pairs that
survive red-green colour blindness. The tests simulate that and measure what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nnviz.tui.drawing.look import ColorDepth

Floats = NDArray[np.float64]

LEVELS = 256

# From the most negative over zero to the most positive; zero is the ground the picture lies on.
BLUE_DARK_ORANGE = ("#7cc4ff", "#2f7fe0", "#173d78", "#14161c", "#6b3710", "#d0691a", "#ffb265")
PURPLE_LIGHT_ORANGE = (
    *("#2d004b", "#542788", "#8073ac", "#b2abd2", "#d8daeb", "#f7f7f7"),
    *("#fee0b6", "#fdb863", "#e08214", "#b35806", "#7f3b08"),
)
# From nothing to most.
DARK_TO_MINT = ("#14161c", "#1f2f57", "#2a5f8c", "#2f95a0", "#66c8a4", "#e3f7d7")
LIGHT_TO_INK = ("#f7f7f7", "#c5e3d3", "#78b8b4", "#3f86a0", "#2c5384", "#1b2148")
# The same four in numbers of xterm's 256, chosen by eye: the nearest ones to dark blue and dark
# brown are greys, and a small weight would lose its sign.
XTERM_BLUE_DARK_ORANGE = (117, 75, 33, 25, 24, 17, 233, 52, 94, 130, 172, 208, 215)
XTERM_PURPLE_LIGHT_ORANGE = (54, 55, 97, 140, 146, 189, 231, 230, 223, 215, 172, 130, 94)
XTERM_DARK_TO_MINT = (233, 17, 24, 30, 36, 79, 121, 194)
XTERM_LIGHT_TO_INK = (231, 194, 152, 109, 67, 25, 18, 17)

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@dataclass(frozen=True)
class ColorMap:
    """Colours of 256 levels as names a terminal style takes, and the ink readable on each."""

    colors: tuple[str, ...]
    ink: tuple[str, ...]


def rgb_from_hex(names: tuple[str, ...]) -> Floats:
    """Return colours x 3 sRGB values in 0..1 of names such as "#1f2f57"."""
    return np.array([[int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)] for name in names])


def linear_light(rgb: Floats) -> Floats:
    """Return linear light of sRGB values in 0..1 (IEC 61966-2-1)."""
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def oklab(rgb: Floats) -> Floats:
    """Return colours x 3 Oklab (lightness, green-red, blue-yellow) of sRGB in 0..1."""
    lab: Floats = np.cbrt(linear_light(rgb) @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def rgb_from_oklab(lab: Floats) -> Floats:
    """Return sRGB in 0..1, the inverse of `oklab`; colours outside sRGB are clipped."""
    lms = (lab @ np.linalg.inv(_TO_LAB).T) ** 3
    linear = np.clip(lms @ np.linalg.inv(_TO_LMS).T, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def interpolate(anchors: tuple[str, ...]) -> Floats:
    """Return 256 x 3 sRGB values in 0..1 along evenly spaced anchor colours, in Oklab."""
    lab = oklab(rgb_from_hex(anchors))
    at = np.linspace(0, len(anchors) - 1, LEVELS)
    path = np.column_stack([np.interp(at, np.arange(len(anchors)), lab[:, i]) for i in range(3)])
    return rgb_from_oklab(path)


@cache
def xterm_palette() -> Floats:
    """Return 240 x 3 sRGB values in 0..1 of xterm's colours 16-255: a cube of 6 and 24 greys.

    The first 16 are left out: themes change them.
    """
    steps = np.array([0, 95, 135, 175, 215, 255])
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    greys = np.repeat(np.arange(8, 248, 10)[:, None], 3, axis=1)
    return np.vstack([cube, greys]) / 255


def luminance(rgb: Floats) -> Floats:
    """Return the relative luminance (WCAG 2) of colours x 3 sRGB values in 0..1."""
    weighted: Floats = linear_light(rgb) @ np.array([0.2126, 0.7152, 0.0722])
    return weighted


@cache
def color_map(diverging: bool, dark: bool, depth: ColorDepth) -> ColorMap:
    """Return the map for signed (`diverging`) or unsigned values on a dark or light theme.

    Raises ValueError for 16 colours or none: there a map can't keep the sign apart.
    """
    if depth < ColorDepth.EIGHT_BIT:
        raise ValueError("a colour map needs at least 256 colours; draw glyphs instead")
    anchors, numbers = {
        (True, True): (BLUE_DARK_ORANGE, XTERM_BLUE_DARK_ORANGE),
        (True, False): (PURPLE_LIGHT_ORANGE, XTERM_PURPLE_LIGHT_ORANGE),
        (False, True): (DARK_TO_MINT, XTERM_DARK_TO_MINT),
        (False, False): (LIGHT_TO_INK, XTERM_LIGHT_TO_INK),
    }[diverging, dark]
    if depth == ColorDepth.TRUECOLOR:
        rgb, black, white = interpolate(anchors), "#000000", "#ffffff"
        bytes_ = np.rint(255 * rgb).astype(int).tolist()
        names = tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in bytes_)
    else:
        chosen = np.array(numbers)[np.arange(LEVELS) * len(numbers) // LEVELS]
        rgb, black, white = xterm_palette()[chosen - 16], "color(16)", "color(231)"
        names = tuple(f"color({number})" for number in chosen.tolist())
    # Black on a luminance above 0.179 has the higher WCAG contrast ratio, white below it.
    ink = tuple(black if bright else white for bright in (luminance(rgb) > 0.179).tolist())
    return ColorMap(names, ink)
