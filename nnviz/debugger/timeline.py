"""Time travel over a run: go to any iteration, forwards or backwards, and get the same bits again.

A timeline keeps states of the run (keyframes) and replays from the nearest one. All numbers of all
iterations stay in its history; states are thinned out to keep within a budget of memory.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.debugger.forks import Branch, Edit, Tree, is_edit, parse_edit
from nnviz.debugger.history import History
from nnviz.debugger.keyframes import DEFAULT_BUDGET, Keyframes
from nnviz.debugger.phases import Phase
from nnviz.debugger.source import Frame, Packed, RunSource, Snapshot
from nnviz.engine.arrays import Array
from nnviz.engine.tiles import Cancelled
from nnviz.errors import InputError
from nnviz.experiment import parse_assignments

__all__ = ["DEFAULT_BUDGET", "Drift", "Position", "Timeline"]

A_STEPS_SHARE = 0.03
"""So many seconds of work ahead go with each of many steps: two iterations of mnist-2k."""

MOST_AHEAD = 200
"""So many iterations are replayed ahead at one position; without memory their states don't stay."""


@dataclass(frozen=True)
class Position:
    """Where a timeline is: stopped after phase number `phase` (from 0) of iteration `index`.

    `phases` is how many there are: after the last one the iteration is complete. `live` is how far
    the run has come.
    """

    index: int
    phase: int
    phases: int
    live: int

    @property
    def is_live(self) -> bool:
        """Whether this is the latest iteration."""
        return self.index == self.live


@dataclass(frozen=True)
class Drift:
    """A replay that gave other bits than the run did, as another machine's BLAS may.

    It began at keyframe `since` and was noticed at iteration `index`, in `what` (`loss`, or the
    array that differs most); `difference` is relative to that array's norm, or to the loss.
    """

    index: int
    since: int
    what: str
    difference: float

    def __str__(self) -> str:
        """A sentence for people."""
        return (
            f"replayed from {self.since} on, {self.what} at iteration {self.index} differs by "
            f"{self.difference:.1e} (relative) from the run: arithmetic that rounds differently"
        )


