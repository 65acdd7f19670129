"""Reads arrays from files that strangers wrote, so that a broken one costs a sentence, not a crash.

Two formats: IDX (the four files of MNIST, plain or gzip) and numpy's `.npz`. Both readers look at
the header first, and allocate only what the header and a limit allow. What is written arrives
under a temporary name first, so that a half-written file never has the final one.
"""

import gzip
import io
import math
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nnviz.errors import InputError

MAX_BYTES = 2 * 1024**3
"""The largest array that is read: full MNIST as float32 is 188 MB."""

_IDX_UNSIGNED_BYTE = 0x08
_PIECE = 1024**2
_UNPACKING_ERRORS = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """Read one IDX file of unsigned bytes: 3 dimensions for images, 1 for labels.

    Returns an array of the shape that the header states. The format is a big-endian
    magic number (two zero bytes, the type, the number of dimensions), one 32-bit size for each
    dimension, then the bytes (Yann LeCun, "The MNIST database of handwritten digits").

    Raises InputError, naming the file, where it can't be read or doesn't hold what it states.
    """
    opener = gzip.open if path.suffix == ".gz" else Path.open
    try:
        with opener(path, "rb") as stream:
            return _read_idx_stream(stream, path, dimensions)
    except _UNPACKING_ERRORS as error:
        raise InputError(
            f"{path}: the gzip data is damaged ({error}). Download the file again."
        ) from error
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error}).") from error


def _read_idx_stream(
    stream: BinaryIO | gzip.GzipFile, path: Path, dimensions: int
) -> NDArray[np.uint8]:
    length = 4 + 4 * dimensions
    header = stream.read(length)
    magic = bytes([0, 0, _IDX_UNSIGNED_BYTE, dimensions])
    if header[:4] != magic:
        raise InputError(
            f"{path}: starts with the bytes {header[:4].hex(' ') or '(none)'}; an IDX file with "
            f"{dimensions} dimension(s) of unsigned bytes starts with {magic.hex(' ')}."
        )
    if len(header) < length:
        raise InputError(f"{path}: ends inside its header, after {len(header)} bytes.")
    shape = struct.unpack(f">{dimensions}I", header[4:])
    expected = math.prod(shape)
    if not 0 < expected <= MAX_BYTES:
        raise InputError(
            f"{path}: its header states {_times(shape)} bytes; expected more than none and at "
            f"most {MAX_BYTES:,}."
        )
    data = _read_up_to(stream, expected + 1)
    if len(data) != expected:
        found = f"more than {expected:,}" if len(data) > expected else f"{len(data):,}"
        raise InputError(
            f"{path}: its header states {_times(shape)} = {expected:,} bytes, but {found} follow. "
            "Download the file again."
        )
    return np.frombuffer(data, np.uint8).reshape(shape)


def _read_up_to(stream: BinaryIO | gzip.GzipFile, count: int) -> bytearray:
    """At most `count` bytes, in pieces: `read(count)` would first make room for all of them."""
    data = bytearray()
    while len(data) < count and (piece := stream.read(min(count - len(data), _PIECE))):
        data += piece
    return data


def write_idx(path: Path, array: NDArray[np.uint8]) -> None:
    """Write an array of unsigned bytes as an IDX file, what `read_idx` reads."""
    magic = bytes([0, 0, _IDX_UNSIGNED_BYTE, array.ndim])
    header = magic + struct.pack(f">{array.ndim}I", *array.shape)
    _replace(path, header + array.tobytes())


def read_npz(path: Path) -> dict[str, NDArray[Any]]:
    """Read all arrays of a `.npz` file, by name, never unpickling anything.

    Raises InputError, naming the file and the array, where the file is no zip archive, an array is
    an object array, its stated size differs from the stored one, or all together exceed MAX_BYTES.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if member.filename.endswith(".npy")]
            total = sum(member.file_size for member in members)
            if total > MAX_BYTES:
                raise InputError(
                    f"{path}: holds {total:,} bytes of arrays; at most {MAX_BYTES:,} are read."
                )
            return {
                member.filename.removesuffix(".npy"): _read_npy(archive, member, path)
                for member in members
            }
    except _UNPACKING_ERRORS as error:
        raise InputError(
            f"{path}: is not a readable .npz file ({error}). "
            "Write it with numpy.savez(path, X=X, y=y)."
        ) from error
    except (
        NotImplementedError,
        RuntimeError,
    ) as error:  # zipfile's words for "encrypted" and so on
        raise InputError(f"{path}: is packed in a way that can't be read ({error}).") from error
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error}).") from error


def _read_npy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> NDArray[Any]:
    """Read one array, after its header has been held against the number of bytes stored."""
    where = f"{path}: array {member.filename.removesuffix('.npy')}"
    try:
        with archive.open(member) as stream:
            version = npy.read_magic(stream)
            readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
            if version not in readers:
                raise InputError(f"{where} is in .npy version {version}; expected 1.0 or 2.0.")
            shape, _, dtype = readers[version](stream)
            stored = member.file_size - stream.tell()
        if dtype.hasobject:
            raise InputError(
                f"{where} has dtype {dtype}, which needs pickle and could run code; it isn't read. "
                "Save it as numbers."
            )
        if math.prod(shape) * dtype.itemsize != stored:
            raise InputError(
                f"{where} states {_times(shape)} values of {dtype.itemsize} bytes, but {stored:,} "
                "bytes are stored."
            )
        with archive.open(member) as stream:
            array: NDArray[Any] = npy.read_array(stream, allow_pickle=False)
            return array
    except ValueError as error:
        raise InputError(f"{where} is damaged ({error}).") from error


def write_npz(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays as a compressed `.npz`: the same arrays always give the same bytes.

    (`numpy.savez_compressed` promises nothing about dates, order or level.)
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix, whatever system this runs on
            content = io.BytesIO()
            npy.write_array(content, array, version=(1, 0), allow_pickle=False)
            archive.writestr(member, content.getvalue(), compresslevel=9)
    _replace(path, buffer.getvalue())


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _times(shape: tuple[int, ...]) -> str:
    """(60000, 28, 28) as the text `60,000 x 28 x 28`."""
    return " x ".join(f"{size:,}" for size in shape) or "1"
