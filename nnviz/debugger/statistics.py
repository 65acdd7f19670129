"""The numbers of a layer at one iteration: each quantity defined once, exact, over the whole batch.

Views, findings, predicates, figures and the grader all take them from here. Activations are
measured by an observer of the training's own pass; gradients, weights and updates from the
iteration's record.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnviz.engine.activations import Activation
from nnviz.engine.arrays import Array, Labels, Mask
from nnviz.engine.network import Network
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


@dataclass(eq=False)
class _Sums:
    """What is accumulated for one layer over a group of blocks."""

    z_sum: float
    z_squares: float
    z_min: float
    z_max: float
    a_squares: float
    unit_sum: Array
    unit_min: Array
    unit_max: Array
    unit_z_max: Array
    unit_saturated: Array


@dataclass(frozen=True, eq=False)
class ActivationTotals:
    """One layer's sums over all samples, from which the statistics follow."""

    samples: int
    sums: _Sums


class StatisticsObserver:
    """Measures activations block by block, while they are in cache (an engine `Observer`)."""

    def begin(self, network: Network, samples: int) -> list[_Sums]:
        """Return empty sums, one for each layer."""
        self._activations = network.activations
        self._samples = samples
        inf = float("inf")
        return [
            _Sums(
                0.0,
                0.0,
                inf,
                -inf,
                0.0,
                np.zeros(units),
                np.full(units, inf),
                np.full(units, -inf),
                np.full(units, -inf),
                np.zeros(units),
            )
            for units in network.sizes[1:]
        ]

    def block(self, accumulator: list[_Sums], layer: int, z: Array, a: Array) -> None:
        """Add one block of one layer, units x samples."""
        sums = accumulator[layer]
        sums.z_sum += float(z.sum(dtype=np.float64))
        sums.z_squares += float(np.vdot(z, z))
        sums.z_min = min(sums.z_min, float(z.min()))
        sums.z_max = max(sums.z_max, float(z.max()))
        sums.a_squares += float(np.vdot(a, a))
        sums.unit_sum += a.sum(axis=1)
        np.minimum(sums.unit_min, a.min(axis=1), out=sums.unit_min)
        np.maximum(sums.unit_max, a.max(axis=1), out=sums.unit_max)
        np.maximum(sums.unit_z_max, z.max(axis=1), out=sums.unit_z_max)
        bounds = self._activations[layer].saturation
        if bounds:
            sums.unit_saturated += np.count_nonzero((a < bounds[0]) | (a > bounds[1]), axis=1)

    def end(self, accumulators: Sequence[list[_Sums]]) -> tuple[ActivationTotals, ...]:
        """Add the groups up, in their order."""
        totals = accumulators[0]
        for group in accumulators[1:]:
            for mine, other in zip(totals, group, strict=True):
                mine.z_sum += other.z_sum
                mine.z_squares += other.z_squares
                mine.z_min = min(mine.z_min, other.z_min)
                mine.z_max = max(mine.z_max, other.z_max)
                mine.a_squares += other.a_squares
                mine.unit_sum += other.unit_sum
                np.minimum(mine.unit_min, other.unit_min, out=mine.unit_min)
                np.maximum(mine.unit_max, other.unit_max, out=mine.unit_max)
                np.maximum(mine.unit_z_max, other.unit_z_max, out=mine.unit_z_max)
                mine.unit_saturated += other.unit_saturated
        return tuple(ActivationTotals(self._samples, sums) for sums in totals)


def _std(squares: float, total: float, count: int) -> float:
    mean = total / count
    return float(np.sqrt(max(squares / count - mean * mean, 0.0)))


def last_active(
    totals: Sequence[ActivationTotals], index: int, before: Sequence[Labels] | None
) -> tuple[Labels, ...]:
    """For each layer and unit the last iteration at which it was not silent on the whole batch.

    `before` is the same of iteration index - 1, None at the start of a run. A unit is silent where
    z <= 0 on every sample (which for ReLU is a <= 0).
    """
    result = []
    for layer, total in enumerate(totals):
        old = before[layer] if before is not None else np.full(len(total.sums.unit_max), -1)
        result.append(np.where(total.sums.unit_z_max > 0, index, old))
    return tuple(result)


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
    return tuple(
        _one_layer(iteration, layer, totals[layer], active[layer], window)
        for layer in range(iteration.network.depth)
    )


def _one_layer(
    iteration: Iteration, layer: int, total: ActivationTotals, active: Labels, window: int
) -> LayerStatistics:
    sums, samples = total.sums, total.samples
    activation: Activation = iteration.network.activations[layer]
    units = len(sums.unit_sum)
    count = units * samples
    a_sum = float(sums.unit_sum.sum())
    silent = (iteration.index - active >= window) & bool(activation.silent)
    share = float(np.count_nonzero(silent)) / units
    saturated = sums.unit_saturated / samples
    has = activation.saturation is not None
    W = iteration.weights[layer]
    dW = iteration.gradients.weights[layer]
    update = iteration.update.weights[layer]
    norm, moved = float(np.linalg.norm(W)), float(np.linalg.norm(update))
    gradient = float(np.linalg.norm(dW))
    return LayerStatistics(
        z_mean=sums.z_sum / count,
        z_std=_std(sums.z_squares, sums.z_sum, count),
        z_min=sums.z_min,
        z_max=sums.z_max,
        a_mean=a_sum / count,
        a_std=_std(sums.a_squares, a_sum, count),
        a_min=float(sums.unit_min.min()),
        a_max=float(sums.unit_max.max()),
        dead=share if activation.silent == "dead" else 0.0,
        inactive=share if activation.silent == "inactive" else 0.0,
        saturated=float(saturated.mean()) if has else 0.0,
        saturated_units=float(np.mean(saturated > SATURATED_UNIT)) if has else 0.0,
        gradient_norm=gradient,
        gradient_rms=gradient / float(np.sqrt(dW.size)),
        update_mean=float(np.abs(update).mean()),
        update_norm=moved,
        update_ratio=moved / norm if norm else float("nan"),
        weight_mean=float(W.mean()),
        weight_std=float(W.std()),
        unit_mean=sums.unit_sum / samples,
        unit_saturated=saturated,
        last_active=active,
        silent=silent,
    )
