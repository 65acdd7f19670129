"""Gets a program's state ready for differences of its loss: float64, few samples, no velocity.

It happens in a process of its own, to values only: the program's code stays as it is.
"""

from collections.abc import Mapping
from types import FrameType
from typing import Any

import numpy as np

from nnviz.attach.namespace import Path, ProgramArray, assign, path_text, reachable

CANT = (LookupError, AttributeError, TypeError, ValueError)
"""What assigning to a place raises that can't be assigned to, such as one in a tuple."""


def raise_state(
    frame: FrameType, modules: frozenset[str], samples: int, few: int, still: frozenset[str]
) -> int:
    """Turn all numbers that a frame reaches into float64; returns how many samples are left.

    Where there are more samples than `few`, arrays with exactly one axis of `samples` are cut to
    the first `few`, and whole numbers that say how many there are follow. Arrays named in `still`
    (velocities) become 0.
    """
    cut = few if samples > few else samples
    raised: dict[int, ProgramArray] = {}
    kept: list[Any] = []
    for path, value in list(reachable(frame, modules, aliases=True)):
        new = value
        if isinstance(value, np.ndarray):
            if id(value) not in raised:
                raised[id(value)] = _raised(value, samples, cut)
                kept.append(value)
            new = raised[id(value)]
            if path_text(path) in still:
                new[...] = 0
        elif not isinstance(value, bool | np.bool_) and value == samples:
            new = type(value)(cut)
        elif isinstance(value, np.float32 | np.float16):
            new = np.float64(value)
        if new is not value:
            _assigned(frame, path, new)
    return cut


def _raised(array: ProgramArray, samples: int, cut: int) -> ProgramArray:
    axes = [axis for axis, size in enumerate(array.shape) if size == samples]
    if cut != samples and len(axes) == 1:
        array = array.take(np.arange(cut), axes[0])
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def _assigned(frame: FrameType, path: Path, value: Any) -> None:
    try:
        assign(frame, path, value)
    except CANT:
        return  # it stays as it is: float32 numbers mix with float64 ones


def nudge(array: ProgramArray, places: Mapping[str, Any]) -> None:
    """Move one weight: `row` and `column` say which, `by` how far."""
    array[int(places["row"]), int(places["column"])] += float(places["by"])
