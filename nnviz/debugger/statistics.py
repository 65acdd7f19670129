"""The numbers of a layer at one iteration: each quantity defined once, exact, over the whole batch.

Views, findings, predicates, figures and the grader all take them from here. Activations are
measured by an observer of the training's own pass; gradients, weights and updates from the
iteration's record.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from nnviz.debugger.reductions import (
    Spread,
    column_count,
    column_maximum,
    flat,
    ones,
    squared_deviations,
    sum_of_squares,
    total,
)
from nnviz.engine.activations import Activation
from nnviz.engine.arrays import AnyArray, Array, Labels, Mask
from nnviz.engine.network import Network
from nnviz.engine.threads import share_out, single_threaded_blas
from nnviz.engine.training import Iteration

SATURATED_UNIT = 0.95
"""A unit is saturated when its value is, on more than this share of the samples."""

HEALTHY_UPDATE_RATIO = (1e-3, 1e-1)
"""The band, not line, in which the updates of healthy runs lie (median 1e-3 to 7.5e-2)."""

FEW = 50_000
"""Up to so many numbers, a call costs more than the arithmetic in it."""

PART = 50_000
"""So many weights fit into a cache together with their gradient and their new values."""


@dataclass(frozen=True, eq=False)
class LayerStatistics:
    """All quantities of one layer at one iteration; shares are 0 to 1, NaN: does not apply.

    `z_*`, `a_*`: pre-activation and activation over units and samples. `dead` is the share of units
    that are silent on every sample and so have no gradient (ReLU); `inactive` the same for a leaky
    unit, whose gradient is small and not zero. `saturated` is the share of saturated values,
    `saturated_units` that of units saturated on more than 95 % of the samples. `gradient_*`: of dW,
    summed over the samples. `update_*`: of W_new - W_old as applied. `weight_*`: of W.

    Per unit (arrays of length fan_out): `unit_mean` of a over the samples; `unit_saturated`, the
    share of samples on which it is saturated; `last_active`, the last iteration at which it was
    not silent on every sample (-1: never).
    """

    z_mean: float
    z_std: float
    z_min: float
    z_max: float
    a_mean: float
    a_std: float
    a_min: float
    a_max: float
    dead: float
    inactive: float
    saturated: float
    saturated_units: float
    gradient_norm: float
    gradient_rms: float
    update_mean: float
    update_norm: float
    update_ratio: float
    weight_mean: float
    weight_std: float
    unit_mean: Array
    unit_saturated: Array
    last_active: Labels
    silent: Mask

    @property
    def silent_units(self) -> Labels:
        """The numbers of the units that are dead (ReLU) or inactive (leaky), from 0."""
        return np.flatnonzero(self.silent)

    @property
    def died_at(self) -> Labels:
        """For each silent unit the iteration at which it became so; -1 for the others."""
        return np.where(self.silent, self.last_active + 1, -1)


@dataclass(frozen=True, eq=False)
class ActivationTotals:
    """What a pass measured of the activations.

    `z` and `a` hold one Spread per layer. The others hold one number per unit, the layers behind
    one another and cut by `layers`: the sum of a over the samples; the largest a, infinite where a
    unit can't be silent; and on how many samples it is saturated.
    """

    samples: int
    z: tuple[Spread, ...]
    a: tuple[Spread, ...]
    layers: tuple[slice, ...]
    unit_sum: Array
    unit_largest: Array
    unit_saturated: Labels


class StatisticsObserver:
    """Measures activations tile by tile, while they are in cache (an engine `Observer`).

    Sums within a tile are the array's own precision, across tiles float64.
    """

    def begin(self, network: Network, samples: int) -> "_TileSums":
        """Return empty sums for one tile."""
        return _TileSums(network)

    def block(self, accumulator: "_TileSums", layer: int, z: Array, a: Array) -> None:
        """Add one layer of the tile, units x samples."""
        accumulator.add(layer, z.T, a.T)

    def end(self, accumulators: Sequence["_TileSums"]) -> ActivationTotals:
        """Add the tiles up, in their order."""
        first, *others = accumulators
        for other in others:
            first.merge(other)
        return first.totals()


class _TileSums:
    """What is added up for all layers of a tile, or of several; see `ActivationTotals`."""

    def __init__(self, network: Network) -> None:
        self._activations = network.activations
        ends = list(accumulate(network.sizes[1:], initial=0))
        self._layers = tuple(slice(*pair) for pair in pairwise(ends))
        self._z = tuple(Spread() for _ in self._layers)
        self._a = tuple(Spread() for _ in self._layers)
        self._unit_sum = np.zeros(ends[-1])
        self._unit_largest = np.full(ends[-1], np.inf)
        self._unit_saturated = np.zeros(ends[-1], np.int64)

    def add(self, layer: int, z: Array, a: Array) -> None:
        """Set one layer of a tile, samples x units."""
        activation, units = self._activations[layer], self._layers[layer]
        samples, width = a.shape
        z_values, a_values, of_samples = z.reshape(-1), a.reshape(-1), ones(samples, a.dtype)
        lowest, highest = z_values.argmin(), z_values.argmax()
        self._z[layer].add_values(
            z_values, total(z), float(z_values[lowest]), float(z_values[highest])
        )
        if activation.monotonic:
            low, high = float(a_values[lowest]), float(a_values[highest])
        else:
            low, high = float(a_values.min()), float(a_values.max())
        sums = of_samples @ a
        self._unit_sum[units] = sums
        self._a[layer].add_values(a_values, float(sums @ ones(width, a.dtype)), low, high)
        if activation.silent:
            self._unit_largest[units] = column_maximum(a)
        bounds = activation.saturation
        if bounds and not (bounds[0] <= low and high <= bounds[1]):
            mask = a < bounds[0]
            mask |= a > bounds[1]
            self._unit_saturated[units] = column_count(mask)

    def merge(self, other: "_TileSums") -> None:
        """Add the tiles that follow."""
        for mine, its in zip(self._z + self._a, other._z + other._a, strict=True):
            mine.merge(its)
        self._unit_sum += other._unit_sum
        np.maximum(self._unit_largest, other._unit_largest, out=self._unit_largest)
        self._unit_saturated += other._unit_saturated

    def totals(self) -> ActivationTotals:
        """The result."""
        samples = self._z[0].count // self._layers[0].stop
        return ActivationTotals(
            samples,
            self._z,
            self._a,
            self._layers,
            self._unit_sum,
            self._unit_largest,
            self._unit_saturated,
        )


def last_active(
    measured: ActivationTotals, index: int, before: Sequence[Labels] | None
) -> tuple[Labels, ...]:
    """For each layer and unit the last iteration at which it was not silent on the whole batch.

    `before` is the same of iteration index - 1, None at the start of a run. A unit is silent where
    a <= 0 on every sample, which for ReLU and leaky ReLU is z <= 0; NaN is not silence.
    """
    old = -1 if before is None else np.concatenate(before)
    active = _read_only(np.where(measured.unit_largest <= 0, old, index))
    return tuple(active[units] for units in measured.layers)


def layer_statistics(
    iteration: Iteration,
    measured: ActivationTotals,
    active: Sequence[Labels],
    window: int = 1,
) -> tuple[LayerStatistics, ...]:
    """The statistics of every layer of an iteration.

    `measured` is what the `StatisticsObserver` returned, `active` comes from `last_active`,
    `window` is the number of batches in an epoch: a unit is called silent only where it was silent
    on all samples of the last epoch, never because of one small batch.
    """
    # what overflows shows as inf or NaN in the numbers, and needs no warning
    with np.errstate(all="ignore"):
        parameters = _parameter_sums(iteration)
        mean = _read_only(measured.unit_sum / measured.samples)
        saturated = _read_only(measured.unit_saturated / measured.samples)
        silent = _read_only(np.concatenate(active) <= iteration.index - window)
        of_units = np.empty((3, len(silent)))
        of_units[0], of_units[1] = silent, saturated
        np.greater(saturated, SATURATED_UNIT, out=of_units[2])
        starts = [units.start for units in measured.layers]
        counts = np.add.reduceat(of_units, starts, axis=1).T.tolist()
        return tuple(
            _one_layer(
                iteration.network.activations[layer],
                measured.z[layer],
                measured.a[layer],
                _Units(mean[units], saturated[units], active[layer], silent[units], *counts[layer]),
                iteration.weights[layer],
                parameters[layer],
            )
            for layer, units in enumerate(measured.layers)
        )


class _Units(NamedTuple):
    """One number for each unit of a layer, see `LayerStatistics`; and what they add up to.

    `all_saturated` is the number of units saturated on more than 95 % of the samples.
    """

    mean: Array
    saturated: Array
    last_active: Labels
    silent: Mask
    all_silent: float
    sum_of_saturated: float
    all_saturated: float


def _read_only(array: AnyArray) -> AnyArray:
    # the array itself, not a view of it: nobody else is going to write to it
    array.flags.writeable = False
    return array


class _ParameterSums(NamedTuple):
    """Sums over one layer's W, |W_new - W_old|, and the squares of dW, W and the update."""

    weight: float
    update: float
    gradient_squares: float
    weight_squares: float
    update_squares: float


