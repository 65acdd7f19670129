"""The fast path: forward and backward over tiles of samples, seen by observers on the way.

A tile is so small that its values stay in the processor's cache while the pass goes forward and
back through the layers; threads work on different tiles. The maths is `nnviz.engine.network`'s.

The bits of a result depend on data, network and parameters only: tiles are cut without a look at
the number of threads, and whichever thread has finished one, sums are added in the order of the
tiles. What observers do changes nothing.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from nnviz.engine.arrays import Array, Labels, by_samples
from nnviz.engine.blocks import Block, Memory, Observer, Steps, Sums
from nnviz.engine.network import BackwardPass, ForwardPass, Network, Parameters, predictions
from nnviz.engine.threads import share_out, single_threaded_blas

__all__ = ["Cancelled", "Evaluation", "Observer", "PassResult", "TiledData"]

TILE_BYTES = 4_800_000
"""About what the inputs and activations of a tile take: 1,000 samples of 784-256-128-10."""

WORTH_SHARING = 1_000_000
"""From this many bytes on, a second thread does more than it costs."""

WORTH_LEAVING_OUT = 0.05
"""Inputs that are zero in every sample are left out where at least this share of them is."""

MANY_SAMPLES = 512
"""For fewer samples, leaving inputs out costs more than it saves."""


class Cancelled(Exception):
    """The pass was asked to stop between two tiles; nothing has changed."""


@dataclass(frozen=True, eq=False)
class PassResult:
    """What one pass over the data gives: sums over all samples, and what the observers saw."""

    objective: float
    correct: int
    gradients: Parameters
    observations: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How well the network does on some data: reported loss, share correct, class per sample."""

    loss: float
    accuracy: float
    predictions: Labels


def never() -> bool:
    """Don't cancel."""
    return False


class TiledData:
    """Data laid out for the fast path: X features x samples, T classes x samples, and labels.

    Inputs that are zero in every sample (the rim of MNIST's pictures) can't change anything, and
    their gradients are zero: the products are done without them.
    """

    def __init__(self, X: Array, T: Array, labels: Labels) -> None:
        self.X = by_samples(X)
        self.live = live_inputs(self.X)
        self.T, self.labels = by_samples(T), labels
        self.spare = _Spare()

    def subset(self, chosen: Labels) -> "TiledData":
        """The samples with these numbers, gathered; it shares the memory that passes work in."""
        batch = TiledData.__new__(TiledData)
        batch.X, batch.T = self.X.T[chosen].T, self.T.T[chosen].T
        batch.live, batch.labels, batch.spare = self.live, self.labels[chosen], self.spare
        return batch

    @cached_property
    def live_X(self) -> Array:
        """The inputs without those that are left out."""
        # "clip" is several times as quick as checking each number
        return self.X if self.live is None else self.X.T.take(self.live, axis=1, mode="clip").T

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return self.T.shape[1]

    def gradient_pass(
        self,
        network: Network,
        parameters: Parameters,
        observers: Sequence[Observer] = (),
        cancelled: Callable[[], bool] = never,
    ) -> PassResult:
        """Forward, loss and backward; gradients are sums over the samples.

        Raises Cancelled where `cancelled()`, asked before each tile, says so.
        """
        tiling = _Tiling(self, network, parameters, observers, cancelled)
        steps, layers = tiling.steps, range(network.depth)

        def one_tile(tile: slice, sums: Sums, memory: Memory) -> None:
            block = memory.block(*tiling.samples_of(tile))
            for layer in layers:
                steps.forward(layer, block, sums)
            steps.outcome(block, sums)
            for layer in reversed(layers):
                steps.backward(layer, block, sums, memory)

        tiling.each_tile(one_tile)
        return tiling.result()

    def forward(self, network: Network, parameters: Parameters) -> ForwardPass:
        """All pre-activations and activations as whole arrays: the bits that training saw."""
        tiling = _Tiling(self, network, parameters)
        z, a = tiling.whole_arrays(), tiling.whole_arrays()

        def one_tile(tile: slice, sums: Sums, memory: Memory) -> None:
            block = tiling.block(tile, z, a, ())
            for layer in range(network.depth):
                tiling.steps.forward(layer, block, sums)

        tiling.each_tile(one_tile)
        return ForwardPass(self.X, z, a)

    def backward(
        self, network: Network, parameters: Parameters, passed: ForwardPass
    ) -> BackwardPass:
        """All deltas as whole arrays, and the gradients: the bits that training saw.

        `passed` is what `forward` returned for the same network and parameters.
        """
        tiling = _Tiling(self, network, parameters)
        deltas = tiling.whole_arrays()

        def one_tile(tile: slice, sums: Sums, memory: Memory) -> None:
            block = tiling.block(tile, passed.pre_activations, passed.activations, deltas)
            for layer in reversed(range(network.depth)):
                tiling.steps.backward(layer, block, sums, memory)

        tiling.each_tile(one_tile)
        return BackwardPass(deltas, tiling.result().gradients)

    def evaluate(
        self, network: Network, parameters: Parameters, cancelled: Callable[[], bool] = never
    ) -> Evaluation:
        """Forward only: loss, accuracy and predictions. Raises Cancelled like `gradient_pass`."""
        tiling = _Tiling(self, network, parameters, cancelled=cancelled)
        predicted = np.empty(self.samples, np.int64)

        def one_tile(tile: slice, sums: Sums, memory: Memory) -> None:
            block = memory.block(*tiling.samples_of(tile))
            for layer in range(network.depth):
                tiling.steps.forward(layer, block, sums)
            tiling.steps.outcome(block, sums)
            predicted[tile] = predictions(block.a[-1])

        tiling.each_tile(one_tile)
        total = tiling.total
        loss = network.loss.reported(total.objective, self.samples)
        return Evaluation(loss, total.correct / self.samples, predicted)


