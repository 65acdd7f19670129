"""What a layer's values and its parameters add up to: compiled where that could be, else by numpy.

Both ways find the same quantities, but for the last digits. The callers silence overflow.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from nnviz.debugger import compiled
from nnviz.debugger.reductions import (
    Spread,
    column_count,
    column_maximum,
    in_range,
    ones,
    spread_of,
)
from nnviz.engine.activations import Activation
from nnviz.engine.arrays import Array
from nnviz.engine.threads import single_threaded_blas

FEW = 50_000
"""Up to so many weights, a call of numpy costs more than the arithmetic in it."""

PART = 1 << 15
"""So many weights are summed at a time by numpy."""


class LayerSums(NamedTuple):
    """What the values of one layer add up to, over some samples.

    `units` are three rows of one number for each unit: the sum of a, on how many samples it is
    saturated, and the largest a, which is infinite where the unit can't be silent.
    """

    z: Spread
    a: Spread
    units: Array


def layer_sums(za: Array, activation: Activation) -> LayerSums:
    """Add up z and a, 2 x samples x units."""
    functions = compiled.BY_TYPE.get(za.dtype)
    if functions is None:
        return _by_numpy(za, activation)
    za = np.ascontiguousarray(za)  # no copy where there are no holes
    _, samples, units = za.shape
    low, high = activation.saturation or (-np.inf, np.inf)
    found = np.empty((2, 4 + 3 * units))
    functions.layer(za.ctypes.data, samples, units, low, high, found.ctypes.data)
    z, a = [
        spread_of(row, *of[:4].tolist()) for row, of in zip(za.reshape(2, -1), found, strict=True)
    ]
    of_units = found[1, 4:].reshape(3, units)
    if not activation.silent:
        of_units[2] = np.inf
    return LayerSums(z, a, of_units)


def _by_numpy(za: Array, activation: Activation) -> LayerSums:
    """The same; several tiles are measured at once, and between calls a thread may have to wait."""
    z, a = za
    units = np.zeros((3, z.shape[1]))
    sums = ones(len(z), za.dtype) @ za
    z_total, a_total = np.add.reduce(sums, axis=1).tolist()
    z_squares, a_squares = np.vecdot(rows := za.reshape(2, -1), rows).tolist()
    lowest, highest = z.argmin(), z.argmax()
    if activation.monotonic:
        low, high = a.item(lowest), a.item(highest)
    else:
        low, high = float(a.min()), float(a.max())
    units[0] = sums[1]
    bounds = activation.saturation
    if bounds and not (bounds[0] <= low and high <= bounds[1]):
        mask = a < bounds[0]
        mask |= a > bounds[1]
        units[1] = column_count(mask)
    units[2] = column_maximum(a) if activation.silent else np.inf
    return LayerSums(
        spread_of(rows[0], z_total, z_squares, z.item(lowest), z.item(highest)),
        spread_of(rows[1], a_total, a_squares, low, high),
        units,
    )


def parameter_sums(
    W: Sequence[Array], dW: Sequence[Array], new: Sequence[Array]
) -> list[list[float]]:
    """Sums over each layer's W, |new - W|, and the squares of dW, W and new - W."""
    functions = compiled.BY_TYPE.get(W[0].dtype)
    if functions is not None:
        return _compiled_sums(functions, zip(W, dW, new, strict=True))
    cuts = cuts_of(tuple([array.size for array in W]))
    if cuts[-1].stop > FEW:
        with single_threaded_blas:
            return [_sums_of_large(*arrays) for arrays in zip(W, dW, new, strict=True)]
    # one table for all layers: here a call costs more than the arithmetic in it
    table = np.empty((6, cuts[-1].stop))
    numbers = table[:3]
    np.concatenate([array.T for array in (*dW, *W, *new)], axis=None, out=numbers.reshape(-1))
    update = numbers[2]
    update -= numbers[1]
    np.multiply(numbers, numbers, out=table[3:])
    np.abs(update, out=update)
    sums: list[list[float]] = np.add.reduceat(
        table[1:], [cut.start for cut in cuts], axis=1
    ).T.tolist()
    return sums


def _compiled_sums(
    functions: compiled.Reductions, layers: Iterable[tuple[Array, Array, Array]]
) -> list[list[float]]:
    found, sums = [], np.empty(5)
    address = sums.ctypes.data  # asking for one takes as long as a small layer
    for arrays in layers:
        # the weights of one input lie side by side; in another order or type they are copied
        W, dW, new = [np.ascontiguousarray(array.T, arrays[0].dtype) for array in arrays]
        functions.parameters(W.ctypes.data, dW.ctypes.data, new.ctypes.data, W.size, address)
        found.append(_in_range(sums.tolist(), W, dW, new))
    return found


def _sums_of_large(W: Array, dW: Array, new: Array) -> list[float]:
    """The sums of one layer part by part: what a pass over a part leaves in cache, the next finds.

    A second thread would cost more than it does: it is mostly the memory that takes the time, and
    between so short calls two threads wait for the interpreter.
    """
    before, gradient, after = [array.T.reshape(-1) for array in (W, dW, new)]
    of_part, found = ones(PART, W.dtype), []
    for start in range(0, W.size, PART):
        w, g = before[start : start + PART], gradient[start : start + PART]
        update, each = after[start : start + PART] - w, of_part[: len(w)]
        squares = g.dot(g), w.dot(w), update.dot(update)
        found.append((w.dot(each), np.abs(update, out=update).dot(each), *squares))
    sums = [sum(map(float, column)) for column in zip(*found, strict=True)]
    return _in_range(sums, before, gradient, after)


def _in_range(sums: list[float], W: Array, dW: Array, new: Array) -> list[float]:
    """The sums with their squares found again in wide numbers, where float32 fails."""
    weight, moved, of_gradient, of_weight, of_update = sums
    return [
        weight,
        moved,
        in_range(of_gradient, lambda: dW.reshape(-1)),
        in_range(of_weight, lambda: W.reshape(-1)),
        in_range(of_update, lambda: (new - W).reshape(-1)),
    ]


@lru_cache(maxsize=64)
def cuts_of(sizes: tuple[int, ...]) -> tuple[slice, ...]:
    """Where the parts of these sizes lie, one behind another."""
    return tuple(slice(*pair) for pair in pairwise(accumulate(sizes, initial=0)))
