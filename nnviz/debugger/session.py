"""A recorded session: a run from a file, to be looked at and gone on with, on any machine.

Its numbers and kept states come from the file without training. What lies between the states is
replayed, which takes the data; where these are not on this machine, the rest can still be seen.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from nnviz.debugger.engine_source import source_from
from nnviz.debugger.findings.facts import ChecksGradients
from nnviz.debugger.forks import Tree
from nnviz.debugger.history import UNIT, History, metric_names
from nnviz.debugger.keyframes import DEFAULT_BUDGET
from nnviz.debugger.model import Model
from nnviz.debugger.phases import Phase
from nnviz.debugger.records import DamageError, Record, read_records, read_start
from nnviz.debugger.session_header import (
    END,
    HEADER,
    ITERATION,
    KEYFRAME,
    LARGEST_HEADER,
    Header,
    from_json,
)
from nnviz.debugger.source import Frame, Packed, RunInfo, RunSource
from nnviz.debugger.timeline import Timeline
from nnviz.debugger.training_check import TrainingCheck
from nnviz.engine.arrays import Array, Labels
from nnviz.errors import InputError

MakeSource = Callable[[Mapping[str, Any]], RunSource]
"""Makes the source of a run again from its `origin`. Raises InputError where that can't be done."""


@dataclass(frozen=True, eq=False)
class Session:
    """What could be read of a recorded session.

    `keyframes` says where in the file the states are, by iteration. `damage` says what is wrong
    with the file and where ("" if nothing is), `complete` whether the recording was ended.
    """

    path: Path
    header: Header
    history: History
    keyframes: Mapping[int, Record]
    damage: str
    complete: bool

    @property
    def extent(self) -> str:
        """How much there is, in words."""
        if not len(self.history):
            return "no iteration was recorded"
        return f"iterations {self.history.first} to {self.history.last}"

    def arrays(self, index: int) -> Packed:
        """The state before iteration `index`. Raises KeyError where none was recorded."""
        record = self.keyframes[index]
        try:
            with self.path.open("rb") as file:
                file.seek(record.offset + 8)
                content = file.read(record.length - 8)
        except OSError as error:
            raise InputError(f"{self.path}: can't be read any more: {error.strerror}") from error
        if len(content) < record.length - 8:
            raise InputError(f"{self.path}: has become shorter since it was opened")
        arrays, place = {}, 0
        for layout in self.header.arrays:
            flat = np.frombuffer(content, layout.type, math.prod(layout.shape), place)
            arrays[layout.name] = flat.reshape(layout.shape[::-1]).T
            place += layout.nbytes
        return arrays

    def timeline(
        self,
        budget: int = DEFAULT_BUDGET,
        make_source: MakeSource = source_from,
        *,
        beside: Tree | None = None,
    ) -> Timeline:
        """The run to travel in, opened at its last state. InputError where there is no state.

        `beside` are the branches of another run, among which it gets a name of its own.
        """
        if self.header.first not in self.keyframes:
            raise InputError(f"{self.path}: holds no state that the run could start from")
        source = RecordedSource(self, make_source)
        snapshots = [StoredSnapshot(index, self) for index in self.keyframes]
        return Timeline(
            source,
            budget,
            history=self.history,
            snapshots=snapshots,
            branch=self.header.branch if beside is None else beside.of_its_own(self.path.name),
            tree=beside,
        )


@dataclass(frozen=True, eq=False)
class StoredSnapshot:
    """A state in a recorded file: keeping it costs no memory."""

    index: int
    session: Session

    @property
    def parts(self) -> Mapping[int, int]:
        """None."""
        return {}

    def shrunk(self) -> "StoredSnapshot":
        """Itself."""
        return self


