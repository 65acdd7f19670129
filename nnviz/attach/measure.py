"""The statistics of layers from the program's own arrays, whichever way they lie in memory.

The definitions are those of `nnviz.debugger.statistics`; here whole arrays are cut into pieces that
fit into a cache, without another order of memory than the program's.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.debugger.reductions import Spread, ones, squared_deviations, sum_of_squares
from nnviz.debugger.statistics import ActivationTotals
from nnviz.engine.activations import Activation

AnyArray = npt.NDArray[Any]

PIECE = 160_000
"""Numbers of a piece: they stay in a processor's second cache."""

WORTH_SHARING = 4_000_000
"""From so many numbers on a second thread does more than it costs."""


@dataclass
class LayerSums:
    """What is added up of one layer: the spread of z, that of a, and one number per unit."""

    z: Spread = field(default_factory=Spread)
    a: Spread = field(default_factory=Spread)
    unit_sum: AnyArray = field(default_factory=lambda: np.zeros(0))
    unit_largest: AnyArray = field(default_factory=lambda: np.zeros(0))
    unit_saturated: AnyArray = field(default_factory=lambda: np.zeros(0, np.int64))


def spread_of(array: AnyArray) -> Spread:
    """The spread of all numbers of an array."""
    spread = Spread()
    with np.errstate(all="ignore"):
        for part in _mapped(_spread_of_piece, _pieces(array)):
            spread.merge(part)
    return spread


def measure_activation(
    array: AnyArray, columns: bool, activation: Activation, sums: LayerSums
) -> None:
    """Set the numbers of a (units x samples where `columns`, else samples x units)."""
    units = array.shape[0 if columns else 1]
    sums.a = Spread()
    sums.unit_sum, sums.unit_largest = np.zeros(units), np.full(units, np.inf)
    sums.unit_saturated = np.zeros(units, np.int64)
    bounds, silent = activation.saturation, bool(activation.silent)

    def one(piece: AnyArray) -> "_Piece":
        return _measured(piece, columns, bounds, silent)

    with np.errstate(all="ignore"):
        start, largest = 0, []
        for part in _mapped(one, _pieces(array)):
            sums.a.merge(part.spread)
            if columns:
                place = slice(start, start + len(part.sums))
                start += len(part.sums)
                sums.unit_sum[place] = part.sums
                sums.unit_saturated[place] = part.saturated
                if silent:
                    sums.unit_largest[place] = part.largest
            else:
                sums.unit_sum += part.sums
                sums.unit_saturated += part.saturated
                largest.append(part.largest)
        if silent and not columns:
            sums.unit_largest = np.maximum.reduce(largest)


def totals(layers: list[LayerSums], samples: int) -> ActivationTotals:
    """The sums of all layers, as the statistics take them."""
    ends = list(accumulate((len(layer.unit_sum) for layer in layers), initial=0))
    return ActivationTotals(
        samples,
        tuple(layer.z for layer in layers),
        tuple(layer.a for layer in layers),
        tuple(slice(*pair) for pair in pairwise(ends)),
        np.concatenate([layer.unit_sum for layer in layers]),
        np.concatenate([layer.unit_largest for layer in layers]),
        np.concatenate([layer.unit_saturated for layer in layers]),
    )


@dataclass
class _Piece:
    spread: Spread
    sums: AnyArray
    largest: AnyArray
    saturated: AnyArray


def _pieces(array: AnyArray) -> list[AnyArray]:
    """Rows of an array, in portions that fit into a cache, each in C order."""
    rows = array.reshape(len(array), -1) if array.ndim else array.reshape(1, 1)
    if not rows.flags.c_contiguous and rows.T.flags.c_contiguous:
        rows = np.ascontiguousarray(rows)
    step = max(1, PIECE // max(1, rows.shape[1]))
    return [rows[start : start + step] for start in range(0, len(rows), step)]


def _mapped(work: Any, pieces: list[AnyArray]) -> Any:
    """Work on all pieces, on two threads where that is worth it; they end with the work."""
    if sum(piece.size for piece in pieces) < WORTH_SHARING:
        return map(work, pieces)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, pieces))


def _spread_of_piece(piece: AnyArray) -> Spread:
    flat = np.ascontiguousarray(piece).reshape(-1)
    spread = Spread()
    total = float(flat @ ones(len(flat), flat.dtype))
    spread.add_values(flat, total, float(flat.min()), float(flat.max()))
    return spread


def _measured(
    piece: AnyArray, columns: bool, bounds: tuple[float, float] | None, silent: bool
) -> _Piece:
    """One piece: rows are units where `columns`, else samples."""
    rows = np.ascontiguousarray(piece)
    flat, spread = rows.reshape(-1), Spread()
    along = ones(rows.shape[1 if columns else 0], rows.dtype)
    sums = rows @ along if columns else along @ rows
    largest = rows.max(axis=1 if columns else 0) if silent else np.empty(0)
    high = float(largest.max()) if silent else float(flat.max())
    low = float(flat.min())
    total = float(sums @ ones(len(sums), sums.dtype))
    squares = sum_of_squares(flat)
    deviations = squared_deviations(flat, total, squares)
    spread.add(len(flat), total / len(flat), deviations, low, high)
    saturated = np.zeros(len(sums), np.int64)
    if bounds and not (bounds[0] <= low and high <= bounds[1]):
        mask = (rows < bounds[0]) | (rows > bounds[1])
        if columns:
            saturated[:] = [np.count_nonzero(row) for row in mask]
        else:
            saturated[:] = np.count_nonzero(mask, axis=0)
    return _Piece(spread, sums, largest, saturated)
