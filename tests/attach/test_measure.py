"""Numbers of a program's own arrays are those of the whole arrays, however they are measured."""

import os
import sys
import threading

import numpy as np
import pytest

from nnviz.attach import meanwhile
from nnviz.attach.meanwhile import Meanwhile
from nnviz.attach.measure import LayerSums, largest_rows, measure_activation, measure_values
from nnviz.engine.activations import sigmoid
from nnviz.engine.threads import BEHIND

UNITS, SAMPLES = 37, 20_011


@pytest.fixture
def z():
    """More numbers than fit into a piece, in rows that are no whole number of portions long."""
    values = np.random.default_rng(0).normal(0, 3, (UNITS, SAMPLES))
    return values.astype(np.float32)


@pytest.mark.parametrize("columns", [True, False])
def test_an_activation_measured_piece_by_piece_has_the_whole_arrays_numbers(z, columns):
    a, sums = 1 / (1 + np.exp(-z)), LayerSums()
    laid_out = a if columns else np.ascontiguousarray(a.T)
    measure_activation(laid_out, columns, sigmoid(), sums)
    low, high = sigmoid().saturation
    assert np.array_equal(sums.unit_saturated, ((a < low) | (a > high)).sum(axis=1))
    assert (sums.a.smallest, sums.a.largest, sums.a.count) == (a.min(), a.max(), a.size)
    # float32 within portions of 8192 numbers, float64 across them
    assert sums.unit_sum == pytest.approx(a.sum(axis=1, dtype=float), rel=1e-6)
    assert (sums.a.mean, sums.a.std) == pytest.approx((a.mean(dtype=float), a.std(dtype=float)))


def test_squares_beyond_float32_still_give_a_standard_deviation(z):
    sums = LayerSums()
    measure_values(z * np.float32(1e20), sums)
    assert sums.z.std == pytest.approx(1e20 * z.std(dtype=float), rel=1e-5)


def test_the_largest_row_is_the_first_one_as_numpy_has_it():
    array = np.random.default_rng(1).integers(0, 4, (10, 500)).astype(float)
    assert np.array_equal(largest_rows(array), array.argmax(axis=0))
    array[3, 7] = np.nan
    array[5, 8] = -np.inf
    assert np.array_equal(largest_rows(array), array.argmax(axis=0))


@pytest.fixture
def threaded(monkeypatch):
    """Every array is worth another thread, however few cores there are."""
    monkeypatch.setattr(meanwhile, "WORTH", 0)
    monkeypatch.setattr(meanwhile, "_cores", lambda: 2)


def test_numbers_are_there_once_it_is_finished(z, threaded):
    work, sums = Meanwhile(), LayerSums()
    work.do("z1", z, lambda: measure_values(z, sums))
    assert work.finish() == set()
    assert sums.z.largest == z.max()


def test_what_found_no_core_yet_is_done_by_whoever_needs_it(z, threaded):
    """A busy machine gives the other thread, which stands back, next to nothing."""
    work, free, threads = Meanwhile(), threading.Event(), []
    work.do("z1", z, lambda: free.wait(120))
    work.do("L1", z, lambda: (threads.append(threading.current_thread()), free.set()))
    assert work.finish() == set()
    assert threads == [threading.current_thread()]


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has no priority of its own there")
def test_the_other_thread_stands_back_for_blas(z, threaded):
    """And the thread that runs the program does not."""
    own, others, work = os.getpriority(os.PRIO_PROCESS, 0), [], Meanwhile()
    seen = threading.Event()
    work.do("z1", z, lambda: (others.append(os.getpriority(os.PRIO_PROCESS, 0)), seen.set()))
    assert seen.wait(120)
    work.finish()
    assert others == [min(19, own + BEHIND)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == own


def test_an_array_that_was_written_to_is_named_and_from_then_on_measured_at_once(z, threaded):
    work, written, threads = Meanwhile(), threading.Event(), []
    work.do("z1", z, lambda: threads.append(written.wait(120)))
    z[:] = 0
    written.set()
    assert work.finish() == {"z1"}
    work.do("z1", z, lambda: threads.append(threading.current_thread()))
    assert threads == [True, threading.current_thread()]
    assert work.finish() == set()


def test_what_fails_on_the_way_is_raised_at_the_end(z, threaded):
    work = Meanwhile()
    work.do("z1", z, lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        work.finish()
