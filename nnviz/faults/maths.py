"""Faults in what a run computes: derivatives, the loss's delta, the update."""

from dataclasses import replace

import numpy as np

from nnviz.faults import planting as by
from nnviz.faults import wrong
from nnviz.faults.planting import Fault

MATHS = (
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
)
