"""Finds out which backends work here, by running in each of them what it has to prevent."""

import atexit
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from grader.sandbox import places
from grader.sandbox.backends import BACKENDS, Backend
from grader.sandbox.inside import landlock, seccomp
from grader.sandbox.process import Worker
from grader.sandbox.records import Call, Limits
from grader.sandbox.session import Session
from grader.sandbox.starting import WorkerError
from grader.source import Source, Unit

_ATTEMPTS = '''
import os, socket

def attempts(path, port):
    """What of this succeeds: none of it should."""
    done = []
    try:
        open(path).read()
        done.append("reads files outside")
    except OSError:
        pass
    try:
        open(os.path.join(os.path.dirname(path), "written"), "w").close()
        done.append("writes files outside")
    except OSError:
        pass
    try:
        if not os.fork():
            os._exit(0)
        done.append("starts processes")
    except OSError:
        pass
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        done.append("reaches the network")
    except OSError:
        pass
    return [done, 6 * 7]
'''

_INSTALL = {
    "bubblewrap": "install bubblewrap (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install "
    "bubblewrap) where user namespaces are permitted",
    "landlock": "use Linux 6.2 or newer with Landlock",
}


def advice(backends: Sequence[Backend]) -> str:
    """How to get one of these backends to work."""
    if places.drops_root() and places.lacking():
        return "grade as an ordinary user: root has been deprived here of what it takes"
    return "; or ".join(_INSTALL[b.name] for b in backends if b.name in _INSTALL)


_found: dict[str, str] = {}
_proved: dict[str, Worker] = {}
_lock = threading.Lock()


def refusal(backend: Backend) -> str:
    """Why this backend can't be used here, "" where it can: it was tried, once in a process."""
    with _lock:
        if backend.name not in _found:
            _found[backend.name] = _refusal(backend)
        return _found[backend.name]


def _refusal(backend: Backend) -> str:
    if reason := impossible(backend):
        return reason
    try:
        worker = Worker(backend)
    except WorkerError as error:
        return str(error)
    if reason := failing(worker):
        worker.close()
    else:
        _proved[backend.name] = worker
    return reason


def proved_worker(backend: Backend) -> Worker | None:
    """The worker in which the backend was tried, for who asks first: it has run nothing else."""
    with _lock:
        return _proved.pop(backend.name, None)


@atexit.register
def _close_proved() -> None:
    for backend in BACKENDS:
        if worker := proved_worker(backend):
            worker.close()


def failing(worker: Worker) -> str:
    """What of all that it has to prevent this worker does not, "" where it holds."""
    backend = worker.backend
    source = Source("probe.py", (Unit("probe.py", _ATTEMPTS),))
    try:
        with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as up:
            Path(folder).chmod(0o755)
            secret = Path(folder) / "secret"
            secret.write_text("secret", encoding="utf-8")
            session = Session(worker, (source,), Limits(wall_seconds=60, cpu_seconds=20))
            port = up.getsockname()[1]
            outcome = session.run([Call("attempts", (str(secret), port))])
            session.close()
    except (WorkerError, OSError) as error:
        return str(error)
    if outcome.kind != "value" or not isinstance(outcome.value, list):
        return f"{backend.name}: a small program doesn't run in it ({outcome.message})"
    done, answer = outcome.value
    if answer != 42 or (done and backend.seccomp):
        return f"{backend.name}: code in it {', '.join(done) or 'computes nonsense'}"
    return ""


def impossible(backend: Backend) -> str:
    """Why this kind of machine can't have the backend, "" where that has to be tried."""
    if backend.seccomp and sys.platform != "linux":
        return f"{backend.name}: needs Linux"
    if backend.seccomp and not seccomp.knows(os.uname().machine):
        return f"{backend.name}: the system calls of {os.uname().machine} are not known here"
    if backend.landlock and (found := landlock.abi()) < landlock.LEAST_ABI:
        has = f"has Landlock's version {found}" if found else "has no Landlock"
        return f"{backend.name}: the kernel {has}, {landlock.LEAST_ABI} is needed (Linux 6.2)"
    return ""


def available() -> tuple[Backend, ...]:
    """The backends that work here, strongest first."""
    return tuple(backend for backend in BACKENDS if not refusal(backend))
