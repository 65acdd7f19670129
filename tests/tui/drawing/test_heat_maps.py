"""Tests that a picture tells values, signs and alarms in every kind of terminal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rich.cells import cell_len

from nnviz.tui.drawing.color_maps import color_map
from nnviz.tui.drawing.heat_maps import (
    Mark,
    Scale,
    Zoom,
    heat_map,
    pool_marks,
    pool_values,
    scale_of,
    zoom_to_fit,
)
from nnviz.tui.drawing.look import ColorDepth, Look

COLOR = Look()
PLAIN = Look(ColorDepth.NONE)
SIGNED = Scale(-1.0, 1.0, True)
UNSIGNED = Scale(0.0, 1.0, False)
MAP = color_map(True, True, ColorDepth.TRUECOLOR)


def test_a_cell_holds_two_pixels_as_front_and_ground():
    """The upper half block in the upper pixel's colour, on the lower pixel's."""
    low, high = MAP.colors[0], MAP.colors[255]
    drawn = heat_map([[-1, 1], [1, 1]], SIGNED, 2, 1, COLOR)
    assert drawn.rows == ((("▀", f"{low} on {high}"), (" ", f"on {high}")),)


def test_an_odd_last_row_leaves_the_ground_below_it_free():
    drawn = heat_map([[-1.0], [1.0], [-1.0]], SIGNED, 1, 2, COLOR)
    assert drawn.rows[1] == (("▀", MAP.colors[0]),)


def test_values_past_the_ends_of_a_fixed_scale_get_the_colour_of_the_end():
    """1e308 on a scale of 1e308: computed without overflow."""
    at_ends = heat_map([[-1, 1], [1, -1]], SIGNED, 2, 1, COLOR)
    assert heat_map([[-9, 9], [1e308, -1e308]], SIGNED, 2, 1, COLOR) == at_ends
    huge = Scale.symmetric([1.7e308])
    assert heat_map([[-1.7e308, 1.7e308]] * 2, huge, 2, 1, COLOR).rows[0][1] == (
        " ",
        f"on {MAP.colors[255]}",
    )


def test_a_picture_is_enlarged_by_whole_factors_where_there_is_room():
    """28 x 28: one column a pixel in 28 x 14 cells, two in 56 x 28, still one in 55 x 28."""
    assert zoom_to_fit((28, 28), 28, 14) == Zoom(1, 1, 1)
    assert zoom_to_fit((28, 28), 56, 28) == Zoom(2, 1, 1)
    assert zoom_to_fit((28, 28), 55, 28) == Zoom(1, 1, 1)
    drawn = heat_map([[1.0, -1.0], [-1.0, 1.0]], SIGNED, 4, 2, COLOR)
    high, low = f"on {MAP.colors[255]}", f"on {MAP.colors[0]}"
    assert drawn.rows == ((("  ", high), ("  ", low)), (("  ", low), ("  ", high)))


def test_a_picture_too_large_keeps_its_shape_and_a_matrix_fills_its_space():
    assert zoom_to_fit((28, 28), 14, 14) == Zoom(1, 2, 2)
    assert zoom_to_fit((5000, 784), 76, 14, square=False) == Zoom(1, 179, 11)
    drawn = heat_map(np.zeros((5000, 784)), SIGNED, 76, 14, COLOR, square=False)
    assert (drawn.width, drawn.height) == (72, 14)


def test_signed_blocks_keep_their_largest_value_and_unsigned_ones_their_mean():
    """By hand; the last blocks are smaller than the others."""
    array = np.array([[1.0, -3.0, 2.0], [0.0, 2.0, -1.0], [5.0, -5.0, -4.0]])
    np.testing.assert_array_equal(pool_values(array, Zoom(1, 2, 2), True), [[-3, 2], [5, -4]])
    np.testing.assert_array_equal(pool_values(array, Zoom(1, 2, 2), False), [[0, 0.5], [0, -4]])


def test_one_nan_marks_its_block_but_one_dead_unit_does_not():
    marks = np.array([[0, Mark.NAN, Mark.DEAD, 0], [0, 0, 0, 0]])
    assert pool_marks(marks, Zoom(1, 2, 2)).tolist() == [[Mark.NAN, Mark.NONE]]
    dead = np.full((2, 2), Mark.DEAD)
    assert pool_marks(dead, Zoom(1, 2, 2)).tolist() == [[Mark.DEAD]]


def test_a_nan_takes_its_whole_cell_and_is_a_letter():
    drawn = heat_map([[0.0, np.nan, 0.0], [0.0, 0.0, -np.inf]], SIGNED, 3, 1, COLOR)
    assert drawn.text == " N∞"
    assert [drawn.key_at(column, 0) for column in (1, 2)] == ["nan", "nan"]


def test_a_mark_says_which_of_the_two_pixels_it_means():
    """Raised, lowered and full x; the ground is the unmarked neighbour's colour."""
    marks = np.array([[Mark.DEAD, 0, Mark.DEAD], [0, Mark.DEAD, Mark.DEAD]])
    drawn = heat_map([[0, 1, 0], [1, 0, 0]], SIGNED, 3, 1, COLOR, marks)
    assert drawn.text == "ˣₓx"
    assert drawn.key_at(0, 0) == drawn.key_at(1, 0) == f"{MAP.ink[255]} on {MAP.colors[255]}"


