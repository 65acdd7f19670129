"""Runs students' code shut in, as strongly as this machine permits, and returns values only.

    sandbox = choose_sandbox()
    with sandbox.open(submission) as session:
        outcome = session.run([Call("sigmoid", (z,), {"k": 2.0})])

Each submission gets a process of its own in the sandbox, and each run a fork of that one. That of
the first is started there; where many follow, a process with numpy ready sends a fork of itself
into each new sandbox, which takes a fraction of the time.
"""

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.sandbox.backends import BACKENDS, LEVELS, Backend
from grader.sandbox.probing import advice, failing, proved_worker, refusal
from grader.sandbox.process import Worker
from grader.sandbox.records import Call, Kind, Limits, Opaque, Outcome, Ref, Rng
from grader.sandbox.session import Session
from grader.sandbox.starting import Warm, WorkerError
from nnviz.errors import InputError

if TYPE_CHECKING:
    from grader.submission import Submission

__all__ = [
    "Call",
    "Kind",
    "Limits",
    "Opaque",
    "Outcome",
    "Ref",
    "Rng",
    "Sandbox",
    "Session",
    "WorkerError",
    "choose_sandbox",
]


class Sandbox:
    """One way of shutting code in; `layers` says what it consists of, for the grade.

    From the second submission on, the process of the next one starts while this one runs.
    """

    def __init__(self, backend: Backend, limits: Limits | None = None) -> None:
        self.backend = backend
        self.limits = limits or Limits()
        self._lock = threading.Lock()
        self._next = proved_worker(backend)
        self._opened = 0
        self._warm: Warm | None = None
        self._can_enter = backend.entered
        atexit.register(self.close)

    @property
    def layers(self) -> tuple[str, ...]:
        """What holds the student's code, in words."""
        return self.backend.layers

    @contextmanager
    def open(self, submission: "Submission") -> Iterator[Session]:
        """Load a submission's code in a sandbox of its own, which ends with the context.

        Raises InputError where the sandbox can't be started.
        """
        try:
            worker = self._worker()
        except WorkerError as error:
            raise InputError(f"the sandbox can't be started: {error}") from error
        try:
            submission.copy_files(worker.folder)
            session = Session(worker, submission.sources, self.limits)
            try:
                yield session
            finally:
                session.close()
        except WorkerError as error:
            raise InputError(f"the sandbox stopped working: {error}") from error
        finally:
            worker.close()

    def _worker(self) -> Worker:
        with self._lock:
            worker, self._next = self._next, None
            self._opened += 1
            often = self._opened > 1
            if often and self._can_enter and not self._warm:
                self._warm = self._warmed()
        worker = _ready(worker) or self._start()
        if often:
            following = self._start()
            with self._lock:
                self._next, spare = following, self._next
            if spare:
                spare.close()
        return worker

    def _start(self) -> Worker:
        """A worker, by the quick way as long as there is one."""
        if warm := self._warm:
            try:
                return Worker(self.backend, warm)
            except WorkerError:
                self._warm, self._can_enter = None, False
                warm.close()
        return Worker(self.backend)

    def _warmed(self) -> Warm | None:
        """A warm process, if what it sends into a sandbox is held there: that is tried, once."""
        warm = worker = None
        try:
            warm = Warm()
            worker = Worker(self.backend, warm)
            if not failing(worker):
                return warm
        except WorkerError:
            pass
        finally:
            if worker:
                worker.close()
        self._can_enter = False
        if warm:
            warm.close()
        return None

    def __reduce__(self) -> tuple[object, ...]:
        """Another process gets a sandbox of the same kind, with workers of its own."""
        return _named, (self.backend.name, self.limits)

    def close(self) -> None:
        """End the process that was started ahead; a later `open` starts a new one."""
        with self._lock:
            worker, self._next = self._next, None
            warm, self._warm = self._warm, None
            self._opened = 0
        if worker:
            worker.close()
        if warm:
            warm.close()


def _ready(worker: Worker | None) -> Worker | None:
    """A worker that was started ahead, unless it never came up: what started it was killed, say."""
    if worker:
        try:
            worker.wait_ready()
        except WorkerError:
            worker.close()
            return None
    return worker


def _named(name: str, limits: Limits) -> Sandbox:
    return Sandbox(next(one for one in BACKENDS if one.name == name), limits)


def choose_sandbox(minimum: str = "namespaces", allow_unsandboxed: bool = False) -> Sandbox:
    """The strongest sandbox that works here, each tried by running something in it.

    `minimum` is a rubric's `isolation`: "namespaces", "landlock" or "limits". Raises InputError,
    saying what to install, where nothing as strong works and `allow_unsandboxed` isn't given.
    """
    if minimum not in LEVELS:
        raise InputError(f"isolation = {minimum!r}: expected one of {', '.join(LEVELS)}")
    wanted = LEVELS.index("limits" if allow_unsandboxed else minimum)
    reasons = []
    for backend in BACKENDS[: wanted + 1]:
        reason = refusal(backend)
        if not reason:
            return Sandbox(backend)
        reasons.append(reason)
    weaker = [backend for backend in BACKENDS[wanted + 1 : -1] if not refusal(backend)]
    lower = "".join(f' `isolation = "{b.level}"` in the rubric permits {b.name}.' for b in weaker)
    raise InputError(
        f"students' code isn't run: the rubric asks for isolation by {minimum}, and here "
        f"{'; '.join(reasons)}. To get it, {advice(BACKENDS[: wanted + 1])}.{lower} "
        "--allow-unsandboxed runs the code with all your rights, which is for code that you trust."
    )
