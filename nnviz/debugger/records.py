"""The frame of a recorded session: an append-only file of checked records, read up to any damage.

A file is a magic number, the version of the format, and records one after another. A record is a
kind (4 letters), the length and checksum of its content, a checksum of these, and the content. So
a reader knows of every byte whether it is what was written, trusts no length that was not checked,
and loses of a file that was cut off only its last record.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from nnviz.errors import InputError

RECORDED = ".nnviz"
"""How the name of a recorded session ends."""

MAGIC = b"\x89NNVIZ\r\n"
VERSION = 1
_START = struct.Struct("<8sI")
_HEAD = struct.Struct("<4sQI")
_CHECK = struct.Struct("<I")
HEAD_SIZE = _HEAD.size + _CHECK.size
GATHERED = 65_536
"""Up to so many bytes, pieces are put together and written with one call."""


@dataclass(frozen=True)
class Record:
    """Where the content of one record lies in its file, its checksum already compared."""

    kind: bytes
    offset: int
    length: int


class RecordWriter:
    """Writes a new file. Raises InputError where it exists already or can't be made.

    What `append` returned from is in the hands of the operating system: it outlives the process.
    """

    def __init__(self, path: Path) -> None:
        self._end = 0
        try:
            # unbuffered, so that a killed process loses nothing; "x" never overwrites a recording
            self._file = path.open("xb", buffering=0)
            self._write(_START.pack(MAGIC, VERSION))
        except FileExistsError as error:
            raise InputError(
                f"{path}: exists already, and a recording is never overwritten; give another name"
            ) from error
        except OSError as error:
            raise InputError(f"{path}: can't be written: {error.strerror}") from error

    def append(self, kind: bytes, *pieces: memoryview) -> None:
        """Add a record whose content is these pieces, of bytes.

        Raises OSError where it can't be written; the file then ends with the record before.
        """
        check = 0
        for piece in pieces:
            check = zlib.crc32(piece, check)
        head = _HEAD.pack(kind, sum(piece.nbytes for piece in pieces), check)
        head += _CHECK.pack(zlib.crc32(head))
        if sum(piece.nbytes for piece in pieces) < GATHERED:
            self._write(b"".join((head, *pieces)))
        else:
            self._write(head, *pieces)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, *pieces: bytes | memoryview) -> None:
        whole = False
        try:
            for piece in pieces:
                left = memoryview(piece)
                while left:
                    left = left[self._file.write(left) :]
            whole = True
        finally:
            if whole:
                self._end = self._file.tell()
            else:  # a full disk, or Ctrl-C: half a record must not come before others
                with suppress(OSError):
                    self._file.seek(self._end)
                    self._file.truncate()


def read_start(file: BinaryIO, path: Path) -> None:
    """Read over the beginning of a file. InputError: not a recorded session, or another version."""
    start = file.read(_START.size)
    if len(start) < _START.size or start[:8] != MAGIC:
        raise InputError(f"{path}: is not a recorded session (`nnviz train RUN --record FILE`)")
    version = _START.unpack(start)[1]
    if version != VERSION:
        raise InputError(
            f"{path}: was written in version {version} of the format, and this nnviz reads version "
            f"{VERSION}; open it with the nnviz that wrote it"
        )


def read_records(file: BinaryIO, size: int) -> Iterator[tuple[Record, bytes]]:
    """Yield the records from the present place on, each with its content, up to the end.

    Raises DamageError at the first byte that is not what was written. Memory is taken for one
    content at a time, and never more than the file (of `size` bytes) has left.
    """
    while (place := file.tell()) < size:
        head = file.read(HEAD_SIZE)
        if len(head) < HEAD_SIZE:
            raise DamageError("cut off", place)
        kind, length, check = _HEAD.unpack(head[: _HEAD.size])
        if _CHECK.unpack(head[_HEAD.size :])[0] != zlib.crc32(head[: _HEAD.size]):
            raise DamageError("damaged", place)
        if length > size - file.tell():
            raise DamageError("cut off", place)
        record = Record(kind, file.tell(), length)
        content = file.read(length)
        if len(content) < length or zlib.crc32(content) != check:
            raise DamageError("damaged", place)
        yield record, content


class DamageError(Exception):
    """A recorded file is not what was written from byte `place` on."""

    def __init__(self, what: str, place: int) -> None:
        super().__init__(f"{what} at byte {place:,}")
        self.place = place
