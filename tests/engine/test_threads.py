"""Promises of sharing work out: every job once, errors told, BLAS left as it was found."""

import os
import sys
import threading

import pytest
from threadpoolctl import threadpool_limits

from nnviz.engine.threads import BEHIND, share_out, single_threaded_blas, stand_back


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_job_is_done_once(threads):
    done = []
    share_out(100, threads, lambda numbers: done.extend(numbers))
    assert sorted(done) == list(range(100))


def test_several_threads_work_at_the_same_time():
    """Each of three waits until the other two have come: alone it would wait for ever."""
    together = threading.Barrier(3, timeout=120)

    def work(numbers):
        next(numbers)
        together.wait()

    share_out(3, 3, work)


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_in_any_thread_stops_the_others_and_is_raised(threads):
    done = []

    def work(numbers):
        for number in numbers:
            if number == 5:
                raise ZeroDivisionError
            done.append(number)

    with pytest.raises(ZeroDivisionError):
        share_out(10**6, threads, work)
    assert len(done) < 10**6


def test_blas_is_lowered_and_put_back_by_whichever_thread_leaves_last(blas_threads):
    """The one that lowered it may leave first, and another thread may have used it before."""
    entered, leave = threading.Event(), threading.Event()

    def user():
        with single_threaded_blas:
            entered.set()
            leave.wait(120)

    with threadpool_limits(3):
        other = threading.Thread(target=user)
        with single_threaded_blas as threads:
            assert threads == 3
            assert set(blas_threads()) == {1}
            other.start()
            assert entered.wait(120)
        assert set(blas_threads()) == {1}
        leave.set()
        other.join()
        assert set(blas_threads()) == {3}
        with single_threaded_blas:
            assert set(blas_threads()) == {1}
        assert set(blas_threads()) == {3}


def test_an_error_inside_puts_blas_back(blas_threads):
    with threadpool_limits(2):
        with pytest.raises(KeyError), single_threaded_blas:
            raise KeyError
        assert set(blas_threads()) == {2}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
def test_a_thread_stands_back_once_and_never_more():
    found = []

    def run():
        for _ in range(2):
            stand_back(threading.get_native_id())
            found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    own = os.getpriority(os.PRIO_PROCESS, os.getpid())
    assert found == [min(19, own + BEHIND)] * 2


def test_a_thread_that_has_ended_can_not_stand_back_and_does_no_harm():
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    stand_back(thread.native_id)
