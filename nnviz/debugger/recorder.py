"""Writes a run to a file while it trains, so that it can be opened again without training."""

import platform
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz import __version__
from nnviz.debugger.forks import Branch
from nnviz.debugger.history import History, metric_names
from nnviz.debugger.records import RecordWriter
from nnviz.debugger.session_header import (
    END,
    HEADER,
    ITERATION,
    KEYFRAME,
    ArrayLayout,
    Header,
    to_json,
)
from nnviz.debugger.source import RunSource
from nnviz.debugger.timeline import Timeline
from nnviz.errors import InputError
from nnviz.newfile import new_file

KEYFRAME_SECONDS = 0.5
"""A state is written after so much training: a seek in the recording replays no longer than that"""

KEYFRAMES_DOUBLE = 256 * 2**20
"""With every so many bytes of states the time between them doubles: long runs don't fill disks."""


class Recorder:
    """Records one run into a new file. Raises InputError where the file can't be made.

    Where a disk is full, the run goes on: `problem` then says until where it was recorded.
    """

    def __init__(
        self,
        path: Path,
        source: RunSource,
        snapshots: Iterable[Any] = (),
        branch: Branch | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Begin with the present state, or with the states that a run has kept so far."""
        states = list(snapshots) or [source.snapshot()]
        self.path, self.source, self.problem = path, source, ""
        self._clock, self._written_at = clock, clock()
        self._last_states: tuple[Any, ...] = ()
        self._next, self._keyframe_bytes, self._open = states[0].index, 0, True
        self._writer = RecordWriter(path)
        header = describe(source, states[0], branch if branch is not None else Branch())
        self._append(HEADER, memoryview(to_json(header)))
        for snapshot in states:
            self._write_keyframe(snapshot)

    def write(self, history: History) -> None:
        """Write the iterations of a history that are not written yet, and a state if it is due."""
        while self._open and self._next <= history.last and not self.problem:
            units = np.concatenate(history.units(self._next))
            row = history.values(self._next).astype("<f8")
            self._append(ITERATION, row.data.cast("B"), memoryview(units.tobytes()))
            self._next += 1
        if self.source.index != self._next:
            return
        self._last_states = (*self._last_states[-1:], self.source.snapshot())
        wait = KEYFRAME_SECONDS * 2 ** (self._keyframe_bytes // KEYFRAMES_DOUBLE)
        if self._clock() - self._written_at >= wait:
            self._write_keyframe(self._last_states[-1])

    def close(self) -> None:
        """Write the last states, before and after the last iteration, and that this is the end."""
        for snapshot in self._last_states:
            self._write_keyframe(snapshot)
        self._append(END)
        self._writer.close()
        self._open = False

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write_keyframe(self, snapshot: Any) -> None:
        arrays = [np.ascontiguousarray(a.T) for a in self.source.pack(snapshot).values()]
        number = np.array([snapshot.index], "<i8")
        self._append(KEYFRAME, *(array.data.cast("B") for array in (number, *arrays)))
        self._keyframe_bytes += sum(array.nbytes for array in arrays)
        self._written_at = self._clock()

    def _append(self, kind: bytes, *pieces: memoryview) -> None:
        if self.problem or not self._open:
            return
        try:
            self._writer.append(kind, *pieces)
        except OSError as error:
            self.problem = f"{self.path}: {self._extent()}: {error.strerror}"

    def _extent(self) -> str:
        if not self._next:
            return "the recording stopped before its first iteration"
        return f"the recording stopped after iteration {self._next - 1}"


def record(timeline: Timeline, path: Path) -> Recorder:
    """Record a timeline from its beginning, what it has done so far and what it will do."""
    recorder = Recorder(path, timeline.source, _kept(timeline), timeline.branch)
    recorder.write(timeline.history)
    timeline.on_iteration.append(lambda each: recorder.write(each.history))
    return recorder


def save(timeline: Timeline, path: Path) -> None:
    """Write what a timeline has done so far into a new file, and stop there.

    Raises InputError where there is such a file, or it can't be written: then there is none.
    """
    with new_file(path) as draft:
        with Recorder(draft, timeline.source, _kept(timeline), timeline.branch) as recorder:
            recorder.write(timeline.history)
        if recorder.problem:
            raise InputError(f"{path}: can't be written: {recorder.problem.rpartition(': ')[2]}")


def _kept(timeline: Timeline) -> list[Any]:
    return [timeline.keyframes.get(index) for index in timeline.keyframes.indices]


def describe(source: RunSource, snapshot: Any, branch: Branch) -> Header:
    """The header of a run's recording that begins with `snapshot`."""
    return Header(
        versions=versions(),
        info=source.info,
        phases=source.phases(),
        origin=source.origin,
        branch=branch,
        first=snapshot.index,
        columns=tuple(metric_names(source.info.depth)),
        arrays=tuple(_layout(name, array) for name, array in source.pack(snapshot).items()),
    )


def versions() -> Mapping[str, str]:
    """What the bits of a run may depend on."""
    blas = np.show_config(mode="dicts")
    libraries = blas.get("Build Dependencies", {}) if isinstance(blas, dict) else {}
    return {
        "nnviz": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "blas": str(libraries.get("blas", {}).get("name", "unknown")),
        "machine": platform.machine(),
    }


def _layout(name: str, array: npt.NDArray[Any]) -> ArrayLayout:
    return ArrayLayout(name, array.dtype.newbyteorder("<").str, array.shape)
