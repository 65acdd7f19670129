"""Arrays of floats in less memory, bit for bit: kept states need not be ready to compute with.

The low bytes of a float look like noise, but sign and exponent don't: so the bytes are laid out in
planes, the first of each number, then the second, and so on, and the top ones are deflated.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nnviz.engine.arrays import Array


@dataclass(frozen=True, eq=False)
class Planes:
    """An array, or how its bits differ from those of another one of its shape.

    `planes` are the lowest byte of each number, the next, ... in memory order with samples as
    columns; the last `deflated` of them are compressed.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[np.floating]
    planes: tuple[bytes, ...]
    deflated: int

    @property
    def parts(self) -> Mapping[int, int]:
        """The bytes of each plane, by its identity."""
        return {id(plane): len(plane) for plane in self.planes}

    def array(self, reference: Array | None = None) -> Array:
        """The array as it was, given the `reference` that it was split with."""
        plain = len(self.planes) - self.deflated
        rows = np.empty((int(np.prod(self.shape)), len(self.planes)), np.uint8)
        for i, plane in enumerate(self.planes):
            content = plane if i < plain else zlib.decompress(plane, wbits=-zlib.MAX_WBITS)
            rows[:, i] = np.frombuffer(content, np.uint8)
        bits = rows.view(_unsigned(self.dtype)).reshape(self.shape[::-1])
        if reference is not None:
            bits ^= _bits(reference)
        return bits.view(self.dtype).T


def split(array: Array, reference: Array | None = None) -> Planes:
    """The array in less memory.

    With a `reference` that differs little from it, two bytes of each number become nearly empty;
    without, only the top one can be made smaller.
    """
    bits, deflated = _bits(array), 1
    if reference is not None:
        bits, deflated = bits ^ _bits(reference), 2
    rows = bits.view(np.uint8).reshape(array.size, array.itemsize)
    planes = [rows[:, i].tobytes() for i in range(array.itemsize)]
    top = tuple(_deflated(plane) for plane in planes[-deflated:])
    return Planes(array.shape, array.dtype, (*planes[:-deflated], *top), deflated)


def _unsigned(dtype: np.dtype[np.floating]) -> np.dtype[np.unsignedinteger]:
    """Integers with as many bits."""
    return np.dtype(f"u{dtype.itemsize}")


def _bits(array: Array) -> npt.NDArray[np.unsignedinteger]:
    """The bits of the transposed array, as integers: without a copy for arrays of the engine."""
    return np.ascontiguousarray(array.T).view(_unsigned(array.dtype))


def _deflated(plane: bytes) -> bytes:
    """Shorter: repeats and frequent values count, and no time is lost on looking for more."""
    deflating = zlib.compressobj(level=1, wbits=-zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    return deflating.compress(plane) + deflating.flush()