def test_a_mark_in_an_odd_last_row_stands_on_its_own_colour():
    drawn = heat_map([[1.0]], SIGNED, 1, 1, COLOR, np.array([[Mark.CURSOR]]))
    assert drawn.rows == ((("°", f"{MAP.ink[255]} on {MAP.colors[255]}"),),)


def test_without_colours_the_sign_is_a_glyph():
    """Five equal parts of -1..1: strong and weak minus, zero, weak and strong plus."""
    values = np.array([[-1.0, -0.5, 0.0, 0.5, 1.0]] * 2)
    for depth in (ColorDepth.NONE, ColorDepth.ANSI16):
        drawn = heat_map(values, SIGNED, 5, 1, Look(depth))
        assert drawn.text == "=-·+#"
    assert heat_map(values, SIGNED, 5, 1, Look(ColorDepth.NONE, ascii=True)).text == "=-.+#"
    assert heat_map(np.abs(values), UNSIGNED, 5, 1, PLAIN).text == "#= =#"


def test_two_rows_share_a_glyph_and_the_larger_value_wins():
    values = [[-1.0, 0.1, 0.0], [0.3, 1.0, np.nan], [0.5, 0.5, 0.5]]
    assert heat_map(values, SIGNED, 3, 2, PLAIN).lines == ["=#N", "+++"]


@given(arrays(float, (5, 4), elements=st.floats(-1, 1)))
def test_the_opposite_picture_is_drawn_with_the_opposite_signs(values):
    """Values on the border of two glyphs are left out of the comparison."""
    values = np.where(np.abs(np.abs(values) % 0.4 - 0.2) < 1e-9, 0.0, values)
    peaks = np.abs(values[0:4:2]) == np.abs(values[1:4:2])
    values[1:4:2][peaks] = 0.0
    swap = str.maketrans("=-+#", "#+-=")
    one = heat_map(values, SIGNED, 4, 3, PLAIN).text
    assert heat_map(-values, SIGNED, 4, 3, PLAIN).text == one.translate(swap)


@given(
    arrays(float, st.tuples(st.integers(1, 40), st.integers(1, 40))),
    st.integers(1, 30),
    st.integers(1, 12),
    st.sampled_from([COLOR, PLAIN, Look(ColorDepth.EIGHT_BIT, False)]),
    st.booleans(),
)
def test_any_array_fits_the_space_it_is_given(values, width, height, look, square):
    """NaN, infinities and the largest floats among the values."""
    for scale in (Scale.symmetric(values), Scale.sequential(values)):
        drawn = heat_map(values, scale, width, height, look, square=square)
        assert 1 <= drawn.height <= height
        assert {cell_len(line) for line in drawn.lines} == {drawn.width}
        assert drawn.width <= width


def test_equal_neighbours_are_one_run():
    drawn = heat_map(np.zeros((28, 28)), SIGNED, 28, 14, COLOR)
    assert [len(row) for row in drawn.rows] == [1] * 14


def test_scales_hold_all_finite_values_shown_side_by_side():
    assert Scale.symmetric([1, -3], [2, np.nan]) == Scale(-3, 3, True)
    assert Scale.sequential([1, 4, np.inf]) == Scale(0, 4, False)
    assert Scale.sequential([-1, 4]) == Scale(-1, 4, False)
    assert Scale.symmetric([0.0]) == Scale(-1, 1, True)
    assert Scale.sequential([np.nan]) == Scale(0, 1, False)
    assert Scale.sequential([-2.0]) == Scale(-2, 0, False)


def test_of_a_picture_without_anything_that_is_said_instead_of_its_scale():
    scale = Scale.symmetric(np.zeros(3))
    assert scale_of(np.zeros(3), scale, COLOR) == "all 0"
    assert scale_of(np.array([0, 1e-9]), scale, COLOR) == "±1.00"
    assert scale_of(np.array([0, np.nan]), scale, COLOR) == "±1.00"
    assert scale_of(np.full(3, np.nan), scale, COLOR) == "all NaN"
    assert scale_of(np.array([np.inf, np.nan]), scale, COLOR) == "NaN or Inf"


def test_what_is_no_picture_is_refused():
    with pytest.raises(ValueError, match="rows x columns"):
        heat_map([1.0, 2.0], SIGNED, 4, 4, COLOR)
    with pytest.raises(ValueError, match="marks alike"):
        heat_map([[1.0]], SIGNED, 4, 4, COLOR, np.zeros((2, 2), dtype=int))
    assert heat_map(np.zeros((0, 3)), SIGNED, 4, 4, COLOR).height == 0
