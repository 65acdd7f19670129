"""Every number of every iteration of a run, by name and as columns, so that searching is quick.

The names are those of breakpoints, watches, curves and searches: `loss`, `L1.dead`,
`W2.update_ratio`. To add one, add a line to `RUN_METRICS` or `LAYER_METRICS`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.debugger.source import Frame
from nnviz.debugger.statistics import LayerStatistics
from nnviz.engine.arrays import Array

PAGE = 256
"""Iterations that a table is made for at a time."""

UNIT = np.dtype([("mean", "<f4"), ("saturated", "<f4"), ("last_active", "<i4"), ("silent", "?")])
"""What is kept of one unit at one iteration; see `LayerStatistics`."""

Units = npt.NDArray[Any]
"""The units of a layer at one iteration: an array of type `UNIT`."""


@dataclass(frozen=True)
class Metric:
    """One named number: what it is, and the field of the frame or the layer that holds it.

    `unit` is "share" for 0 to 1 (shown in percent), else "". `prefix` is the letter before the
    layer's number (L, W, dW), "" for a number of the whole run.
    """

    name: str
    help: str
    field: str
    prefix: str = ""
    unit: str = ""


RUN_METRICS = (
    Metric("iteration", "how many updates came before", "index"),
    Metric("loss", "the reported loss on the training batch", "loss"),
    Metric(
        "accuracy", "share of the training batch classified right", "train_accuracy", "", "share"
    ),
    Metric("test_loss", "the loss on the test samples, where evaluated", "test_loss"),
    Metric("test_accuracy", "share of test samples classified right", "test_accuracy", "", "share"),
)

LAYER_METRICS = (
    Metric("mean", "mean of the activation over units and samples", "a_mean", "L"),
    Metric("std", "standard deviation of the activation", "a_std", "L"),
    Metric("min", "smallest activation", "a_min", "L"),
    Metric("max", "largest activation", "a_max", "L"),
    Metric("z_mean", "mean of the pre-activation", "z_mean", "L"),
    Metric("z_std", "standard deviation of the pre-activation", "z_std", "L"),
    Metric("z_min", "smallest pre-activation", "z_min", "L"),
    Metric("z_max", "largest pre-activation", "z_max", "L"),
    Metric("dead", "share of units silent on every sample, without gradient", "dead", "L", "share"),
    Metric("inactive", "the same for leaky units, which keep a gradient", "inactive", "L", "share"),
    Metric("saturated", "share of values whose slope is under 6 %", "saturated", "L", "share"),
    Metric(
        "saturated_units",
        "share of units saturated on over 95 % of samples",
        "saturated_units",
        "L",
        "share",
    ),
    Metric("mean", "mean weight", "weight_mean", "W"),
    Metric("std", "standard deviation of the weights", "weight_std", "W"),
    Metric("update", "mean |update|, the course's weight update magnitude", "update_mean", "W"),
    Metric("update_norm", "norm of the update as applied", "update_norm", "W"),
    Metric("update_ratio", "norm of the update over the norm of the weights", "update_ratio", "W"),
    Metric("norm", "norm of the gradient, summed over the samples", "gradient_norm", "dW"),
    Metric("rms", "root mean square of the gradient", "gradient_rms", "dW"),
)


def metric_names(depth: int) -> Mapping[str, Metric]:
    """Every name that a run of `depth` layers has, in the order of the columns."""
    names = {metric.name: metric for metric in RUN_METRICS}
    for layer in range(1, depth + 1):
        for metric in LAYER_METRICS:
            names[f"{metric.prefix}{layer}.{metric.name}"] = metric
    return MappingProxyType(names)


class History:
    """A growing table: one row per iteration, one column per name, and the numbers of each unit.

    Iterations follow one another from `first` on, without gaps. Numbers of units (float32, 13 bytes
    a unit) are kept in pages; the table is one piece, because searches run over whole columns.
    """

    def __init__(self, depth: int, first: int = 0) -> None:
        self.depth = depth
        self.first = first
        self.names = metric_names(depth)
        self._columns = {name: number for number, name in enumerate(self.names)}
        self._table = np.empty((PAGE, len(self.names)))
        self._rows = 0
        self._units: tuple[int, ...] = ()
        self._pages: list[Units] = []
        self._latest: Frame | None = None

    def __len__(self) -> int:
        return self._rows

    @property
    def last(self) -> int:
        """The last recorded iteration (`first` - 1 while there is none)."""
        return self.first + self._rows - 1

    def __contains__(self, index: int) -> bool:
        return self.first <= index <= self.last

    def append(self, frame: Frame) -> None:
        """Add the next iteration. Raises ValueError where it isn't the next one."""
        if frame.index != self.last + 1:
            raise ValueError(f"iteration {frame.index} after {self.last}: expected the next one")
        self.append_row(frame_row(frame), tuple(layer_units(layer) for layer in frame.layers))

    def append_row(self, row: Array, units: Sequence[Units] = ()) -> None:
        """Add the next iteration's numbers, in the order of `names`, and each layer's units."""
        if self._rows == len(self._table):
            # twice the size: appending stays cheap, however long the run
            self._table = np.concatenate([self._table, np.empty_like(self._table)])
        if not self._rows:
            self._units = tuple(len(layer) for layer in units) or (0,) * self.depth
        if self._rows % PAGE == 0:
            self._pages.append(np.empty((PAGE, sum(self._units)), UNIT))
        self._table[self._rows] = row
        if units:
            np.concatenate(units, out=self._pages[-1][self._rows % PAGE])
        self._rows += 1

    def column(self, name: str) -> Array:
        """All values of one name, iteration `first` first; read-only. KeyError: no such name."""
        view = self._table[: self._rows, self._columns[name]]
        view.flags.writeable = False
        return view

    def row(self, index: int) -> Mapping[str, float]:
        """All numbers of one iteration by name. Raises IndexError outside of the history."""
        return dict(zip(self._columns, self.values(index).tolist(), strict=True))

    def values(self, index: int) -> Array:
        """All numbers of one iteration in the order of `names`. IndexError outside."""
        if index not in self:
            raise IndexError(f"iteration {index} is not in {self.first} to {self.last}")
        return self._table[index - self.first]

    def units(self, index: int) -> tuple[Units, ...]:
        """The numbers of every layer's units at one iteration. IndexError outside."""
        if index not in self:
            raise IndexError(f"iteration {index} is not in {self.first} to {self.last}")
        page, row = divmod(index - self.first, PAGE)
        bounds = np.cumsum(self._units)[:-1]
        return tuple(np.split(self._pages[page][row], bounds))

    def unit(self, layer: int, unit: int) -> Units:
        """One unit at all iterations, `first` first; layers from 1, units from 0. IndexError."""
        if not (0 < layer <= self.depth and 0 <= unit < self._units[layer - 1]):
            raise IndexError(f"L{layer} has no unit {unit}")
        column = sum(self._units[: layer - 1]) + unit
        rows = self._rows  # pages grow while another thread looks
        columns = [page[:, column] for page in self._pages[: -(-rows // PAGE)]]
        return np.concatenate(columns)[:rows] if columns else np.empty(0, UNIT)

    def frame(self, index: int) -> Frame:
        """All numbers of one iteration as they were appended. IndexError outside.

        The one that was asked for last is kept: several ask for it, one after another.
        """
        latest = self._latest
        if latest is None or latest.index != index:
            self._latest = latest = self._frame(index)
        return latest

    def _frame(self, index: int) -> Frame:
        values = iter(self.values(index).tolist())
        run = {metric.field: next(values) for metric in RUN_METRICS}
        layers = []
        for units in self.units(index):
            numbers = {metric.field: next(values) for metric in LAYER_METRICS}
            layers.append(
                LayerStatistics(
                    **numbers,
                    unit_mean=_column(units, "mean"),
                    unit_saturated=_column(units, "saturated"),
                    last_active=_column(units, "last_active"),
                    silent=_column(units, "silent"),
                )
            )
        return Frame(**{**run, "index": index}, layers=tuple(layers))

    @property
    def nbytes(self) -> int:
        """Memory in use for the tables."""
        return self._table.nbytes + sum(page.nbytes for page in self._pages)


def frame_row(frame: Frame) -> Array:
    """The numbers of a frame in the order of `metric_names`."""
    values = [getattr(frame, metric.field) for metric in RUN_METRICS]
    for layer in frame.layers:
        values += [getattr(layer, metric.field) for metric in LAYER_METRICS]
    return np.array(values, dtype=np.float64)


def layer_units(layer: LayerStatistics) -> Units:
    """The numbers of a layer's units as a table of type `UNIT`, one row per unit."""
    units = np.empty(len(layer.unit_mean), UNIT)
    with np.errstate(over="ignore"):  # a mean beyond float32 is infinite for a picture
        units["mean"], units["saturated"] = layer.unit_mean, layer.unit_saturated
    units["last_active"], units["silent"] = layer.last_active, layer.silent
    return units


def _column(units: Units, name: str) -> npt.NDArray[Any]:
    column = units[name].astype(np.int64 if name == "last_active" else UNIT[name])
    column.flags.writeable = False
    return column
