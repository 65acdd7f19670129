"""What a recorded session says about itself, and so its layout: checked before it is used."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import Any

from nnviz.debugger.forks import Branch
from nnviz.debugger.history import UNIT
from nnviz.debugger.phases import Phase
from nnviz.debugger.source import RunInfo
from nnviz.errors import InputError

HEADER, ITERATION, KEYFRAME, END = b"head", b"iter", b"keyf", b"done"
"""The kinds of records: the header first, then iterations and states, and the end if there was."""

LARGEST_HEADER = 2**20
ARRAY_TYPES: Mapping[str, int] = MappingProxyType({"<f4": 4, "<f8": 8, "<i8": 8})
"""The types that arrays of a state can have, with the bytes of an element."""


@dataclass(frozen=True)
class ArrayLayout:
    """An array of a state as it lies in a file: its columns behind one another, as in memory."""

    name: str
    type: str
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """Its length in the file."""
        return math.prod(self.shape) * ARRAY_TYPES.get(self.type, 0)


@dataclass(frozen=True)
class Header:
    """All that is known of a session before its first iteration.

    `columns` are the names of an iteration's numbers (float64 each), which the units' follow
    (`history.UNIT` each); `arrays` are those of a state. `origin` is the source's.
    """

    versions: Mapping[str, str]
    info: RunInfo
    phases: tuple[Phase, ...]
    origin: Mapping[str, Any]
    branch: Branch
    first: int
    columns: tuple[str, ...]
    arrays: tuple[ArrayLayout, ...]

    @property
    def units(self) -> tuple[int, ...]:
        """The number of units of each layer."""
        return tuple(layer.units for layer in self.info.layers)

    @property
    def iteration_bytes(self) -> int:
        """The length of an iteration's record."""
        return 8 * len(self.columns) + UNIT.itemsize * sum(self.units)

    @property
    def keyframe_bytes(self) -> int:
        """The length of a state's record: the iteration's number, then the arrays."""
        return 8 + sum(array.nbytes for array in self.arrays)


def to_json(header: Header) -> bytes:
    """The header as JSON."""
    return json.dumps(plain(header), allow_nan=False).encode()


def from_json(content: bytes, largest: int) -> Header:
    """Read a header of a file of `largest` bytes. Raises InputError where it can't be one."""
    import msgspec

    try:
        header = msgspec.convert(_revived(json.loads(content)), Header)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise InputError(f"its header can't be read: {error}") from error
    _check(header, largest)
    return header


def _check(header: Header, largest: int) -> None:
    """Refuse a header whose parts don't fit together, or that asks for more than the file has."""
    info, layers = header.info, header.info.layers
    inputs = (info.features, *header.units[:-1])
    rows, columns = info.image_shape or (1, info.features)
    for holds, what in (
        (layers, "there are no layers"),
        (header.first >= 0, f"the first iteration is {header.first}"),
        (info.batches_per_epoch > 0, "an epoch has no batches"),
        (min(inputs + header.units, default=0) > 0, "a layer is empty"),
        (tuple(layer.fan_in for layer in layers) == inputs, "the layers don't follow one another"),
        ([layer.number for layer in layers] == [*range(1, len(layers) + 1)], "layers are misnamed"),
        (rows * columns == info.features, "a picture does not have the number of inputs"),
        (header.phases, "there are no phases"),
        (all(a.type in ARRAY_TYPES for a in header.arrays), "a type of array is unknown"),
        (all(n > 0 for a in header.arrays for n in a.shape), "an array is empty"),
        (len({a.name for a in header.arrays}) == len(header.arrays), "two arrays have one name"),
    ):
        if not holds:
            raise InputError(f"its header makes no sense: {what}")
    if max(header.iteration_bytes, header.keyframe_bytes) > largest:
        raise InputError("it ends before its first iteration does: there is nothing to be read")


def plain(value: Any) -> Any:
    """A value as JSON can hold it; numbers that it can't hold as {"float": "nan"}."""
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    return value


def _revived(value: Any) -> Any:
    """The inverse of `plain`; texts lose what a terminal would take for commands."""
    if isinstance(value, str):
        return "".join(c if c.isprintable() else "?" for c in value)
    if isinstance(value, dict):
        if value.keys() == {"float"} and value["float"] in ("nan", "inf", "-inf"):
            return float(value["float"])
        return {_revived(key): _revived(item) for key, item in value.items()}
    return [_revived(item) for item in value] if isinstance(value, list) else value
