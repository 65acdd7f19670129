"""The parts of a predicate, each of which computes its value for many iterations at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nnviz.debugger.history import History
from nnviz.engine.arrays import Array, Mask

Findings = Callable[[str], Mask]
"""Finding id -> for each iteration of the history, whether that finding stands there."""


@dataclass(frozen=True, eq=False)
class Rows:
    """The iterations `start` to `stop` - 1 (as rows of a history) that are looked at."""

    history: History
    findings: Findings
    start: int
    stop: int

    def column(self, name: str) -> Array:
        """The values of one name on these rows."""
        return self.history.column(name)[self.start : self.stop]

    def back(self, rows: int) -> "Rows":
        """The same, reaching `rows` further back, as far as there are any."""
        return Rows(self.history, self.findings, max(0, self.start - rows), self.stop)

    def __len__(self) -> int:
        return self.stop - self.start


def no_findings(history: History) -> Findings:
    """For a history without diagnosis: no finding ever stands."""
    return lambda name: np.zeros(len(history), dtype=np.bool_)


class Number(Protocol):
    """A part that has a number at every iteration."""

    def numbers(self, rows: Rows) -> Array:
        """One number per row; NaN where there is none."""


class Condition(Protocol):
    """A part that holds or doesn't at every iteration."""

    def holds(self, rows: Rows) -> Mask:
        """One answer per row. A comparison with NaN does not hold."""


@dataclass(frozen=True)
class Literal:
    """A number as written; `10%` is 0.1."""

    value: float

    def numbers(self, rows: Rows) -> Array:
        """The same number on every row."""
        return np.full(len(rows), self.value)


@dataclass(frozen=True)
class Name:
    """A name of the history, such as `L1.dead`."""

    name: str

    def numbers(self, rows: Rows) -> Array:
        """The column."""
        return rows.column(self.name)


@dataclass(frozen=True)
class Call:
    """A function of numbers, elementwise."""

    function: Callable[..., Array]
    arguments: tuple[Number, ...]

    def numbers(self, rows: Rows) -> Array:
        """The function of its arguments' numbers; what has no value (1/0, log of -1) is NaN."""
        with np.errstate(all="ignore"):
            values = self.function(*(argument.numbers(rows) for argument in self.arguments))
        return (
            np.where(np.isfinite(values), values, np.nan) if self.function in _PARTIAL else values
        )


_PARTIAL = (np.divide, np.log10)


@dataclass(frozen=True)
class Comparison:
    """Two numbers compared."""

    compare: Callable[[Array, Array], Mask]
    left: Number
    right: Number

    def holds(self, rows: Rows) -> Mask:
        """Where the comparison is true."""
        left, right = self.left.numbers(rows), self.right.numbers(rows)
        # != is true of NaN in numpy; here a number that isn't there compares with nothing
        known = ~(np.isnan(left) | np.isnan(right))
        return self.compare(left, right) & known


@dataclass(frozen=True)
class Trend:
    """`X rising for N` or `X falling for N`: N steps in a row, each up (or down)."""

    number: Number
    sign: int
    steps: int

    def holds(self, rows: Rows) -> Mask:
        """Where the last N differences all have the sign."""
        wide = rows.back(self.steps)
        values = self.number.numbers(wide)
        with np.errstate(invalid="ignore"):
            moves = np.concatenate([[False], self.sign * np.diff(values) > 0])
        # a run of N true ones ends where the count of true ones over the last N is N
        counts = np.concatenate([[0], np.cumsum(moves)])
        enough = np.zeros(len(values), dtype=np.bool_)
        enough[self.steps :] = (
            counts[self.steps + 1 :] - counts[1 : len(values) - self.steps + 1] == self.steps
        )
        return enough[len(wide) - len(rows) :]


@dataclass(frozen=True)
class IsBroken:
    """`X is nan`: the number is NaN or infinite."""

    number: Number

    def holds(self, rows: Rows) -> Mask:
        """Where it is not a finite number."""
        return ~np.isfinite(self.number.numbers(rows))


@dataclass(frozen=True)
class Finding:
    """`finding(dead-units)`: a diagnosis of that id stands."""

    name: str

    def holds(self, rows: Rows) -> Mask:
        """Where the finding stands."""
        return rows.findings(self.name)[rows.start : rows.stop]


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    condition: Condition

    def holds(self, rows: Rows) -> Mask:
        """Where the condition does not hold."""
        return ~self.condition.holds(rows)


@dataclass(frozen=True)
class Combined:
    """Conditions joined by and (`all_of`), or by or."""

    conditions: tuple[Condition, ...]
    all_of: bool

    def holds(self, rows: Rows) -> Mask:
        """Where all of them hold, or any."""
        answers = [condition.holds(rows) for condition in self.conditions]
        return np.logical_and.reduce(answers) if self.all_of else np.logical_or.reduce(answers)
