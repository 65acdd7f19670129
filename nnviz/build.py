"""From an experiment to something that runs: its data, its network, its start weights."""

from itertools import pairwise

import numpy as np

from nnviz.datasets import Dataset, load_dataset, with_random_labels
from nnviz.engine.activations import ACTIVATIONS, Activation
from nnviz.engine.arrays import Array, Rng
from nnviz.engine.initializers import INITIALIZERS, lsuv
from nnviz.engine.losses import LOSSES
from nnviz.engine.network import Network, Parameters
from nnviz.engine.optimizers import GRADIENT_DESCENT, MOMENTUM, ScheduleSettings
from nnviz.engine.threads import single_threaded_blas
from nnviz.engine.training import Setup
from nnviz.errors import InputError
from nnviz.experiment import Experiment, per_layer

MAX_WEIGHTS = 100_000_000
"""The largest network that is built: 400 MB of float32, and as much again for each gradient."""


def load_data(experiment: Experiment) -> Dataset:
    """The data set that the experiment names, with random labels or a fault where it asks for them.

    Raises InputError where the data is not there or not usable.
    """
    dataset = load_dataset(experiment.data)
    if experiment.labels == "random":
        classes = experiment.label_classes or dataset.classes
        dataset = with_random_labels(dataset, classes, experiment.seed)
    if not experiment.fault:
        return dataset
    from nnviz.faults import find_fault  # few runs have one

    return find_fault(experiment.fault).plant_data(dataset)


def build_network(experiment: Experiment, dataset: Dataset) -> Network:
    """The network of an experiment for the inputs and classes of a data set.

    Raises InputError where it would have more than MAX_WEIGHTS weights.
    """
    sizes = (dataset.features, *experiment.hidden, dataset.classes)
    weights = sum(fan_in * fan_out for fan_in, fan_out in pairwise(sizes))
    if weights > MAX_WEIGHTS:
        raise InputError(
            f"hidden = {list(experiment.hidden)}: {weights:,} weights on data set {dataset.name}; "
            f"expected at most {MAX_WEIGHTS:,}"
        )
    return Network(
        sizes,
        tuple(_activation(name, experiment) for name in experiment.activation_names),
        LOSSES[experiment.loss],
        experiment.biases,
    )


def build(experiment: Experiment, dataset: Dataset) -> Setup:
    """Everything that decides the run, the start weights drawn from the experiment's seed.

    Raises InputError where the experiment's fault can't be planted in it.
    """
    setup = _sound(experiment, dataset)
    if not experiment.fault:
        return setup
    from nnviz.faults import find_fault

    try:
        return find_fault(experiment.fault).plant(setup)
    except InputError as error:
        raise InputError(f"fault {experiment.fault}: {error}") from error


def _sound(experiment: Experiment, dataset: Dataset) -> Setup:
    network = build_network(experiment, dataset)
    dtype = np.dtype(experiment.dtype)
    X, T = dataset.X.astype(dtype, copy=False), dataset.T.astype(dtype, copy=False)
    return Setup(
        network=network,
        start=start_parameters(experiment, network, X),
        X=X,
        T=T,
        labels=dataset.labels,
        optimizer=MOMENTUM if experiment.momentum else GRADIENT_DESCENT,
        rates=per_layer(experiment.learning_rate, experiment.layers),
        momentum=experiment.momentum,
        schedule=experiment.schedule,
        schedule_settings=ScheduleSettings(
            decay=experiment.decay,
            every=experiment.step_every,
            factor=experiment.step_factor,
            iterations=max(1, experiment.iterations),
        ),
        reference_samples=experiment.reference_samples,
        batch_size=min(experiment.batch_size, dataset.samples),
        seed=experiment.seed,
    )


def start_parameters(experiment: Experiment, network: Network, X: Array) -> Parameters:
    """Draw W1, W2, ... in this order from the experiment's stream; X is features x samples.

    On one BLAS thread: several round differently, and the same seed is to give the same bits.
    """
    rng: Rng = (
        np.random.RandomState(experiment.seed)
        if experiment.rng == "legacy"
        else np.random.default_rng(experiment.seed)
    )
    draw = INITIALIZERS[experiment.initializer]
    with single_threaded_blas:
        weights = [draw(*shape, rng).astype(X.dtype) for shape in network.shapes]
        if experiment.initializer == "lsuv":
            weights = list(lsuv(weights, network.activations, X, bias=experiment.init_bias))
    divisors = per_layer(experiment.init_divisor, network.depth)
    scaled = tuple(
        np.ascontiguousarray(W / X.dtype.type(divisor))
        for W, divisor in zip(weights, divisors, strict=True)
    )
    biases = tuple(np.full((n, 1), experiment.init_bias, X.dtype) for n in network.sizes[1:])
    return Parameters(scaled, biases if experiment.biases else ())


def _activation(name: str, experiment: Experiment) -> Activation:
    make = ACTIVATIONS[name]
    if name == "sigmoid":
        return make(k=experiment.k)
    if name == "leaky_relu":
        return make(slope=experiment.slope)
    return make()
