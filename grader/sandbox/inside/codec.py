"""Values as bytes and back: `.npy` 1.0 for arrays, JSON for the rest, nothing that could run.

A packet is JSON and a list of arrays that the JSON refers to by number. Whoever reads one trusts
nothing in it: the header of an array is held against the bytes that are there before any memory is
taken, and what is not exactly in this form is refused.
"""

import json
import math
import re
import struct
from typing import Any, NamedTuple

import numpy as np

MAX_JSON = 2 * 1024**2
MAX_TEXT = 20_000
MAX_DEPTH = 20
MAX_ITEMS = 200_000
MAX_INTEGER_BITS = 1_024

_START = b"nnviz-1 "
_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '([<|][biufc]\d{1,2})', 'fortran_order': False, 'shape': "
    rb"\(((?:\d{1,18},)|(?:\d{1,18}(?:, \d{1,18}){1,7})|)\), \} *\n"
)


class MalformedError(Exception):
    """Bytes that are no packet; the message says what is wrong with them."""


class Opaque(NamedTuple):
    """What stands for a value that can't leave the process it is in: the name of its type."""

    type_name: str


class Ref(NamedTuple):
    """The result of an earlier call of the same run, or its item at `key`."""

    call: int
    key: int | str | None = None


class Rng(NamedTuple):
    """What becomes `numpy.random.default_rng(seed)` in the student's process."""

    seed: int


def pack(value: Any) -> bytes:
    """The packet of a value: numbers, texts, None, arrays, and lists, tuples, dicts of these.

    A subclass of an array is sent as the array, any other object as the name of its type.
    """
    arrays: list[bytes] = []
    left = [MAX_ITEMS]
    text = json.dumps(_plain(value, arrays, 0, left), ensure_ascii=True, separators=(",", ":"))
    document = text.encode("ascii")
    if len(document) > MAX_JSON:
        document = json.dumps({"opaque": "more than can be sent"}).encode("ascii")
        arrays = []
    head = _START + struct.pack("<II", len(document), len(arrays))
    return b"".join([head, document, *(struct.pack("<Q", len(a)) + a for a in arrays)])


def _plain(value: Any, arrays: list[bytes], depth: int, left: list[int]) -> Any:
    """What JSON holds of a value; everything but None, bools, finite numbers is tagged."""
    kind = type(value)
    left[0] -= 1
    if left[0] < 0 or depth > MAX_DEPTH:
        return {"opaque": "more than can be sent"}
    if value is None or kind is bool or kind is str:
        return value[:MAX_TEXT] if kind is str else value
    if kind is int:
        if value.bit_length() > MAX_INTEGER_BITS:
            return {"opaque": f"int of {value.bit_length()} bits"}
        return value
    if kind is float:
        return value if math.isfinite(value) else {"float": str(value)}
    if kind is complex:
        return {"complex": [float(value.real).hex(), float(value.imag).hex()]}
    if kind in (list, tuple):
        items = [_plain(item, arrays, depth + 1, left) for item in value]
        return items if kind is list else {"tuple": items}
    if kind is dict:
        pairs = [
            [_plain(key, arrays, depth + 1, left), _plain(item, arrays, depth + 1, left)]
            for key, item in value.items()
        ]
        return {"dict": pairs}
    if kind is Ref:
        return {"ref": [value.call, value.key]}
    if kind is Rng:
        return {"rng": value.seed}
    if issubclass(kind, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind not in "biufc" or array.ndim > 8 or array.dtype.itemsize > 16:
            return {"opaque": f"{kind.__name__} of {array.dtype}"[:MAX_TEXT]}
        arrays.append(_npy(array))
        return {"scalar" if issubclass(kind, np.generic) else "array": len(arrays) - 1}
    return {"opaque": str(kind.__name__)[:100]}


def _npy(array: np.ndarray[Any, Any]) -> bytes:
    array = np.ascontiguousarray(array).reshape(array.shape)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    shape = ", ".join(map(str, array.shape)) + ("," if array.ndim == 1 else "")
    code = array.dtype.str.replace("=", "<")
    header = f"{{'descr': '{code}', 'fortran_order': False, 'shape': ({shape}), }}"
    padded = header + " " * (63 - (len(_MAGIC) + 2 + len(header)) % 64) + "\n"
    return _MAGIC + struct.pack("<H", len(padded)) + padded.encode("ascii") + array.tobytes()


def unpack(packet: bytes | bytearray) -> Any:
    """The value of a packet; arrays are read-only. Raises MalformedError where it is none."""
    start = len(_START) + 8
    if len(packet) < start or not packet.startswith(_START):
        raise MalformedError("not a packet of values")
    length, count = struct.unpack_from("<II", packet, len(_START))
    if length > MAX_JSON or start + length + 8 * count > len(packet):
        raise MalformedError("the packet is cut off, or states a wrong length")
    arrays, position = [], start + length
    for _ in range(count):
        if position + 8 > len(packet):
            raise MalformedError("the packet is cut off")
        (size,) = struct.unpack_from("<Q", packet, position)
        position += 8
        if size > len(packet) - position:
            raise MalformedError("the packet is cut off")
        arrays.append(_read_npy(memoryview(packet)[position : position + size]))
        position += size
    if position != len(packet):
        raise MalformedError("something follows the packet")
    try:
        document = json.loads(packet[start : start + length].decode("ascii"))
        return _value(document, arrays, 0)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError) as error:
        raise MalformedError(f"not in the form of values ({type(error).__name__})") from None


