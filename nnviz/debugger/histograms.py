"""How a layer's values are spread over bins: counted while they are in cache, or from whole arrays.

Both ways do the same arithmetic with each value, so that it falls in the same bin. On the way, z
and a are counted together: counting takes most of the time, and half of it is saved.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.debugger import compiled
from nnviz.debugger.statistics import ActivationTotals
from nnviz.engine.arrays import Array, Labels, read_only
from nnviz.engine.network import Network

BINS = 200
LEASE = 16
"""So many iterations are counted on the way after somebody looked. Counting from whole arrays takes
the time of one or two iterations, counting on the way less than a tenth of one."""

PART = 1 << 17
"""Values that are placed at a time: few enough for a cache, and so many that two threads seldom
wait for the interpreter. (With a quarter of them, counting costs half as much again.)"""

WORTH_PAIRING = 1 << 16
"""For fewer values, a table of all pairs of bins costs more than counting twice."""

CODES = BINS + 1
"""Bins are numbered from 0; number `BINS` is where a value at the very end lies."""

Codes = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Bins:
    """`BINS` bins of the same width from `low` to `high`; both ends belong to them."""

    low: float
    high: float

    @property
    def edges(self) -> Array:
        """The ends of all bins, one more than there are bins; read-only."""
        return _edges(self.low, self.high)

    def hold(self, smallest: float, largest: float) -> bool:
        """Whether values with these extremes lie inside; NaN does not."""
        return self.low <= smallest and largest <= self.high

    def clear_in(self, dtype: np.dtype[Any]) -> bool:
        """Whether numbers of this type are so dense that they can be placed in their own precision.

        What is rounded moves a value by less than a sixteenth of a bin, and nothing overflows.
        """
        if dtype not in (np.float32, np.float64):
            return False
        kind, span = np.finfo(dtype), self.high - self.low
        coarse = 16 * BINS * float(kind.eps) * max(abs(self.low), abs(self.high))
        return max(coarse, 2 * BINS / float(kind.max)) < span < float(kind.max) / 2


@lru_cache(maxsize=16)
def _edges(low: float, high: float) -> Array:
    # from one iteration to the next, bins seldom change
    return read_only(np.linspace(low, high, BINS + 1))


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many of a layer's values fall in each of the bins: all of them, from the smallest on."""

    bins: Bins
    counts: Labels
    smallest: float
    largest: float


@dataclass(frozen=True, eq=False)
class LayerHistograms:
    """Both histograms of one layer, counted from 1; `zeros` values of a are exactly 0."""

    layer: int
    z: Histogram
    a: Histogram
    zeros: int


class CountsOnTheWay(ABC):
    """A source of runs that counts a layer's values while it does an iteration, if somebody looks.

    Both counts are what `count` makes of the whole arrays.
    """

    @abstractmethod
    def histograms(self) -> LayerHistograms | None:
        """What was counted at iteration `shown`; None: nothing, or not everything had its bin."""

    @abstractmethod
    def watch(self, layer: int, z: Bins, a: Bins) -> None:
        """Count layer `layer` (from 1) in these bins, for the next `LEASE` iterations."""


def count(values: Array, bins: Bins) -> Labels:
    """How many values of a flat array are in each bin. All must lie within the bins."""
    functions = compiled.BY_TYPE.get(values.dtype)
    if functions is not None and bins.clear_in(values.dtype):
        low, scale = _scale(bins)
        of_codes, values = np.empty(CODES, np.int64), np.ascontiguousarray(values)
        functions.bins(values.ctypes.data, len(values), low, scale, BINS, of_codes.ctypes.data)
        return _of_bins(of_codes)
    codes, spare = np.empty(len(values), np.uint16), np.empty(min(len(values), PART), values.dtype)
    for part in _parts(len(values)):
        _place(values[part], bins, codes[part], spare)
    return _of_bins(np.bincount(codes, minlength=CODES))


def count_zeros(values: Array) -> int:
    """How many values are exactly 0. numpy counts numbers slowly, and truths quickly."""
    return 0 if values.min(initial=np.inf) > 0 else int(np.count_nonzero(values == 0))


def _parts(count: int) -> Iterator[slice]:
    """Where the parts of so many values lie."""
    return (slice(start, start + PART) for start in range(0, count, PART))


def _place(values: Array, bins: Bins, codes: Codes, spare: Array) -> None:
    """Write the number of each value's bin into `codes`, for up to `PART` values.

    `spare` is room for as many to work in. What lies outside of the bins gets any number.
    """
    if bins.clear_in(values.dtype):
        places = _places(values, bins, spare[: len(values)])
    else:
        places = _places_in_wide_numbers(values, bins)
    np.copyto(codes, places, casting="unsafe")


def _places(values: Array, bins: Bins, out: Array) -> Array:
    """Where values lie between the bins' ends, 0 to `BINS`, in their own precision."""
    kind = values.dtype.type
    low, scale = map(kind, _scale(bins))
    places: Array = np.multiply(
        np.subtract(values, low, out=out) if low else values, scale, out=out
    )
    return places


def _scale(bins: Bins) -> tuple[float, float]:
    """Where the bins begin, and how many of them are there in a difference of 1."""
    return bins.low, BINS / (bins.high - bins.low)


