"""Sums, spreads and counts that are exact, and quick enough to be taken at every iteration.

numpy's own `sum` and `std` take several times as long: here products with ones add up, squares come
from BLAS, and narrow columns are reduced several samples at a time. The callers silence overflow.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.engine.arrays import Array, Mask

CANCELLED = 0.01
"""Where less than this share of the squares is left after subtracting the mean's, float32 has lost
too many digits for a standard deviation."""


LEAST = 1e-30
"""Smaller sums of squares, or infinite ones, were not in float32's range all along."""


class Spread:
    """Mean, standard deviation, smallest and largest of numbers that come in portions."""

    __slots__ = ("count", "deviations", "largest", "mean", "smallest")

    def __init__(
        self,
        count: int = 0,
        mean: float = 0.0,
        deviations: float = 0.0,
        smallest: float = math.inf,
        largest: float = -math.inf,
    ) -> None:
        """`deviations` is the sum of squared deviations from the mean."""
        self.count = count
        self.mean = mean
        self.deviations = deviations
        self.smallest, self.largest = smallest, largest

    @property
    def std(self) -> float:
        """The standard deviation, dividing by the count."""
        return math.sqrt(self.deviations / self.count)

    def add(self, count: int, mean: float, deviations: float, low: float, high: float) -> None:
        """Add a portion of which these numbers are known.

        Source: Chan, Golub & LeVeque 1979, eq. 2.1: no large squares are subtracted.
        """
        total = self.count + count
        apart = mean - self.mean
        self.mean += apart * count / total
        self.deviations += deviations + apart * apart * self.count * count / total
        self.count = total
        # NaN stays, in whichever portion it came
        self.smallest = low if low < self.smallest or math.isnan(low) else self.smallest
        self.largest = high if high > self.largest or math.isnan(high) else self.largest

    def merge(self, other: "Spread") -> None:
        """Add all portions of another one."""
        self.add(other.count, other.mean, other.deviations, other.smallest, other.largest)


def in_range(squares: float, values: Callable[[], Array]) -> float:
    """The sum of squares of a flat array, found again in wide numbers where float32 fails."""
    if LEAST < squares < math.inf:
        return squares
    wide = values().astype(np.float64)
    return float(wide.dot(wide))


def squared_deviations(values: Array, total: float, squares: float) -> float:
    """The sum of squared deviations from the mean, of an array with this sum and squares."""
    mean = total / values.size
    deviations = squares - total * mean
    if deviations < CANCELLED * squares:
        apart = flat(values - np.float64(mean))
        return in_range(float(apart.dot(apart)), lambda: apart)
    return deviations


FEW = 100_000
"""Up to so many truths, BLAS counts them: few calls. For more, bytes are quicker than numbers."""

FLOAT32 = np.dtype(np.float32)


def spread_of(values: Array, total: float, squares: float, low: float, high: float) -> Spread:
    """The spread of a flat array of which both sums and the extremes are known."""
    deviations = squared_deviations(values, total, in_range(squares, lambda: values))
    return Spread(len(values), total / len(values), deviations, low, high)


def flat(array: Array) -> Array:
    """All numbers in the order of memory, so that nothing is copied."""
    return array.ravel(order="K")


@lru_cache(maxsize=64)
def ones(count: int, dtype: np.dtype[Any]) -> Array:
    """So many ones, read-only."""
    array: Array = np.ones(count, dtype)
    array.flags.writeable = False
    return array


def column_maximum(rows: Array) -> Array:
    """The largest value of each column of `rows` (samples x units, C order); NaN where one is."""
    whole, wide = _folded(rows)
    largest = np.maximum.reduce(wide, axis=0)
    rest = rows[whole:].reshape(-1)
    np.maximum(largest[: len(rest)], rest, out=largest[: len(rest)])
    of_columns: Array = np.maximum.reduce(largest.reshape(-1, rows.shape[1]), axis=0)
    return of_columns


def column_count(mask: Mask) -> Array:
    """How many are true in each column of `mask` (samples x units, C order)."""
    if mask.size <= FEW:
        few: Array = ones(len(mask), FLOAT32) @ mask.astype(FLOAT32)
        return few
    samples, units = mask.shape
    fold = -(-samples // 255)  # so many samples side by side: a byte can count the rows
    whole = samples - samples % fold
    numbers = mask.view(np.uint8).reshape(-1)
    wide, rest = numbers[: whole * units], numbers[whole * units :]
    counts = np.add.reduce(wide.reshape(-1, fold * units), axis=0, dtype=np.uint8)
    counts[: len(rest)] += rest
    count: Array = ones(fold, FLOAT32) @ counts.reshape(fold, units).astype(FLOAT32)
    return count


def _folded(rows: npt.NDArray[Any]) -> tuple[int, npt.NDArray[Any]]:
    """Lay several rows side by side: numpy reduces few long rows faster than many short ones.

    Returns how many rows that took, and the view of them; fewer than one long row are left.
    """
    samples, units = rows.shape
    fold = max(min(1024 // units, samples), 1)
    whole = samples - samples % fold
    return whole, rows[:whole].reshape(-1, fold * units)
