"""Tests of the sheet that all drawings are written on."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nnviz.tui.drawing.cells import Cells, Grid, beside, blank, padded, stack


def test_equal_neighbours_share_a_run():
    grid = Grid(6, 2)
    grid.put(1, 0, "ab", "axis")
    grid.put(3, 0, "c", "axis")
    assert grid.cells().rows == (
        ((" ", ""), ("abc", "axis"), ("  ", "")),
        (("      ", ""),),
    )


def test_a_drawing_is_padded_at_its_right_and_never_cut():
    cells = Cells(((("ab", "axis"),), (("cd", ""),)), 2)
    assert padded(cells, 4).rows == ((("ab", "axis"), ("  ", "")), (("cd", ""), ("  ", "")))
    assert padded(cells, 1) is padded(cells, 2) is cells


def test_what_is_written_past_the_edges_is_cut_off():
    grid = Grid(3, 1)
    grid.put(-1, 0, "abcdef")
    grid.put(0, 1, "below")
    grid.put(0, -1, "above")
    assert grid.cells().text == "bcd"


def test_a_wide_character_is_never_cut_in_half():
    """It is left out at the right edge, and blanked when half of it is overwritten."""
    grid = Grid(5, 1)
    grid.put(0, 0, "界界界")
    assert grid.cells().text == "界界 "
    grid.put(1, 0, "x")
    assert grid.cells().text == " x界 "
    grid.put(2, 0, "y")
    assert grid.cells().text == " xy  "


@given(
    st.lists(
        st.tuples(st.integers(-3, 12), st.integers(-1, 3), st.text(max_size=6)),
        max_size=8,
    )
)
def test_every_row_is_as_wide_as_the_grid_whatever_is_written(writes):
    grid = Grid(10, 3)
    for column, row, text in writes:
        grid.put(column, row, "".join(c for c in text if c.isprintable()), "label")
    assert [cell_len(line) for line in grid.cells().lines] == [10, 10, 10]


def test_drawings_are_put_side_by_side_and_below_each_other():
    left, right = Cells(((("ab", "axis"),),), 2), Cells(((("c", ""),), (("d", ""),)), 1)
    assert beside(left, right, gap=2).lines == ["ab  c", "    d"]
    assert stack(right, left).lines == ["c ", "d ", "ab"]
    assert blank(2, 2).lines == ["  ", "  "]


def test_the_style_of_a_cell_can_be_asked_for():
    cells = Cells(((("界", "label"), ("x", "axis")),), 3)
    assert [cells.key_at(column, 0) for column in range(3)] == ["label", "label", "axis"]
    with pytest.raises(IndexError, match="column 3"):
        cells.key_at(3, 0)


def test_a_grid_without_room_is_empty():
    assert Grid(0, 2).cells().lines == ["", ""]
    assert Grid(4, -1).cells().lines == []


@given(
    texts=st.lists(st.text(alphabet="a─█é中e\u0301 \t", max_size=9), max_size=4),
    column=st.integers(-3, 12),
)
def test_the_short_cut_for_narrow_characters_changes_nothing(texts, column):
    def written():
        grid = Grid(10, 1)
        for number, text in enumerate(texts):
            grid.put(column + number, 0, text, str(number))
        return grid.cells()

    with patch("nnviz.tui.drawing.cells._narrow", return_value=None):
        one_by_one = written()
    assert written() == one_by_one
