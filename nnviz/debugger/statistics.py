"""The numbers of a layer at one iteration: each quantity defined once, exact, over the whole batch.

Views, findings, predicates, figures and the grader all take them from here. Activations are
measured by an observer of the training's own pass; gradients, weights and updates from the
iteration's record.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.engine.activations import Activation
from nnviz.engine.arrays import Array, Labels, Mask, read_only
from nnviz.engine.network import Network
from nnviz.engine.threads import single_threaded_blas
from nnviz.engine.training import Iteration

SATURATED_UNIT = 0.95
"""A unit is saturated when its value is, on more than this share of the samples."""

CANCELLED = 0.01
"""Where less than this share of the squares is left after subtracting the mean's, float32 has lost
too many digits for a standard deviation."""


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
    """What the pass measured of one layer, over all units and samples and for each unit.

    `unit_largest` is each unit's largest `a`; it is measured where a unit can be silent, and is
    infinite elsewhere. `unit_saturated` counts samples.
    """

    samples: int
    z: "Spread"
    a: "Spread"
    unit_sum: Array
    unit_largest: Array
    unit_saturated: Labels


class Spread:
    """Mean, standard deviation, smallest and largest of numbers that come in portions."""

    def __init__(self) -> None:
        self.count = 0
        self.mean = 0.0
        self.deviations = 0.0  # sum of squared deviations from the mean
        self.smallest, self.largest = math.inf, -math.inf

    @property
    def std(self) -> float:
        """The standard deviation, dividing by the count."""
        return math.sqrt(self.deviations / self.count)

    def add_values(self, values: Array, total: float, largest: float | None = None) -> None:
        """Add the numbers of a flat array whose sum is `total`; the largest may be known."""
        self.add(
            len(values),
            total / len(values),
            squared_deviations(values, total),
            float(np.minimum.reduce(values)),
            float(np.maximum.reduce(values)) if largest is None else largest,
        )

    def add(self, count: int, mean: float, deviations: float, low: float, high: float) -> None:
        """Add a portion of which these numbers are known.

        Source: Chan, Golub & LeVeque 1979, eq. 2.1: no large squares are subtracted.
        """
        total = self.count + count
        apart = mean - self.mean
        self.mean += apart * count / total
        self.deviations += deviations + apart * apart * self.count * count / total
        self.count = total
        # so compared, NaN stays
        self.smallest = self.smallest if self.smallest <= low else low
        self.largest = self.largest if self.largest >= high else high

    def merge(self, other: "Spread") -> None:
        """Add all portions of another one."""
        self.add(other.count, other.mean, other.deviations, other.smallest, other.largest)


class StatisticsObserver:
    """Measures activations tile by tile, while they are in cache (an engine `Observer`).

    Sums within a tile are the array's own precision, across tiles float64.
    """

    def begin(self, network: Network, samples: int) -> list["_LayerSums"]:
        """Return empty sums, one for each layer."""
        return [
            _LayerSums(activation, units)
            for activation, units in zip(network.activations, network.sizes[1:], strict=True)
        ]

    def block(self, accumulator: list["_LayerSums"], layer: int, z: Array, a: Array) -> None:
        """Add one tile of one layer, units x samples."""
        accumulator[layer].add(z.T, a.T)

    def end(self, accumulators: Sequence[list["_LayerSums"]]) -> tuple[ActivationTotals, ...]:
        """Add the groups up, in their order."""
        totals, *others = accumulators
        for group in others:
            for mine, other in zip(totals, group, strict=True):
                mine.merge(other)
        return tuple(sums.totals() for sums in totals)


class _LayerSums:
    """What is added up for one layer over a group of tiles; arrays here are samples x units."""

    def __init__(self, activation: Activation, units: int) -> None:
        self._bounds = activation.saturation
        self._can_be_silent = bool(activation.silent)
        self._z, self._a = Spread(), Spread()
        self._unit_sum = np.zeros(units)
        self._unit_largest = np.full(units, -np.inf if self._can_be_silent else np.inf)
        self._unit_saturated = np.zeros(units, np.int64)

    def add(self, z: Array, a: Array) -> None:
        """Add one tile."""
        # a product with ones adds up columns faster than `sum` does
        samples, units = np.ones(len(z), z.dtype), np.ones(z.shape[1], z.dtype)
        self._z.add_values(z.reshape(-1), float(samples @ z @ units))
        sums, largest = samples @ a, None
        self._unit_sum += sums
        if self._can_be_silent:
            columns = column_maximum(a)
            np.maximum(self._unit_largest, columns, out=self._unit_largest)
            largest = float(columns.max())
        self._a.add_values(a.reshape(-1), float(sums @ units), largest)
        if (
            self._bounds
            and not self._bounds[0] <= self._a.smallest <= self._a.largest <= self._bounds[1]
        ):
            outside = a < self._bounds[0]
            outside |= a > self._bounds[1]
            self._unit_saturated += column_count(outside)

    def merge(self, other: "_LayerSums") -> None:
        """Add another group's."""
        self._z.merge(other._z)
        self._a.merge(other._a)
        self._unit_sum += other._unit_sum
        np.maximum(self._unit_largest, other._unit_largest, out=self._unit_largest)
        self._unit_saturated += other._unit_saturated

    def totals(self) -> ActivationTotals:
        """The result."""
        samples = self._z.count // len(self._unit_sum)
        return ActivationTotals(
            samples, self._z, self._a, self._unit_sum, self._unit_largest, self._unit_saturated
        )


