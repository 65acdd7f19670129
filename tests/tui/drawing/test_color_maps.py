"""Tests that sign and size are seen by every kind of colour vision, measured in Oklab."""

import numpy as np
import pytest

from nnviz.tui.drawing.color_maps import (
    LEVELS,
    color_map,
    linear_light,
    luminance,
    oklab,
    rgb_from_hex,
    rgb_from_oklab,
    xterm_palette,
)
from nnviz.tui.drawing.look import ColorDepth
from nnviz.tui.drawing.strips import DARK, LIGHT

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear light.
BLIND = {
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "full colour vision": np.eye(3),
}
DEPTHS = [ColorDepth.TRUECOLOR, ColorDepth.EIGHT_BIT]


def rgb_of(names):
    if names[0].startswith("#"):
        return rgb_from_hex(names)
    return xterm_palette()[[int(name[6:-1]) - 16 for name in names]]


def seen_by(rgb, kind):
    linear = np.clip(linear_light(rgb) @ BLIND[kind].T, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def test_oklab_agrees_with_its_author():
    """White and pure red as printed in Ottosson's article (0.628, 0.225, 0.126)."""
    expected = [[1.0, 0.0, 0.0], [0.628, 0.225, 0.126]]
    np.testing.assert_allclose(oklab(rgb_from_hex(("#ffffff", "#ff0000"))), expected, atol=1e-3)


def test_oklab_can_be_undone():
    rgb = np.random.default_rng(0).random((50, 3))
    np.testing.assert_allclose(rgb_from_oklab(oklab(rgb)), rgb, atol=1e-6)


def test_xterm_colours_have_their_documented_values():
    """Numbers 16, 231, 75 and 232 of xterm's 256colres.h."""
    rows = 255 * xterm_palette()[[0, 231 - 16, 75 - 16, 232 - 16]]
    np.testing.assert_allclose(rows, [[0, 0, 0], [255] * 3, [0x5F, 0xAF, 0xFF], [8, 8, 8]])


@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("depth", DEPTHS)
def test_the_two_signs_of_a_value_look_different(kind, dark, depth):
    """From a sixth of the scale on, +v and -v are 3 just noticeable differences (0.02) apart."""
    lab = oklab(seen_by(rgb_of(color_map(True, dark, depth).colors), kind))
    size = np.abs(np.linspace(-1, 1, LEVELS))
    apart = np.linalg.norm(lab - lab[::-1], axis=1)
    assert apart[size > 1 / 6].min() > 3 * 0.02


@pytest.mark.parametrize("dark", [True, False])
def test_equal_sizes_of_both_signs_are_about_equally_light(dark):
    lightness = oklab(rgb_of(color_map(True, dark, ColorDepth.TRUECOLOR).colors))[:, 0]
    assert np.abs(lightness - lightness[::-1]).max() < 0.2
    assert abs(lightness[127] - lightness[128]) < 0.01


@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("dark", [True, False])
def test_more_of_an_unsigned_value_is_always_further_from_the_ground(kind, depth, dark):
    """Lightness never turns round, so the picture can be read in grey, too."""
    lightness = oklab(seen_by(rgb_of(color_map(False, dark, depth).colors), kind))[:, 0]
    steps = np.diff(lightness if dark else -lightness)
    assert steps.min() > -0.005
    assert abs(lightness[-1] - lightness[0]) > 0.6


@pytest.mark.parametrize("diverging", [True, False])
@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("depth", DEPTHS)
def test_marks_are_readable_on_every_colour(diverging, dark, depth):
    """WCAG 2 asks a contrast of 4.5 for text."""
    chosen = color_map(diverging, dark, depth)
    light = {"#000000": 0.0, "color(16)": 0.0, "#ffffff": 1.0, "color(231)": 1.0}
    ground = luminance(rgb_of(chosen.colors))
    ink = np.array([light[name] for name in chosen.ink])
    ratio = (np.maximum(ground, ink) + 0.05) / (np.minimum(ground, ink) + 0.05)
    assert ratio.min() > 4.5


@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_no_two_series_look_alike(kind, theme):
    """Three just noticeable differences (0.02 in Oklab) between any two."""
    lab = oklab(seen_by(rgb_from_hex(tuple(theme[f"series{i}"] for i in range(6))), kind))
    apart = np.linalg.norm(lab[:, None] - lab, axis=2)
    assert apart[np.triu_indices(6, 1)].min() > 3 * 0.02


def test_sixteen_colours_have_no_map():
    with pytest.raises(ValueError, match="glyphs"):
        color_map(True, True, ColorDepth.ANSI16)
