"""The states of a run that are kept to come back to, thinned so that memory stays in a budget."""

import math
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

RECENT = 1000
"""Up to so far behind the end, states lie one spacing apart, ..."""

AROUND = 100
"""... and up to so far behind the position, or for two of the gaps between old states: one is
filled while the other is gone back through."""

FAR = 4
"""All others lie so many spacings apart. It is a whole number: so states that are thinned again
come to lie exactly so far apart, where others would leave some gaps at half of that."""

MOST = 10
"""A spacing is at most so many iterations, as far as memory allows, ..."""

REPLAY = 0.2
"""... and takes at most so many seconds to replay."""

EXPECTED = 10_000
"""Where memory is short, the spacing starts about as long as is wanted; it is doubled when memory
is full, and so becomes what suffices for a run of so many iterations. In longer ones, it grows."""

SHRINK_FROM = 1 / 3
"""Old states are shrunk once all together fill this share of the budget: before, they need not."""

SCARCE = 1 / 20
"""What lies near takes as much memory as if states lay this part of a spacing apart; and they do
where memory holds so few states that spacings are long."""

_BANDS = np.array([NEAR, RECENT])


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
        self._whole: set[int] = set()
        self._focus = self._indices[-1] if self._indices else 0
        self._doubled = 0
        self._whole_bytes = self._shrunk_bytes = 0
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
            self._whole.add(snapshot.index)
            self._whole_bytes = sum(snapshot.parts.values())
            self._count(snapshot)
        self.thin()
        if self.nbytes > SHRINK_FROM * self.budget:
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
        if len(self._indices) < 3:
            return
        self._drop_crowded()
        while self.nbytes > self.budget and self._doubled < self._doublings():
            self._doubled += 1
            self._drop_crowded()
        while self.nbytes > self.budget and self._drop_one():
            pass

    def gap(self, distance: int) -> int:
        """How far apart states may lie, so far from the position."""
        if distance <= NEAR:
            return 1
        return self.spacing if distance <= self._around() else FAR * self.spacing

    def gap_behind(self, index: int) -> tuple[int, int] | None:
        """Two neighbours that lie too far apart for going back from `index`, if there are any.

        Only the states that going back comes to next are looked at.
        """
        later = index
        for earlier in reversed(self._indices[: bisect_left(self._indices, index)]):
            if later - earlier > self.gap(index - earlier):
                return earlier, later
            if index - earlier > self._around():
                break
            later = earlier
        return None

    @property
    def spacing(self) -> int:
        """How many iterations apart states lie that are neither near nor far."""
        if (later := self._doublings() - self._doubled) > 0:
            return max(1, self._affordable(EXPECTED) // 2**later)  # of which two make no more
        return max(self._wanted(), self._affordable(self._indices[-1] - self._indices[0]))

    def _around(self) -> int:
        """How far behind the position states lie one spacing apart."""
        return max(AROUND, 2 * FAR * self.spacing)

    def _doublings(self) -> int:
        """How often a spacing about as short as is wanted can be doubled before memory is full."""
        return max(0, round(math.log2(self._affordable(EXPECTED) / self._wanted())))

    def _wanted(self) -> int:
        """The spacing for which seeks are quick enough."""
        return max(1, min(MOST, int(REPLAY / self.seconds))) if self.seconds else MOST

    def _affordable(self, span: int) -> int:
        """The spacing for which memory suffices; 1 while it is not known how much states take."""
        spacings = NEAR / SCARCE + RECENT + (max(EXPECTED, span) - RECENT) / FAR
        return max(1, math.ceil(spacings * self._shrunk_bytes / max(1, self.budget)))

    def _drop_crowded(self) -> None:
        """Drop what lies closer together than it need, from the first on.

        So what stays lies as far apart as it may, and where a state lay before, it stays.
        """
        gaps, bands = self._gaps_and_bands()
        spacing = self.spacing
        allowed = np.array([1, spacing, FAR * spacing])[bands]
        dropped = 0
        for i in np.flatnonzero(gaps <= allowed).tolist():
            place = i + 1 - dropped
            if self._indices[place + 1] - self._indices[place - 1] <= allowed[i]:
                self._drop(place)
                dropped += 1

    def _drop_one(self) -> bool:
        """Drop the state that will be missed least, whatever its age; False where none may go.

        That is one near the end, while one looks elsewhere; else every other one nearby.
        """
        gaps, bands = self._gaps_and_bands(here_only=True)
        spacing = self.spacing
        near = max(2, SCARCE * spacing)  # rather gaps of 2 and 3 nearby than twice a spacing
        crowding = gaps / np.array([near, spacing, FAR * spacing])[bands]
        if np.isinf(crowding.min(initial=np.inf)):
            return False
        self._drop(int(crowding.argmin()) + 1)
        return True

    def _drop(self, place: int) -> None:
        index = self._indices.pop(place)
        self._whole.discard(index)
        self._discount(self._snapshots.pop(index))

    def _gaps_and_bands(self, here_only: bool = False) -> tuple[Array, Labels]:
        """For all but the first and last: the gap that dropping it leaves; how near it is, 0 to 2.

        The gap is infinite where a state must stay. 0 is near (`here_only`: not to the end), 1 is
        recent, 2 is far.
        """
        indices = np.array(self._indices)
        inside = indices[1:-1]
        gaps = (indices[2:] - indices[:-2]).astype(float)
        gaps[inside == self._focus] = np.inf
        if self._free:
            gaps[[index in self._free for index in self._indices[1:-1]]] = np.inf
        bands = _BANDS.searchsorted(indices[-1] - inside)
        if here_only:
            bands = np.maximum(bands, 1)
        elif self._focus != self._indices[-1]:
            around = (self._focus - self._around() <= inside) & (inside <= self._focus)
            bands[around] = np.minimum(bands[around], 1)
        bands[(self._focus - NEAR <= inside) & (inside <= self._focus)] = 0
        return gaps, bands

    def _shrink(self) -> None:
        """Keep the oldest of the whole states that one does not stand near to in less memory."""
        last, here = self._indices[-1], range(self._focus - AROUND, self._focus + 1)
        oldest = min((i for i in self._whole if i < last - NEAR and i not in here), default=last)
        if oldest != last:
            whole, before = self._snapshots[oldest], self.nbytes
            self._snapshots[oldest] = whole.shrunk()
            self._count(self._snapshots[oldest])
            self._shrunk_bytes = self.nbytes - before or self._whole_bytes
            self._discount(whole)
            self._whole.remove(oldest)

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
