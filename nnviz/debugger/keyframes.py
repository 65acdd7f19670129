"""The states of a run that are kept to come back to, thinned so that memory stays in a budget."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable

import numpy as np

from nnviz.debugger.source import Snapshot
from nnviz.engine.arrays import Array, Labels

DEFAULT_BUDGET = 256 * 2**20
"""Memory for keyframes, in bytes."""

NEAR = 22
"""Behind the position and the end of the run every state is kept: going back is at once."""

GAPS = ((NEAR, 1), (40, 2), (1100, 10))
FAR_GAP = 50
"""Up to so far behind, states lie so many iterations apart; among all others, `FAR_GAP`.

Each gap is a multiple of the one before: states that are thinned again and again then come to lie
exactly so far apart, where other numbers would leave some gaps at half of that."""

WORTH = (0.4, 2.0, 15.0, 36.0)
"""Where memory does not allow for that, gaps grow in these proportions: simulated for seeks in runs
of 10,000 iterations with room for 160 states, which then replay some 40 of the last 1,000
iterations at most, 100 of the others, and few or none of the last `NEAR`."""

SLOW = 0.025
"""Where an iteration takes longer than this, in seconds, the gaps are that much smaller, as far as
memory allows: so that a replay takes no longer than that many iterations of this time."""


_LIMITS = np.array([limit for limit, _ in GAPS])
_ALLOWED = np.array([gap for _, gap in GAPS] + [FAR_GAP], dtype=float)
_WORTH = np.array(WORTH)


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
        self._whole: list[int] = []
        self._focus = self._indices[-1] if self._indices else 0
        self._free = {index for index, s in self._snapshots.items() if not s.parts}
        self.seconds = 0.0
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
            self._whole.append(snapshot.index)
            self._count(snapshot)
        self.thin()
        self._shrink()

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
        self.seconds += (seconds - self.seconds) / 10 if self.seconds else seconds

    def thin(self) -> None:
        """Drop states until the rest keep the distances that their ages ask for, and the budget."""
        while len(self._indices) > 2:
            gaps, bands = self._gaps()
            crowding = gaps / _ALLOWED[bands]
            crowded = int(np.count_nonzero(crowding <= self.closeness))
            if not crowded:
                if self.nbytes <= self.budget:
                    return
                crowding = gaps / _WORTH[bands]
            position = int(crowding.argmin())
            if np.isinf(crowding[position]):
                return
            self._discount(self._snapshots.pop(self._indices.pop(position + 1)))
            if crowded == 1 and self.nbytes <= self.budget:
                return  # dropping one gives the others more room, never less

    def gap(self, distance: int) -> float:
        """How far apart states may lie, so far from the position; 1 or more."""
        allowed = float(_ALLOWED[np.searchsorted(_LIMITS, distance)])
        return max(1.0, allowed * self.closeness)

    def gap_behind(self, index: int) -> tuple[int, int] | None:
        """Two neighbours that lie too far apart for going back from `index`, if there are any.

        Only the states that going back comes to next are looked at.
        """
        later = index
        for earlier in reversed(self._indices[: bisect_left(self._indices, index)]):
            if later - earlier > self.gap(index - earlier):
                return earlier, later
            if index - earlier > GAPS[1][0]:
                break
            later = earlier
        return None

    @property
    def closeness(self) -> float:
        """By what the gaps are multiplied because iterations are slow: 1, or less."""
        return min(1.0, SLOW / self.seconds) if self.seconds else 1.0

    def _gaps(self) -> tuple[Array, Labels]:
        """For all but the first and last: the gap that dropping it leaves, and its band of `GAPS`.

        The gap is infinite where it must not be dropped.
        """
        indices = np.array(self._indices)
        inside = indices[1:-1]
        distances = self._distances(inside)
        gaps = (indices[2:] - indices[:-2]).astype(float)
        gaps[inside == self._focus] = np.inf
        if self._free:
            gaps[[index in self._free for index in self._indices[1:-1]]] = np.inf
        return gaps, np.searchsorted(_LIMITS, distances)

    def _distances(self, indices: Labels) -> Labels:
        """How far each lies behind the position or the end of the run, whichever is nearer."""
        before = self._indices[-1] - indices
        behind = self._focus - indices
        return np.where(behind >= 0, np.minimum(behind, before), before)

    def _shrink(self) -> None:
        """Keep what has survived among its near neighbours in less memory."""
        kept = [index for index in self._whole if index in self._snapshots]
        distances = self._distances(np.array(kept, dtype=np.int64)).tolist()
        for index, distance in zip(kept, distances, strict=True):
            if distance > GAPS[1][0]:
                whole = self._snapshots[index]
                self._snapshots[index] = whole.shrunk()
                self._count(self._snapshots[index])
                self._discount(whole)
        self._whole = [i for i, d in zip(kept, distances, strict=True) if d <= GAPS[1][0]]

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
