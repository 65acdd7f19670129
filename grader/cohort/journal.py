"""The journal of a class: one JSON line for each submission, on the disk before the next begins.

It is only ever appended to, so that whatever kills the grader leaves whole lines and at most one
cut off, which is thrown away when the journal is opened again.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from nnviz.errors import InputError

FILE_NAME = "journal.jsonl"
SCHEMA = "nnviz-journal/1"


class Header(msgspec.Struct, frozen=True):
    """What a run is of; a run is only gone on with where nothing of this has changed.

    `rubric` is a hash of the assignment's rubric and circuits, `minimum` the weakest sandbox.
    """

    schema: str
    assignment: str
    rubric: str
    version: str
    options: Mapping[str, Any] = {}


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one submission.

    `kind`: graded; refused, for what the submission is; failed, where the grader or its machine
    did. `files`: what was written for it. `stamp`: of the submission's files when
    they were marked. `seconds`: how long that took. `code`: fingerprints, each with its line.
    """

    name: str
    kind: str
    student: str
    person: str = ""
    late: bool = False
    order: float = 0.0
    points: float = 0.0
    open_points: float = 0.0
    message: str = ""
    notes: tuple[str, ...] = ()
    stamp: str = ""
    files: tuple[str, ...] = ()
    seconds: float = 0.0
    code: tuple[tuple[int, int], ...] = ()


class Journal:
    """A journal that is open for appending; nobody else can open it meanwhile."""

    def __init__(self, folder: Path, header: Header) -> None:
        """Open the journal of `folder`, made where there is none; what is cut off is cut away.

        Raises InputError where it can't be written, another grader has it open, or it is of a run
        with another header.
        """
        self.path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise InputError(f"{self.path}: can't be written ({error.strerror})") from error
        try:
            self._lock()
            self._mend()
            there = read_header(folder)
            if there is None:
                self._write(header)
                _sync_folder(folder)
            elif there != header:
                raise InputError(f"{self.path}: {_difference(there, header)}")
        except BaseException:
            self.close()
            raise

    def append(self, line: Line) -> None:
        """Write a line down; when this returns, it is on the disk. Raises InputError: can't be."""
        self._write(line)

    def close(self) -> None:
        """Close it, and let others open it."""
        os.close(self._file)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _write(self, record: msgspec.Struct) -> None:
        content = msgspec.json.encode(record) + b"\n"
        try:
            while content:
                content = content[os.write(self._file, content) :]
            os.fsync(self._file)
        except OSError as error:
            raise InputError(
                f"{self.path}: can't be written ({error.strerror}); what stands in it is safe: "
                "make room and go on with --resume"
            ) from error

    def _lock(self) -> None:
        with contextlib.suppress(ModuleNotFoundError):  # Windows, where nobody is kept out
            import fcntl

            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise InputError(f"{self.path}: another grader is at work here") from None

    def _mend(self) -> None:
        """Cut away what follows the last line break: a line that a crash cut off."""
        size = os.fstat(self._file).st_size
        end = size
        while end:
            start = max(0, end - 65536)
            cut = os.pread(self._file, end - start, start).rfind(b"\n")
            if cut >= 0:
                end = start + cut + 1
                break
            end = start
        if end != size:
            os.ftruncate(self._file, end)


def read_header(folder: Path) -> Header | None:
    """The first line of the journal in `folder`; None where there is none.

    Raises InputError where that file is something else.
    """
    path = folder / FILE_NAME
    try:
        with path.open("rb") as stream:
            first = stream.readline()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    if not first.endswith(b"\n"):
        return None
    try:
        header = msgspec.json.decode(first, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}:1: is no journal of a class: {error}") from error
    if header.schema != SCHEMA:
        raise InputError(f"{path}:1: schema {header.schema[:40]!r}; expected {SCHEMA}")
    return header


def read_lines(folder: Path) -> Iterator[Line]:
    """The lines of the journal, one at a time; one that is damaged counts as not written."""
    decoder = msgspec.json.Decoder(Line)
    try:
        with (folder / FILE_NAME).open("rb") as stream:
            for number, content in enumerate(stream):
                if number and content.endswith(b"\n"):
                    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
                        yield decoder.decode(content)
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"{folder / FILE_NAME}: can't be read ({error.strerror})") from error


def _sync_folder(folder: Path) -> None:
    """See that the new file's name is on the disk, too, where the system can do that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _difference(there: Header, header: Header) -> str:
    changed = [
        key for key in header.__struct_fields__ if getattr(there, key) != getattr(header, key)
    ]
    return (
        f"was begun with another {', '.join(changed)}, so the grades would not be comparable; "
        "choose another --out, or look at `nnviz regrade` for a changed rubric"
    )