def _parameter_sums(iteration: Iteration) -> list[_ParameterSums]:
    W, dW = iteration.weights, iteration.gradients.weights
    new = iteration.next_state.parameters.weights
    if sum(array.size for array in W) > FEW:
        return _sums_of_large(W, dW, new)
    # one table for all layers: here a call costs more than the arithmetic in it
    starts = list(accumulate([array.size for array in W[:-1]], initial=0))
    table = np.empty((6, sum(array.size for array in W)))
    numbers, squares = table[:3], table[3:]
    np.concatenate([array.T.reshape(-1) for array in (*dW, *W, *new)], out=numbers.reshape(-1))
    numbers[2] -= numbers[1]
    np.multiply(numbers, numbers, out=squares)
    np.abs(numbers[2], out=numbers[2])
    sums = np.add.reduceat(table[1:], starts, axis=1).T.tolist()
    return [_ParameterSums(*of_layer) for of_layer in sums]


def _sums_of_large(
    W: Sequence[Array], dW: Sequence[Array], new: Sequence[Array]
) -> list[_ParameterSums]:
    """The sums part by part, on several threads: all passes over a part find it in cache."""
    parts = [(layer, columns) for layer, array in enumerate(W) for columns in _parts(array)]
    found: list[tuple[float, ...]] = [()] * len(parts)

    def work(numbers: Iterator[int]) -> None:
        with np.errstate(all="ignore"):  # which numpy keeps for each thread
            for number in numbers:
                layer, columns = parts[number]
                w, g, n = (arrays[layer][:, columns] for arrays in (W, dW, new))
                update = n - w
                squares = [sum_of_squares(flat(array)) for array in (g, w, update)]
                found[number] = (total(w), total(np.abs(update, out=update)), *squares)

    with single_threaded_blas as threads:
        share_out(len(parts), threads, work)
    of_layers: list[list[tuple[float, ...]]] = [[] for _ in W]
    for (layer, _), sums in zip(parts, found, strict=True):
        of_layers[layer].append(sums)
    return [_ParameterSums(*map(sum, zip(*of_layer, strict=True))) for of_layer in of_layers]


