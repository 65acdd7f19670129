"""The numbers of a layer at one iteration: each quantity defined once, exact, over the whole batch.

Views, findings, predicates, figures and the grader all take them from here. Activations are
measured by an observer of the training's own pass; gradients, weights and updates from the
iteration's record.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from nnviz.debugger.layer_sums import cuts_of, layer_sums, parameter_sums
from nnviz.debugger.reductions import Spread, squared_deviations
from nnviz.engine.activations import Activation
from nnviz.engine.arrays import AnyArray, Array, Labels, Mask
from nnviz.engine.network import Network
from nnviz.engine.training import Iteration

SATURATED_UNIT = 0.95
"""A unit is saturated when its value is, on more than this share of the samples."""

HEALTHY_UPDATE_RATIO = (1e-3, 1e-1)
"""The band, not line, in which the updates of healthy runs lie (median 1e-3 to 7.5e-2)."""


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


class ActivationTotals(NamedTuple):
    """What a pass measured of the activations.

    `z` and `a` hold one Spread per layer. The others have a column for each unit, the layers behind
    one another and cut by `layers`. `units` are two rows: the sum of a over the samples, and on how
    many of them it is saturated. `largest` is the largest a, infinite where a unit can't be silent;
    None where none of them can.
    """

    samples: int
    z: Sequence[Spread]
    a: Sequence[Spread]
    layers: tuple[slice, ...]
    units: Array
    largest: Array | None


class StatisticsObserver:
    """Measures activations tile by tile, while they are in cache (an engine `Observer`).

    Sums within a tile are about of the array's own precision, across tiles float64.
    """

    def begin(self, network: Network, samples: int) -> "_TileSums":
        """Return empty sums for one tile."""
        return _TileSums(network)

    def block(self, accumulator: "_TileSums", layer: int, za: Array) -> None:
        """Add one layer of the tile: z and a, 2 x samples x units."""
        accumulator.add(layer, za)

    def end(self, accumulators: Sequence["_TileSums"]) -> ActivationTotals:
        """Add the tiles up, in their order."""
        first, *others = accumulators
        units = first.units[:2]
        for other in others:
            units += other.units[:2]
            for mine, its in zip(first.z + first.a, other.z + other.a, strict=True):
                mine.merge(its)
        largest = None
        if _can_be_silent(first.activations):
            largest = np.maximum.reduce([tile.units[2] for tile in accumulators])
        samples = first.z[0].count // first.cuts[0].stop
        return ActivationTotals(samples, first.z, first.a, first.cuts, units, largest)


class _TileSums:
    """What is added up for the layers of a tile: see `LayerSums` and `ActivationTotals`.

    `units` has the rows of `LayerSums`, for the units of all layers.
    """

    def __init__(self, network: Network) -> None:
        self.activations = network.activations
        self.cuts = cuts_of(network.sizes[1:])
        self.z: list[Spread] = []
        self.a: list[Spread] = []
        self.units = np.empty((3, self.cuts[-1].stop))

    def add(self, layer: int, za: Array) -> None:
        """Add the next layer of a tile: z and a, 2 x samples x units."""
        sums = layer_sums(za, self.activations[layer])
        self.z.append(sums.z)
        self.a.append(sums.a)
        self.units[:, self.cuts[layer]] = sums.units


@lru_cache(maxsize=64)
def _can_be_silent(activations: tuple[Activation, ...]) -> bool:
    return any(activation.silent for activation in activations)


def last_active(
    measured: ActivationTotals, index: int, before: Sequence[Labels] | None
) -> tuple[Labels, ...]:
    """For each layer and unit the last iteration at which it was not silent on the whole batch.

    `before` is the same of iteration index - 1, None at the start of a run. A unit is silent where
    a <= 0 on every sample, which for ReLU and leaky ReLU is z <= 0; NaN is not silence.
    """
    active = np.full(measured.layers[-1].stop, index)
    if measured.largest is not None:
        old = -1 if before is None else np.concatenate(before)
        np.copyto(active, old, where=measured.largest <= 0)
    _read_only(active)
    return tuple([active[units] for units in measured.layers])


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
    activations, W = iteration.network.activations, iteration.weights
    # what overflows shows as inf or NaN in the numbers, and needs no warning
    with np.errstate(all="ignore"):
        units, counts = _unit_numbers(measured, active, iteration.index - window)
        new = iteration.next_state.parameters.weights
        sums = parameter_sums(W, iteration.gradients.weights, new)
        return tuple(
            [
                _one_layer(
                    activations[layer].silent,
                    measured.z[layer],
                    measured.a[layer],
                    units[layer],
                    counts[layer],
                    W[layer],
                    sums[layer],
                )
                for layer in range(len(W))
            ]
        )


_Units = tuple[Array, Array, Labels, Mask]
"""The last four arrays of a `LayerStatistics`, one number per unit."""


def _unit_numbers(
    measured: ActivationTotals, active: Sequence[Labels], silent_from: int
) -> tuple[list[_Units], list[list[float]]]:
    """The numbers of each layer's units, and what they add up to.

    That is the sum of the saturated shares, and how many units are saturated and silent. Silent is
    a unit that was last active at iteration `silent_from` or before.
    """
    cuts = measured.layers
    table = np.zeros((4, cuts[-1].stop))
    np.divide(measured.units, measured.samples, out=table[:2])
    np.greater(table[1], SATURATED_UNIT, out=table[2])
    silent = _none(cuts[-1].stop)
    if measured.largest is not None:
        silent = _read_only(np.concatenate(active) <= silent_from)
        table[3] = silent
    mean, saturated = _read_only(table)[:2]
    layers = _membership(tuple([units.stop for units in cuts]))
    sums = table[1:].dot(layers).T.tolist()
    each = [
        (mean[units], saturated[units], active[layer], silent[units])
        for layer, units in enumerate(cuts)
    ]
    return each, sums


@lru_cache(maxsize=64)
def _membership(stops: tuple[int, ...]) -> Array:
    """Units x layers, which end at `stops`: 1 where the unit is one of the layer's, else 0.

    A product with it adds up the units of each layer.
    """
    return np.repeat(np.eye(len(stops)), np.diff(stops, prepend=0), axis=0)


@lru_cache(maxsize=64)
def _none(count: int) -> Mask:
    return _read_only(np.zeros(count, dtype=bool))


def _read_only(array: AnyArray) -> AnyArray:
    # the array itself, not a view of it: nobody else is going to write to it
    array.flags.writeable = False
    return array


def _one_layer(
    silence: str,
    z: Spread,
    a: Spread,
    units: _Units,
    counts: Sequence[float],
    W: Array,
    sums: Sequence[float],
) -> LayerStatistics:
    mean, saturated, active, silent = units
    sum_of_saturated, all_saturated, all_silent = counts
    weight, update, gradient_squares, weight_squares, update_squares = sums
    count, size, share = len(mean), W.size, all_silent / len(mean)
    norm, moved = math.sqrt(weight_squares), math.sqrt(update_squares)
    gradient = math.sqrt(gradient_squares)
    deviations = squared_deviations(W, weight, weight_squares)
    return _filled_in(
        {
            "z_mean": z.mean,
            "z_std": z.std,
            "z_min": z.smallest,
            "z_max": z.largest,
            "a_mean": a.mean,
            "a_std": a.std,
            "a_min": a.smallest,
            "a_max": a.largest,
            "dead": share if silence == "dead" else 0.0,
            "inactive": share if silence == "inactive" else 0.0,
            "saturated": sum_of_saturated / count,
            "saturated_units": all_saturated / count,
            "gradient_norm": gradient,
            "gradient_rms": gradient / math.sqrt(size),
            "update_mean": update / size,
            "update_norm": moved,
            "update_ratio": moved / norm if norm else math.nan,
            "weight_mean": weight / size,
            "weight_std": math.sqrt(deviations / size),
            "unit_mean": mean,
            "unit_saturated": saturated,
            "last_active": active,
            "silent": silent,
        }
    )


def _filled_in(values: dict[str, Any]) -> LayerStatistics:
    """A record of these values: a frozen one sets them one by one, in ten times as long."""
    record = object.__new__(LayerStatistics)
    object.__setattr__(record, "__dict__", values)
    return record
