"""The plain forward and backward pass: what is taught, and what the fast path is held to.

Nothing here is clever: whole arrays, one line of maths per step, in the course's notation. The
training loop uses `nnviz.engine.tiles`, which does the same block by block.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nnviz.engine.activations import Activation
from nnviz.engine.arrays import Array, Labels
from nnviz.engine.losses import Loss, pairing_problem


@dataclass(frozen=True, eq=False)
class Parameters:
    """Weights W1, W2, ... (fan_out x fan_in) and biases b1, b2, ... (fan_out x 1; or none at all).

    Gradients and updates have the same shapes and are kept in the same record.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...] = ()

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All arrays, weights first."""
        return self.weights + self.biases

    @property
    def names(self) -> tuple[str, ...]:
        """The course's names of the arrays: W1, W2, ..., b1, b2, ..."""
        return tuple(f"W{i + 1}" for i in range(len(self.weights))) + tuple(
            f"b{i + 1}" for i in range(len(self.biases))
        )

    def with_arrays(self, arrays: Sequence[Array]) -> "Parameters":
        """The same record with other arrays, given in the order of `arrays`."""
        layers = len(self.weights)
        return Parameters(tuple(arrays[:layers]), tuple(arrays[layers:]))

    def minus(self, other: "Parameters") -> "Parameters":
        """The difference, array by array."""
        return self.with_arrays([a - b for a, b in zip(self.arrays, other.arrays, strict=True)])

    def read_only(self) -> "Parameters":
        """The same record with every array made read-only."""
        for array in self.arrays:
            array.flags.writeable = False
        return self


@dataclass(frozen=True, eq=False)
class Network:
    """What a network computes: sizes (inputs first), one activation per layer, and the loss.

    Raises ValueError where the output activation and the loss don't belong together, where a
    hidden activation is not elementwise, or where the counts don't agree.
    """

    sizes: tuple[int, ...]
    activations: tuple[Activation, ...]
    loss: Loss
    has_biases: bool = False

    def __post_init__(self) -> None:
        if len(self.activations) != len(self.sizes) - 1:
            raise ValueError(
                f"{len(self.sizes) - 1} layers need as many activations, "
                f"got {len(self.activations)}"
            )
        for number, activation in enumerate(self.activations[:-1], start=1):
            if not activation.elementwise:
                raise ValueError(
                    f"{activation.name} is an output activation, and L{number} is a hidden layer: "
                    "use sigmoid, tanh, relu or leaky_relu there"
                )
        if problem := pairing_problem(self.loss, self.activations[-1]):
            raise ValueError(problem)

    @property
    def depth(self) -> int:
        """The number of layers that have weights."""
        return len(self.activations)

    @property
    def shapes(self) -> Iterator[tuple[int, int]]:
        """The shapes (fan_out, fan_in) of W1, W2, ..."""
        return zip(self.sizes[1:], self.sizes[:-1], strict=True)


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """All that the forward pass computed: X (features x samples), and z and a of each layer."""

    X: Array
    pre_activations: tuple[Array, ...]
    activations: tuple[Array, ...]

    def input_of(self, layer: int) -> Array:
        """What goes into layer number `layer` (from 0): X, or the activation before it."""
        return self.activations[layer - 1] if layer else self.X


@dataclass(frozen=True, eq=False)
class BackwardPass:
    """Deltas d1, d2, ... (units x samples) and gradients, summed over the samples."""

    deltas: tuple[Array, ...]
    gradients: Parameters


def forward(network: Network, parameters: Parameters, X: Array) -> ForwardPass:
    """L1 = f(W1 X + b1), L2 = f(W2 L1 + b2), ... for X of shape features x samples."""
    pre_activations = []
    activations = []
    a = X
    for layer, activation in enumerate(network.activations):
        z = parameters.weights[layer] @ a
        if parameters.biases:
            z = z + parameters.biases[layer]
        a = activation.function(z)
        pre_activations.append(z)
        activations.append(a)
    return ForwardPass(X, tuple(pre_activations), tuple(activations))


def backward(
    network: Network, parameters: Parameters, passed: ForwardPass, T: Array
) -> BackwardPass:
    """Backpropagation, by the chain rule from the last layer to the first.

    With delta_l = d objective / d z_l, and * elementwise:
    delta_last = the loss's `output_delta`; delta_l = (W_{l+1}^T delta_{l+1}) * f'(z_l);
    dW_l = delta_l L_{l-1}^T and db_l = the row sums of delta_l (sums over the samples).
    """
    delta = network.loss.output_delta(passed.activations[-1], T, network.activations[-1])
    deltas = [delta]
    for layer in reversed(range(network.depth - 1)):
        slope = network.activations[layer].derivative(passed.activations[layer])
        delta = (parameters.weights[layer + 1].T @ delta) * slope
        deltas.insert(0, delta)
    dW = tuple(delta @ passed.input_of(layer).T for layer, delta in enumerate(deltas))
    db = tuple(delta.sum(axis=1, keepdims=True) for delta in deltas) if parameters.biases else ()
    return BackwardPass(tuple(deltas), Parameters(dW, db))


def predictions(outputs: Array) -> Labels:
    """The class with the largest output, per sample, of outputs classes x samples."""
    return outputs.argmax(axis=0).astype(np.int64)


def accuracy(outputs: Array, labels: Labels) -> float:
    """The share of samples whose largest output is the labelled class (0 to 1)."""
    return float(np.mean(predictions(outputs) == labels))


def with_activations(network: Network, activations: Sequence[Activation]) -> Network:
    """The same network with other activation records: how a fault is planted from outside."""
    return replace(network, activations=tuple(activations))
