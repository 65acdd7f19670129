"""The net of a run at one iteration, to be asked about samples one by one, seen or unseen.

Statistics speak of whole batches; whoever looks at one picture wants to know what the net makes of
it, and which of its pixels made the loss. It is the plain maths on a few columns: the run that is
debugged is not touched.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from nnviz.engine.activations import Activation
from nnviz.engine.arrays import Array, Labels
from nnviz.engine.network import Network, Parameters, backward, forward
from nnviz.engine.tiles import Cancelled, never

TRAIN, TEST = "train", "test"
BLOCK = 2048
"""Samples that pass at a time: few enough to answer a key between two blocks."""


@dataclass(frozen=True, eq=False)
class Part:
    """Samples that belong together: X features x samples, T classes x samples, and their labels."""

    X: Array
    T: Array
    labels: Labels

    @property
    def samples(self) -> int:
        """How many there are."""
        return self.X.shape[1]


HALFWAY = {"sigmoid": 0.5, "tanh": 0.0}
"""Where a single output of these activations is neither no nor yes."""


@dataclass(frozen=True, eq=False)
class Model:
    """A network with its parameters, and the samples there are, by TRAIN and TEST."""

    network: Network
    parameters: Parameters
    parts: Mapping[str, Part]


@dataclass(frozen=True, eq=False)
class Trace:
    """The way of samples through a net: z, a and deltas of each layer, units x samples.

    `loss` is the reported loss of these samples. `input_gradient` is d objective / dX = W1^T d1,
    features x samples: which inputs would change the loss, and in which direction.
    """

    pre_activations: tuple[Array, ...]
    activations: tuple[Array, ...]
    deltas: tuple[Array, ...]
    loss: float
    input_gradient: Array


def trace(model: Model, X: Array, T: Array) -> Trace:
    """Follow samples (X features x samples, T classes x samples) forwards and backwards."""
    network, parameters = model.network, model.parameters
    with np.errstate(all="ignore"):  # what is not finite is there to be looked at
        passed = forward(network, parameters, X)
        deltas = backward(network, parameters, passed, T).deltas
        objective = network.loss.objective(passed.activations[-1], T)
        return Trace(
            passed.pre_activations,
            passed.activations,
            deltas,
            network.loss.reported(objective, X.shape[1]),
            parameters.weights[0].T @ deltas[0],
        )


def outputs(model: Model, part: Part, cancelled: Callable[[], bool] = never) -> Array:
    """What the net answers to all samples of a part, classes x samples.

    Raises Cancelled where `cancelled()`, asked before each block of samples, says so.
    """
    blocks = []
    with np.errstate(all="ignore"):
        for start in range(0, part.samples, BLOCK):
            if cancelled():
                raise Cancelled
            X = part.X[:, start : start + BLOCK]
            blocks.append(forward(model.network, model.parameters, X).activations[-1])
    return np.concatenate(blocks, axis=1)


def class_outputs(outputs: Array, activation: str) -> Array:
    """Outputs with a row for each class: a single one that says yes or no becomes two.

    Row 1 is the output, row 0 what is missing of a yes: so the larger of them is the answer.
    """
    if len(outputs) != 1 or activation not in HALFWAY:
        return outputs
    return np.concatenate([2 * HALFWAY[activation] - outputs, outputs])


def curve(activation: Activation, z: Array) -> tuple[Array, Array]:
    """f(z) and f'(z) at some points; of an activation that is not elementwise, both are empty."""
    if not activation.elementwise:
        return np.empty(0), np.empty(0)
    with np.errstate(all="ignore"):
        a = activation.function(np.array(z, dtype=float))
        return a, activation.derivative(a)
