"""The states of a run that are kept to come back to, thinned so that memory stays in a budget."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable

import numpy as np

from nnviz.debugger.source import Snapshot
from nnviz.engine.arrays import Array

DEFAULT_BUDGET = 256 * 2**20
"""Memory for keyframes, in bytes."""

NEAR = 16
"""Around the position and at the end of the run every state is kept: going back is at once."""

RECENT, RECENT_GAP, FAR_GAP = 1000, 12, 60
"""Among the `RECENT` last iterations a seek replays fewer than 12 iterations, before them 60."""

SLOW = 0.0125
"""Where an iteration takes longer than this, in seconds, the gaps are that much smaller, as far as
memory allows: a seek is to take 0.15 s among recent iterations and 0.75 s among the others."""


class Keyframes:
    """States of a run by iteration, thinned by age and to a budget of memory.

    Three states stay whatever the budget says, so that a run can always go on and be gone through:
    the first, the last, and the one that is looked at.
    """

    def __init__(self, budget: int, snapshots: Iterable[Snapshot] = ()) -> None:
        self._snapshots = {s.index: s for s in sorted(snapshots, key=lambda s: s.index)}
        self._indices = list(self._snapshots)
        self._owners: Counter[int] = Counter()
        self._bytes: dict[int, int] = {}
        self._focus = self._indices[-1] if self._indices else 0
        self._seconds = 0.0
        self.budget = budget
        self.nbytes = 0
        for snapshot in self._snapshots.values():
            self._count(snapshot)

    @property
    def indices(self) -> tuple[int, ...]:
        """The iterations that have a keyframe, ascending."""
        return tuple(self._indices)

    def add(self, snapshot: Snapshot, focus: int | None = None) -> None:
        """Keep a state, and drop others where the budget or their age says so.

        `focus` is the iteration that is looked at, or about to be: the state's own if not given.
        """
        self._focus = snapshot.index if focus is None else focus
        if snapshot.index not in self._snapshots:
            self._indices.insert(bisect_left(self._indices, snapshot.index), snapshot.index)
            self._snapshots[snapshot.index] = snapshot
            self._count(snapshot)
        self.thin()

    def at_or_before(self, index: int) -> Snapshot:
        """The latest state at or before `index`. Raises LookupError where there is none."""
        position = bisect_right(self._indices, index)
        if not position:
            raise LookupError(f"no keyframe at or before iteration {index}")
        return self._snapshots[self._indices[position - 1]]

    def get(self, index: int) -> Snapshot | None:
        """The state of exactly that iteration, if it is kept."""
        return self._snapshots.get(index)

    def iteration_took(self, seconds: float) -> None:
        """Learn how long iterations take: a moving average of what is told."""
        self._seconds += (seconds - self._seconds) / 10 if self._seconds else seconds

    def thin(self) -> None:
        """Drop states until the rest keep the distances that their ages ask for, and the budget."""
        wanted = min(1.0, SLOW / self._seconds) if self._seconds else 1.0
        while len(self._indices) > 2:
            crowding = self._crowding()
            position = int(crowding.argmin())
            enough = crowding[position] > wanted and self.nbytes <= self.budget
            if enough or np.isinf(crowding[position]):
                return
            self._discount(self._snapshots.pop(self._indices.pop(position + 1)))

    def _crowding(self) -> Array:
        """For all but the first and last: the gap that dropping it leaves over the one allowed."""
        indices = np.array(self._indices)
        ages = indices[-1] - indices[1:-1]
        distances = np.minimum(ages, np.abs(indices[1:-1] - self._focus))
        allowed = np.where(distances <= NEAR, 1, np.where(ages <= RECENT, RECENT_GAP, FAR_GAP))
        crowding = (indices[2:] - indices[:-2]) / allowed
        free = [not self._snapshots[index].parts for index in self._indices[1:-1]]
        crowding[(distances == 0) | free] = np.inf
        return crowding

    def _count(self, snapshot: Snapshot) -> None:
        for part, size in snapshot.parts.items():
            self._owners[part] += 1
            if self._owners[part] == 1:
                self._bytes[part] = size
                self.nbytes += size

    def _discount(self, snapshot: Snapshot) -> None:
        for part in snapshot.parts:
            self._owners[part] -= 1
            if not self._owners[part]:
                del self._owners[part]
                self.nbytes -= self._bytes.pop(part)
