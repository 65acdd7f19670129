"""States of the engine as the timeline keeps them: as they are, or in less memory for later."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnviz.debugger.planes import Planes, split
from nnviz.engine.arrays import Array, Labels
from nnviz.engine.network import Parameters
from nnviz.engine.training import State

MOST_SHARED = 8
"""So many blocks of unused weights are remembered in order to be shared."""

WORTH_SPLITTING = 1024
"""Arrays with fewer numbers are kept as they are: there is little to be saved."""


class IdleInputs:
    """Weights of inputs that are 0 in every sample: no update changes them.

    So the states of a run can share one copy of them: on MNIST a fifth of W1, and of its velocity.
    `live` are the numbers of the other inputs, None where all inputs count.
    """

    def __init__(self, live: Labels | None, features: int) -> None:
        used = np.arange(features) if live is None else live
        self.live, self.idle = used, np.delete(np.arange(features), used)
        self._blocks: list[Array] = []

    def split(self, array: Array) -> tuple[Array, Array]:
        """The columns of the live inputs, and those of the others: shared if they are known."""
        live, idle = (array.T.take(columns, axis=0).T for columns in (self.live, self.idle))
        for block in self._blocks:
            if block.shape == idle.shape and block.tobytes() == idle.tobytes():
                return live, block
        if len(self._blocks) < MOST_SHARED:
            self._blocks.append(idle)
        return live, idle

    def joined(self, live: Array, idle: Array) -> Array:
        """The array that was split."""
        rows = np.empty((len(self.live) + len(self.idle), len(live)), live.dtype)
        rows[self.live], rows[self.idle] = live.T, idle.T
        return rows.T


@dataclass(frozen=True, eq=False)
class EngineSnapshot:
    """A state of the engine. Keeping it copies nothing: an update makes new arrays.

    `active` says of each unit when it was last active (see `statistics.last_active`).
    """

    state: State
    active: tuple[Labels, ...]
    shrinker: "Shrinker"

    @property
    def index(self) -> int:
        """The iteration that comes next."""
        return self.state.index

    @property
    def arrays(self) -> tuple[Array, ...]:
        """Weights, biases, and the same of the velocities, if there are any."""
        return (*self.state.parameters.arrays, *self.state.optimizer_state)

    @property
    def parts(self) -> Mapping[int, int]:
        """The bytes of each array, by its identity."""
        return {id(array): array.nbytes for array in (*self.arrays, *self.active)}

    def shrunk(self) -> "KeptState":
        """The same state in less memory, for keeping; itself where nothing can be saved."""
        return self.shrinker.shrunk(self)

    def whole(self) -> "EngineSnapshot":
        """Itself."""
        return self


@dataclass(frozen=True, eq=False)
class ShrunkSnapshot:
    """A state in less memory: weights in planes where that is worth it, those of idle inputs apart.

    `kept` are its arrays in the order of `EngineSnapshot.arrays`, `idle` what is missing in some.
    """

    index: int
    kept: tuple[Array | Planes, ...]
    idle: Mapping[int, Array]
    active: tuple[Labels, ...]
    shrinker: "Shrinker"

    @property
    def parts(self) -> Mapping[int, int]:
        """The bytes of each piece of memory, by its identity; references are needed, too."""
        parts: dict[int, int] = {}
        for each in self.kept:
            parts |= each.parts if isinstance(each, Planes) else {id(each): each.nbytes}
        arrays = (*self.idle.values(), *self.active, *self.shrinker.references)
        return parts | {id(array): array.nbytes for array in arrays}

    def shrunk(self) -> "ShrunkSnapshot":
        """Itself."""
        return self

    def whole(self) -> EngineSnapshot:
        """The state with nothing missing, bit for bit."""
        return self.shrinker.whole(self)


KeptState = EngineSnapshot | ShrunkSnapshot
"""What the engine can come back to."""


class Shrinker:
    """Keeps the states of a run in less memory, and makes them whole again.

    Of its weights, only what differs from those at the `start` takes room: they don't go far.
    """

    def __init__(self, start: Parameters, inputs: IdleInputs) -> None:
        references = list(start.arrays)
        if len(inputs.idle):
            references[0] = inputs.split(references[0])[0]
        self.references = tuple(references)
        self._start, self._inputs = start, inputs

    def shrunk(self, snapshot: EngineSnapshot) -> KeptState:
        """The state in less memory; itself where nothing can be saved."""
        arrays, idle = list(snapshot.arrays), dict[int, Array]()
        if len(self._inputs.idle):
            for i in (0, len(self.references)):  # W1, and its velocity
                if i < len(arrays):
                    arrays[i], idle[i] = self._inputs.split(arrays[i])
        kept = tuple(self._split(i, array) for i, array in enumerate(arrays))
        if not idle and not any(isinstance(each, Planes) for each in kept):
            return snapshot
        return ShrunkSnapshot(snapshot.index, kept, idle, snapshot.active, self)

    def _split(self, i: int, array: Array) -> Array | Planes:
        return split(array, self._reference(i)) if array.size >= WORTH_SPLITTING else array

    def whole(self, shrunk: ShrunkSnapshot) -> EngineSnapshot:
        """The state as it was."""
        arrays = [
            each.array(self._reference(i)) if isinstance(each, Planes) else each
            for i, each in enumerate(shrunk.kept)
        ]
        for i, idle in shrunk.idle.items():
            arrays[i] = self._inputs.joined(arrays[i], idle)
        count = len(self.references)
        parameters = self._start.with_arrays(arrays[:count]).read_only()
        return EngineSnapshot(
            State(shrunk.index, parameters, tuple(arrays[count:])), shrunk.active, self
        )

    def _reference(self, i: int) -> Array | None:
        """What array `i` of a state is held against: weights are, velocities are not."""
        return self.references[i] if i < len(self.references) else None
