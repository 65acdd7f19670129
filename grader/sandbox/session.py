"""One submission in a sandbox: its code is loaded, its functions are called, values come back.

Whatever the student's process says is a value or nothing; what is right is decided elsewhere.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from signal import SIGKILL, SIGXCPU
from typing import Any

import numpy as np

from grader.sandbox.inside.codec import MalformedError, pack, unpack
from grader.sandbox.places import places
from grader.sandbox.process import Check, Ended, Worker
from grader.sandbox.records import Call, Kind, Limits, Opaque, Outcome
from grader.source import Source

KEEP_SECONDS = 0.5
"""Code that takes longer than this to load is loaded once, not for each run."""

_ENDING_SECONDS = 5.0

MAX_NAMES = 2_000
MAX_PROBLEMS = 30
MAX_MESSAGE = 400

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
_NOT_SENT = "returned a value that is no numbers or texts: {}"


class Session:
    """A submission whose code is loaded; made by `Sandbox.open`.

    `names` are the functions and classes that it defines, `problems` what failed while loading,
    `forbidden` the packages beyond numpy and the standard library that it tried to import (and
    `ctypes`, `subprocess`, `socket`, `multiprocessing`), `output` what loading printed.
    """

    def __init__(self, worker: Worker, sources: Sequence[Source], limits: Limits) -> None:
        self._worker, self._limits = worker, limits
        self._units = [(unit.name, unit.text) for source in sources for unit in source.units]
        self._several = len(sources) > 1
        self._check: Check | None = None
        self._keep = False
        self._failed: Outcome | None = None
        self.names: frozenset[str] = frozenset()
        self.problems: tuple[str, ...] = ()
        self.forbidden: tuple[str, ...] = ()
        self.output = ""
        if self._units:
            self._open(limits)

    def run(self, calls: Sequence[Call], limits: Limits | None = None) -> Outcome:
        """Make the calls in a fresh process, stopping at the first that fails.

        Code that takes long to load shares a process among runs, until one of them ends it.
        """
        if not self._units:
            return Outcome("no-value", message="there is no code")
        if self._failed:
            return self._failed
        limits = limits or self._limits
        if self._check and not self._keep and limits != self._limits:
            self._end(limits)
        if not self._check:
            failed = self._load(limits)
            if failed:
                return failed
        assert self._check is not None
        request = {
            "calls": [
                {"function": call.function, "args": call.args, "kwargs": dict(call.kwargs)}
                for call in calls
            ],
            "cpu_seconds": limits.cpu_seconds,
            "value_bytes": limits.value_bytes,
        }
        printed = len(self._check.printed)
        check = self._check
        answer = check.ask(pack(request), limits, limits.wall_seconds)
        outcome = self._outcome(answer, len(calls), limits)
        if not self._keep or outcome is None:
            ended = self._end(limits, answer)
            outcome = outcome or _without_answer(answer, ended, limits)
        output = bytes(check.printed[printed:]).decode("utf-8", "replace")
        return replace(outcome, output=output)

    def close(self) -> None:
        """End the process that is left; the worker is closed by whoever started it."""
        if self._check:
            self._end(self._limits)

    def _open(self, limits: Limits) -> None:
        """Load for the first time, to learn what there is."""
        self._failed = self._load(limits)
        if self._failed:
            self.problems = (f"loading the code: {self._failed.message}",)

    def _load(self, limits: Limits) -> Outcome | None:
        """Fork a process and load the code in it; what went wrong where it doesn't come back."""
        setup = {
            **self._worker.backend.settings(places(), self._worker.folder, limits),
            "units": [[name, _as_bytes(text)] for name, text in self._units],
            "several": self._several,
            "keep": self._keep,
        }
        if self._keep:
            setup["limits"] = {**setup["limits"], "RLIMIT_CPU": _RAISED}  # type: ignore[dict-item]
        check = self._check = self._worker.spawn()
        answer = check.ask(pack(setup), limits, limits.wall_seconds)
        found = _read(answer)
        if not isinstance(found, Mapping):
            ended = self._end(limits, answer)
            return _without_answer(answer, ended, limits)
        self.names = frozenset(_texts(found.get("names"), MAX_NAMES))
        self.problems = tuple(_texts(found.get("problems"), MAX_PROBLEMS))
        self._forbid(found)
        self.output = bytes(check.printed).decode("utf-8", "replace")
        seconds = found.get("seconds")
        slow = isinstance(seconds, float) and KEEP_SECONDS < seconds < math.inf
        if slow and not self._keep:
            self._keep = True
            self._end(limits)
            return self._load(limits)
        return None

    def _end(self, limits: Limits, answer: object = b"") -> Ended:
        """Kill the process; one that closed its pipe without an answer may first end by itself."""
        assert self._check is not None
        check, self._check = self._check, None
        return check.end(limits, 0 if answer is not None else _ENDING_SECONDS)

    def _forbid(self, found: Mapping[str, Any]) -> None:
        imported = {*self.forbidden, *_texts(found.get("imports"), 100)}
        self.forbidden = tuple(sorted(imported))

    def _outcome(
        self, answer: bytearray | TimeoutError | None, calls: int, limits: Limits
    ) -> Outcome | None:
        """The outcome that an answer tells, None where there is none."""
        if not isinstance(answer, bytearray):
            return None
        found = _read(answer)
        if not isinstance(found, Mapping):
            return Outcome("unreadable", message="what came back is no value")
        self._forbid(found)
        values = found.get("values")
        results = tuple(values) if isinstance(values, list) else ()
        mutated = _pairs(found.get("mutated"))
        if "too_large" in found:
            most = limits.value_bytes // 1024**2
            text = f"returned more than {most} MB"
            return Outcome("unreadable", message=text, mutated=mutated)
        value = results[-1] if results else None
        error = found.get("error")
        if isinstance(error, Mapping):
            kind: Kind = "memory" if error.get("kind") == "memory" else "exception"
            message = message_of(error.get("message"))
            line, file = error.get("line"), error.get("file")
            return Outcome(
                kind,
                values=results,
                message=message if kind == "exception" else f"out of memory ({message})",
                line=line if isinstance(line, int) and 0 < line < 10**9 else None,
                file=message_of(file),
                mutated=mutated,
            )
        if len(results) != calls:
            return Outcome("unreadable", message="what came back are not the values asked for")
        if isinstance(value, Opaque):
            text = _NOT_SENT.format(message_of(value.type_name))
            return Outcome("unreadable", value, results, text, mutated=mutated)
        return Outcome("value", value, results, mutated=mutated)


