"""Measures large arrays while the program goes on: its own passes over them leave a core free.

What was started is finished before anybody asks for numbers, and before the process is copied.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial

import numpy as np

from nnviz.attach.namespace import ProgramArray
from nnviz.attach.trace import FULL, sampled
from nnviz.engine.threads import stand_back

Work = Callable[[], None]

WORTH = FULL
"""From so many numbers on, another thread is worth waking."""


@dataclass(eq=False)
class Meanwhile:
    """Work that is being done for one iteration, in the order in which it came.

    `at_once` are the names of arrays that the program has written to once while they were measured:
    it is not to happen again.
    """

    at_once: set[str] = field(default_factory=set)
    _jobs: "dict[str, tuple[Future[bool], Callable[[], bool]]]" = field(default_factory=dict)

    def do(self, name: str, array: ProgramArray, work: Work) -> None:
        """Do the work now where it is little, else while the program goes on."""
        if array.size <= WORTH or name in self.at_once or _cores() < 2:
            work()
        else:
            job = partial(_done, array, _mark(array), work)
            self._jobs[name] = _worker(os.getpid()).submit(job), job

    def finish(self) -> set[str]:
        """Have all of it done; the names of arrays that were written to, whose numbers are wrong.

        What the other thread has not begun is done here: it may have found no core.
        """
        jobs, self._jobs = self._jobs, {}
        changed = {
            name
            for name, (future, job) in reversed(jobs.items())
            if not (job() if future.cancel() else future.result())
        }
        self.at_once |= changed
        return changed


def _done(array: ProgramArray, before: bytes, work: Work) -> bool:
    """Do it; whether the array is as it was before, as far as some numbers all over it tell."""
    work()
    return _mark(array) == before


def _mark(array: ProgramArray) -> bytes:
    return np.ascontiguousarray(sampled(array)[0]).tobytes()


@cache
def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _worker(process: int) -> ThreadPoolExecutor:
    """One thread, and one for each process: threads do not survive a fork.

    It runs where a core is idle: it would halve a product that BLAS does on all of them.
    """
    return ThreadPoolExecutor(1, thread_name_prefix="nnviz", initializer=_stand_back)


def _stand_back() -> None:
    stand_back(threading.get_native_id())
