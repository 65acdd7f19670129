"""The fast path: forward and backward over blocks of samples, seen by observers on the way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from nnviz.engine.arrays import Array, Labels
from nnviz.engine.network import ForwardPass, Network, Parameters, backward, forward, predictions


class Cancelled(Exception):
    """The pass was asked to stop between two blocks; nothing has changed."""


class Observer(Protocol):
    """Something that measures activations while a block of them is in cache.

    The engine does not know what is measured. `begin` gives an accumulator for a group of blocks,
    `block` adds one block of one layer (`z`, `a`: units x samples, not to be written to), and `end`
    turns the accumulators of all groups, in order, into one frozen result.
    """

    def begin(self, network: Network, samples: int) -> Any:
        """Return an empty accumulator."""

    def block(self, accumulator: Any, layer: int, z: Array, a: Array) -> None:
        """Add one block of layer `layer` (from 0)."""

    def end(self, accumulators: Sequence[Any]) -> Any:
        """Return the result."""


@dataclass(frozen=True, eq=False)
class PassResult:
    """What one pass over the data gives: sums over all samples, and what the observers saw."""

    objective: float
    correct: int
    gradients: Parameters
    observations: tuple[Any, ...]


class TiledData:
    """Training data laid out for the fast path: X features x samples, T classes x samples."""

    def __init__(self, X: Array, T: Array, labels: Labels) -> None:
        self.X, self.T, self.labels = X, T, labels

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return self.X.shape[1]

    def subset(self, chosen: Labels) -> "TiledData":
        """The samples with these numbers, gathered."""
        X, T = (np.ascontiguousarray(array.T[chosen]).T for array in (self.X, self.T))
        return TiledData(X, T, self.labels[chosen])

    def forward(self, network: Network, parameters: Parameters) -> ForwardPass:
        """All pre-activations and activations, as whole arrays."""
        return forward(network, parameters, self.X)

    def gradient_pass(
        self,
        network: Network,
        parameters: Parameters,
        observers: Sequence[Observer] = (),
        cancelled: Callable[[], bool] = lambda: False,
    ) -> PassResult:
        """Forward, loss and backward; gradients are sums over the samples."""
        if cancelled():
            raise Cancelled
        passed = self.forward(network, parameters)
        accumulators = [observer.begin(network, self.samples) for observer in observers]
        for layer, (z, a) in enumerate(
            zip(passed.pre_activations, passed.activations, strict=True)
        ):
            for observer, accumulator in zip(observers, accumulators, strict=True):
                observer.block(accumulator, layer, z, a)
        outputs = passed.activations[-1]
        return PassResult(
            network.loss.objective(outputs, self.T),
            int(np.count_nonzero(predictions(outputs) == self.labels)),
            backward(network, parameters, passed, self.T).gradients,
            tuple(o.end([a]) for o, a in zip(observers, accumulators, strict=True)),
        )
