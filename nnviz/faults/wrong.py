"""Wrong maths, each function the slip that a student makes: what the planted faults are made of.

A derivative takes the activation `a = f(z)`, as the right ones do (see `nnviz.engine.activations`).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from nnviz.engine.activations import Activation, ArrayFunction
from nnviz.engine.arrays import Array
from nnviz.engine.optimizers import Arrays

Slope = Callable[[Array], Array]
Delta = Callable[[Array, Array, Activation], Array]
Update = Callable[[Arrays, Arrays, Arrays, Sequence[float], float], tuple[Arrays, Arrays]]


def writing(function: Slope) -> ArrayFunction:
    """The same function, able to write its result into `out`."""

    def wrapped(x: Array, out: Array | None = None) -> Array:
        result = function(x).astype(x.dtype, copy=False)
        if out is None:
            return result
        np.copyto(out, result)
        return out

    return wrapped


def with_slope(slope: Slope) -> Callable[[Activation], Activation]:
    """Give an activation another derivative."""
    return lambda activation: replace(activation, derivative=writing(slope))


def slope_of_activation(activation: Activation) -> Activation:
    """f'(a) for f'(z): the derivative written for z, and called with what is already f(z)."""
    right = activation.derivative
    return with_slope(lambda a: right(activation.function(a)))(activation)


def tanh_slope_of_z(a: Array) -> Array:
    """1 - z^2 for 1 - a^2: the derivative written for a, and called with z."""
    edge = 1 - np.finfo(a.dtype).eps  # float32 rounds tanh to exactly 1 from z = 9 on
    return 1 - np.arctanh(np.clip(a, -edge, edge)) ** 2


def softmax_over_samples(z: Array) -> Array:
    """Softmax along the wrong axis: over the samples, not over the classes."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def squared_error_delta(a: Array, t: Array, activation: Activation) -> Array:
    """(a - t) a (1 - a): the delta of squared error with sigmoids, whatever the loss."""
    return (a - t) * a * (1 - a)


def bare_cross_entropy_delta(a: Array, t: Array, activation: Activation) -> Array:
    """-t / a: the derivative of -t log a, without the derivative of the softmax."""
    return -t / np.maximum(a, np.finfo(a.dtype).tiny)


def reversed_delta(a: Array, t: Array, activation: Activation) -> Array:
    """t - a for a - t."""
    return t - a


def with_rates(update: Update, change: Callable[[Sequence[float]], Sequence[float]]) -> Update:
    """An update that applies other rates than those it is given."""
    return lambda W, dW, state, rates, momentum: update(W, dW, state, change(rates), momentum)


def with_gradients(update: Update, change: Callable[[Arrays], Arrays]) -> Update:
    """An update that applies other gradients than those it is given."""
    return lambda W, dW, state, rates, momentum: update(W, change(dW), state, rates, momentum)


def with_momentum(update: Update, factor: float) -> Update:
    """An update whose momentum is multiplied by a factor."""
    return lambda W, dW, state, rates, momentum: update(W, dW, state, rates, factor * momentum)


def transposed(dW: Array) -> Array:
    """The gradient transposed, and its numbers then forced into the shape of W."""
    return np.ascontiguousarray(dW.T).reshape(dW.shape)
