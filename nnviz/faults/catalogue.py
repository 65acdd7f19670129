"""The planted faults, one entry each: what is done wrong, in which run, and which finding names it.

Every second entry is of the half that thresholds may be chosen on (see
`nnviz.debugger.self_test`): a new fault goes to the end.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from nnviz.engine.arrays import Array
from nnviz.engine.initializers import uniform
from nnviz.errors import InputError
from nnviz.faults import planting as by
from nnviz.faults import wrong
from nnviz.faults.planting import Fault


def _course_weights(layer: int, W: Array) -> Array:
    fan_out, fan_in = W.shape
    return uniform(fan_out, fan_in, np.random.default_rng(layer))


def _with_nan(X: Array) -> Array:
    X = X.copy()
    X[len(X) // 2, X.shape[1] // 2] = np.nan
    return X


_CATALOGUE = (
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
    # -- derivatives
    Fault(
        "slope-forgotten-k",
        "the sigmoid's derivative lacks the factor k",
        on="slope",
        causes=("gradient-check",),
        plant=by.without_slope_k,
    ),
    Fault(
        "tanh-slope-not-squared",
        "tanh' = 1 - tanh(z), the square forgotten",
        on="tanh",
        causes=("gradient-check",),
        plant=by.activation("tanh", wrong.with_slope(lambda a: 1 - a)),
    ),
    Fault(
        "tanh-slope-of-a",
        "tanh' = 1 - tanh(a)^2: the derivative taken at the activation, not at z",
        on="tanh",
        causes=("gradient-check",),
        plant=by.activation("tanh", wrong.slope_of_activation),
    ),
    Fault(
        "tanh-slope-of-z",
        "tanh' = 1 - z^2: the formula for the activation used on z",
        on="tanh",
        causes=("gradient-check",),
        plant=by.activation("tanh", wrong.with_slope(wrong.tanh_slope_of_z)),
    ),
    Fault(
        "sigmoid-slope-of-a",
        "the sigmoid's derivative taken at the activation, not at z",
        on="sigmoid-softmax",
        causes=("gradient-check",),
        plant=by.activation("sigmoid", wrong.slope_of_activation),
    ),
    Fault(
        "sigmoid-slope-missing-output",
        "delta = L - T with squared error: the output's derivative forgotten",
        on="squared-error",
        causes=("gradient-check",),
        layer=3,
        plant=by.activation("sigmoid", wrong.with_slope(np.ones_like), "last"),
    ),
    Fault(
        "sigmoid-slope-missing-hidden",
        "deltas of the hidden layers without the derivative of the sigmoid",
        on="sigmoid",
        causes=("gradient-check",),
        plant=by.activation("sigmoid", wrong.with_slope(np.ones_like), "hidden"),
    ),
    Fault(
        "sigmoid-slope-half",
        "the sigmoid's derivative is a, its factor 1 - a forgotten",
        on="sigmoid-softmax",
        causes=("gradient-check",),
        plant=by.activation("sigmoid", wrong.with_slope(lambda a: a)),
    ),
    Fault(
        "relu-slope-missing",
        "ReLU' = 1 everywhere (as from a >= 0)",
        on="relu",
        causes=("gradient-check",),
        plant=by.activation("relu", wrong.with_slope(lambda a: np.greater_equal(a, 0))),
    ),
    Fault(
        "relu-slope-reversed",
        "ReLU' = 1 where the unit is silent, 0 where it is active",
        on="relu",
        causes=("gradient-check",),
        plant=by.activation("relu", wrong.with_slope(lambda a: np.less_equal(a, 0))),
    ),
    Fault(
        "leaky-slope-of-relu",
        "leaky ReLU with the derivative of ReLU, at a leak of 0.01",
        on="best",
        causes=("gradient-check",),
        plant=by.activation("leaky_relu", wrong.with_slope(lambda a: np.greater(a, 0))),
    ),
    # -- the loss
    Fault(
        "softmax-squared-delta",
        "softmax and cross-entropy with the delta of squared error, (a - t) a (1 - a)",
        on="relu",
        causes=("gradient-check",),
        layer=3,
        plant=by.loss_delta("cross_entropy", wrong.squared_error_delta),
    ),
    Fault(
        "softmax-bare-delta",
        "delta = -t / a: the softmax's own derivative forgotten",
        on="tanh",
        causes=("gradient-check",),
        layer=3,
        plant=by.loss_delta("cross_entropy", wrong.bare_cross_entropy_delta),
    ),
    Fault(
        "softmax-wrong-axis",
        "softmax over the samples, not over the classes",
        on="tanh",
        causes=("gradient-check",),
        layer=3,
        plant=by.activation(
            "softmax",
            lambda record: replace(record, function=wrong.writing(wrong.softmax_over_samples)),
        ),
    ),
    Fault(
        "sigmoid-squared-delta",
        "binary cross-entropy with the delta of squared error",
        on="sigmoid",
        causes=("gradient-check",),
        layer=3,
        plant=by.loss_delta("binary_cross_entropy", wrong.squared_error_delta),
    ),
    Fault(
        "delta-reversed",
        "delta = t - a for a - t",
        on="relu",
        causes=("gradient-check",),
        plant=by.loss_delta("cross_entropy", wrong.reversed_delta),
    ),
    # -- the update
    Fault(
        "ascent",
        "W = W + rate * dW: the minus forgotten",
        on="tanh",
        causes=("gradient-check",),
        plant=by.step(lambda setup, update: wrong.with_rates(update, lambda r: [-x for x in r])),
    ),
    Fault(
        "mean-for-sum",
        "gradients are means over the samples, with a rate that is meant for sums",
        on="tanh",
        causes=("gradient-check",),
        plant=by.step(
            lambda setup, update: wrong.with_gradients(
                update, lambda dW: tuple(g / setup.samples for g in dW)
            )
        ),
    ),
    Fault(
        "momentum-sign",
        "v = -momentum v - rate dW: every step undoes most of the one before",
        on="momentum",
        causes=("gradient-check",),
        plant=by.with_momentum_only(
            by.step(lambda setup, update: wrong.with_momentum(update, -1.0))
        ),
    ),
    Fault(
        "momentum-too-large",
        "momentum 1.1, which grows without end",
        on="momentum",
        causes=("gradient-check", "update-high"),
        plant=by.with_momentum_only(
            by.step(lambda setup, update: wrong.with_momentum(update, 1.1 / setup.momentum))
        ),
    ),
    Fault(
        "gradient-transposed",
        "each gradient transposed, and forced back into the shape of its weights",
        on="relu",
        causes=("gradient-check",),
        plant=by.step(
            lambda setup, update: wrong.with_gradients(
                update, lambda dW: tuple(wrong.transposed(g) for g in dW)
            )
        ),
    ),
    Fault(
        "frozen-layer-1",
        "the update leaves W1 out",
        on="relu",
        causes=("frozen-layer",),
        layer=1,
        plant=by.frozen(1),
    ),
    Fault(
        "frozen-layer-2",
        "the update leaves W2 out",
        on="five-layers",
        causes=("frozen-layer",),
        layer=2,
        plant=by.frozen(2),
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
)

FAULTS: Mapping[str, Fault] = MappingProxyType({fault.name: fault for fault in _CATALOGUE})
"""Every planted fault by name."""


def find_fault(name: str) -> Fault:
    """The fault of that name. Raises InputError, with the nearest one, where there is none."""
    from nnviz.experiment import nearest  # which asks here whether a fault exists

    if name not in FAULTS:
        hint = nearest(name, FAULTS) or f"; expected one of {', '.join(FAULTS)}"
        raise InputError(f"there is no fault {name!r}{hint}")
    return FAULTS[name]
