"""Promises of sharing work out: every job once, errors told, BLAS left as it was found."""

import threading

import pytest
from threadpoolctl import threadpool_limits

from nnviz.engine.threads import share_out, single_threaded_blas


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
