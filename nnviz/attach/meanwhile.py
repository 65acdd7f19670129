"""Measures large arrays while the program goes on: its own passes over them leave a core free.

What was started is finished before anybody asks for numbers, and before the process is copied.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.attach.trace import FULL, sampled

AnyArray = npt.NDArray[Any]
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
    _jobs: "dict[str, Future[bool]]" = field(default_factory=dict)

    def do(self, name: str, array: AnyArray, work: Work) -> None:
        """Do the work now where it is little, else while the program goes on."""
        if array.size <= WORTH or name in self.at_once or _cores() < 2:
            work()
        else:
            self._jobs[name] = _worker(os.getpid()).submit(_done, array, _mark(array), work)

    def finish(self) -> set[str]:
        """Wait for all of it; the names of arrays that were written to, whose numbers are wrong."""
        jobs, self._jobs = self._jobs, {}
        changed = {name for name, job in jobs.items() if not job.result()}
        self.at_once |= changed
        return changed


def _done(array: AnyArray, before: bytes, work: Work) -> bool:
    """Do it; whether the array is as it was before, as far as some numbers all over it tell."""
    work()
    return _mark(array) == before


def _mark(array: AnyArray) -> bytes:
    return np.ascontiguousarray(sampled(array)[0]).tobytes()


@cache
def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _worker(process: int) -> ThreadPoolExecutor:
    """One thread, and one for each process: threads do not survive a fork."""
    return ThreadPoolExecutor(1, thread_name_prefix="nnviz")
