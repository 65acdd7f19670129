"""The statistics of layers from the program's own arrays, whichever way they lie in memory.

The definitions are those of `nnviz.debugger.statistics`; here whole arrays are cut into pieces that
fit into a cache, without another order of memory than the program's. BLAS gets portions so small
that it does them on the thread that asks: its helpers are the program's.
"""

from dataclasses import dataclass, field

import numpy as np

from nnviz.attach.namespace import ProgramArray
from nnviz.debugger.layer_sums import cuts_of
from nnviz.debugger.reductions import Spread, in_range, ones, squared_deviations
from nnviz.debugger.statistics import ActivationTotals
from nnviz.engine.activations import Activation
from nnviz.engine.arrays import Mask

PIECE = 240_000
"""Numbers of a piece: few calls, and what one of them reads is in a cache for the next.

A second thread would cost more than it does: between so short calls the two of them wait for the
interpreter, and each time one is woken up again.
"""

FEW_ROWS = 32
"""An array of so many rows is gone through row by row."""

PORTION = 8192
"""Numbers of a product that BLAS does on one thread, whatever it is set to."""


@dataclass
class LayerSums:
    """What is added up of one layer: the spread of z, that of a, and one number per unit."""

    z: Spread = field(default_factory=Spread)
    a: Spread = field(default_factory=Spread)
    unit_sum: ProgramArray = field(default_factory=lambda: np.zeros(0))
    unit_largest: ProgramArray = field(default_factory=lambda: np.zeros(0))
    unit_saturated: ProgramArray = field(default_factory=lambda: np.zeros(0, np.int64))


def measure_values(array: ProgramArray, sums: LayerSums) -> None:
    """Set the numbers of z, whose spread is all that is wanted."""
    sums.z = Spread()
    with np.errstate(all="ignore"):
        for piece in _pieces(array):
            sums.z.merge(_spread_of_piece(piece))


def measure_activation(
    array: ProgramArray, columns: bool, activation: Activation, sums: LayerSums
) -> None:
    """Set the numbers of a (units x samples where `columns`, else samples x units)."""
    units = array.shape[0 if columns else 1]
    sums.a = Spread()
    sums.unit_sum, sums.unit_largest = np.zeros(units), np.full(units, np.inf)
    sums.unit_saturated = np.zeros(units, np.int64)
    bounds, silent = activation.saturation, bool(activation.silent)
    with np.errstate(all="ignore"):
        start, largest, room = 0, [], _Room()
        for piece in _pieces(array):
            part = _measured(piece, columns, bounds, silent, room)
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
    return ActivationTotals(
        samples,
        tuple(layer.z for layer in layers),
        tuple(layer.a for layer in layers),
        cuts_of(tuple(len(layer.unit_sum) for layer in layers)),
        np.concatenate(
            [np.stack([layer.unit_sum, layer.unit_saturated]) for layer in layers], axis=1
        ),
        np.concatenate([layer.unit_largest for layer in layers]),
    )


def largest_rows(array: ProgramArray) -> ProgramArray:
    """The number of the largest value's row in each column, as `argmax(axis=0)` gives it.

    Row after row, because numpy goes through a wide array with few rows column after column.
    """
    if array.ndim != 2 or len(array) > FEW_ROWS or np.isnan(array.max(initial=-np.inf)):
        return array.argmax(axis=0)
    largest, rows = array[0].copy(), np.zeros(array.shape[1], np.intp)
    for number, row in enumerate(array[1:], start=1):
        np.copyto(rows, number, where=row > largest)
        np.maximum(largest, row, out=largest)
    return rows


@dataclass
class _Piece:
    spread: Spread
    sums: ProgramArray
    largest: ProgramArray
    saturated: ProgramArray


