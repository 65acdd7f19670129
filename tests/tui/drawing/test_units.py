"""Tests that each unit of a layer can be seen, found and told apart without colour."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nnviz.tui.drawing.heat_maps import Mark
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.drawing.units import UnitLayout, unit_grid, unit_layout

UNICODE = Look()
ASCII = Look(ColorDepth.NONE, ascii=True)


def test_states_are_letters_and_the_cursor_is_an_arrow():
    marks = [0, Mark.DEAD, Mark.SATURATED, Mark.INACTIVE, Mark.NAN, 0, 0, Mark.DEAD, 0]
    assert unit_grid(marks, 20, 5, UNICODE, cursor=7).lines == [" · x s", " i N ·", " ·▸x ·"]
    assert unit_grid(marks, 20, 5, ASCII, cursor=5).lines == [" . x s", " i N>.", " . x ."]


def test_states_have_styles_of_their_own():
    drawn = unit_grid([0, Mark.DEAD, Mark.SATURATED, Mark.NAN], 8, 1, UNICODE, cursor=0)
    keys = [drawn.key_at(column, 0) for column in (0, 1, 3, 5, 7)]
    assert keys == ["cursor", "cursor", "dead", "saturated", "nan"]


def test_a_layer_is_a_square_if_it_fits_and_else_as_wide_as_it_must_be():
    assert unit_layout(256, 76, 16) == UnitLayout(256, 16, 16, 0)
    assert unit_layout(256, 76, 8) == UnitLayout(256, 32, 8, 0)
    assert unit_layout(10, 76, 8) == UnitLayout(10, 4, 3, 0)
    assert unit_layout(1, 76, 8) == UnitLayout(1, 1, 1, 0)


def test_a_layer_too_large_is_a_window_around_the_cursor_that_says_so():
    lines = unit_grid([0] * 1000, 20, 4, UNICODE, cursor=455).lines
    assert lines == [" ·" * 10, " ·" * 5 + "▸·" + " ·" * 4, " ·" * 10, "units 440-469 of 10…"]
    end = unit_layout(1000, 20, 4, cursor=999)
    assert (end.first_row, end.rows) == (97, 3)


def test_a_click_finds_the_unit_drawn_there():
    layout = unit_layout(10, 76, 8)
    assert layout.unit_at(0, 0) == layout.unit_at(1, 0) == 0
    assert layout.unit_at(3, 2) == 9
    assert layout.unit_at(4, 2) is None
    assert layout.unit_at(8, 0) is None
    assert layout.unit_at(0, 3) is None


@given(st.integers(0, 3000), st.integers(2, 90), st.integers(1, 30), st.data())
def test_the_cursor_is_always_in_sight(count, width, height, data):
    cursor = data.draw(st.integers(0, max(0, count - 1)))
    drawn = unit_grid([0] * count, width, height, UNICODE, cursor)
    assert drawn.height <= height
    assert {cell_len(line) for line in drawn.lines} <= {drawn.width}
    assert drawn.width <= width
    assert drawn.text.count("▸") == (count > 0)
