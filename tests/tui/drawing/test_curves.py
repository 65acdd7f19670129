"""Tests that histories are drawn as they were, the moment they broke included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nnviz.tui.drawing.curves import Series, plot
from nnviz.tui.drawing.look import ColorDepth, Look

UNICODE = Look()
ASCII = Look(ColorDepth.NONE, ascii=True)


def test_a_curve_has_axes_with_round_ticks_and_its_name_at_its_end():
    drawn = plot([Series("loss", [1, 2, 0.5, 0.3])], 50, 8, UNICODE)
    assert drawn.lines == [
        "     2┤        ⣀⡠⠤⠒⠉⠒⠤⣀                           ",
        "      │   ⣀⠤⠔⠒⠉        ⠑⠢⢄⡀                       ",
        "     1┤⠒⠊⠉                ⠈⠒⠤⣀                    ",
        "      │                       ⠑⠢⠤⠤⣀⣀⣀⣀⣀⣀⡀         ",
        "     0┤                                 ⠈⠉⠉⠉⠉ loss",
        "      └┬───────────┬────────────┬───────────┬     ",
        "       0           1            2           3     ",
        "                                                  ",
    ]


def test_ascii_curves_have_a_glyph_each_that_also_stands_before_their_name():
    falling, rising = Series("train", [4, 3, 2, 1, 0]), Series("test", [0, 1, 2, 3, 4])
    assert plot([falling, rising], 32, 7, ASCII).lines == [
        "     4+***           ooo o test ",
        "      |   ***     ooo           ",
        "     2+      *****              ",
        "      |   ooo     ***           ",
        "     0+ooo           *** * train",
        "      ++-------+-------+        ",
        "       0       2       4        ",
    ]


def test_where_the_loss_became_nan_is_written_and_drawn_as_a_gap():
    y = np.linspace(4, 0, 41)
    y[20:] = np.nan
    drawn = plot([Series("loss", y)], 44, 7, ASCII, x_range=(0, 40))
    assert drawn.lines == [
        "     4+**            :NaN at 20             ",
        "      |  ****        :                      ",
        "     3+      ****    :                      ",
        "      |          *** :                      ",
        "     2+             **                * loss",
        "      ++-------------+--------------+       ",
        "       0            20             40       ",
    ]


@pytest.mark.parametrize(
    ("values", "log", "said"),
    [
        ([1, 2, np.inf, 3], False, "Inf at 2"),
        ([1, -np.inf, 2, 3], False, "-Inf at 1"),
        ([1, 2, 0, 3], True, "≤ 0 at 2"),
        ([np.nan] * 4, False, "NaN at 0"),
        ([1e300, np.nan, 1.7e308, -1.7e308], False, "NaN at 1"),
    ],
)
def test_each_kind_of_gap_is_named_with_its_iteration(values, log, said):
    drawn = plot([Series("loss", values)], 50, 9, UNICODE, log=log)
    assert said in drawn.text
    assert "┊" in drawn.text


def test_each_curve_names_its_own_gap():
    broken = Series("train", [1, np.nan, np.nan]), Series("test", [1, 2, np.inf])
    text = plot(broken, 60, 9, UNICODE).text
    assert "train: NaN at 1" in text
    assert "test: Inf at 2" in text


def test_the_cursor_is_a_line_through_empty_cells_with_an_arrow_below():
    drawn = plot([Series("loss", [1, 0])], 30, 6, ASCII, cursor=1)
    assert drawn.lines == [
        "     1+***            |       ",
        "      |   *****       |       ",
        "      |        *****  |       ",
        "     0+             *** * loss",
        "      ++--------------^       ",
        "       0              1       ",
    ]


def test_a_cursor_outside_the_range_is_not_drawn():
    without = plot([Series("loss", [1, 0])], 30, 6, ASCII)
    assert plot([Series("loss", [1, 0])], 30, 6, ASCII, cursor=7) == without


def test_a_spike_of_one_iteration_in_ten_thousand_reaches_the_top():
    y = np.zeros(10_000)
    y[5_000] = 1.0
    top = plot([Series("loss", y)], 60, 12, UNICODE).lines[0]
    assert any("⠁" <= character <= "⣿" for character in top)


def test_a_range_given_holds_the_axis_still():
    one = plot([Series("loss", [1, 2])], 40, 8, ASCII, x_range=(0, 9), y_range=(0, 10))
    other = plot([Series("loss", [8, 9])], 40, 8, ASCII, x_range=(0, 9), y_range=(0, 10))
    assert [line[:7] for line in one.lines] == [line[:7] for line in other.lines]
    assert one.lines[-1] == other.lines[-1]


def test_a_constant_a_single_and_no_value():
    assert "3.0" in plot([Series("loss", [3, 3, 3])], 40, 8, UNICODE).text
    assert plot([Series("loss", [3])], 40, 8, ASCII).text.count("*") == 2
    assert "no data yet" in plot([Series("loss", [])], 40, 8, UNICODE).text
    assert "no data yet" in plot([], 40, 8, UNICODE).text


def test_styles_are_roles_that_a_theme_gives_colours():
    drawn = plot([Series("a", [0, 0]), Series("b", [1, 1])], 40, 8, UNICODE)
    assert {key for row in drawn.rows for _, key in row} == {
        "",
        "axis",
        "label",
        "series0",
        "series1",
    }


def test_names_of_curves_that_end_alike_do_not_cover_each_other():
    drawn = plot([Series(name, [1, 2]) for name in ("L1", "L2", "L3")], 40, 8, UNICODE)
    ends = [line[-2:] for line in drawn.lines]
    assert [ends.index(name) for name in ("L1", "L2", "L3")] == [0, 1, 2]


def test_a_series_of_unequal_lengths_is_refused():
    with pytest.raises(ValueError, match="series 'loss': 3 values of x for 2 of y"):
        plot([Series("loss", [1, 2], [0, 1, 2])], 40, 8, UNICODE)


@given(
    st.lists(st.lists(st.floats(), max_size=30), max_size=4),
    st.integers(0, 90),
    st.integers(0, 20),
    st.booleans(),
    st.sampled_from([UNICODE, ASCII]),
)
def test_any_numbers_in_any_space_are_drawn_without_an_exception(curves, width, height, log, look):
    series = [Series(f"层{index}", values) for index, values in enumerate(curves)]
    drawn = plot(series, width, height, look, log=log, cursor=3)
    assert [cell_len(line) for line in drawn.lines] == [width] * height
