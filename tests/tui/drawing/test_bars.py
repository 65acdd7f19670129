"""Tests of the drawings of one row, by the characters they print."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nnviz.tui.drawing.bars import (
    Timeline,
    progress_bar,
    sparkline,
    timeline_bar,
    update_gauge,
)
from nnviz.tui.drawing.look import ColorDepth, Look

UNICODE = Look()
ASCII = Look(ColorDepth.NONE, ascii=True)


def test_a_sparkline_rises_with_its_values():
    assert sparkline(range(8), 8, UNICODE).text == "▁▂▃▄▅▆▇█"
    assert sparkline(range(8), 8, ASCII).text == "_.:-=+*#"


def test_a_sparkline_shows_the_largest_value_of_each_column():
    """400 values in 4 columns, one spike among the second hundred."""
    values = np.zeros(400)
    values[150] = 1.0
    assert sparkline(values, 4, UNICODE).text == "▁█▁▁"


def test_a_sparkline_survives_what_crashes_others():
    assert sparkline([1, 2, math.nan, 3, math.inf, 8], 6, UNICODE).text == "▁▂N▃∞█"
    assert sparkline([math.nan, math.inf, -math.inf], 3, ASCII).text == "NII"
    assert sparkline([0] * 99 + [math.nan], 2, UNICODE).text == "▄N"
    assert sparkline([5, 5, 5], 3, UNICODE).text == "▄▄▄"
    assert sparkline([], 3, UNICODE).text == "   "


def test_a_sparkline_on_a_scale_given_is_cut_at_its_ends():
    assert sparkline([-5, 0, 0.5, 1, 5], 5, UNICODE, span=(0, 1)).text == "▁▁▅██"


def test_a_timeline_shows_what_is_recorded_and_what_happened():
    """Iterations 0..20 in 21 columns, recorded to 12, standing at 7."""
    run = Timeline(20, 12, 7, keyframes=(0, 5, 10), forks=(3,), findings=(9,), breakpoints=(11,))
    assert timeline_bar(run, 21, UNICODE).text == "┿━━┳━┿━●━▲┿◆━────────"
    assert timeline_bar(run, 21, ASCII).text == "+==Y=+=O=!+*=--------"


def test_each_mark_of_a_timeline_has_a_style_of_its_own():
    run = Timeline(20, 12, 7, keyframes=(0, 5, 10), forks=(3,), findings=(9,), breakpoints=(11,))
    drawn = timeline_bar(run, 21, UNICODE)
    keys = [drawn.key_at(column, 0) for column in (0, 3, 7, 9, 11, 12, 20)]
    assert keys == ["keyframe", "fork", "here", "finding", "breakpoint", "recorded", "muted"]


def test_where_we_are_is_seen_over_every_other_mark():
    run = Timeline(4, 4, 2, findings=(2,), breakpoints=(2,))
    assert timeline_bar(run, 5, UNICODE).text == "━━●━━"


def test_keyframes_that_would_make_a_fence_are_left_out():
    run = Timeline(100, 100, 0, keyframes=range(0, 101, 10))
    assert "┿" in timeline_bar(run, 40, UNICODE).text
    assert "┿" not in timeline_bar(run, 20, UNICODE).text


def test_a_run_not_begun_has_a_timeline():
    assert timeline_bar(Timeline(0, 0, 0), 5, UNICODE).text == "●────"


@pytest.mark.parametrize(
    ("ratio", "text", "key"),
    [
        (1e-5, "◆─────━━━━━━━━──────", "warn"),
        (1.1e-3, "──────◆━━━━━━━──────", "good"),
        (1e-2, "──────━━━━◆━━━──────", "good"),
        (0.5, "──────━━━━━━━━─◆────", "warn"),
        (0.0, "◀─────━━━━━━━━──────", "warn"),
        (50.0, "──────━━━━━━━━─────▶", "warn"),
        (math.inf, "──────━━━━━━━━─────▶", "warn"),
        (math.nan, "──────━━━NaN━━──────", "nan"),
    ],
)
def test_an_update_ratio_is_read_against_its_healthy_band(ratio, text, key):
    """Columns by hand: 19 / 6 columns a decade from 1e-5, so 1e-3 is column 6, 1e-1 column 13."""
    drawn = update_gauge(ratio, 20, UNICODE)
    assert drawn.text == text
    marker = next(column for column, glyph in enumerate(text) if glyph not in "─━")
    assert drawn.key_at(marker, 0) == key


def test_a_gauge_in_ascii():
    assert update_gauge(1e-2, 13, ASCII).text == "----==*==----"


def test_progress_is_drawn_in_eighths_and_said_in_numbers():
    """Ten cells inside: 0.345 of 80 eighths is 27, three full cells and three eighths."""
    assert progress_bar(0.345, 18, UNICODE).text == "▕███▍      ▏  34 %"
    assert progress_bar(0.345, 18, ASCII).text == "[###       ]  34 %"
    assert progress_bar(1.0, 18, UNICODE).text == "▕██████████▏ 100 %"
    assert progress_bar(0.999, 18, UNICODE).text == "▕█████████▉▏ >99 %"
    assert progress_bar(math.nan, 18, UNICODE).text == "▕          ▏   NaN"
    assert progress_bar(0.5, 5, UNICODE).text == " 50 %"


@given(st.lists(st.floats(), max_size=40), st.floats(), st.integers(0, 60))
def test_any_number_in_any_width_fills_exactly_the_row(values, number, width):
    run = Timeline(len(values), len(values) // 2, 3, keyframes=range(9), findings=(5,))
    for look in (UNICODE, ASCII):
        for drawn in (
            sparkline(values, width, look),
            timeline_bar(run, width, look),
            update_gauge(number, width, look),
            progress_bar(number, width, look),
        ):
            assert [cell_len(line) for line in drawn.lines] == [width]
