"""The reductions that were compiled when nnviz was installed: see `compiled.c`.

Where there was no compiler there are none, and whoever asks for them does the same by numpy. The
library's name has the checksum of its source, so that an old one is never called in a new way.
"""

import ctypes
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SOURCE = Path(__file__).with_suffix(".c")


@dataclass(frozen=True)
class Reductions:
    """The functions of `compiled.c` for one type of numbers; arrays are given by their addresses.

    `layer(za, samples, units, low, high, found)`, `parameters(W, dW, new, count, sums)` and
    `bins(values, count, low, scale, last, counts)`, each over arrays without holes.
    """

    layer: Callable[..., None]
    parameters: Callable[..., None]
    bins: Callable[..., None]


def load(source: Path) -> Mapping[np.dtype[Any], Reductions]:
    """The reductions that were compiled from this source, by type; empty where none were."""
    try:
        checksum = zlib.crc32(source.read_bytes())
        library = ctypes.CDLL(str(source.with_name(f"compiled-{checksum:08x}.so")))
    except OSError:
        return {}
    return {
        np.dtype(np.float32): _reductions(library, "float32", ctypes.c_float),
        np.dtype(np.float64): _reductions(library, "float64", ctypes.c_double),
    }


def _reductions(library: ctypes.CDLL, name: str, real: type[Any]) -> Reductions:
    array, count = ctypes.c_void_p, ctypes.c_int64
    kinds = {
        "layer": (array, count, count, real, real, array),
        "parameters": (array, array, array, count, array),
        "bins": (array, count, real, real, ctypes.c_int, array),
    }
    functions = {}
    for function, arguments in kinds.items():
        functions[function] = getattr(library, f"{function}_{name}")
        functions[function].argtypes, functions[function].restype = arguments, None
    return Reductions(**functions)


BY_TYPE = load(SOURCE)
