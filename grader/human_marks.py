"""The marks that people give, in files of their own that grading and regrading only ever read.

Each marker appends to `GRADES/marks-MARKER.jsonl`, one JSON object a line; nothing is overwritten,
so that taking a mark back is a line too. The last line of a marker for an item counts. A mark
keeps how many points there were to have, and which answer it was given for: a rubric that gives
more points scales it, and another answer waits for a person again.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from nnviz.errors import InputError

SCHEMA = "nnviz-mark/1"
PATTERN = "marks-*.jsonl"
MAX_LINE = 1_000_000

Key = tuple[str, str, str]
"""Student, problem and item: what a mark is about."""


class Mark(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What one person gave for one item of one student, or took back.

    `points` of `of` (None: taken back); `chosen` are the criteria of the rubric that were ticked;
    `time` is ISO 8601 with an offset, `answer` the `answer_digest` of the text that was read;
    `final` settles what two markers see differently.
    """

    student: str
    problem: str
    item: str
    points: Fraction | None
    of: Fraction
    marker: str
    time: str
    comment: str = ""
    chosen: tuple[str, ...] = ()
    answer: str = ""
    final: bool = False

    @property
    def key(self) -> Key:
        """What the mark is about."""
        return self.student, self.problem, self.item


@dataclass(frozen=True)
class Conflict:
    """An item that two people gave different points, none of them finally."""

    key: Key
    marks: tuple[Mark, ...]

    def __str__(self) -> str:
        student, problem, item = self.key
        given = ", ".join(
            f"{mark.marker} {number(mark.points or Fraction(0))}" for mark in self.marks
        )
        return f"{student}, problem {problem}, {item}: {given} points"


@dataclass(frozen=True)
class HumanMarks:
    """What people decided, item by item; `conflicts` are not settled yet, `notes` on the files."""

    marks: Mapping[Key, Mark] = field(default_factory=lambda: MappingProxyType({}))
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()

    def of_student(self, student: str) -> Mapping[tuple[str, str], Mark]:
        """The marks of one student: (problem, item) -> mark."""
        return self._by_student.get(student, {})

    def conflicts_of(self, student: str) -> Mapping[tuple[str, str], Conflict]:
        """The unsettled items of one student: (problem, item) -> conflict."""
        return {c.key[1:]: c for c in self.conflicts if c.key[0] == student}

    def concern(self, student: str) -> bool:
        """Whether anybody marked anything of that student, settled or not."""
        return student in self._by_student or any(c.key[0] == student for c in self.conflicts)

    @cached_property
    def _by_student(self) -> dict[str, dict[tuple[str, str], Mark]]:
        found: dict[str, dict[tuple[str, str], Mark]] = {}
        for (student, problem, item), mark in self.marks.items():
            found.setdefault(student, {})[problem, item] = mark
        return found


NO_MARKS = HumanMarks()


def marks_file(folder: Path, marker: str) -> Path:
    """The file of a marker's marks in a folder of grades. Raises InputError for a strange name."""
    if not re.fullmatch(r"[A-Za-z0-9_@+.-]{1,64}", marker):
        raise InputError(
            f"marker {marker[:80]!r}: expected at most 64 letters, digits and any of _ @ + . -"
        )
    return folder / PATTERN.replace("*", marker)


def append_mark(path: Path, mark: Mark) -> None:
    """Add a mark to its marker's file, on the disk when this returns.

    A line that a crash cut off is ended first, so that it costs only itself. Raises InputError
    where the file can't be written.
    """
    line = msgspec.json.encode(_written(mark)) + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as stream:
            size = stream.seek(0, os.SEEK_END)
            if size:
                stream.seek(size - 1)
                if stream.read(1) != b"\n":
                    line = b"\n" + line
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise InputError(f"{path}: can't be written ({error.strerror})") from error


def read_marks(path: Path) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """All lines of a marker's file, and a note on each that can't be read: file, line, reason.

    Raises InputError where the file itself can't be read.
    """
    marks, notes = [], []
    try:
        with path.open("rb") as stream:
            for number_, line in enumerate(stream, start=1):
                if not line.strip():
                    continue
                try:
                    marks.append(_read(line))
                except (msgspec.DecodeError, InputError) as error:
                    reason = str(error).replace("$.", "")
                    notes.append(f"{path.name}:{number_}: left out, not a mark: {reason}")
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    return tuple(marks), tuple(notes)


def load_marks(folder: Path) -> HumanMarks:
    """What all markers' files in a folder of grades say together. Raises InputError: unreadable."""
    marks: list[Mark] = []
    notes: list[str] = []
    for path in sorted(folder.glob(PATTERN)):
        if path.is_file():
            found, said = read_marks(path)
            marks += found
            notes += said
    return decide(marks, notes)


def decide(marks: Iterable[Mark], notes: Iterable[str] = ()) -> HumanMarks:
    """Take each marker's last word on each item, and of several markers what they agree on.

    A final mark outweighs the others; of two final ones the later counts. Markers who give the
    same points agree, and the later of their comments is kept; otherwise it is a conflict.
    """
    words: dict[Key, dict[str, Mark]] = {}
    for mark in marks:
        words.setdefault(mark.key, {})[mark.marker] = mark
    decided: dict[Key, Mark] = {}
    conflicts = []
    for key, by_marker in words.items():
        standing = [mark for mark in by_marker.values() if mark.points is not None]
        standing = [mark for mark in standing if mark.final] or standing
        standing.sort(key=lambda mark: (mark.time, mark.marker))
        shares = {_share(mark) for mark in standing}
        if len(shares) == 1 or (standing and standing[-1].final):
            decided[key] = standing[-1]
        elif standing:
            conflicts.append(Conflict(key, tuple(standing)))
    return HumanMarks(decided, tuple(conflicts), tuple(notes))


def answer_digest(text: str) -> str:
    """Sixteen hexadecimal digits that stand for the text that a marker read."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def number(value: Fraction) -> int | float:
    """A fraction as JSON has it: whole where it is, else the nearest float."""
    return value.numerator if value.denominator == 1 else float(value)


@lru_cache(maxsize=4096)
def fraction(value: float) -> Fraction:
    """The fraction that a number from JSON stands for: 0.1 is a tenth, 0.333... a third."""
    return Fraction(value).limit_denominator(10_000)


def _share(mark: Mark) -> Fraction:
    return (mark.points or Fraction(0)) / mark.of if mark.of else Fraction(0)


def _written(mark: Mark) -> dict[str, Any]:
    return {"schema": SCHEMA, **msgspec.to_builtins(mark, enc_hook=number)}


def _read(line: bytes) -> Mark:
    """One line; raises InputError or msgspec.DecodeError with the reason."""
    if len(line) > MAX_LINE:
        raise InputError(f"the line is longer than {MAX_LINE:,} bytes")
    table = msgspec.json.decode(line)
    if not isinstance(table, dict) or table.pop("schema", None) != SCHEMA:
        raise InputError(f'expected an object with "schema": "{SCHEMA}"')
    mark = msgspec.convert(table, Mark, dec_hook=_points)
    if mark.points is not None and mark.points > mark.of:
        raise InputError(f"points: {number(mark.points)} of {number(mark.of)}")
    return mark


def _points(kind: type, value: Any) -> Fraction:
    if kind is not Fraction:
        raise NotImplementedError(kind)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**6:
        raise ValueError(f"expected a number from 0, not {str(value)[:20]!r}")
    return fraction(value)
