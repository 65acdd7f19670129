"""Marks many submissions at once: in this process, in several, or on a cluster.

joblib runs them all, and the outcomes come as they are ready. A worker that dies takes nothing
along: what it may have had in hand is marked again, one at a time, and what then still kills
its worker is an outcome too.
"""

import os
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from grader.cohort.discovery import Found, source_stamp
from grader.cohort.work import Outcome, Work, mark_found

Marker = Callable[[Found, Work], Outcome]

SECONDS_BETWEEN_LOOKS = 0.25


@dataclass(frozen=True)
class Pool:
    """Where the work is done: `jobs` at once; `setting` is joblib's while it runs.

    `deaths` are the exceptions that mean a worker died. Workers end with the process `owner`.
    `at_once` is how many submissions are handed out at a time. `on_each_host` calls something once
    on every machine that works here.
    """

    jobs: int
    setting: Callable[[], AbstractContextManager[Any]] = nullcontext
    deaths: tuple[type[BaseException], ...] = ()
    owner: int | None = None
    at_once: int | str = "n_jobs"
    on_each_host: Callable[[Callable[[], object]], None] | None = None
    """None where that is this machine alone."""


def local_pool(jobs: int) -> Pool:
    """That many processes of this machine; never this one, which may not be killed."""
    from joblib import parallel_config
    from joblib.externals.loky.process_executor import BrokenProcessPool

    setting = partial(parallel_config, backend="loky")
    # for a single job joblib would do the work here: ask for two, and hand out one at a time
    return Pool(max(2, jobs), setting, (BrokenProcessPool,), os.getpid(), at_once=jobs)


@dataclass
class Running:
    """The submissions that are being worked on, by name, in the order they were begun."""

    found: dict[str, Found] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Their names, the one begun first at the head."""
        return list(self.found)


def outcomes(
    submissions: Iterable[Found],
    work: Work,
    pool: Pool,
    running: Running,
    marker: Marker = mark_found,
) -> Iterator[Outcome]:
    """Mark all of them; outcomes come in the order in which they are ready.

    `running` is kept up to date meanwhile.
    """
    waiting = deque(submissions)
    while waiting:
        try:
            for outcome in _parallel(waiting, work, pool, running, marker):
                del running.found[outcome.found.name]
                yield outcome
        except pool.deaths:
            suspects = list(running.found.values())
            running.found.clear()
            for suspect in suspects:
                yield _alone(suspect, work, pool, running, marker)


def _parallel(
    waiting: deque[Found], work: Work, pool: Pool, running: Running, marker: Marker
) -> Iterator[Outcome]:
    from joblib import Parallel, delayed

    def hand_out() -> Iterator[Any]:
        while waiting:
            found = waiting.popleft()
            running.found[found.name] = found
            yield delayed(_mark)(found, work, marker, pool.owner)

    with pool.setting(), warnings.catch_warnings():
        # whoever stops asking for outcomes has said why in one line
        warnings.filterwarnings("ignore", r"\s*\d+ tasks (have been|which were) ")
        parallel = Parallel(
            n_jobs=pool.jobs,
            batch_size=1,
            pre_dispatch=pool.at_once,
            return_as="generator_unordered",
        )
        yield from parallel(hand_out())


def _mark(found: Found, work: Work, marker: Marker, owner: int | None) -> Outcome:
    if owner is not None:
        _end_with(owner)
    return marker(found, work)


@cache
def _end_with(owner: int) -> None:
    """Let this process end soon after its owner, which may be killed without a word."""

    def watch() -> None:
        while os.getppid() == owner:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _alone(found: Found, work: Work, pool: Pool, running: Running, marker: Marker) -> Outcome:
    """Mark one submission that may have killed its worker, with nothing else at work."""
    try:
        (outcome,) = _parallel(deque([found]), work, pool, running, marker)
    except pool.deaths:
        message = "the process that marked it was killed, each time it was tried"
        stamp = source_stamp(found.path)
        outcome = Outcome(found, "failed", found.student or found.name, stamp, 0.0, message)
    running.found.clear()
    return outcome
