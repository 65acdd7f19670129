"""The process of one check: takes the limits upon itself, loads the student's code, calls, answers.

What it answers is only ever taken for values, since the student's code can answer in its place.
"""

import copy
import gc
import os
import random
import resource
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.sandbox.inside import landlock, seccomp
from grader.sandbox.inside.codec import Ref, Rng, pack, unpack
from grader.sandbox.inside.loading import Loaded, described, quiet_builtins, where

_OURS = ("grader", "ctypes", "_ctypes", "marshal")
"""Modules that the student's code doesn't find loaded, so that importing them is seen."""

_STREAM = 64 * 1024


def serve(requests: int, answers: int, settings: Mapping[str, Any]) -> None:
    """Load, then run what is asked until nothing is; never returns to the caller's code."""
    _enter(settings)
    imports: list[str] = []
    known = sys.stdlib_module_names - {"ctypes", "subprocess", "socket", "multiprocessing"}

    def record(name: object) -> None:
        top = name.split(".")[0][:100] if type(name) is str else "numpy"
        if top not in known and top != "numpy" and top not in imports and len(imports) < 50:
            imports.append(top)

    for name in [name for name in sys.modules if name.split(".")[0] in _OURS]:
        del sys.modules[name]
    # The hook can't be removed; importlib.import_module asks only the finders.
    sys.addaudithook(lambda event, details: record(details[0]) if event == "import" else None)
    sys.meta_path.insert(0, _Recorder(record))
    quiet_builtins()
    os.chdir(settings["folder"])
    sys.path.append(settings["folder"])
    loaded = Loaded(settings["folder"])
    _reseed()
    for file, content in settings["units"]:
        source = content.tobytes().decode("utf-8", "surrogatepass")
        loaded.execute(file, source, keep_stubs=not settings["several"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    answer = {
        "names": loaded.callables(),
        "problems": loaded.problems,
        "imports": imports,
        "seconds": used.ru_utime + used.ru_stime,
    }
    _send(answers, pack(answer))
    while (request := _receive(requests)) is not None:
        if settings["keep"]:
            used = resource.getrusage(resource.RUSAGE_SELF)
            soft = int(used.ru_utime + used.ru_stime + request["cpu_seconds"]) + 1
            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard), hard))
        _reseed()
        answer = _run(request["calls"], loaded)
        packet = pack({**answer, "imports": imports})
        if len(packet) > request["value_bytes"]:
            packet = pack({**answer, "values": [], "too_large": len(packet), "imports": imports})
        _send(answers, packet)


class _Recorder:
    """A finder that finds nothing, but tells what is looked for."""

    def __init__(self, record: Callable[[object], None]) -> None:
        self._record = record

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Record the name; the next finder looks for it."""
        self._record(name)


def _enter(settings: Mapping[str, Any]) -> None:
    """Take limits, Landlock and the filter upon this process; the filter is the last."""
    for name, (soft, hard) in settings["limits"].items():
        kind = getattr(resource, name)
        most = resource.getrlimit(kind)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(kind, (soft, hard))
    if settings["landlock"]:
        landlock.restrict(settings["readable"], settings["writable"])
    if settings["seccomp"]:
        seccomp.deny_new_processes()


def _run(calls: Sequence[Mapping[str, Any]], loaded: Loaded) -> dict[str, Any]:
    """Make the calls one after the other until one fails."""
    results: list[Any] = []
    mutated: list[tuple[int, Any]] = []
    error: dict[str, Any] | None = None
    for number, call in enumerate(calls):
        try:
            function = loaded.names[call["function"]]
        except KeyError:
            name = call["function"]
            error = {"kind": "exception", "message": f"there is no function {name}", "line": 0}
            break
        given = dict(enumerate(call["args"])) | dict(call["kwargs"])
        passed = {key: _own(value, results) for key, value in given.items()}
        args = [passed[key] for key in range(len(call["args"]))]
        kwargs = {key: passed[key] for key in call["kwargs"]}
        try:
            results.append(function(*args, **kwargs))
        except BaseException as exception:
            line, file = where(exception, loaded.files)
            kind = "memory" if isinstance(exception, MemoryError) else "exception"
            text = described(exception)
            error = {"kind": kind, "message": text, "line": line, "file": file}
        mutated += [(number, k) for k, v in given.items() if _changed(v, passed[k])]
        if error:
            break
    return {"values": results, "error": error, "mutated": mutated}


def _own(value: Any, results: list[Any]) -> Any:
    """An argument that the student's code may do with what it likes."""
    if isinstance(value, Ref):
        found = results[value.call]
        return found if value.key is None else found[value.key]
    if isinstance(value, Rng):
        return np.random.default_rng(value.seed)
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(_own(item, results) for item in value)
    if isinstance(value, dict):
        return {key: _own(item, results) for key, item in value.items()}
    return copy.copy(value)


def _changed(before: Any, after: Any) -> bool:
    """Whether an array, or one in a list or a dict, isn't what it was."""
    if isinstance(before, np.ndarray):
        same = after.shape == before.shape and after.dtype == before.dtype
        return not same or after.tobytes() != before.tobytes()
    if type(before) in (list, tuple):
        return len(before) != len(after) or any(map(_changed, before, after))
    if isinstance(before, dict):
        return any(key not in after or _changed(v, after[key]) for key, v in before.items())
    return False


def _reseed() -> None:
    """Start the global generators anew: a run depends on no other."""
    np.random.seed(0)
    random.seed(0)


def _send(stream: int, packet: bytes) -> None:
    """Write what was printed, then the answer."""
    for output in (sys.stdout, sys.stderr):
        try:
            output.flush()
        except BaseException:
            gc.collect(0)  # the student's code replaced or closed it: what was printed is lost
    data = memoryview(struct.pack("<Q", len(packet)) + packet)
    while data:
        data = data[os.write(stream, data[:_STREAM]) :]


def _receive(stream: int) -> Any:
    """The next request, None where there is none any more."""
    head = _exactly(stream, 8)
    if head is None:
        return None
    packet = _exactly(stream, struct.unpack("<Q", head)[0])
    return None if packet is None else unpack(packet)


def _exactly(stream: int, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        piece = os.read(stream, min(count - len(data), _STREAM))
        if not piece:
            return None
        data += piece
    return bytes(data)
