"""One tile, one layer at a time: the steps from which every pass over the data is put together.

The fast path takes all steps of one tile, then of the next; stepping takes one step of all tiles.
Both take the same steps on the same tiles and add up in the same order, so both get the same bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from nnviz.engine.arrays import Array, Labels
from nnviz.engine.network import Network, Parameters, predictions


class Observer(Protocol):
    """Something that measures activations while a tile of them is in cache.

    The engine does not know what is measured. `begin` gives an accumulator for one tile, `block`
    adds one layer of it (`za`: z and a behind one another, 2 x samples x units, not to be written
    to), and `end` turns the accumulators of all tiles, in their order, into one frozen result.
    `block` is called from several threads, but for one accumulator only from one.
    """

    def begin(self, network: Network, samples: int) -> Any:
        """Return an empty accumulator for one tile of a pass over `samples` samples."""

    def block(self, accumulator: Any, layer: int, za: Array) -> None:
        """Add layer `layer` (from 0) of the tile; the layers come in their order."""

    def end(self, accumulators: Sequence[Any]) -> Any:
        """Return the result."""


@dataclass(frozen=True, eq=False)
class Block:
    """The arrays of one tile, units x samples, each sample contiguous: views into larger ones.

    `x`, `t` and `labels` are given; the steps write `z`, `a` and `deltas`, one array per layer.
    `deltas` may be the memory of `z`: on the way back a layer's z is no longer needed. `za` is for
    observers: z and a of each layer as one array, 2 x samples x units; empty where nobody looks.
    """

    x: Array
    t: Array
    labels: Labels
    z: tuple[Array, ...]
    a: tuple[Array, ...]
    deltas: tuple[Array, ...]
    za: tuple[Array, ...] = ()

    def input_of(self, layer: int) -> Array:
        """What goes into layer number `layer` (from 0)."""
        return self.a[layer - 1] if layer else self.x


class Memory:
    """One thread's memory for a tile of up to `samples` samples, used again for every tile.

    Fresh memory costs more than the arithmetic that is done in it: the system has to clear it.
    """

    def __init__(self, parameters: Parameters, samples: int) -> None:
        sizes = [W.shape[0] for W in parameters.weights]
        dtype = parameters.weights[0].dtype
        self._za = [(units, np.empty(2 * samples * units, dtype)) for units in sizes]
        self._slopes = np.empty(samples * max(sizes), dtype)

    def block(self, x: Array, t: Array, labels: Labels) -> Block:
        """A block for these samples in this memory."""
        n = x.shape[1]
        za = tuple([room[: 2 * n * units].reshape(2, n, units) for units, room in self._za])
        z = tuple([pair[0].T for pair in za])
        return Block(x, t, labels, z, tuple([pair[1].T for pair in za]), z, za)

    def slopes(self, units: int, samples: int) -> Array:
        """Room for the slopes of one layer, units x samples."""
        return self._slopes[: units * samples].reshape(samples, units).T


class Sums:
    """What a pass adds up, over one tile or over several.

    `gradients` are dW1, dW2, ..., db1, db2, ... by their number; `observations` has one accumulator
    for each observer.
    """

    def __init__(self, observations: Sequence[Any]) -> None:
        self.objective = 0.0
        self.correct = 0
        self.observations = tuple(observations)
        self.gradients: dict[int, Array] = {}

    def add(self, other: "Sums") -> None:
        """Add the numbers of the next tile, whose arrays are given up; not its observations."""
        self.objective += other.objective
        self.correct += other.correct
        for index, gradient in other.gradients.items():
            if index in self.gradients:
                self.gradients[index] += gradient
            else:
                self.gradients[index] = gradient
        other.gradients = {}


@dataclass(frozen=True, eq=False)
class Steps:
    """The steps of a pass over one network with these parameters (W1 fits the blocks' `x`)."""

    network: Network
    parameters: Parameters
    observers: tuple[Observer, ...]

    def forward(self, layer: int, block: Block, sums: Sums) -> None:
        """z = W a_prev + b, a = f(z); shown to the observers."""
        z, a = block.z[layer], block.a[layer]
        np.matmul(self.parameters.weights[layer], block.input_of(layer), out=z)
        if self.parameters.biases:
            z += self.parameters.biases[layer]
        self.network.activations[layer].function(z, out=a)
        for observer, accumulator in zip(self.observers, sums.observations, strict=True):
            observer.block(accumulator, layer, block.za[layer])

    def outcome(self, block: Block, sums: Sums) -> None:
        """Add the objective and the number of right answers."""
        outputs = block.a[-1]
        sums.objective += self.network.loss.objective(outputs, block.t)
        sums.correct += int(np.count_nonzero(predictions(outputs) == block.labels))

    def backward(self, layer: int, block: Block, sums: Sums, memory: Memory) -> None:
        """delta = (W_next^T delta_next) * f'(z), dW = delta a_prev^T, db = row sums of delta."""
        delta, activation = block.deltas[layer], self.network.activations[layer]
        if layer == self.network.depth - 1:
            delta[...] = self.network.loss.output_delta(block.a[layer], block.t, activation)
        else:
            np.matmul(self.parameters.weights[layer + 1].T, block.deltas[layer + 1], out=delta)
            delta *= activation.derivative(block.a[layer], out=memory.slopes(*delta.shape))
        # transposed: the weights of one input lie side by side in memory
        sums.gradients[layer] = (block.input_of(layer) @ delta.T).T
        if self.parameters.biases:
            ones = np.ones((delta.shape[1], 1), delta.dtype)
            sums.gradients[self.network.depth + layer] = delta @ ones
