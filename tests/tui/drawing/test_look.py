"""Tests that the terminal's abilities are read from its environment and nothing else."""

import pytest

from nnviz.tui.drawing.look import ColorDepth, Look, ascii_only, color_depth, look_from


@pytest.mark.parametrize(
    ("environment", "depth"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, ColorDepth.TRUECOLOR),
        ({"TERM": "tmux-256color", "COLORTERM": "24bit"}, ColorDepth.TRUECOLOR),
        ({"TERM": "xterm-kitty"}, ColorDepth.TRUECOLOR),
        ({"TERM": "xterm-direct"}, ColorDepth.TRUECOLOR),
        ({"WT_SESSION": "7c2a"}, ColorDepth.TRUECOLOR),
        ({"TERM": "screen-256color"}, ColorDepth.EIGHT_BIT),
        ({"TERM": "xterm"}, ColorDepth.ANSI16),
        ({}, ColorDepth.ANSI16),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, ColorDepth.ANSI16),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, ColorDepth.NONE),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, ColorDepth.NONE),
    ],
)
def test_the_colour_depth_is_that_of_the_terminal_named(environment, depth):
    assert color_depth(environment) == depth


def test_an_empty_no_color_is_no_wish():
    """no-color.org: "when present and not an empty string"."""
    assert color_depth({"TERM": "xterm-256color", "NO_COLOR": ""}) == ColorDepth.EIGHT_BIT


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm", "LANG": "de_DE.UTF-8"}, False),
        ({"TERM": "xterm", "LC_ALL": "C.utf8", "LANG": "C"}, False),
        ({"TERM": "xterm", "LC_ALL": "C", "LANG": "de_DE.UTF-8"}, True),
        ({"TERM": "xterm", "LANG": "de_DE.ISO-8859-1"}, True),
        ({"TERM": "linux", "LANG": "de_DE.UTF-8"}, True),
        ({}, False),
    ],
)
def test_braille_is_given_up_where_it_cannot_be_shown(environment, expected):
    assert ascii_only(environment) is expected


def test_a_look_says_what_glyphs_have_to_carry():
    """Pictures need glyphs in 16 colours, curves already tell apart by 16 colours."""
    sixteen, none = Look(ColorDepth.ANSI16), look_from({"TERM": "xterm", "NO_COLOR": "1"})
    assert not sixteen.pictures_in_color
    assert not sixteen.curves_by_glyph
    assert none.curves_by_glyph
    assert look_from({"TERM": "xterm-256color"}, dark=False) == Look(ColorDepth.EIGHT_BIT, False)