def _pieces(array: ProgramArray) -> list[ProgramArray]:
    """Rows of an array, in portions that fit into a cache, each in C order."""
    rows = array.reshape(len(array), -1) if array.ndim else array.reshape(1, 1)
    if not rows.flags.c_contiguous and rows.T.flags.c_contiguous:
        rows = np.ascontiguousarray(rows)
    step = max(1, PIECE // max(1, rows.shape[1]))
    return [rows[start : start + step] for start in range(0, len(rows), step)]


class _Room:
    """Memory for masks, touched before; the next piece writes over what is there."""

    def __init__(self) -> None:
        self._memory = np.empty((2, 0), bool)

    def masks(self, like: ProgramArray) -> tuple[Mask, Mask]:
        """Two masks of an array's shape."""
        if self._memory.shape[1] < like.size:
            self._memory = np.empty((2, like.size), bool)
        first, second = (memory[: like.size].reshape(like.shape) for memory in self._memory)
        return first, second


def _spread_of_piece(piece: ProgramArray) -> Spread:
    flat = np.ascontiguousarray(piece).reshape(-1)
    total = float(_row_sums(flat[np.newaxis])[0])
    return _spread(flat, total, float(flat.min()), float(flat.max()))


def _spread(flat: ProgramArray, total: float, low: float, high: float) -> Spread:
    deviations = squared_deviations(flat, total, _squares(flat))
    return Spread(len(flat), total / len(flat), deviations, low, high)


def _squares(flat: ProgramArray) -> float:
    """The sum of squares; also where squares leave float32's range."""
    whole = len(flat) - len(flat) % PORTION
    portions = flat[:whole].reshape(-1, 1, PORTION)
    products = portions @ portions.reshape(-1, PORTION, 1)
    squares = float(products.sum(dtype=np.float64)) + float(flat[whole:] @ flat[whole:])
    return in_range(squares, lambda: flat)


def _row_sums(rows: ProgramArray) -> ProgramArray:
    """The sum of each row of a matrix in C order."""
    whole = rows.shape[1] - rows.shape[1] % PORTION
    if not whole:
        return rows.sum(axis=1)
    portions = rows[:, :whole].reshape(len(rows), -1, 1, PORTION)
    sums: ProgramArray = (portions @ ones(PORTION, rows.dtype)).sum(axis=(1, 2), dtype=np.float64)
    return sums + rows[:, whole:].sum(axis=1, dtype=np.float64)


def _column_sums(rows: ProgramArray) -> ProgramArray:
    """The sum of each column of a matrix in C order."""
    step = max(1, PORTION // rows.shape[1])
    whole = len(rows) - len(rows) % step
    portions = rows[:whole].reshape(-1, step, rows.shape[1])
    sums: ProgramArray = (ones(step, rows.dtype) @ portions).sum(axis=0, dtype=np.float64)
    return sums + rows[whole:].sum(axis=0, dtype=np.float64)


def _measured(
    piece: ProgramArray,
    columns: bool,
    bounds: tuple[float, float] | None,
    silent: bool,
    room: _Room,
) -> _Piece:
    """One piece: rows are units where `columns`, else samples."""
    rows = np.ascontiguousarray(piece)
    flat = rows.reshape(-1)
    sums = _row_sums(rows) if columns else _column_sums(rows)
    largest = rows.max(axis=1 if columns else 0) if silent else np.empty(0)
    high = float(largest.max()) if silent else float(flat.max())
    low = float(flat.min())
    spread = _spread(flat, float(sums.sum()), low, high)
    saturated = np.zeros(len(sums), np.int64)
    if bounds and not (bounds[0] <= low and high <= bounds[1]):
        mask, above = room.masks(rows)
        np.less(rows, bounds[0], out=mask)
        np.greater(rows, bounds[1], out=above)
        mask |= above
        if columns:
            saturated[:] = [np.count_nonzero(row) for row in mask]
        else:
            saturated[:] = np.count_nonzero(mask, axis=0)
    return _Piece(spread, sums, largest, saturated)
