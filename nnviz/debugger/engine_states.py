"""States of the engine as the timeline keeps them: as they are, or in less memory for later."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from nnviz.engine.arrays import Array, Labels
from nnviz.engine.training import State

MOST_SHARED = 8
"""So many blocks of unused weights are remembered in order to be shared."""


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

    `active` says of each unit when it was last active (see `statistics.last_active`). Where the
    state is `shrunk`, `idle` holds what is missing in W1, and in its velocity if it has one.
    """

    state: State
    active: tuple[Labels, ...]
    inputs: IdleInputs
    idle: tuple[Array, ...] = ()

    @property
    def index(self) -> int:
        """The iteration that comes next."""
        return self.state.index

    @property
    def parts(self) -> Mapping[int, int]:
        """The bytes of each array, by its identity."""
        arrays = [*self.state.parameters.arrays, *self.state.optimizer_state]
        return {id(array): array.nbytes for array in (*arrays, *self.active, *self.idle)}

    def shrunk(self) -> "EngineSnapshot":
        """The same state in less memory, for keeping; itself where nothing can be saved."""
        if self.idle or not len(self.inputs.idle):
            return self
        halves = [self.inputs.split(array) for array in self._firsts()]
        state = self._with_firsts([live for live, _ in halves])
        return replace(self, state=state, idle=tuple(idle for _, idle in halves))

    def whole(self) -> "EngineSnapshot":
        """The state with nothing missing."""
        if not self.idle:
            return self
        pairs = zip(self._firsts(), self.idle, strict=False)
        joined = [self.inputs.joined(live, idle) for live, idle in pairs]
        return replace(self, state=self._with_firsts(joined), idle=())

    def _firsts(self) -> list[Array]:
        """W1, and its velocity if it has one: the arrays in which inputs have columns."""
        W1, velocity = self.state.parameters.arrays[0], self.state.optimizer_state[:1]
        return [W1, *(array for array in velocity if array.shape == W1.shape)]

    def _with_firsts(self, firsts: list[Array]) -> State:
        """The state with another W1, and another first array of the optimiser if it has any."""
        parameters, rest = self.state.parameters, self.state.optimizer_state
        changed = parameters.with_arrays([firsts[0], *parameters.arrays[1:]]).read_only()
        optimizer_state = (*firsts[1:], *rest[len(firsts) - 1 :])
        return State(self.state.index, changed, optimizer_state)