def _parts(array: Array) -> list[slice]:
    """The columns of an array in parts of about `PART` numbers."""
    columns = array.shape[1]
    step = -(-columns // -(-array.size // PART))
    return [slice(start, start + step) for start in range(0, columns, step)]


def _one_layer(
    activation: Activation, z: Spread, a: Spread, units: _Units, W: Array, sums: _ParameterSums
) -> LayerStatistics:
    count = len(units.mean)
    share = units.all_silent / count
    norm, moved = math.sqrt(sums.weight_squares), math.sqrt(sums.update_squares)
    gradient = math.sqrt(sums.gradient_squares)
    deviations = squared_deviations(flat(W), sums.weight, sums.weight_squares)
    return LayerStatistics(
        z_mean=z.mean,
        z_std=z.std,
        z_min=z.smallest,
        z_max=z.largest,
        a_mean=a.mean,
        a_std=a.std,
        a_min=a.smallest,
        a_max=a.largest,
        dead=share if activation.silent == "dead" else 0.0,
        inactive=share if activation.silent == "inactive" else 0.0,
        saturated=units.sum_of_saturated / count,
        saturated_units=units.all_saturated / count,
        gradient_norm=gradient,
        gradient_rms=gradient / math.sqrt(W.size),
        update_mean=sums.update / W.size,
        update_norm=moved,
        update_ratio=moved / norm if norm else math.nan,
        weight_mean=sums.weight / W.size,
        weight_std=math.sqrt(deviations / W.size),
        unit_mean=units.mean,
        unit_saturated=units.saturated,
        last_active=units.last_active,
        silent=units.silent,
    )
