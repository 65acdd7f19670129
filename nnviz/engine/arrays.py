"""The array type of the engine and the two helpers that keep arrays safe to hand around.

Every array of the engine is *units x samples*: samples are columns, as in the course.
"""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Labels = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Rng = np.random.Generator | np.random.RandomState

AnyArray = TypeVar("AnyArray", bound=npt.NDArray[Any])


def read_only(array: AnyArray) -> AnyArray:
    """Return a view of `array` that can't be written to (the array itself stays as it is)."""
    view = array.view()
    view.flags.writeable = False
    return view


def by_samples(array: Array) -> Array:
    """Return `array` (units x samples) with each sample contiguous in memory, copied if need be."""
    return array if array.T.flags.c_contiguous else np.ascontiguousarray(array.T).T
