"""The numbers of a layer at one iteration: each quantity defined once, exact, over the whole batch.

Views, findings, predicates, figures and the grader all take them from here. Activations are
measured by an observer of the training's own pass; gradients, weights and updates from the
iteration's record.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from nnviz.debugger.reductions import (
    FEW,
    Spread,
    column_count,
    column_maximum,
    flat,
    joined,
    ones,
    squared_deviations,
    sum_of_squares,
    total,
)
from nnviz.engine.activations import Activation
from nnviz.engine.arrays import Array, Labels, Mask, read_only
from nnviz.engine.network import Network
from nnviz.engine.threads import single_threaded_blas
from nnviz.engine.training import Iteration

SATURATED_UNIT = 0.95
"""A unit is saturated when its value is, on more than this share of the samples."""


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
        self._z[layer].add_values(z.reshape(-1), total(z))
        sums, largest = ones(len(a), a.dtype) @ a, None
        self._unit_sum[self._layers[layer]] = sums
        if self._activations[layer].silent:
            columns = column_maximum(a)
            self._unit_largest[self._layers[layer]] = columns
            largest = float(columns.max())
        spread = self._a[layer]
        spread.add_values(a.reshape(-1), float(sums @ ones(len(sums), a.dtype)), largest)
        if bounds := self._activations[layer].saturation:
            low, high = bounds
            if low <= spread.smallest and spread.largest <= high:
                return
            outside = a < low
            outside |= a > high
            self._unit_saturated[self._layers[layer]] = column_count(outside)

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
    active = np.where(measured.unit_largest <= 0, old, index)
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
    network = iteration.network
    # what overflows shows as inf or NaN in the numbers, and needs no warning
    with single_threaded_blas, np.errstate(all="ignore"):
        units = _UnitStatistics(
            mean=read_only(measured.unit_sum / measured.samples),
            saturated=read_only(measured.unit_saturated / measured.samples),
            silent=read_only(iteration.index - np.concatenate(active) >= window),
        )
        parameters = _parameter_sums(iteration)
        return tuple(
            _one_layer(measured, layer, network.activations[layer], units, active, parameters)
            for layer in range(network.depth)
        )


@dataclass(frozen=True, eq=False)
class _UnitStatistics:
    """One number per unit, the layers behind one another."""

    mean: Array
    saturated: Array
    silent: Mask


@dataclass(frozen=True, eq=False)
class _ParameterSums:
    """Sums over W, |W_new - W_old| and the squares of W, dW and the update, one per layer."""

    weights: Sequence[Array]
    sums: list[float]
    update_sums: list[float]
    squares: list[float]
    gradient_squares: list[float]
    update_squares: list[float]


def _parameter_sums(iteration: Iteration) -> _ParameterSums:
    W, dW, update = iteration.weights, iteration.gradients.weights, iteration.update.weights
    if sum(array.size for array in W) > FEW:
        return _ParameterSums(
            W,
            [total(array) for array in W],
            [total(np.abs(array)) for array in update],
            *([sum_of_squares(flat(array)) for array in arrays] for arrays in (W, dW, update)),
        )
    # one buffer for all layers: here a call costs more than the arithmetic in it
    numbers, starts = joined([*W, *dW, *update])
    layers, size = starts[: len(W)], starts[len(W)]
    squares: list[float] = np.add.reduceat(numbers * numbers, starts).tolist()
    return _ParameterSums(
        W,
        np.add.reduceat(numbers[:size], layers).tolist(),
        np.add.reduceat(np.abs(numbers[2 * size :]), layers).tolist(),
        *(squares[kind * len(W) : (kind + 1) * len(W)] for kind in range(3)),
    )


def _one_layer(
    measured: ActivationTotals,
    layer: int,
    activation: Activation,
    of_units: _UnitStatistics,
    active: Sequence[Labels],
    of_parameters: _ParameterSums,
) -> LayerStatistics:
    z, a, units = measured.z[layer], measured.a[layer], measured.layers[layer]
    count = units.stop - units.start
    saturated, silent = of_units.saturated[units], of_units.silent[units]
    share = np.count_nonzero(silent) / count
    W = of_parameters.weights[layer]
    weight_sum, squares = of_parameters.sums[layer], of_parameters.squares[layer]
    gradient = math.sqrt(of_parameters.gradient_squares[layer])
    moved = math.sqrt(of_parameters.update_squares[layer])
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
        saturated=float(np.add.reduce(saturated)) / count,
        saturated_units=np.count_nonzero(saturated > SATURATED_UNIT) / count,
        gradient_norm=gradient,
        gradient_rms=gradient / math.sqrt(W.size),
        update_mean=of_parameters.update_sums[layer] / W.size,
        update_norm=moved,
        update_ratio=moved / math.sqrt(squares) if squares else math.nan,
        weight_mean=weight_sum / W.size,
        weight_std=math.sqrt(squared_deviations(flat(W), weight_sum, squares) / W.size),
        unit_mean=of_units.mean[units],
        unit_saturated=saturated,
        last_active=read_only(active[layer]),
        silent=silent,
    )