class _Tiling:
    """One pass: which tiles there are, the memory to work in, and what the groups add up to."""

    def __init__(
        self,
        data: TiledData,
        network: Network,
        parameters: Parameters,
        observers: Sequence[Observer] = (),
        cancelled: Callable[[], bool] = never,
    ) -> None:
        self._data, self._cancelled, self._parameters = data, cancelled, parameters
        W1 = parameters.weights[0]
        # 0 * NaN is NaN: where a weight is not a number, no input is left out
        leave_out = data.samples >= MANY_SAMPLES and data.live is not None and _all_finite(W1)
        self._live = data.live if leave_out else None
        self._x = data.live_X if leave_out else data.X
        if self._live is not None:
            live_W1 = W1.T.take(self._live, axis=0, mode="clip").T
            parameters = replace(parameters, weights=(live_W1, *parameters.weights[1:]))
        self.steps = Steps(network, parameters, tuple(observers))
        self._tiles = cut_tiles(data.samples, W1.itemsize * sum(network.sizes))
        longest = max(tile.stop - tile.start for tile in self._tiles)
        shapes = tuple(W.shape for W in parameters.weights)
        self._room = (shapes, W1.dtype, longest), partial(Memory, parameters, longest)
        self._sums = [
            Sums([observer.begin(network, data.samples) for observer in observers])
            for _ in self._tiles
        ]
        self.total, self._added = Sums(()), 0
        self._finished: set[int] = set()
        self._adding = threading.Lock()

    def samples_of(self, tile: slice) -> tuple[Array, Array, Labels]:
        """The tile's inputs, targets and labels."""
        return self._x[:, tile], self._data.T[:, tile], self._data.labels[tile]

    def block(self, tile: slice, *arrays: Sequence[Array]) -> Block:
        """The tile's part of whole arrays: z, a and deltas of each layer."""
        views = [tuple(array[:, tile] for array in of_layers) for of_layers in arrays]
        return Block(*self.samples_of(tile), *views)

    def whole_arrays(self) -> tuple[Array, ...]:
        """Memory for one array per layer, units x all samples, each sample contiguous."""
        sizes, dtype = self.steps.network.sizes[1:], self.steps.parameters.weights[0].dtype
        return tuple(np.empty((self._data.samples, units), dtype).T for units in sizes)

    def each_tile(self, one_tile: Callable[[slice, Sums, Memory], None]) -> None:
        """Call `one_tile` for every tile, on several threads, and add up what it leaves in Sums."""

        def work(numbers: Iterator[int]) -> None:
            memory = self._data.spare.take(*self._room)
            # what overflows or isn't a number is for the findings to tell, not for warnings;
            # numpy keeps this setting for each thread
            with np.errstate(all="ignore"):
                for number in numbers:
                    if self._cancelled():
                        raise Cancelled
                    one_tile(self._tiles[number], self._sums[number], memory)
                    self._add(number)
            self._data.spare.give(self._room[0], memory)

        with single_threaded_blas as threads:
            share_out(len(self._tiles), threads, work)

    def _add(self, number: int) -> None:
        """Add the sums of the finished tile, and of those that waited for it."""
        with self._adding:
            self._finished.add(number)
            while self._added in self._finished:
                self.total.add(self._sums[self._added])
                self._added += 1

    def result(self) -> PassResult:
        """The finished pass."""
        gradients = [gradient for _, gradient in sorted(self.total.gradients.items())]
        if self._live is not None:
            dW1 = np.zeros(self._parameters.weights[0].T.shape, gradients[0].dtype)
            dW1[self._live] = gradients[0].T
            gradients[0] = dW1.T
        seen = zip(*(sums.observations for sums in self._sums), strict=True)
        with np.errstate(all="ignore"):
            observations = tuple(
                observer.end(accumulators)
                for observer, accumulators in zip(self.steps.observers, seen, strict=False)
            )
        summed = self._parameters.with_arrays(gradients)
        return PassResult(self.total.objective, self.total.correct, summed, observations)


class _Spare:
    """Memory that nobody works in just now, by what it fits; safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: defaultdict[Any, list[Any]] = defaultdict(list)

    def take(self, key: Any, make: Callable[[], Any]) -> Any:
        try:
            return self._kept[key].pop()
        except IndexError:
            return make()

    def give(self, key: Any, item: Any) -> None:
        self._kept[key].append(item)


def cut_tiles(samples: int, bytes_per_sample: int) -> tuple[slice, ...]:
    """Cut samples into tiles of nearly equal length: about TILE_BYTES, or half of what is there."""
    size = samples * bytes_per_sample
    count = max(-(-size // TILE_BYTES), 2 if size >= WORTH_SHARING else 1)
    return tuple(slice(samples * i // count, samples * (i + 1) // count) for i in range(count))


def live_inputs(X: Array) -> Labels | None:
    """The rows of `X` that are not zero in every sample, or None where leaving out isn't worth it.

    `X` is features x samples.
    """
    live = np.flatnonzero(X.any(axis=1))
    return live if len(live) < (1 - WORTH_LEAVING_OUT) * X.shape[0] else None


def _all_finite(array: Array) -> bool:
    # one product is quicker than looking at each number; an overflow only costs the short cut
    values = array.ravel(order="K")
    with single_threaded_blas, np.errstate(all="ignore"):
        return bool(np.isfinite(values @ values))
