"""Time travel over a run: go to any iteration, forwards or backwards, and get the same bits again.

A timeline keeps states of the run (keyframes) and replays from the nearest one. All numbers of all
iterations stay in its history; states are thinned out to keep within a budget of memory.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from nnviz.debugger.history import History
from nnviz.debugger.source import Frame, RunSource, Snapshot

DEFAULT_BUDGET = 256 * 2**20
"""Memory for keyframes, in bytes."""


def target_gap(age: int) -> int:
    """How far apart keyframes may lie that are `age` iterations old.

    Every iteration at first, so that stepping back is at once; then so that a seek replays at most
    a few iterations for what is recent and some dozens for what is long ago.
    """
    if age <= 16:
        return 1
    return 12 if age <= 1000 else 64


class Keyframes:
    """States of a run by iteration, thinned to a budget of memory; the first one always stays."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._indices: list[int] = []
        self._snapshots: dict[int, Snapshot] = {}
        self.nbytes = 0

    @property
    def indices(self) -> tuple[int, ...]:
        """The iterations that have a keyframe, ascending."""
        return tuple(self._indices)

    def add(self, snapshot: Snapshot) -> None:
        """Keep a state, and drop others where the budget or their age says so."""
        if snapshot.index in self._snapshots:
            return
        position = bisect_right(self._indices, snapshot.index)
        self._indices.insert(position, snapshot.index)
        self._snapshots[snapshot.index] = snapshot
        self.nbytes += snapshot.nbytes
        self._thin()

    def at_or_before(self, index: int) -> Snapshot:
        """The latest state at or before `index`. Raises LookupError where there is none."""
        position = bisect_right(self._indices, index)
        if not position:
            raise LookupError(f"no keyframe at or before iteration {index}")
        return self._snapshots[self._indices[position - 1]]

    def get(self, index: int) -> Snapshot | None:
        """The state of exactly that iteration, if it is kept."""
        return self._snapshots.get(index)

    def _thin(self) -> None:
        newest = self._indices[-1]
        while len(self._indices) > 2:
            crowding, position = min(
                (self._crowding(position, newest), position)
                for position in range(1, len(self._indices) - 1)
            )
            if crowding > 1 and self.nbytes <= self.budget:
                return
            dropped = self._indices.pop(position)
            self.nbytes -= self._snapshots.pop(dropped).nbytes

    def _crowding(self, position: int, newest: int) -> float:
        """The gap that dropping this keyframe would leave, in units of what its age allows."""
        gap = self._indices[position + 1] - self._indices[position - 1]
        return gap / target_gap(newest - self._indices[position])


@dataclass(frozen=True)
class Position:
    """Where a timeline is: the iteration, the phase in it (None: after all), and how far it ran."""

    index: int
    phase: int | None
    live: int

    @property
    def is_live(self) -> bool:
        """Whether this is the latest iteration."""
        return self.index == self.live


class Timeline:
    """A run with a position that moves both ways.

    `frame` holds the numbers of iteration `index`; arrays come from `source`. Moving to a new
    iteration extends the history; moving anywhere else replays.
    """

    def __init__(self, source: RunSource, budget: int = DEFAULT_BUDGET) -> None:
        """Open the run and do its first iteration, so that there is something to look at."""
        self.source = source
        self.history = History(source.info.depth, first=source.index)
        self.keyframes = Keyframes(budget)
        self.frame = self._advance()

    @property
    def index(self) -> int:
        """The iteration that is looked at."""
        return self.frame.index

    @property
    def live(self) -> int:
        """The latest iteration that the run has come to."""
        return self.history.last

    def step(self) -> Frame:
        """Go one iteration on."""
        return self.seek(self.index + 1)

    def step_back(self) -> Frame:
        """Go one iteration back. Raises IndexError at the first one."""
        return self.seek(self.index - 1)

    def seek(self, index: int, progress: Callable[[Frame], None] = lambda frame: None) -> Frame:
        """Go to iteration `index`, past the latest one by training on.

        `progress` sees every frame on the way. Raises IndexError before the first iteration, and
        `Cancelled` where the source was told to stop: the position is then that of the last
        iteration done.
        """
        if index < self.history.first:
            raise IndexError(f"iteration {index}: the run begins at iteration {self.history.first}")
        if index != self.index + 1 or self.source.index != index:
            self._restore_for(index)
        while self.source.index <= index:
            self.frame = self._advance()
            progress(self.frame)
        return self.frame

    def _restore_for(self, index: int) -> None:
        """Put the source to the best state from which to advance to `index`."""
        snapshot = self.keyframes.at_or_before(min(index, self.live + 1))
        if not snapshot.index <= self.source.index <= index:
            self.source.restore(snapshot)

    def _advance(self) -> Frame:
        """Do the source's next iteration, keeping the state before it and its numbers if new."""
        if self.source.index > self.live or self.live - self.source.index < 32:
            self.keyframes.add(self.source.snapshot())
        frame = self.source.advance()
        if frame.index == self.live + 1:
            self.history.append(frame)
        return frame