def sum_of_squares(values: Array) -> float:
    """The sum of squares of a flat array, also where squares leave float32's range."""
    squares = float(values @ values)
    if 1e-30 < squares < math.inf:
        return squares
    wide = values.astype(np.float64)
    return float(wide @ wide)


def squared_deviations(values: Array, total: float) -> float:
    """The sum of squared deviations from the mean, of a flat array whose sum is `total`."""
    mean = total / len(values)
    squares = sum_of_squares(values)
    deviations = squares - total * mean
    if deviations < CANCELLED * squares:
        return sum_of_squares(values - np.float64(mean))
    return deviations


def column_maximum(rows: Array) -> Array:
    """The largest value of each column of `rows` (samples x units, C order); NaN where one is."""
    whole, wide = _folded(rows, 1)
    largest: Array = np.maximum.reduce(
        np.maximum.reduce(wide, axis=0).reshape(-1, rows.shape[1]), axis=0
    )
    if whole < len(rows):
        np.maximum(largest, np.maximum.reduce(rows[whole:], axis=0), out=largest)
    return largest


def column_count(mask: Mask) -> Labels:
    """How many are true in each column of `mask` (samples x units, C order)."""
    ones = mask.view(np.uint8)
    # at most 255 rows, so that a byte can count them
    whole, wide = _folded(ones, -(-len(ones) // 255))
    counts = np.add.reduce(wide, axis=0, dtype=np.uint8).reshape(-1, ones.shape[1])
    count: Labels = np.add.reduce(counts, axis=0, dtype=np.int64)
    if whole < len(ones):
        count += np.add.reduce(ones[whole:], axis=0, dtype=np.int64)
    return count


def _folded(rows: npt.NDArray[Any], least: int) -> tuple[int, npt.NDArray[Any]]:
    """Lay several rows side by side: numpy reduces few long rows faster than many short ones.

    Returns how many rows that took, and the view of them.
    """
    samples, units = rows.shape
    fold = max(least, min(1024 // units, samples), 1)
    whole = samples - samples % fold
    return whole, rows[:whole].reshape(-1, fold * units)


def last_active(
    totals: Sequence[ActivationTotals], index: int, before: Sequence[Labels] | None
) -> tuple[Labels, ...]:
    """For each layer and unit the last iteration at which it was not silent on the whole batch.

    `before` is the same of iteration index - 1, None at the start of a run. A unit is silent where
    a <= 0 on every sample, which for ReLU and leaky ReLU is z <= 0; NaN is not silence.
    """
    if before is None:
        before = [np.full(len(total.unit_largest), -1) for total in totals]
    return tuple(
        np.where(total.unit_largest <= 0, old, index)
        for total, old in zip(totals, before, strict=True)
    )


def layer_statistics(
    iteration: Iteration,
    totals: Sequence[ActivationTotals],
    active: Sequence[Labels],
    window: int = 1,
) -> tuple[LayerStatistics, ...]:
    """The statistics of every layer of an iteration.

    `totals` is what the `StatisticsObserver` returned, `active` comes from `last_active`, `window`
    is the number of batches in an epoch: a unit is called silent only where it was silent on all
    samples of the last epoch, never because of one small batch.
    """
    # what overflows shows as inf or NaN in the numbers, and needs no warning
    with single_threaded_blas, np.errstate(all="ignore"):
        return tuple(
            _one_layer(iteration, layer, totals[layer], active[layer], window)
            for layer in range(iteration.network.depth)
        )


def _one_layer(
    iteration: Iteration, layer: int, total: ActivationTotals, active: Labels, window: int
) -> LayerStatistics:
    activation, units = iteration.network.activations[layer], len(active)
    silent = (iteration.index - active >= window) & bool(activation.silent)
    share = np.count_nonzero(silent) / units
    saturated = total.unit_saturated / total.samples
    W, dW = iteration.weights[layer], _flat(iteration.gradients.weights[layer])
    update = iteration.update.weights[layer]
    weight_sum, values = _sum(W), _flat(W)
    norm, moved = math.sqrt(sum_of_squares(values)), math.sqrt(sum_of_squares(_flat(update)))
    gradient = math.sqrt(sum_of_squares(dW))
    return LayerStatistics(
        z_mean=total.z.mean,
        z_std=total.z.std,
        z_min=total.z.smallest,
        z_max=total.z.largest,
        a_mean=total.a.mean,
        a_std=total.a.std,
        a_min=total.a.smallest,
        a_max=total.a.largest,
        dead=share if activation.silent == "dead" else 0.0,
        inactive=share if activation.silent == "inactive" else 0.0,
        saturated=float(np.add.reduce(saturated)) / units,
        saturated_units=np.count_nonzero(saturated > SATURATED_UNIT) / units,
        gradient_norm=gradient,
        gradient_rms=gradient / math.sqrt(dW.size),
        update_mean=_sum(np.abs(update)) / update.size,
        update_norm=moved,
        update_ratio=moved / norm if norm else math.nan,
        weight_mean=weight_sum / W.size,
        weight_std=math.sqrt(squared_deviations(values, weight_sum) / W.size),
        unit_mean=read_only(total.unit_sum / total.samples),
        unit_saturated=read_only(saturated),
        last_active=read_only(active),
        silent=read_only(silent),
    )


def _sum(array: Array) -> float:
    # products with ones add up faster than `sum` does
    rows, columns = array.shape
    return float(np.ones(rows, array.dtype) @ array @ np.ones(columns, array.dtype))


def _flat(array: Array) -> Array:
    return array.ravel(order="K")  # in memory order, so that nothing is copied
