"""Tests that axes end on round numbers and that no two ticks read the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.tui.drawing.axes import (
    even_axis,
    linear_axis,
    log_axis,
    log_tick_labels,
    tick_labels,
    ticked_range,
)

FLOATS = st.floats(allow_nan=False)


@pytest.mark.parametrize(
    ("low", "high", "most", "labels"),
    [
        (0.1, 2.9, 5, ["0", "1", "2", "3"]),
        (0.0, 1.0, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-0.3, 0.31, 4, ["-0.4", "-0.2", "0.0", "0.2", "0.4"]),
        (0.0, 3e-5, 3, ["0", "1e-5", "2e-5", "3e-5"]),
        (1e6, 1e6 + 2, 2, ["1.000000e6", "1.000001e6", "1.000002e6"]),
        (3.0, 3.0, 2, ["2.5", "3.0", "3.5"]),
        (0.0, 0.0, 2, ["-1", "0", "1"]),
    ],
)
def test_linear_axes_begin_and_end_on_round_ticks(low, high, most, labels):
    assert list(tick_labels(linear_axis(low, high, most).ticks)) == labels


@given(FLOATS, FLOATS, st.integers(1, 8))
def test_a_linear_axis_holds_its_values_and_has_few_ticks(low, high, most):
    """Up to 1e300, the end of all axes; two parts more where both ends have to be rounded."""
    axis = linear_axis(low, high, most)
    inside = np.clip([low, high], -1e300, 1e300)
    assert ((axis.position(inside) > -1e-6) & (axis.position(inside) < 1 + 1e-6)).all()
    assert 2 <= len(axis.ticks) <= most + 3
    labels = tick_labels(axis.ticks)
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("low", "high", "most", "labels"),
    [
        (0.012, 3.0, 5, ["0.01", "0.1", "1", "5"]),
        (0.1, 0.9, 5, ["0.1", "0.2", "0.5", "1"]),
        (1e-9, 1e3, 4, ["1e-9", "1e-6", "0.001", "1", "1000"]),
        (5.0, 5.0, 4, ["2", "5", "10"]),
    ],
)
def test_log_axes_end_on_one_two_or_five_and_show_powers_of_ten(low, high, most, labels):
    assert list(log_tick_labels(log_axis(low, high, most).ticks)) == labels


@given(st.floats(1e-300, 1e300), st.floats(1e-300, 1e300), st.integers(1, 8))
def test_a_log_axis_holds_its_values(low, high, most):
    low, high = sorted((low, high))
    axis = log_axis(low, high, most)
    assert (np.abs(axis.position([low, high]) - 0.5) < 0.5 + 1e-6).all()
    assert 2 <= len(axis.ticks) <= most + 4


def test_what_has_no_place_on_an_axis_is_nan():
    assert np.isnan(linear_axis(0, 1, 2).position([np.nan, np.inf, -np.inf])).all()
    assert np.isnan(log_axis(1, 10, 2).position([0.0, -1.0, np.inf])).all()
    np.testing.assert_allclose(log_axis(1, 100, 2).position([1, 10, 100]), [0, 0.5, 1])


@given(st.sampled_from([linear_axis(-3, 1e9, 4), log_axis(1e-5, 30, 4)]), st.floats(width=32))
def test_one_value_lies_where_an_array_of_it_does(axis, value):
    np.testing.assert_allclose(axis.place(value), axis.position([value])[0], rtol=1e-12)


def test_iterations_have_whole_ticks_only():
    assert ticked_range(0, 3, 9, whole=True).ticks == (0, 1, 2, 3)
    assert ticked_range(0, 999, 5, whole=True).ticks == (0, 200, 400, 600, 800)
    assert ticked_range(7, 7, 5, whole=True).ticks == (7, 8)
    assert ticked_range(-0.6, 0.6, 3, whole=False).ticks == (-0.5, 0, 0.5)


@pytest.mark.parametrize(
    ("low", "high", "rows", "labels", "taken"),
    [
        (0.9, 4.33, 6, ["0.0", "2.5", "5.0"], 5),
        (0.82, 0.95, 7, ["0.80", "0.85", "0.90", "0.95"], 7),
        (0.0, 100.0, 9, ["0", "25", "50", "75", "100"], 9),
        (0.0, 100.0, 4, ["0", "100"], 4),
    ],
)
def test_ticks_that_stand_evenly_are_round_and_few(low, high, rows, labels, taken):
    """Where a row or two is left free for that, looked at on the screens."""
    axis, used = even_axis(low, high, rows, max(1, rows // 2))
    assert list(tick_labels(axis.ticks)) == labels
    assert used == taken


@given(FLOATS, FLOATS, st.integers(1, 40), st.integers(1, 6))
def test_even_ticks_hold_the_range_and_divide_their_rows(one, other, rows, most):
    low, high = sorted((one, other))
    axis, used = even_axis(low, high, rows, most)
    width = axis.high - axis.low
    assert max(1, rows - 2) <= used <= rows
    assert axis.low <= min(max(low, -1e300), 1e300) + width * 1e-6
    assert axis.high >= min(max(high, -1e300), 1e300) - width * 1e-6
    if rows > 2:
        assert len(axis.ticks) - 1 <= most + 2
