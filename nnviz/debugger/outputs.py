"""The outputs of an iteration, kept on the way: who counts them needs no pass over the data."""

from collections.abc import Sequence

import numpy as np

from nnviz.engine.arrays import Array
from nnviz.engine.network import Network


class OutputsObserver:
    """Keeps the activations of the last layer, of all samples of an iteration."""

    def begin(self, network: Network, samples: int) -> tuple[int, list[Array]]:
        """Return the number of the last layer, and where the outputs of one tile go."""
        return network.depth - 1, []

    def block(self, accumulator: tuple[int, list[Array]], layer: int, za: Array) -> None:
        """Keep a of the last layer: `za` is z and a, 2 x samples x units."""
        last, outputs = accumulator
        if layer == last:
            outputs.append(za[1].copy())

    def end(self, accumulators: Sequence[tuple[int, list[Array]]]) -> Array:
        """The outputs of all tiles, units x samples."""
        return np.concatenate([array for _, outputs in accumulators for array in outputs]).T