_RAISED = (86_400, 86_401)
"""A process that serves many runs is held by the clock, and by the limit it sets before each."""


def _without_answer(answer: object, ended: Ended, limits: Limits) -> Outcome:
    """What happened to a process that gave no value."""
    slow = (
        f"not done in time ({limits.cpu_seconds:g} seconds of computing, "
        f"{limits.wall_seconds:g} seconds in all)"
    )
    if isinstance(answer, TimeoutError):
        return Outcome("timeout", message=slow)
    if answer is not None:
        return Outcome("unreadable", message="what came back is no value")
    if ended.signal == SIGXCPU or (ended.signal == SIGKILL and ended.cpu >= limits.cpu_seconds):
        return Outcome("timeout", message=slow)
    if ended.signal:
        return Outcome("killed", message=f"the process was ended by signal {ended.signal}")
    return Outcome("no-value", message="the process ended itself, without a value")


def _as_bytes(text: str) -> np.ndarray[Any, Any]:
    """A text of any length, as the array that a packet can hold."""
    return np.array(bytearray(text.encode("utf-8", "surrogatepass")), np.uint8)


def _read(answer: object) -> Any:
    """What a packet holds, None where it is no packet."""
    if not isinstance(answer, bytearray):
        return None
    try:
        return unpack(answer)
    except MalformedError:
        return None


def _texts(found: object, most: int) -> list[str]:
    """The texts in what should be a list of texts, in printable characters."""
    if not isinstance(found, list):
        return []
    return [message_of(text) for text in found[:most] if isinstance(text, str)]


def _pairs(found: object) -> tuple[tuple[int, int | str], ...]:
    if not isinstance(found, list):
        return ()
    return tuple(
        (pair[0], pair[1] if isinstance(pair[1], int) else message_of(pair[1]))
        for pair in found[:100]
        if isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], int)
    )


def message_of(text: object) -> str:
    """A student's text as a line of a message: printable, short, the same in every run."""
    line = " ".join(str(text)[: 4 * MAX_MESSAGE].split()) if isinstance(text, str) else ""
    line = "".join(letter if letter.isprintable() else "\ufffd" for letter in line)
    return _ADDRESS.sub("0x...", line)[:MAX_MESSAGE]
