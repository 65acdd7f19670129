"""Promises of the reductions: numpy's plain numbers, for any shape, also where float32 ends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nnviz.debugger import reductions
from nnviz.debugger.reductions import (
    Spread,
    column_count,
    column_maximum,
    in_range,
    spread_of,
)


@pytest.mark.parametrize("few", [0, 10**6], ids=["many", "few"])
@settings(deadline=None)
@given(
    rows=arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 700), st.integers(1, 40)),
        elements=st.floats(-2, 2, width=32) | st.just(float("nan")),
        fill=st.floats(-1, 1, width=32),
    ),
)
def test_column_reductions_are_numpys(rows, few):
    with np.errstate(all="ignore"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(reductions, "FEW", few)
        np.testing.assert_array_equal(column_maximum(rows), rows.max(axis=0))
        mask = rows > 0.5
        np.testing.assert_array_equal(column_count(mask), np.count_nonzero(mask, axis=0))


@pytest.mark.parametrize("samples", [254, 255, 256, 1000, 70_000])
def test_counting_all_of_many_samples_does_not_overflow(samples, monkeypatch):
    monkeypatch.setattr(reductions, "FEW", 0)
    assert (column_count(np.ones((samples, 3), bool)) == samples).all()


def known(values):
    """The spread of some values from their sum and extremes."""
    total, squares = float(values.sum(dtype=np.float64)), float(values @ values)
    return spread_of(values, total, squares, values.min(), values.max())


@settings(deadline=None)
@given(
    portions=st.lists(
        arrays.arrays(np.float64, st.integers(1, 20), elements=st.floats(-1e3, 1e3)),
        min_size=1,
        max_size=6,
    )
)
def test_a_spread_does_not_depend_on_the_portions(portions):
    spread, values = Spread(), np.concatenate(portions)
    for portion in portions:
        spread.merge(known(portion))
    assert spread.mean == pytest.approx(values.mean(), rel=1e-9, abs=1e-9)
    assert spread.std == pytest.approx(values.std(), rel=1e-6, abs=1e-6)
    assert (spread.smallest, spread.largest) == (values.min(), values.max())


def test_a_small_spread_about_a_large_mean_is_not_lost_in_float32():
    """mean 1000, std 0.01: the squares differ in the ninth digit, float32 has seven."""
    values = (1000 + 0.01 * np.random.default_rng(0).normal(size=5000)).astype(np.float32)
    assert known(values).std == pytest.approx(values.astype(np.float64).std(), rel=1e-3)
    assert known(np.full(100, 0.1, np.float32)).std == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("size", [1e-25, 1e25])
def test_squares_out_of_float32s_range_are_summed_in_wide_numbers(size):
    values = np.array([-size, -size, size, size], np.float32)
    with np.errstate(over="ignore"):
        squares = float(values @ values)
    assert squares in (0, np.inf)
    assert in_range(squares, lambda: values) == pytest.approx(4 * size**2, rel=1e-6)
    assert spread_of(values, 0.0, squares, -size, size).std == pytest.approx(size, rel=1e-6)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_nan_is_seen_in_whichever_portion_it_came(place):
    spread = Spread()
    for number in range(3):
        value = float("nan") if number == place else float(number)
        spread.add(1, value, 0.0, value, value)
    assert np.isnan([spread.smallest, spread.largest]).all()