class RecordedSource:
    """The source of a recorded run; see `RunSource`. It trains only when it has to.

    Weights of recorded states come from the file; anything else from the run itself, which is made
    when it is first needed: that raises InputError where its data are not there.
    """

    def __init__(self, session: Session, make_source: MakeSource) -> None:
        self.session = session
        self.cancelled: Callable[[], bool] = lambda: False
        self._make_source = make_source
        self._run: RunSource | None = None
        self._stored: StoredSnapshot | None = StoredSnapshot(session.header.first, session)

    @property
    def info(self) -> RunInfo:
        """As recorded."""
        return self.session.header.info

    @property
    def settings(self) -> Mapping[str, Any]:
        """As recorded."""
        return self.session.header.origin.get("experiment", {})

    @property
    def origin(self) -> Mapping[str, Any]:
        """As recorded."""
        return self.session.header.origin

    @property
    def index(self) -> int:
        """The iteration that `advance` does next."""
        return self._stored.index if self._stored else self.running().index

    @property
    def shown(self) -> int:
        """The iteration whose arrays are there to look at."""
        return self._stored.index if self._stored else self.running().shown

    def running(self) -> RunSource:
        """The run itself, at the present state. InputError where it can't be made here."""
        if self._run is None:
            run = self._make_source(self.origin)
            run.cancelled = lambda: self.cancelled()
            self._run = run
        if self._stored is not None:
            index = self._stored.index
            try:
                self._run.restore(self._run.unpack(index, self.session.arrays(index)))
            except InputError as error:
                raise InputError(f"{self.session.path}: {error}") from error
            self._stored = None
        return self._run

    def advance(self) -> Frame:
        """Do one iteration and return its numbers."""
        return self.running().advance()

    def replay(self, known: Frame) -> float:
        """Do one iteration again and return its loss."""
        return self.running().replay(known)

    def snapshot(self) -> Any:
        """The state before iteration `index`."""
        return self._stored or self.running().snapshot()

    def restore(self, snapshot: Any) -> None:
        """Come back to a state, of the file or of the run."""
        self._stored = snapshot if isinstance(snapshot, StoredSnapshot) else None
        if self._stored is None:
            self.running().restore(snapshot)

    def pack(self, snapshot: Any) -> Packed:
        """All of a snapshot as arrays by name."""
        if isinstance(snapshot, StoredSnapshot):
            return self.session.arrays(snapshot.index)
        return self.running().pack(snapshot)

    def unpack(self, index: int, arrays: Packed) -> Any:
        """The snapshot from what `pack` gave."""
        return self.running().unpack(index, arrays)

    def fork(
        self, snapshot: Any, changes: Mapping[str, Any], arrays: Mapping[str, Array]
    ) -> RunSource:
        """An independent run from a snapshot on."""
        run = self.running()
        if isinstance(snapshot, StoredSnapshot):
            snapshot = run.unpack(snapshot.index, self.session.arrays(snapshot.index))
        return run.fork(snapshot, changes, arrays)

    def phases(self) -> tuple[Phase, ...]:
        """The phases of an iteration, as recorded where nothing is running."""
        if self._run is not None and self._stored is None:
            return self._run.phases()
        return self.session.header.phases

    def array(self, name: str) -> Array:
        """An array of iteration `shown`: from the file, if it is one of a recorded state."""
        if self._stored is not None and name[:1] in ("W", "b"):
            stored = self.session.arrays(self._stored.index)
            if name in stored:
                return stored[name]
        return self.running().array(name)

    def labels(self) -> Labels:
        """The labels of the samples of iteration `shown`."""
        return self.running().labels()

    def check_training(self) -> TrainingCheck:
        """Hold what the run trains by against differences of its loss."""
        running = self.running()
        if not isinstance(running, ChecksGradients):
            raise InputError("the program that was recorded can't have its gradients checked")
        return running.check_training()

    @property
    def model(self) -> Model:
        """The net of the run itself."""
        return self.running().model


def open_session(path: Path) -> Session:
    """Read a recorded session, as much of it as is there.

    Raises InputError where it can't be opened, is something else, is of another version, or where
    not even its header can be read.
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            read_start(file, path)
            return _read(file, path, size)
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}") from error


def _read(file: BinaryIO, path: Path, size: int) -> Session:
    header: Header | None = None
    keyframes: dict[int, Record] = {}
    damage, complete = "", False
    try:
        for record, content in read_records(file, size):
            if header is None:
                header = _header(record, content, size)
                rows = _Rows(header)
            elif record.kind == ITERATION:
                rows.add(content, record.offset)
            elif record.kind == KEYFRAME and record.length == header.keyframe_bytes:
                keyframes[int.from_bytes(content[:8], "little", signed=True)] = record
            elif record.kind == END and not content:
                complete = True
            else:
                raise DamageError("damaged", record.offset)
    except DamageError as error:
        damage = str(error)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    if header is None:
        raise InputError(f"{path}: {damage or 'ends after its first bytes'}; nothing can be read")
    history = rows.history
    kept = {i: record for i, record in keyframes.items() if header.first <= i <= history.last + 1}
    return Session(path, header, history, kept, damage, complete)


def _header(record: Record, content: bytes, size: int) -> Header:
    if record.kind != HEADER or record.length > LARGEST_HEADER:
        raise DamageError("damaged", record.offset)
    return from_json(content, size)


class _Rows:
    """Puts the iterations of a file into a history, column by column by name."""

    def __init__(self, header: Header) -> None:
        names = list(metric_names(header.info.depth))
        self.history = History(header.info.depth, header.first)
        self._header = header
        self._places = [(names.index(c), i) for i, c in enumerate(header.columns) if c in names]
        self._row = np.full(len(names), np.nan)
        self._bounds = np.cumsum(header.units)[:-1]

    def add(self, content: bytes, place: int) -> None:
        """Add the next iteration. Raises DamageError where it isn't the next one."""
        header, history = self._header, self.history
        if len(content) != header.iteration_bytes:
            raise DamageError("damaged", place)
        values = np.frombuffer(content, "<f8", len(header.columns))
        for place, column in self._places:
            self._row[place] = values[column]
        if self._row[0] != history.last + 1:
            raise DamageError("damaged", place)
        units = np.frombuffer(content, UNIT, sum(header.units), 8 * len(header.columns))
        history.append_row(self._row, np.split(units, self._bounds))
