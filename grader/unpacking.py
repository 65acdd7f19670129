"""Unpacks an archive from a stranger: only regular files, only inside, and never too much.

Counts and sizes are held against limits by what the archive states, and again while unpacking,
since an archive may state anything.
"""

import contextlib
import gzip
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from nnviz.errors import InputError

SUFFIXES = (".zip", ".tar.gz", ".tgz", ".tar")
MAX_FILES = 2_000
MAX_BYTES = 64 * 1024**2
MAX_NAME = 200
MAX_DEPTH = 20

_PIECE = 64 * 1024
_ZIP_END = 22 + 65_535
"""Bytes within which the end of a zip archive says where its table of contents is."""
_ZIP_DIRECTORY = 1024**2
_LINK, _REGULAR = 0o120000, 0o100000
_JUNK = ("__MACOSX", "__pycache__", ".DS_Store", ".git", ".ipynb_checkpoints")


class _Full(Exception):
    """More than may be unpacked."""


def is_archive(path: Path) -> bool:
    """Whether a file of this name is unpacked."""
    return path.name.lower().endswith(SUFFIXES)


def unpack_archive(archive: Path, target: Path) -> tuple[str, ...]:
    """Unpack into the empty folder `target`; a note for every entry that was refused.

    Raises InputError where the archive can't be read, or holds more files or bytes than it may.
    """
    unpack = _unpack_zip if archive.name.lower().endswith(".zip") else _unpack_tar
    notes: list[str] = []
    try:
        unpack(archive, target, notes)
    except _Full:
        raise InputError(
            f"{archive}: unpacks to more than {MAX_FILES:,} files or {MAX_BYTES // 1024**2} MB; "
            "it isn't read"
        ) from None
    except OSError as error:
        raise InputError(f"{archive}: can't be unpacked ({error.strerror or error})") from error
    except (
        *(zipfile.BadZipFile, zipfile.LargeZipFile, tarfile.TarError, zlib.error, EOFError),
        *(NotImplementedError, RuntimeError, ValueError, OverflowError),
    ) as error:
        what = " ".join(str(error)[:200].split())
        raise InputError(f"{archive}: is damaged, or packed in a way not known: {what}") from error
    more = len(notes) - 20
    return (
        *notes[:20],
        *([f"{archive.name}: and {more} more entries left out"] if more > 0 else []),
    )


def _unpack_zip(archive: Path, target: Path, notes: list[str]) -> None:
    _look_at_directory(archive)
    with zipfile.ZipFile(archive) as packed:
        entries = packed.infolist()
        files = [entry for entry in entries if not entry.is_dir()]
        if len(entries) > 2 * MAX_FILES or len(files) > MAX_FILES:
            raise _Full
        if sum(entry.file_size for entry in files) > MAX_BYTES:
            raise _Full
        left = MAX_BYTES
        for entry in files:
            kind = (entry.external_attr >> 16) & 0o170000
            reason = "is a link" if kind == _LINK else "is a device or a pipe"
            if kind not in (0, _REGULAR):
                notes.append(f"{archive.name}: {_shown(entry.filename)}: left out, it {reason}")
            elif path := _inside(target, entry.filename, archive, notes):
                with packed.open(entry) as stream:
                    left -= _write(stream, path, left)


def _look_at_directory(archive: Path) -> None:
    """Refuse a table of contents that would take much memory, before zipfile reads it whole."""
    with archive.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _ZIP_END))
        end = stream.read()
    place = end.rfind(b"PK\x05\x06")
    if place < 0 or len(end) < place + 22:
        raise zipfile.BadZipFile("it has no table of contents")
    length = int.from_bytes(end[place + 12 : place + 16], "little")
    if size > 2 * MAX_BYTES or length > _ZIP_DIRECTORY or b"PK\x06\x07" in end[:place]:
        raise _Full


def _unpack_tar(archive: Path, target: Path, notes: list[str]) -> None:
    with contextlib.ExitStack() as stack:
        stream: IO[bytes] = stack.enter_context(archive.open("rb"))
        packed_again = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        if packed_again:
            stream = stack.enter_context(gzip.open(stream, "rb"))  # type: ignore[arg-type]
        # A header may state gigabytes of a name: what is read at all is limited, too.
        packed = stack.enter_context(tarfile.open(fileobj=_Limited(stream), mode="r|"))  # type: ignore[call-overload]
        left = MAX_BYTES
        for number, entry in enumerate(packed):
            if number > 2 * MAX_FILES or entry.size > left:
                raise _Full
            if entry.isdir():
                continue
            if not entry.isreg() or entry.issparse():
                reason = "is a link" if entry.issym() or entry.islnk() else "is no regular file"
                notes.append(f"{archive.name}: {_shown(entry.name)}: left out, it {reason}")
            elif path := _inside(target, entry.name, archive, notes):
                content = packed.extractfile(entry)
                assert content is not None
                left -= _write(content, path, left)


class _Limited:
    """A stream that refuses to be read further than twice what may be unpacked."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, 2 * MAX_BYTES

    def read(self, count: int) -> bytes:
        if count > self._left:
            raise _Full
        data = self._stream.read(count)
        self._left -= len(data)
        return data


def _write(stream: IO[bytes], path: Path, most: int) -> int:
    """Copy to a new file, in pieces; how many bytes it took."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with path.open("xb") as output:
        while piece := stream.read(_PIECE):
            written += len(piece)
            if written > most:
                raise _Full
            output.write(piece)
    return written


def _inside(target: Path, name: str, archive: Path, notes: list[str]) -> Path | None:
    """Where to write an entry; None, with a note, where it would leave the folder."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    if any(part in _JUNK for part in parts):
        return None
    start = f"{archive.name}: {_shown(name)}: left out, "
    if name.startswith(("/", "\\")) or ".." in parts or (parts and parts[0][1:2] == ":"):
        notes.append(start + "it leads out of the submission")
    elif not parts or "\0" in name or len(parts) > MAX_DEPTH or _too_long(parts):
        notes.append(start + "its name is too long, or none")
    elif (path := target.joinpath(*parts)).exists():
        notes.append(start + "its name stands twice")
    elif any(folder.is_file() for folder in path.parents if folder != target):
        notes.append(start + "it lies in what is a file")
    else:
        return path
    return None


def _too_long(parts: list[str]) -> bool:
    return any(len(os.fsencode(part)) > MAX_NAME for part in parts)


def _shown(name: str) -> str:
    printable = "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:60])
    return printable + ("..." if len(name) > 60 else "")


def regular_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The regular files below a folder with their path in it; links aren't followed."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n not in _JUNK)
        for name in sorted(files):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield str(path.relative_to(folder)), path
