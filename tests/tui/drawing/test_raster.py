"""Tests that lines of dots have no holes and lose no spike."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nnviz.tui.drawing.raster import braille, polyline


def picture(dots):
    return ["".join(".#"[dot] for dot in row) for row in dots.astype(int)]


def test_a_slope_is_one_dot_thin():
    assert picture(polyline(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 4, 4)) == [
        "...#",
        "..#.",
        ".#..",
        "#...",
    ]


def test_a_jump_is_filled_so_that_the_line_holds_together():
    x = np.linspace(0, 1, 4)
    dots = picture(polyline(x, np.array([0.0, 0.0, 1.0, 1.0]), 4, 5))
    assert dots == ["..##", "..#.", ".##.", ".#..", "##.."]


def test_a_spike_among_many_points_is_drawn_in_full():
    """One point of 1,001 is at the top; its column is filled from bottom to top."""
    y = np.zeros(1001)
    y[500] = 1.0
    dots = polyline(np.linspace(0, 1, 1001), y, 11, 8)
    assert dots[:, 5].all()
    assert not dots[:-1, [0, 4, 6, 10]].any()


def test_nan_is_a_gap_and_a_point_between_two_gaps_is_seen():
    nan = np.nan
    y = np.array([0.0, 0.0, nan, 1.0, nan, 0.0, 0.0])
    assert picture(polyline(np.linspace(0, 1, 7), y, 7, 2)) == ["...#...", "##...##"]


def test_what_lies_outside_is_cut_off_but_still_points_the_way():
    """The line leaves through the top between the second and third column."""
    dots = picture(polyline(np.linspace(0, 1, 4), np.array([0.0, 0.5, 50.0, 50.0]), 4, 3))
    assert dots == [".#..", ".#..", "#..."]
    assert picture(polyline(np.array([-1.0, 2.0]), np.array([0.5, 0.5]), 3, 1)) == ["###"]


def test_no_points_and_one_point():
    assert picture(polyline(np.empty(0), np.empty(0), 3, 1)) == ["..."]
    assert picture(polyline(np.array([1.0]), np.array([0.0]), 3, 1)) == ["..#"]
    assert not polyline(np.array([0.0, 1.0]), np.array([np.nan, np.nan]), 3, 3).any()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=60))
def test_a_line_has_no_holes(values):
    """Each column is filled, and touches the next one, corners included."""
    dots = polyline(np.linspace(0, 1, len(values)), np.array(values), 20, 12)
    rows = [np.flatnonzero(column) for column in dots.T]
    assert all(len(column) == column[-1] - column[0] + 1 for column in rows)
    for left, right in pairwise(rows):
        assert left[0] - 1 <= right[-1]
        assert right[0] - 1 <= left[-1]


def test_dots_become_braille_characters():
    """Unicode names: DOTS-1, DOTS-8, DOTS-12345678 and the blank pattern."""
    dots = np.zeros((4, 8), dtype=bool)
    dots[0, 0] = dots[3, 3] = True
    dots[:, 4:6] = True
    assert "".join(map(chr, braille(dots)[0])) == "⠁⢀⣿⠀"
