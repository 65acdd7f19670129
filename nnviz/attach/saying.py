"""What a program's process says of values, exceptions and statistics: plain words and values."""

import os
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np

from nnviz.attach.namespace import Path as ArrayPath
from nnviz.attach.wire import Message, packed


def as_path(steps: Any) -> ArrayPath:
    """A path that came over the wire."""
    return tuple((str(kind), step) for kind, step in steps)


def plain(layer: Any) -> Message:
    """Statistics as plain values."""
    fields = type(layer).__dataclass_fields__
    return {
        name: packed(value) if isinstance(value, np.ndarray) else float(value)
        for name in fields
        for value in [getattr(layer, name)]
    }


def like(old: Any, new: Any) -> Any:
    """A number of the type that the program had."""
    return type(old)(new) if isinstance(old, int | float | np.generic) else new


def summary(value: Any) -> str:
    """A value in a line: an array's shape, type and range, and how much of it is not finite."""
    if not isinstance(value, np.ndarray):
        return f"{value!r}"
    shape = " x ".join(map(str, value.shape)) or "one number"
    if value.dtype.kind not in "biuf" or not value.size:
        return f"{shape}, {value.dtype}"
    finite = value[np.isfinite(value)] if value.dtype.kind == "f" else value
    bad = value.size - finite.size
    numbers = (
        f"mean {finite.mean():.4g}, from {finite.min():.4g} to {finite.max():.4g}"
        if finite.size
        else "no finite number"
    )
    return f"{shape}, {value.dtype}, {numbers}" + (f", {bad:,} not finite" if bad else "")


def described(error: BaseException) -> str:
    """An exception in one line, as Python says it."""
    return "".join(traceback.format_exception_only(error)).strip()


def where(error: BaseException) -> Message:
    """The file and line in which an exception came up: the program's own, where it has a part."""
    if isinstance(error, SyntaxError):
        return {"line": error.lineno or 0, "file": error.filename or ""}
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if f"{os.sep}nnviz{os.sep}attach{os.sep}" not in frame.filename
    ]
    folder = Path(getattr(sys.modules["__main__"], "__file__", None) or ".").parent
    own = [frame for frame in frames if Path(frame.filename).parent == folder]
    last = (own or frames)[-1:]
    return {"line": last[0].lineno or 0, "file": last[0].filename} if last else {}
