"""Every number of every iteration of a run, by name and as columns, so that searching is quick.

The names are those of breakpoints, watches, curves and searches: `loss`, `L1.dead`,
`W2.update_ratio`. To add one, add a line to `RUN_METRICS` or `LAYER_METRICS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from nnviz.debugger.source import Frame
from nnviz.engine.arrays import Array


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
    """A growing table: one row per iteration, one column per name; frames as they were given.

    Iterations follow one another from `first` on, without gaps.
    """

    def __init__(self, depth: int, first: int = 0) -> None:
        self.depth = depth
        self.first = first
        self.names = metric_names(depth)
        self._columns = {name: number for number, name in enumerate(self.names)}
        self._table = np.empty((256, len(self.names)))
        self._rows = 0

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
        self.append_row(frame_row(frame))

    def append_row(self, row: Array) -> None:
        """Add the next iteration's numbers, in the order of `names`."""
        if self._rows == len(self._table):
            # twice the size: appending stays cheap, however long the run
            self._table = np.concatenate([self._table, np.empty_like(self._table)])
        self._table[self._rows] = row
        self._rows += 1

    def column(self, name: str) -> Array:
        """All values of one name, iteration `first` first; read-only. KeyError: no such name."""
        view = self._table[: self._rows, self._columns[name]]
        view.flags.writeable = False
        return view

    def row(self, index: int) -> Mapping[str, float]:
        """All numbers of one iteration by name. Raises IndexError outside of the history."""
        if index not in self:
            raise IndexError(f"iteration {index} is not in {self.first} to {self.last}")
        values = self._table[index - self.first]
        return {name: float(values[column]) for name, column in self._columns.items()}

    @property
    def nbytes(self) -> int:
        """Memory in use for the table."""
        return self._table.nbytes


def frame_row(frame: Frame) -> Array:
    """The numbers of a frame in the order of `metric_names`."""
    values = [getattr(frame, metric.field) for metric in RUN_METRICS]
    for layer in frame.layers:
        values += [getattr(layer, metric.field) for metric in LAYER_METRICS]
    return np.array(values, dtype=np.float64)
