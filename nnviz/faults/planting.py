"""What a fault is, and the ways to plant one: in the start, rates, data, records or the update."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.datasets import Dataset
from nnviz.engine.activations import Activation
from nnviz.engine.arrays import Array
from nnviz.engine.training import Setup
from nnviz.errors import InputError
from nnviz.faults.wrong import Delta, Update, with_rates, with_slope

Plant = Callable[[Setup], Setup]
PlantData = Callable[[Dataset], Dataset]
Order = npt.NDArray[np.int64]


def _nothing(planted: Any) -> Any:
    return planted


@dataclass(frozen=True)
class Fault:
    """One thing done wrong.

    `on` names the healthy run (see `nnviz.healthy`) that the self-test plants it in. `causes` are
    the ids of the findings that name it rightly, and `layer` where it is (from 1; 0: in no single
    layer). `plant` and `plant_data` are what is done to the run and to its data; they raise
    InputError where there is nothing in the run that it could be done to.
    """

    name: str
    description: str
    on: str
    causes: tuple[str, ...]
    layer: int = 0
    plant: Plant = _nothing
    plant_data: PlantData = _nothing


def start(change: Callable[[int, Array], Array]) -> Plant:
    """Replace each start weight W by change(layer, W), layers counted from 1."""

    def plant(setup: Setup) -> Setup:
        weights = [
            np.ascontiguousarray(change(number, W), dtype=W.dtype)
            for number, W in enumerate(setup.start.weights, start=1)
        ]
        return replace(setup, start=replace(setup.start, weights=tuple(weights)))

    return plant


def start_of(layer: int, change: Callable[[Array], Array]) -> Plant:
    """Replace the start weights of one layer."""
    change_one = start(lambda number, W: change(W) if number == layer else W)

    def plant(setup: Setup) -> Setup:
        _need_layer(setup, layer)
        return change_one(setup)

    return plant


def paired_units(layer: int, W: Array) -> Array:
    """Hidden units in pairs: the same weights in, and the same weights out."""
    pairs = np.arange(max(W.shape)) // 2 * 2
    W = W if layer == 1 else W[:, pairs[: W.shape[1]]]
    return W[pairs[: len(W)]]


def first_biases(value: float) -> Plant:
    """Start every bias of the first layer with this value."""

    def plant(setup: Setup) -> Setup:
        if not setup.start.biases:
            raise InputError("it is in the biases, and this run has none: set biases = true")
        first, *others = setup.start.biases
        biases = (np.full_like(first, value), *others)
        return replace(setup, start=replace(setup.start, biases=biases))

    return plant


def rates(factor: float) -> Plant:
    """Multiply all learning rates."""
    return lambda setup: replace(setup, rates=tuple(factor * rate for rate in setup.rates))


def rate_of(layer: int, factor: float) -> Plant:
    """Multiply the learning rate of one layer."""

    def plant(setup: Setup) -> Setup:
        _need_layer(setup, layer)
        changed = [r * factor if i == layer else r for i, r in enumerate(setup.rates, start=1)]
        return replace(setup, rates=tuple(changed))

    return plant


def falling_rate(every: int, factor: float) -> Plant:
    """Multiply all learning rates by a factor again and again."""

    def plant(setup: Setup) -> Setup:
        settings = replace(setup.schedule_settings, every=every, factor=factor)
        return replace(setup, schedule="step", schedule_settings=settings)

    return plant


def inputs(change: Callable[[Array], Array]) -> PlantData:
    """Replace the inputs, training and test: features x samples."""

    def plant(data: Dataset) -> Dataset:
        return replace(data, X=_like(data.X, change), X_test=_like(data.X_test, change))

    return plant


def labels(order: Callable[[int], Order]) -> PlantData:
    """Give sample i the label (and target) of sample order(samples)[i]; training data only."""

    def plant(data: Dataset) -> Dataset:
        chosen = order(data.samples)
        return replace(data, labels=data.labels[chosen], T=_like(data.T, lambda T: T[:, chosen]))

    return plant


def targets(change: Callable[[Array], Array]) -> PlantData:
    """Replace the training targets, classes x samples; the labels stay."""
    return lambda data: replace(data, T=_like(data.T, change))


def _like(array: Array, change: Callable[[Array], Array]) -> npt.NDArray[np.float32]:
    # each sample stays contiguous, as the fast path wants it
    return np.ascontiguousarray(change(array).T, dtype=np.float32).T


def activation(name: str, change: Callable[[Activation], Activation], layers: str = "all") -> Plant:
    """Make an activation's record wrong, in "all" layers that have it, "hidden" ones or the "last".

    Raises InputError, when planted, where none of them has it.
    """

    def plant(setup: Setup) -> Setup:
        network = setup.network
        last = network.depth - 1
        among = {"all": range(last + 1), "hidden": range(last), "last": range(last, last + 1)}
        found = [i for i in among[layers] if network.activations[i].name == name]
        if not found:
            names = ", ".join(each.name for each in network.activations)
            where = "" if layers == "all" else f"{layers} "
            raise InputError(f"it is in a {where}{name} layer, and the layers are {names}")
        records = [change(r) if i in found else r for i, r in enumerate(network.activations)]
        return replace(setup, network=replace(network, activations=tuple(records)))

    return plant


def hidden_activation(record: Activation) -> Plant:
    """Give all hidden layers another activation."""

    def plant(setup: Setup) -> Setup:
        *hidden, output = setup.network.activations
        records = (*(record for _ in hidden), output)
        return replace(setup, network=replace(setup.network, activations=records))

    return plant


def without_slope_k(setup: Setup) -> Setup:
    """Forget the factor k in the derivative of every sigmoid. InputError where k is 1."""
    if all(record.parameters.get("k", 1) == 1 for record in setup.network.activations):
        raise InputError("it is in the slope of a sigmoid with k other than 1: set k = 0.5")
    forget = with_slope(lambda a: a * (1 - a))
    return activation("sigmoid", forget)(setup)


def loss_delta(name: str, delta: Delta) -> Plant:
    """Give a loss a wrong derivative with respect to the output layer's pre-activation."""

    def plant(setup: Setup) -> Setup:
        network = setup.network
        if network.loss.name != name:
            raise InputError(
                f"it is in the loss {name}, and this run's loss is {network.loss.name}"
            )
        wrong = replace(network.loss, output_delta=delta)
        return replace(setup, network=replace(network, loss=wrong))

    return plant


def step(change: Callable[[Setup, Update], Update]) -> Plant:
    """Wrap the optimiser's update."""

    def plant(setup: Setup) -> Setup:
        update = change(setup, setup.optimizer.update)
        return replace(setup, optimizer=replace(setup.optimizer, update=update))

    return plant


def with_momentum_only(plant: Plant) -> Plant:
    """The same, refused where the run has no momentum."""

    def checked(setup: Setup) -> Setup:
        if not setup.momentum:
            raise InputError("it is in the momentum, and this run has none: set momentum = 0.9")
        return plant(setup)

    return checked


def frozen(*layers: int) -> Plant:
    """Never change the weights of these layers."""

    def change(setup: Setup, update: Update) -> Update:
        for layer in layers:
            _need_layer(setup, layer)
        return with_rates(
            update, lambda rates: [0.0 if i in layers else r for i, r in enumerate(rates, 1)]
        )

    return step(change)


def _need_layer(setup: Setup, layer: int) -> None:
    if layer > setup.network.depth:
        raise InputError(f"it is in layer {layer}, and this run has {setup.network.depth}")
