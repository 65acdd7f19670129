"""Work shared out to threads, with the matrix products inside it kept to one thread each.

A product that BLAS spreads over threads may round differently from the same product on one thread,
and whoever threads over tiles doesn't want threads inside a tile. BLAS's number of threads belongs
to the whole process, so it is lowered for as long as somebody works here and put back after the
last one: other code is not to notice.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import product
from types import TracebackType

from threadpoolctl import LibController, ThreadpoolController

BEHIND = 10
"""How much lower the priority of a thread that stands back is: it gets a tenth of a core that
another one wants as well."""


class _SingleThreadedBlas:
    """Lowers BLAS to one thread while it has users; several threads may be users at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before: list[int] = []

    def __enter__(self) -> int:
        """Count one user more; return how many threads BLAS uses when left alone."""
        with self._lock:
            if not self._users:
                self._before = [library.get_threads() for library in _blas_libraries()]
                for library in _blas_libraries():
                    library.set_threads(1)
            self._users += 1
            return max(self._before) if self._before else os.cpu_count() or 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                for library, threads in zip(_blas_libraries(), self._before, strict=True):
                    library.set_threads(threads)


single_threaded_blas = _SingleThreadedBlas()
"""`with single_threaded_blas as threads:` keeps matrix products to one thread each.

`threads` is how many BLAS would use otherwise, and how many to use instead: so OPENBLAS_NUM_THREADS
and `threadpoolctl.threadpool_limits` hold for the work done here, too.
"""


@dataclass(frozen=True)
class _Library:
    """One BLAS library that is loaded, and how to ask for and set its number of threads."""

    get_threads: Callable[[], int]
    set_threads: Callable[[int], object]


@cache
def _blas_libraries() -> tuple[_Library, ...]:
    # looked up once: the search goes through every library that is loaded
    controllers = ThreadpoolController().select(user_api="blas").lib_controllers
    return tuple(_Library(c.get_num_threads, _setter(c)) for c in controllers)


def _setter(controller: LibController) -> Callable[[int], object]:
    """How to set the number of threads, from any thread.

    Newer versions of threadpoolctl ignore, without a word, every thread but the first that sets
    OpenBLAS's number; here a lock keeps threads from getting in each other's way, so OpenBLAS is
    asked directly.
    """
    if getattr(controller, "threading_layer", "") == "pthreads":
        for prefix, suffix in product(("", "scipy_"), ("", "64_", "_64")):
            name = f"{prefix}openblas_set_num_threads{suffix}"
            if function := getattr(controller.dynlib, name, None):
                return function
    return controller.set_num_threads


@cache
def _helpers(process: int) -> ThreadPoolExecutor:
    # one pool for each process: threads do not survive a fork
    return ThreadPoolExecutor(thread_name_prefix="nnviz")


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
        """Hand out nothing any more."""
        with self._lock:
            self._left = iter(range(0))


def share_out(jobs: int, threads: int, work: Callable[[Iterator[int]], None]) -> None:
    """Call `work(numbers)` on several threads at once; together they get 0 to jobs - 1, in order.

    The calling thread is one of them. What `work` raises is raised here, after every thread has
    stopped: the others get no further numbers.
    """
    claim = _Claim(jobs)

    def guarded() -> None:
        try:
            work(claim)
        finally:
            claim.close()  # nothing is left by now, or `work` failed and the others are to stop

    others = [_helpers(os.getpid()).submit(guarded) for _ in range(min(threads, jobs) - 1)]
    try:
        guarded()
    finally:
        # a helper that has not begun has nothing to do any more
        begun = [other for other in others if not other.cancel()]
        errors = [other.exception() for other in begun]
    for error in errors:
        if error is not None:
            raise error


def stand_back(thread: int) -> None:
    """Let a thread, named by its `native_id`, run where the main thread and others leave a core.

    Only Linux has a priority for each thread. Where the thread has ended, or a sandbox forbids it,
    all stays as it is.
    """
    if sys.platform != "linux":
        return
    lower = os.getpriority(os.PRIO_PROCESS, os.getpid()) + BEHIND
    with suppress(OSError):
        if os.getpriority(os.PRIO_PROCESS, thread) < lower:
            os.setpriority(os.PRIO_PROCESS, thread, lower)