def _places_in_wide_numbers(values: Array, bins: Bins) -> Array:
    """The same in float64 whatever the values are; halves keep the largest of them finite."""
    low, high = bins.low / 2, bins.high / 2
    places: Array = BINS * (values.astype(np.float64) / 2 - low) / (high - low)
    return places.clip(0, BINS)


def _of_bins(of_codes: Labels) -> Labels:
    """The counts of bins from those of codes: what lies at the very end is in the last bin."""
    counts = of_codes[:BINS].copy()
    counts[-1] += of_codes[BINS]
    return counts


@dataclass(frozen=True)
class _Watched:
    """A layer, from 0, and its bins."""

    layer: int
    z: Bins
    a: Bins


class _Room:
    """One thread's memory to count up to `size` values of z and of a in."""

    def __init__(self, size: int, dtype: np.dtype[Any]) -> None:
        self.codes = np.empty(size, np.uint16)
        self.z_codes = np.empty(min(size, PART), np.uint16)
        self.spare = np.empty(min(size, PART), dtype)

    def fits(self, values: Array) -> bool:
        return len(values) <= len(self.codes) and values.dtype == self.spare.dtype


class LayerCounts:
    """What was counted of the watched layer, in one tile or in several."""

    def __init__(self, watched: _Watched) -> None:
        self.watched = watched
        self._z = self._a = np.zeros(BINS, np.int64)
        self._zeros = 0

    def count(self, z: Array, a: Array, room: _Room) -> None:
        """Set the counts of a tile's values, flat arrays in the same order."""
        z_bins, a_bins = self.watched.z, self.watched.a
        if len(z) < WORTH_PAIRING or z.dtype in compiled.BY_TYPE:
            self._z, self._a, self._zeros = count(z, z_bins), count(a, a_bins), count_zeros(a)
            return
        codes = room.codes[: len(z)]
        for part in _parts(len(z)):
            z_part, a_part, of_both = z[part], a[part], codes[part]
            of_z = room.z_codes[: len(z_part)]
            _place(z_part, z_bins, of_z, room.spare)
            _place(a_part, a_bins, of_both, room.spare)
            self._zeros += count_zeros(a_part)
            of_both *= CODES
            of_both += of_z
        self._z, self._a = map(_of_bins, _counts_of_both(codes))

    def merge(self, other: "LayerCounts") -> None:
        """Add another tile."""
        self._z, self._a = self._z + other._z, self._a + other._a
        self._zeros += other._zeros

    def histograms(self, totals: ActivationTotals) -> LayerHistograms | None:
        """The result, if all values had their bins: the pass's totals know that."""
        watched = self.watched
        z, a = totals.z[watched.layer], totals.a[watched.layer]
        for bins, of in ((watched.z, z), (watched.a, a)):
            # where anything is not a number, neither is the mean
            if not (bins.hold(of.smallest, of.largest) and math.isfinite(of.mean)):
                return None
        return LayerHistograms(
            watched.layer + 1,
            Histogram(watched.z, self._z, z.smallest, z.largest),
            Histogram(watched.a, self._a, a.smallest, a.largest),
            self._zeros,
        )


def _counts_of_both(codes: Codes) -> tuple[Labels, Labels]:
    """How often each code of z, and each of a, is there in the numbers of pairs of codes."""
    # what is no code (see `_place`) may make the table longer
    pairs = np.bincount(codes, minlength=CODES * CODES)[: CODES * CODES].reshape(CODES, CODES)
    return pairs.sum(axis=0), pairs.sum(axis=1)


class HistogramObserver:
    """Counts z and a of one layer while they are in cache (an engine `Observer`), if it is watched.

    Asking is a lease: whoever goes on looking asks again, and nobody says that he has stopped.
    """

    def __init__(self) -> None:
        self._watched: _Watched | None = None
        self._left = 0
        self._rooms: list[_Room] = []

    def watch(self, layer: int, z: Bins, a: Bins) -> None:
        """Count layer number `layer` (from 0) in the next `LEASE` passes."""
        self._watched, self._left = _Watched(layer, z, a), LEASE

    def begin(self, network: Network, samples: int) -> LayerCounts | None:
        """Return empty counts for one tile; None where nothing is watched."""
        return LayerCounts(self._watched) if self._watched is not None else None

    def block(self, accumulator: LayerCounts | None, layer: int, za: Array) -> None:
        """Count the layer of the tile that is watched: z and a, 2 x samples x units."""
        if accumulator is None or accumulator.watched.layer != layer:
            return
        z_values, a_values = za.reshape(2, -1)
        room = self._room(z_values)
        accumulator.count(z_values, a_values, room)
        self._rooms.append(room)

    def end(self, accumulators: Sequence[LayerCounts | None]) -> LayerCounts | None:
        """Add the tiles up; None where nothing was watched."""
        tiles = [counts for counts in accumulators if counts is not None]
        if not tiles:
            return None
        self._left -= 1
        if not self._left:
            self._watched = None
            self._rooms.clear()
        for other in tiles[1:]:
            tiles[0].merge(other)
        return tiles[0]

    def _room(self, values: Array) -> _Room:
        """Memory for so many values that no other thread works in."""
        try:
            room = self._rooms.pop()
        except IndexError:
            return _Room(len(values), values.dtype)
        return room if room.fits(values) else _Room(len(values), values.dtype)