def _read_npy(data: memoryview) -> np.ndarray[Any, Any]:
    """One array, whose header has to state exactly the bytes that follow it."""
    if bytes(data[:8]) != _MAGIC or len(data) < 10:
        raise MalformedError("not an array in .npy 1.0")
    (length,) = struct.unpack_from("<H", data, 8)
    header = _HEADER.fullmatch(data[10 : 10 + length])
    if not header:
        raise MalformedError("the header of an array can't be read")
    shape = tuple(int(size) for size in header[2].replace(b",", b" ").split())
    try:
        dtype = np.dtype(header[1].decode("ascii"))
        body = data[10 + length :]
        if dtype.kind not in "biufc" or math.prod(shape) * dtype.itemsize != len(body):
            raise MalformedError("the header of an array states another size than it has")
        array: np.ndarray[Any, Any] = np.frombuffer(body, dtype).reshape(shape)
    except (TypeError, ValueError) as error:
        raise MalformedError(f"the header of an array can't be used ({error})") from None
    if array.flags.writeable:
        array.flags.writeable = False
    return array


def _value(node: Any, arrays: list[Any], depth: int) -> Any:
    """The value that a piece of JSON stands for; raises what `unpack` translates."""
    if depth > MAX_DEPTH + 2:
        raise RecursionError
    if isinstance(node, list):
        return [_value(item, arrays, depth + 1) for item in node]
    if not isinstance(node, dict):
        return node
    ((tag, content),) = node.items()
    if tag == "tuple":
        return tuple(_value(item, arrays, depth + 1) for item in content)
    if tag == "dict":
        return {
            _hashable(_value(key, arrays, depth + 1)): _value(item, arrays, depth + 1)
            for key, item in content
        }
    if tag == "float":
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[content]
    if tag == "complex":
        return complex(*(float.fromhex(part) for part in content))
    if tag in ("array", "scalar"):
        array = arrays[content]
        return array if tag == "array" else array.reshape(-1)[0]
    if tag == "ref":
        return Ref(int(content[0]), content[1])
    if tag == "rng":
        return Rng(int(content))
    if tag == "opaque":
        return Opaque(str(content))
    raise ValueError(tag)


def _hashable(key: Any) -> Any:
    """A key of a dict: what isn't a plain one becomes a text."""
    return key if isinstance(key, (str, int, float, bool, type(None))) else repr(key)
