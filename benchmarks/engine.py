"""One full-batch iteration on all of MNIST: this engine beside what else there is.

The floor is the eight matrix products of an iteration alone, as numpy does them on all cores, with
nothing between them. The other contenders do the same iteration of the course's 784-256-128-10
network in float32, without measuring anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from statistics import median

import numpy as np

from benchmarks.measuring import Result, Results, SkippedError, in_turns, ratio
from nnviz.build import build
from nnviz.datasets import Dataset, load_dataset
from nnviz.debugger.statistics import StatisticsObserver, last_active, layer_statistics
from nnviz.engine.training import Trainer
from nnviz.experiment import Experiment
from nnviz.presets import COURSE

ROUNDS = 9
Work = Callable[[], object]


def results() -> Results:
    """Yield the ratios to the bare products, and to the other contenders."""
    if not os.environ.get("NNVIZ_DATA_DIR"):
        raise SkippedError("needs all of MNIST: set NNVIZ_DATA_DIR to the folder above mnist/")
    dataset = load_dataset("mnist")
    ours, others = "Trainer, all statistics", contenders(dataset)
    floor = {"the products": products(dataset), "the products, kept": kept_products(dataset)}
    trainers = {"Trainer": iterate(COURSE, dataset), ours: iterate_measured(COURSE, dataset)}
    times = in_turns({**floor, **trainers, **others}, ROUNDS, rest=0.2)
    bare = "x bare products"
    yield Result("MNIST, all statistics", ratio(times, ours, "the products"), bare, "<= 1.05")
    yield Result("MNIST, no statistics", ratio(times, "Trainer", "the products"), bare)
    kept = ratio(times, ours, "the products, kept")
    yield Result("MNIST, all statistics, products into kept memory", kept, "x kept products")
    for name in others:
        yield Result(f"MNIST, {name}", ratio(times, name, "the products"), bare)
        ahead = ratio(times, ours, name)
        yield Result(f"MNIST, all statistics beside {name}", ahead, "x its time", "<= 1")
    seconds = median(times[ours])
    yield Result("MNIST, all statistics: an iteration", seconds, "s")


def iterate(experiment: Experiment, dataset: Dataset) -> Work:
    """Iterations of the trainer alone."""
    return Trainer(build(experiment, dataset)).iterate


def iterate_measured(experiment: Experiment, dataset: Dataset) -> Work:
    """Iterations with every quantity of every layer measured."""
    trainer = Trainer(build(experiment, dataset), [StatisticsObserver()])
    active = None

    def work() -> object:
        nonlocal active
        iteration = trainer.iterate()
        active = last_active(iteration.observations[0], iteration.index, active)
        return layer_statistics(iteration, iteration.observations[0], active)

    return work


def products(dataset: Dataset) -> Work:
    """3 products forward, 3 for the gradients, 2 for the deltas, at the full shapes."""
    W, layers, deltas = _operands(dataset)

    def work() -> None:
        for layer in range(3):
            W[layer] @ layers[layer]
        for layer in range(3):
            deltas[layer] @ layers[layer].T
        for layer in (2, 1):
            W[layer].T @ deltas[layer]

    return work


def kept_products(dataset: Dataset) -> Work:
    """The same products into memory that is kept, which numpy's `@` does not do."""
    W, layers, deltas = _operands(dataset)
    z = [np.empty_like(delta) for delta in deltas]
    dW = [np.empty_like(weights) for weights in W]
    back = [np.empty_like(layer) for layer in layers]

    def work() -> None:
        for layer in range(3):
            np.matmul(W[layer], layers[layer], out=z[layer])
        for layer in range(3):
            np.matmul(deltas[layer], layers[layer].T, out=dW[layer])
        for layer in (2, 1):
            np.matmul(W[layer].T, deltas[layer], out=back[layer])

    return work


def _operands(dataset: Dataset) -> tuple[list[np.ndarray], ...]:
    # C order, units x samples: the products are quickest so
    rng = np.random.default_rng(0)
    W = [rng.standard_normal(s, np.float32) for s in ((256, 784), (128, 256), (10, 128))]
    hidden = [rng.random((units, dataset.samples), np.float32) for units in (256, 128)]
    deltas = [rng.standard_normal((n, dataset.samples), np.float32) for n in (256, 128, 10)]
    return W, [np.ascontiguousarray(dataset.X), *hidden], deltas


def contenders(dataset: Dataset) -> dict[str, Work]:
    """Other people's ways to do the iteration, as far as they are installed."""
    found = {"the course's plain numpy": course_program(dataset)}
    found["scikit-learn's MLPClassifier"] = sklearn_classifier(dataset)
    try:
        found["PyTorch"] = torch_network(dataset)
    except ImportError:
        print("  PyTorch is not installed here: left out")
    return found


def course_program(dataset: Dataset) -> Work:
    """What a student writes: each formula of the assignment as one line of numpy."""
    start = build(COURSE, dataset).start
    W1, W2, W3 = (np.array(W) for W in start.weights)
    X, T = np.ascontiguousarray(dataset.X), np.ascontiguousarray(dataset.T)
    N, learning_rate = dataset.samples, 1e-5

    def f(z: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-z))

    def work() -> float:
        L1 = f(W1 @ X)
        L2 = f(W2 @ L1)
        L3 = f(W3 @ L2)
        loss = np.sum((L3 - T) ** 2) / N
        d3 = (L3 - T) * L3 * (1 - L3)
        d2 = (W3.T @ d3) * L2 * (1 - L2)
        d1 = (W2.T @ d2) * L1 * (1 - L1)
        for W, d, L in ((W1, d1, X), (W2, d2, L1), (W3, d3, L2)):
            W -= learning_rate * (d @ L.T)
        return float(loss)

    return work


def sklearn_classifier(dataset: Dataset) -> Work:
    """scikit-learn's network of the same sizes; it adds biases and a softmax."""
    from sklearn.neural_network import MLPClassifier

    X, N = np.ascontiguousarray(dataset.X.T), dataset.samples
    network = MLPClassifier(
        (256, 128), activation="logistic", solver="sgd", batch_size=N, momentum=0, shuffle=False
    )
    return lambda: network.partial_fit(X, dataset.labels, classes=range(10))


def torch_network(dataset: Dataset) -> Work:
    """PyTorch on the processor, with its own differentiation; samples in rows, as it wants them."""
    import torch

    start = build(COURSE, dataset).start
    W = [torch.tensor(np.array(weights), requires_grad=True) for weights in start.weights]
    X, T = (torch.tensor(np.ascontiguousarray(array.T)) for array in (dataset.X, dataset.T))
    optimizer = torch.optim.SGD(W, lr=1e-5)

    def work() -> float:
        L = X
        for weights in W:
            L = torch.sigmoid(L @ weights.T)
        objective = ((L - T) ** 2).sum() / 2
        optimizer.zero_grad()
        objective.backward()
        optimizer.step()
        return objective.item()

    return work
