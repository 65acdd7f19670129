"""Faults in what a run is given: its start weights, its learning rates, its data."""

import numpy as np

from nnviz.engine.activations import sigmoid
from nnviz.engine.arrays import Array
from nnviz.engine.initializers import uniform
from nnviz.faults import planting as by
from nnviz.faults.planting import Fault, Order


def _course_weights(layer: int, W: Array) -> Array:
    fan_out, fan_in = W.shape
    return uniform(fan_out, fan_in, np.random.default_rng(layer))


def _with_nan(X: Array) -> Array:
    X = X.copy()
    X[len(X) // 2, X.shape[1] // 2] = np.nan
    return X


def _half_shuffled(samples: int) -> Order:
    rng = np.random.default_rng(0)
    order = np.arange(samples)
    some = rng.permutation(samples)[: samples // 2]
    order[some] = rng.permutation(some)
    return order


def _shuffled_columns(X: Array) -> Array:
    return np.random.default_rng(0).permuted(X, axis=0)


SETTINGS = (
    # -- the start
    Fault(
        "init-course",
        "weights uniform in [-1, 1) whatever the fan-in, as the course's starter draws them",
        on="tanh",
        causes=("poor-init",),
        plant=by.start(_course_weights),
    ),
    Fault(
        "init-too-large",
        "start weights 8 times too large",
        on="tanh",
        causes=("poor-init",),
        plant=by.start(lambda layer, W: 8 * W),
    ),
    Fault(
        "init-too-small",
        "start weights 100 times too small",
        on="tanh",
        causes=("poor-init",),
        plant=by.start(lambda layer, W: W / 100),
    ),
    Fault(
        "init-relu-too-large",
        "start weights 8 times too large, ReLU units",
        on="relu",
        causes=("poor-init",),
        plant=by.start(lambda layer, W: 8 * W),
    ),
    Fault(
        "init-relu-too-small",
        "start weights 20 times too small, ReLU units in five layers",
        on="five-layers-relu",
        causes=("poor-init",),
        plant=by.start(lambda layer, W: W / 20),
    ),
    Fault(
        "init-one-layer-large",
        "W2 starts 20 times too large",
        on="tanh",
        causes=("poor-init",),
        layer=2,
        plant=by.start_of(2, lambda W: 20 * W),
    ),
    Fault(
        "init-one-layer-small",
        "W2 starts 50 times too small",
        on="relu",
        causes=("poor-init",),
        layer=2,
        plant=by.start_of(2, lambda W: W / 50),
    ),
    Fault(
        "init-output-large",
        "W3 starts 30 times too large, so that the net begins sure of wrong answers",
        on="relu",
        causes=("poor-init", "loss-at-init"),
        layer=3,
        plant=by.start_of(3, lambda W: 30 * W),
    ),
    Fault(
        "init-all-positive",
        "start weights without their signs",
        on="tanh",
        causes=("poor-init",),
        plant=by.start(lambda layer, W: np.abs(W)),
    ),
    Fault(
        "init-vanishing",
        "weights of all five sigmoid layers start with a tenth of the right size",
        on="five-layers",
        causes=("poor-init", "vanishing"),
        plant=by.start(lambda layer, W: W / 10),
    ),
    Fault(
        "init-zero",
        "all weights start at 0",
        on="sigmoid-softmax",
        causes=("symmetry",),
        plant=by.start(lambda layer, W: np.zeros_like(W)),
    ),
    Fault(
        "init-constant",
        "all weights start with the same number",
        on="tanh",
        causes=("symmetry",),
        plant=by.start(lambda layer, W: np.full_like(W, 1 / W.shape[1])),
    ),
    Fault(
        "init-twins",
        "hidden units start in pairs with the same weights, and stay equal",
        on="tanh",
        causes=("symmetry",),
        plant=by.start(by.paired_units),
    ),
    # -- the rates
    Fault(
        "rate-too-high",
        "learning rate 20 times too high",
        on="tanh",
        causes=("update-high",),
        plant=by.rates(20),
    ),
    Fault(
        "rate-far-too-high",
        "learning rate 1,000 times too high",
        on="squared-error",
        causes=("update-high",),
        plant=by.rates(1000),
    ),
    Fault(
        "rate-kills-units",
        "learning rate 30 times too high, so that ReLU units die",
        on="relu",
        causes=("update-high", "dead-units"),
        plant=by.rates(30),
    ),
    Fault(
        "rate-too-low",
        "learning rate 1,000 times too low",
        on="tanh",
        causes=("update-low",),
        plant=by.rates(1e-3),
    ),
    Fault(
        "rate-far-too-low",
        "learning rate 100,000 times too low, as if the course's were meant for means",
        on="mini-batches",
        causes=("update-low",),
        plant=by.rates(1e-5),
    ),
    Fault(
        "rate-one-layer-high",
        "learning rate of W2 200 times too high",
        on="tanh",
        causes=("update-high",),
        layer=2,
        plant=by.rate_of(2, 200),
    ),
    Fault(
        "rate-one-layer-zero",
        "learning rate of W1 is 0",
        on="tanh",
        causes=("frozen-layer",),
        layer=1,
        plant=by.rate_of(1, 0),
    ),
    # -- the data
    Fault(
        "unscaled-input",
        "pixels from 0 to 255 instead of 0 to 1",
        on="tanh",
        causes=("input-scale",),
        plant_data=by.inputs(lambda X: 255 * X),
    ),
    Fault(
        "unscaled-input-relu",
        "pixels from 0 to 255 instead of 0 to 1, ReLU units",
        on="relu",
        causes=("input-scale",),
        plant_data=by.inputs(lambda X: 255 * X),
    ),
    Fault(
        "input-scaled-twice",
        "pixels divided by 255 twice",
        on="tanh",
        causes=("input-scale",),
        plant_data=by.inputs(lambda X: X / 255),
    ),
    Fault(
        "nan-in-input",
        "one pixel of one image is not a number",
        on="relu",
        causes=("input-scale",),
        plant_data=by.inputs(_with_nan),
    ),
    Fault(
        "labels-shuffled",
        "labels in another order than the images",
        on="relu",
        causes=("label-mismatch",),
        plant_data=by.labels(lambda n: np.random.default_rng(0).permutation(n)),
    ),
    Fault(
        "labels-shifted",
        "each image has the label of the next one",
        on="tanh",
        causes=("label-mismatch",),
        plant_data=by.labels(lambda n: np.roll(np.arange(n), -1)),
    ),
    Fault(
        "targets-next-class",
        "the one-hot targets are off by one class",
        on="tanh",
        causes=("label-mismatch",),
        plant_data=by.targets(lambda T: np.roll(T, 1, axis=0)),
    ),
    # -- dead units
    Fault(
        "dead-relu-bias",
        "biases of the first ReLU layer start at -5",
        on="biases",
        causes=("poor-init", "dead-units"),
        layer=1,
        plant=by.first_biases(-5.0),
    ),
    Fault(
        "dead-relu-signs",
        "all weights of the first ReLU layer start negative",
        on="relu",
        causes=("dead-units", "poor-init"),
        layer=1,
        plant=by.start_of(1, lambda W: -np.abs(W)),
    ),
    # -- subtler ones
    Fault(
        "rate-rather-high",
        "learning rate 6 times too high, ReLU units",
        on="relu",
        causes=("update-high", "diverging", "dead-units"),
        plant=by.rates(6),
    ),
    Fault(
        "init-rather-large",
        "start weights 4 times too large, ReLU units",
        on="relu",
        causes=("poor-init", "loss-at-init"),
        plant=by.start(lambda layer, W: 4 * W),
    ),
    Fault(
        "schedule-too-fast",
        "the learning rate falls to a fifth every three iterations",
        on="tanh",
        causes=("update-low", "plateau"),
        plant=by.falling_rate(every=3, factor=0.2),
    ),
    Fault(
        "sigmoid-deep",
        "five hidden layers of sigmoids, with weights made for tanh",
        on="five-layers",
        causes=("vanishing",),
        plant=by.hidden_activation(sigmoid()),
    ),
    Fault(
        "nan-in-weights",
        "one start weight of W2 is not a number",
        on="relu",
        causes=("exploding",),
        plant=by.start_of(2, _with_nan),
    ),
    Fault(
        "labels-half-shuffled",
        "half of the images have the label of another one",
        on="relu",
        causes=("label-mismatch",),
        plant_data=by.labels(_half_shuffled),
    ),
    Fault(
        "pixels-shuffled",
        "the pixels of each image in an order of its own",
        on="tanh",
        causes=("label-mismatch",),
        plant_data=by.inputs(_shuffled_columns),
    ),
)
