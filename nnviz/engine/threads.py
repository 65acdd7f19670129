"""Work shared out to threads, with the matrix products inside it kept to one thread each.

A product that OpenBLAS spreads over threads may round differently from the same product on one
thread, and whoever threads over tiles doesn't want threads inside a tile. OpenBLAS's number of
threads belongs to the whole process, so it is lowered for as long as somebody works here and put
back after the last one: other code is not to notice.
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

from threadpoolctl import LibController, ThreadpoolController


class _SingleThreadedBlas:
    """Lowers BLAS to one thread while it has users; several threads may be users at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._libraries: list[LibController] = []
        self._threads: list[int] = []

    def enter(self) -> int:
        """Count one user more; return how many threads BLAS uses when left alone."""
        with self._lock:
            if not self._users:
                self._libraries = _blas_libraries()
                self._threads = [library.get_num_threads() for library in self._libraries]
                for library in self._libraries:
                    library.set_num_threads(1)
            self._users += 1
            return max(self._threads, default=os.cpu_count() or 1)

    def leave(self) -> None:
        """Count one user less; the last one puts the numbers of threads back."""
        with self._lock:
            self._users -= 1
            if not self._users:
                for library, threads in zip(self._libraries, self._threads, strict=True):
                    library.set_num_threads(threads)


_BLAS = _SingleThreadedBlas()


@cache
def _blas_libraries() -> list[LibController]:
    # looked up once: the search goes through every library that is loaded
    controllers = ThreadpoolController().select(user_api="blas").lib_controllers
    return list(controllers)


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    # one pool for each process: threads do not survive a fork
    return ThreadPoolExecutor(thread_name_prefix="nnviz")


@contextmanager
def single_threaded_blas() -> Iterator[int]:
    """Keep matrix products to one thread; gives how many threads BLAS would use otherwise.

    That number is also how many threads to use instead: so OPENBLAS_NUM_THREADS and
    `threadpoolctl.threadpool_limits` hold for the work done here, too.
    """
    threads = _BLAS.enter()
    try:
        yield threads
    finally:
        _BLAS.leave()


def share_out(jobs: int, threads: int, work: Callable[[Iterator[int]], None]) -> None:
    """Call `work(numbers)` on several threads at once; together they get 0 to jobs - 1, in order.

    The calling thread is one of them. Whatever `work` raises is raised here, after every thread
    has stopped: the others get no further numbers.
    """
    claim = _Claim(jobs)
    helpers = min(threads, jobs) - 1
    futures = [_pool(os.getpid()).submit(_guarded, work, claim) for _ in range(helpers)]
    try:
        _guarded(work, claim)
    finally:
        for future in futures:
            future.exception()
    for future in futures:
        future.result()


class _Claim:
    """Hands out 0, 1, ..., jobs - 1, each once, to whichever thread asks next."""

    def __init__(self, jobs: int) -> None:
        self._left = iter(range(jobs))
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        with self._lock:
            return next(self._left)

    def close(self) -> None:
        with self._lock:
            self._left = iter(())


def _guarded(work: Callable[[Iterator[int]], None], claim: _Claim) -> None:
    try:
        work(claim)
    finally:
        claim.close()  # nothing is left by now, or `work` failed and the others are to stop
