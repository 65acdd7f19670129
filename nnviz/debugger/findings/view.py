"""What a rule sees of a run: its columns so far, what is fixed about it, and how it began.

A rule answers for every iteration of a window at once. What it says of an iteration may depend on
that one, the `lookback` before it, and the first; never on a later one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.debugger.findings.facts import Facts
from nnviz.debugger.findings.limits import CHECK_AFTER, LIMITS, Limit
from nnviz.debugger.findings.records import Level, Remedy
from nnviz.debugger.history import History
from nnviz.debugger.source import LayerInfo, RunInfo
from nnviz.engine.arrays import AnyArray, Array, Mask

Levels = npt.NDArray[np.int8]

LEVELS = tuple(Level)
"""The levels from info to red; looking through the type itself takes longer than grading."""


def lookback(info: RunInfo) -> int:
    """How many iterations before one a rule may look at: a few windows, or epochs."""
    return 2 * CHECK_AFTER + 2 * min(info.batches_per_epoch, CHECK_AFTER)


@dataclass(frozen=True, eq=False)
class Reading:
    """What a rule says: a level (0: silent) for each iteration of the view, and words for the last.

    A finding dates from where its condition began: `holds` says where the condition itself holds,
    for a rule that speaks only if more comes to it (None: where it speaks); `delay` is over how
    many iterations the condition is measured. `layer` is where it is, for a rule about the whole
    run that has found out (0: nowhere in particular).
    """

    levels: Levels
    evidence: Callable[[], str]
    cause: str
    remedies: Callable[[], tuple[Remedy, ...]] = tuple
    metric: str = ""
    holds: Mask | None = None
    delay: int = 0
    layer: int = 0


@dataclass(frozen=True, eq=False)
class View:
    """Iterations `start` to `stop` (excluded) of a run's history; `number` is the layer looked at.

    A rule about the run as a whole has number 0.
    """

    info: RunInfo
    history: History
    facts: Facts
    start: int
    stop: int
    number: int = 0
    _columns: dict[str, Array] = field(default_factory=dict)
    _worked_out: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.stop - self.start

    def of(self, number: int) -> "View":
        """The same iterations for another layer; columns that one has asked for, both have."""
        return replace(self, number=number)

    @property
    def layer(self) -> LayerInfo:
        """The layer that is looked at."""
        return self.info.layers[self.number - 1]

    @property
    def hidden(self) -> bool:
        """Whether it is a hidden layer."""
        return self.number < self.info.depth

    @property
    def from_start(self) -> bool:
        """Whether the history goes back to the untrained net."""
        return self.history.first == 0

    def column(self, name: str) -> Array:
        """The values of one name in this window, NaN where there is none."""
        if name not in self._columns:
            first = self.history.first
            whole = self.history.column(name)[self.start - first : self.stop - first]
            self._columns[name] = np.ascontiguousarray(whole)
        return self._columns[name]

    def own(self, prefix: str, name: str) -> Array:
        """The values of the layer looked at; prefix L, W or dW."""
        return self.column(f"{prefix}{self.number}.{name}")

    def each(self, prefix: str, name: str) -> Array:
        """The values of all layers: layers x iterations."""
        return np.stack([self.column(f"{prefix}{i.number}.{name}") for i in self.info.layers])

    def at_start(self, name: str) -> float:
        """The value at iteration 0; NaN where the history doesn't go back so far."""
        return float(self.history.column(name)[0]) if self.from_start else float("nan")

    def whole(self, name: str) -> Array:
        """All values from the first recorded iteration to this window's end."""
        return self.history.column(name)[: self.stop - self.history.first]

    def constant(self, level: int) -> Levels:
        """The same level for every iteration: for what is decided at the start."""
        return np.full(len(self), level, np.int8)

    def smoothed_loss(self) -> Array:
        """The loss, averaged over the last epoch (at most 20 batches) where there are batches.

        The first ones are averages over as many as there are.
        """
        count = min(self.info.batches_per_epoch, CHECK_AFTER)
        return self.once("smoothed loss", lambda: trailing_mean(self.column("loss"), count))

    def once(self, name: str, make: Callable[[], AnyArray]) -> AnyArray:
        """What several rules, or one for several layers, work out of the same columns."""
        if name not in self._worked_out:
            self._worked_out[name] = make()
        return self._worked_out[name]


def graded(values: Array | float, limit: Limit | str) -> Levels:
    """The level of each value by its limit; 0 for NaN."""
    limit = LIMITS[limit] if isinstance(limit, str) else limit
    x = -np.asarray(values) if limit.below else np.asarray(values)
    levels = np.zeros(x.shape, np.int8)
    if x.size:
        largest = float(np.fmax.reduce(x, axis=None))  # NaN is above no limit
        for level, edge in zip(LEVELS, (limit.info, limit.amber, limit.red), strict=True):
            above = -edge if limit.below else edge
            if largest > above:  # most values are far from any limit
                levels[x > above] = level
    return levels


def grade(value: float, limit: str) -> int:
    """The level of one value."""
    return int(graded(np.array([value]), limit)[0])


def running(levels: Levels, count: int) -> Levels:
    """The lowest level of the last `count` iterations; 0 before there are so many."""
    if len(levels) < count or not levels.any():
        return np.zeros_like(levels)
    lowest, reach = levels, 1
    while reach < count:  # the least of twice as many each time
        step = min(reach, count - reach)
        lowest = np.minimum(lowest[step:], lowest[:-step])
        reach += step
    return np.concatenate([np.zeros(count - 1, np.int8), lowest])


def trailing_mean(values: Array, count: int) -> Array:
    """The mean of the last `count` values, or of as many as there are."""
    if count == 1:
        return values
    begin = values[: count - 1]
    means = np.cumsum(begin) / (np.arange(len(begin)) + 1)
    if len(values) < count:
        return means
    windows = np.lib.stride_tricks.sliding_window_view(values, count)
    return np.concatenate([means, windows.mean(axis=1)])


def before(values: Array, count: int) -> Array:
    """The values `count` iterations earlier; NaN before there are so many."""
    shifted = np.full(len(values), np.nan)
    shifted[count:] = values[: max(0, len(values) - count)]
    return shifted


def fall(values: Array, count: int) -> Array:
    """By what share the values fell in the last `count` iterations."""
    old = before(values, count)
    return (old - values) / np.abs(old)


def where(levels: Levels, mask: Any) -> Levels:
    """The levels where the mask (a bool for each iteration) holds, else 0."""
    return np.where(mask, levels, 0).astype(np.int8)