class Timeline:
    """A run with a position that moves both ways.

    `frame` holds the numbers of iteration `index`; arrays come from `source`. Moving past `live`
    trains on and extends the history; moving anywhere else replays. `on_iteration` are called with
    the timeline after each new iteration. `drifts` says where a replay did not give the same bits.
    """

    def __init__(
        self,
        source: RunSource,
        budget: int = DEFAULT_BUDGET,
        *,
        history: History | None = None,
        snapshots: Iterable[Snapshot] = (),
        branch: Branch | None = None,
        tree: Tree | None = None,
    ) -> None:
        """Open the run, and do its first iteration, so that there is something to look at.

        `history` and `snapshots` are those of a recorded run: it is opened at the last snapshot.
        """
        self.source = source
        self.branch = branch if branch is not None else Branch()
        self.tree = tree if tree is not None else Tree(budget)
        self.history = history or History(source.info.depth, first=source.index)
        self.keyframes = Keyframes(budget, snapshots)
        self.tree.add(self.branch, self.keyframes)
        self.drifts: tuple[Drift, ...] = ()
        self.on_iteration: list[Callable[[Timeline], None]] = []
        self._since = source.index
        self._replayed: set[int] = set()
        self._ahead: Snapshot | None = None
        self._allowance = 0
        self._phase = len(source.phases()) - 1
        if len(self.history):
            self._look(self.keyframes.at_or_before(self.live))
        else:
            self._train()

    @property
    def index(self) -> int:
        """The iteration that is looked at."""
        return self.source.shown

    @property
    def live(self) -> int:
        """The latest iteration that the run has come to."""
        return self.history.last

    @property
    def frame(self) -> Frame:
        """The numbers of iteration `index`."""
        return self.history.frame(self.index)

    @property
    def position(self) -> Position:
        """Iteration and phase."""
        return Position(self.index, self._phase, len(self.source.phases()), self.live)

    @property
    def phase(self) -> Phase:
        """The phase after which the run has stopped; its arrays come from `source.array`."""
        return self.source.phases()[self._phase]

    def step(self) -> Frame:
        """Go one iteration on."""
        return self.seek(self.index + 1)

    def step_back(self) -> Frame:
        """Go one iteration back. Raises IndexError at the first one.

        It does some of the work for the steps back that may follow.
        """
        frame = self.seek(self.index - 1)
        self.prepare()
        return frame

    def prepare(self, seconds: float = A_STEPS_SHARE) -> bool:
        """Work ahead for about so long, so that going back stays quick; whether more is to do.

        For moments at which nothing else is to be done: it changes nothing that can be seen, and
        ends where the source is told to stop.
        """
        if self.source.shown != self.source.index:
            return False  # at the end of the run: the states behind it are all there
        here, started = self.source.snapshot(), time.perf_counter()
        try:
            while self._allowance and (gap := self.keyframes.gap_behind(here.index)) is not None:
                if time.perf_counter() - started + self.keyframes.seconds > seconds:
                    return True
                self._fill(gap, here.index)
        except Cancelled:
            return True
        finally:
            if self.source.index != here.index or self.source.shown != here.index:
                self.source.restore(here)
        return False

    def _fill(self, gap: tuple[int, int], index: int) -> None:
        """Replay one iteration in a gap between two states, on the way to its end."""
        self._allowance -= 1
        ahead = self._ahead
        if ahead is None or not gap[0] < ahead.index < gap[1]:
            ahead = self.keyframes.at_or_before(gap[0])
        self.source.restore(ahead)
        self._replay(index)
        self._ahead = self.source.snapshot()

    def step_phase(self) -> Phase:
        """Go one phase on, after the last one to the first of the next iteration."""
        if self._phase + 1 < len(self.source.phases()):
            self._phase += 1
        else:
            self.step()
            self._phase = 0
        return self.phase

    def step_phase_back(self) -> Phase:
        """Go one phase back, before the first one to the last of the iteration before.

        Raises IndexError at the very first one.
        """
        if self._phase:
            self._phase -= 1
        else:
            self.step_back()
        return self.phase

    def seek(self, index: int, progress: Callable[[Frame], None] = lambda frame: None) -> Frame:
        """Go to iteration `index`, past the latest one by training on; all its phases are done.

        `progress` sees every frame on the way. Raises IndexError before the first iteration, and
        `Cancelled` where the source was told to stop: the position is then as far as it came.
        """
        if index < self.history.first:
            raise IndexError(f"iteration {index}: {self._beginning()}")
        try:
            if index != self.index:
                self._move(index, progress)
        finally:
            if self.index > self.live:  # stopped before an iteration that was never done
                self._look(self.keyframes.at_or_before(self.live))
            self._phase = len(self.source.phases()) - 1
        return self.frame

    def fork(
        self, changes: Mapping[str, Any] = MappingProxyType({}), edits: Iterable[Edit] = ()
    ) -> "Timeline":
        """A branch that starts from iteration `index` with changed settings or weights.

        This timeline stays as it is. Raises InputError where a change is impossible.
        """
        edits = tuple(edits)
        snapshot = self._snapshot_here()
        source = self.source.fork(snapshot, changes, self._edited(edits))
        before, now = self.source.settings, source.settings
        changed = {key: (before.get(key), now[key]) for key in now if now[key] != before.get(key)}
        return self.joined(source, changed, edits)

    def joined(
        self, source: RunSource, changed: Mapping[str, tuple[Any, Any]], edits: Iterable[Edit] = ()
    ) -> "Timeline":
        """Another run that goes on from iteration `index`, as a branch of this one."""
        edits = tuple(edits)
        branch = Branch(self.tree.next_name, self.branch.name, self.index, changed, edits)
        return Timeline(source, branch=branch, tree=self.tree)

    def edit(self, text: str) -> "Timeline":
        """A fork by one command: `learning_rate = 0.1`, `W1[3, 7] = 0.5`, `W1[3] = 0` (a row).

        Raises InputError where it can't be read or is impossible.
        """
        if is_edit(text):
            return self.fork(edits=[parse_edit(text)])
        return self.fork(parse_assignments([text]))

    def _edited(self, edits: Iterable[Edit]) -> dict[str, Array]:
        arrays: dict[str, Array] = {}
        for edit in edits:
            try:
                array = arrays.get(edit.name, self.source.array(edit.name))
            except KeyError as error:
                raise InputError(f"{edit}: there is no {edit.name} in this run") from error
            arrays[edit.name] = edit.applied(array)
        return arrays

    def _move(self, index: int, progress: Callable[[Frame], None]) -> None:
        """Bring the source to iteration `index`."""
        self._allowance = MOST_AHEAD
        if self.source.index > self.live >= index:
            self.keyframes.add(self.source.snapshot(), index)  # to come back to the end at once
        target = min(index, self.live + 1)
        start = self.keyframes.at_or_before(target)
        if not start.index <= self.source.index <= target:
            self._look(start)
        drifts = len(self.drifts)
        while self.source.index < target:
            self._replay(target)
            progress(self.frame)
        if len(self.drifts) > drifts:
            self._measure_drift()
        if index <= self.live:
            self._stand_before(index)
            return
        while self.source.index <= index:
            self._train()
            progress(self.frame)

    def _look(self, snapshot: Snapshot) -> None:
        self.source.restore(snapshot)
        self._since = snapshot.index

    def _stand_before(self, index: int) -> None:
        """Look at the iteration that the source would do next, and keep its state."""
        here = self.source.snapshot()
        self.keyframes.add(here, index)
        self.source.restore(here)

    def _train(self) -> None:
        """Do an iteration that was never done before."""
        self.keyframes.add(self.source.snapshot())
        started = time.perf_counter()
        frame = self.source.advance()
        self.keyframes.iteration_took(time.perf_counter() - started)
        self.history.append(frame)
        for tell in self.on_iteration:
            tell(self)

    def _replay(self, target: int) -> None:
        """Do an iteration again, on the way to the state `target`, and check it."""
        index = self.source.index
        before = self.keyframes.at_or_before(index).index
        if index > before and index - before >= self.keyframes.gap(target - index):
            self.keyframes.add(self.source.snapshot(), target)
            self._replayed.add(index)
        known = self.history.frame(index)
        loss, recorded = self.source.replay(known), known.loss
        if loss != recorded and not (np.isnan(loss) and np.isnan(recorded)):
            apart = relative_difference(np.array([recorded]), np.array([loss]))
            self._note(Drift(index, self._since, "loss", apart))

    def _note(self, drift: Drift) -> None:
        """Record one difference of each kind for each keyframe that a replay starts from."""
        if (drift.since, drift.what) not in {(old.since, old.what) for old in self.drifts}:
            self.drifts += (drift,)

    def _measure_drift(self) -> None:
        """Replay on to the next keyframe of the run itself, and say how far the states differ."""
        later = [k for k in self.keyframes.indices if k >= self.source.index]
        recorded = [k for k in later if k not in self._replayed]
        if not recorded:
            return
        here, since = self.source.snapshot(), self._since
        try:
            while self.source.index < recorded[0]:
                self.source.replay(self.history.frame(self.source.index))
            replayed = self.source.pack(self.source.snapshot())
            kept = self.source.pack(self.keyframes.at_or_before(recorded[0]))
            difference, name = largest_difference(kept, replayed)
            self._note(Drift(recorded[0], since, name, difference))
        except Cancelled:
            pass  # the position is reached; the size of the drift stays unmeasured
        self.source.restore(here)

    def _snapshot_here(self) -> Snapshot:
        """The state before iteration `index`."""
        kept = self.keyframes.get(self.index)
        if kept is None:
            self._move(self.index, lambda frame: None)
            kept = self.source.snapshot()
        return kept

    def _beginning(self) -> str:
        first, branch = self.history.first, self.branch
        if branch.parent:
            return f"branch {branch.name} begins at {first}; what was before is in {branch.parent}"
        return f"the run begins at iteration {first}"


def relative_difference(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> float:
    """norm(b - a) / norm(a): 0 for the same bits, infinite where only one has NaN or a is 0."""
    if a is b:
        return 0.0
    with np.errstate(all="ignore"):
        apart, size = float(np.linalg.norm(b - a)), float(np.linalg.norm(a))
    if apart == 0 or (not np.isfinite(apart) and np.array_equal(a, b, equal_nan=True)):
        return 0.0
    return apart / size if size and np.isfinite(apart) else float("inf")


def largest_difference(a: Packed, b: Packed) -> tuple[float, str]:
    """The largest relative difference of two states, and the array that has it."""
    return max((relative_difference(a[name], b[name]), name) for name in a)
