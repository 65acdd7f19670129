"""Tests that distributions and the activation over them are drawn to scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nnviz.tui.drawing.curves import Series
from nnviz.tui.drawing.histograms import histogram
from nnviz.tui.drawing.look import ColorDepth, Look

UNICODE = Look()
ASCII = Look(ColorDepth.NONE, ascii=True)


def test_bars_are_drawn_to_an_eighth_of_a_cell():
    """Too small for axes: counts 0, 1, 4 and 8 of 10 are 0, 1, 3 and 6 eighths of one row."""
    drawn = histogram([0, 1, 4, 8], [0, 1, 2, 3, 4], 4, 1, UNICODE)
    assert drawn.lines == [
        " ▁▃▆",
    ]


def test_a_histogram_has_counts_at_its_left_and_values_below():
    drawn = histogram([1, 4, 2], [-1.5, -0.5, 0.5, 1.5], 25, 8, ASCII)
    assert drawn.lines == [
        "     4+      ######      ",
        "      |      ######      ",
        "     2+      ######::::::",
        "      |......############",
        "     0+##################",
        "      +--------+---------",
        "               0         ",
        "                         ",
    ]


def test_one_value_among_a_million_is_not_invisible():
    counts = np.zeros(20)
    counts[3], counts[12] = 1, 1_000_000
    bottom = histogram(counts, np.arange(21), 47, 10, UNICODE).lines[6]
    assert bottom[7 + 6 : 7 + 8] == "▁▁"
    assert bottom[7 + 8 : 7 + 24].strip() == ""


def test_of_many_bins_in_a_column_the_fullest_is_drawn():
    """300 bins of 6 or less in 30 columns: every bar reaches the tick of 6, as a bin there does."""
    counts = np.where(np.arange(300) % 10 == 3, 6, 1)
    drawn = histogram(counts, np.arange(301), 37, 8, ASCII)
    assert drawn.lines == [
        "     6+##############################",
        "      |##############################",
        "     3+##############################",
        "      |##############################",
        "     0+##############################",
        "      ++---------+--------+---------+",
        "       0        100      200      300",
        "                                     ",
    ]


def test_log_counts_are_spaced_by_decades():
    """1, 10, 100 and 1000 rise by equal steps."""
    drawn = histogram([1, 10, 100, 1000], [0, 1, 2, 3, 4], 35, 12, ASCII, log=True)
    assert drawn.lines == [
        "  1000+                     #######",
        "      |                     #######",
        "      |                     #######",
        "   100+              :::::::#######",
        "      |              ##############",
        "      |              ##############",
        "    10+       .......##############",
        "      |       #####################",
        "      |       #####################",
        "     1+.......#####################",
        "      ++-------------+------------+",
        "       0             2            4",
    ]


def test_a_curve_over_full_bars_keeps_the_bar_as_its_ground():
    line = Series("f", [0.0, 0.0], [0.0, 1.0])
    drawn = histogram([5, 5], [0, 0.5, 1], 40, 10, UNICODE, overlays=[line])
    keys = {key for row in drawn.rows for _, key in row}
    assert "series0 on bar" in keys


def test_flagged_bars_are_told_apart_and_curves_that_cross_keep_each_bar():
    lines = [Series("f", [0.0, 1.0], [0.0, 1.0]), Series("g", [1.0, 0.0], [0.0, 1.0])]
    drawn = histogram([10, 10], [0, 0.5, 1], 47, 10, UNICODE, overlays=lines, flagged=[False, True])
    inside = [drawn.key_at(column, 4) for column in range(7, 32)]
    assert inside[0].endswith("bar")
    assert inside[-1].endswith("flagged")
    keys = {key for row in drawn.rows for _, key in row}
    assert {f"series{i} on {bar}" for i in (0, 1) for bar in ("bar", "flagged")} <= keys
    assert not {"series0", "series1"} & {drawn.key_at(c, r) for c in range(7, 32) for r in range(8)}


def test_a_column_is_flagged_where_half_of_its_bins_are():
    """40 bins in 20 columns, of which the first 5 and the last 2 are flagged."""
    flagged = np.r_[np.ones(5), np.zeros(33), np.ones(2)]
    drawn = histogram(np.full(40, 3), np.arange(41), 27, 8, UNICODE, flagged=flagged)
    keys = [drawn.key_at(column, 2) for column in range(7, 27)]
    assert keys == ["flagged"] * 3 + ["bar"] * 16 + ["flagged"]


def test_overlays_share_a_scale_written_at_the_right():
    x = np.linspace(-3, 3, 61)
    curves = [Series("tanh", np.tanh(x), x), Series("slope", 1 - np.tanh(x) ** 2, x)]
    counts, edges = np.histogram(np.linspace(-3, 3, 600), bins=30)
    lines = histogram(counts, edges, 60, 10, UNICODE, overlays=curves).lines
    assert lines[0].endswith(" 1  tanh ")
    assert lines[6].rstrip().endswith("-1")
    assert [line.rstrip().endswith("slope") for line in lines].index(True) in (3, 4)


def test_nothing_counted_is_said():
    assert "no values" in histogram([0, 0], [0, 1, 2], 30, 5, UNICODE).text
    assert "no values" in histogram([1, 2], [0, 1, np.nan], 30, 5, UNICODE).text
    assert "no values" in histogram([], [0], 30, 5, UNICODE).text


def test_counts_without_their_edges_are_refused():
    with pytest.raises(ValueError, match="2 counts need 3 edges, got 2"):
        histogram([1, 2], [0, 1], 30, 5, UNICODE)


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=80),
    st.integers(0, 80),
    st.integers(0, 15),
    st.booleans(),
    st.sampled_from([UNICODE, ASCII]),
)
def test_any_counts_fill_exactly_the_space(counts, width, height, log, look):
    edges = np.linspace(-1, 1, len(counts) + 1)
    overlay = Series("f", [1.0, np.nan, np.inf, 0.0], [-1, -0.5, 0.5, 1])
    drawn = histogram(counts, edges, width, height, look, log=log, overlays=[overlay])
    assert [cell_len(line) for line in drawn.lines] == [width] * height
