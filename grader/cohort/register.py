"""Who handed in what, what became of it, and which of several submissions counts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from grader.cohort.journal import Header, Line
from grader.cohort.roster import Entry, Roster
from grader.report.files import write_whole
from nnviz.errors import InputError

FILE_NAME = "class.json"
SCHEMA = "nnviz-class/1"

Several = Literal["latest", "best"]


class Register:
    """The submissions of a class as they come in, in any order.

    Of several submissions of one student the latest counts, or the best, as the rubric says; one
    that could not be marked only where there is no other.
    """

    def __init__(self, several: Several, folder: Path, notes: tuple[str, ...] = ()) -> None:
        self.several = several
        self.folder = folder
        self.notes = notes
        self.absent: tuple[Entry, ...] = ()
        self.unknown: tuple[str, ...] = ()
        self._lines: dict[str, Line] = {}
        self._best: dict[str, Line] = {}

    @property
    def lines(self) -> Iterator[Line]:
        """All submissions by name."""
        return (self._lines[name] for name in sorted(self._lines))

    @property
    def counted(self) -> int:
        """How many students there are."""
        return len(self._best)

    def add(self, line: Line) -> None:
        """Note a submission; fingerprints are not kept, so that a class of any size fits."""
        line = msgspec.structs.replace(line, code=())
        if self.would_count(line):
            self._best[line.student] = line
        self._lines[line.name] = line

    def forget(self, student: str) -> None:
        """Forget all submissions of a student, to be marked again."""
        self._lines = {name: one for name, one in self._lines.items() if one.student != student}
        del self._best[student]

    def would_count(self, line: Line) -> bool:
        """Whether this one would count, against all others of the student so far."""
        best = self._best.get(line.student)
        return best is None or self._rank(line) >= self._rank(best)

    def counts(self, line: Line) -> bool:
        """Whether this one counts."""
        return self._best[line.student].name == line.name

    def instead(self, line: Line) -> str:
        """The name of the submission that counts in the place of this one, "" where it counts."""
        return "" if self.counts(line) else self._best[line.student].name

    def missing(self, roster: Roster | None) -> None:
        """Hold the submissions against the roster: who has none, and who is not on it."""
        if roster is None:
            return
        there: set[str] = set()
        unknown = []
        for line in self.lines:
            entry = roster.find(line.student, line.person)
            if entry is None:
                unknown.append(line.name)
            else:
                there.add(entry.student)
        self.absent = tuple(entry for entry in roster.entries if entry.student not in there)
        self.unknown = tuple(unknown)

    def _rank(self, line: Line) -> tuple[bool, float, float, str]:
        points = line.points if self.several == "best" else 0.0
        return line.kind == "graded", points, line.order, line.name


def write_register(register: Register, header: Header, out: Path) -> Path:
    """Write `out`/class.json. Raises InputError: can't be."""
    table: dict[str, Any] = {
        "schema": SCHEMA,
        "assignment": header.assignment,
        "rubric": header.rubric,
        "version": header.version,
        "several": register.several,
        "submissions": [_row(line, register) for line in register.lines],
        "absent": [{"student": e.student, "person": e.person} for e in register.absent],
        "not_on_roster": list(register.unknown),
        "notes": list(register.notes),
    }
    path = out / FILE_NAME
    write_whole(path, msgspec.json.format(msgspec.json.encode(table), indent=1) + b"\n")
    return path


def _row(line: Line, register: Register) -> dict[str, Any]:
    return {
        "name": line.name,
        "kind": line.kind,
        "student": line.student,
        "person": line.person,
        "late": line.late,
        "points": line.points,
        "open_points": line.open_points,
        "counts_instead": register.instead(line),
        "message": line.message,
        "notes": list(line.notes),
    }


class Submitted(msgspec.Struct, frozen=True):
    """One submission in class.json."""

    name: str
    kind: str
    student: str
    person: str
    late: bool
    points: float
    open_points: float
    counts_instead: str
    message: str
    notes: tuple[str, ...]


class Absent(msgspec.Struct, frozen=True):
    """A student of the roster who handed nothing in."""

    student: str
    person: str


class ClassFile(msgspec.Struct, frozen=True):
    """The content of class.json."""

    schema: str
    assignment: str
    several: str
    submissions: tuple[Submitted, ...]
    absent: tuple[Absent, ...]
    not_on_roster: tuple[str, ...]
    notes: tuple[str, ...]


def read_register(out: Path) -> ClassFile:
    """Read class.json. Raises InputError where there is none, or it can't be read."""
    path = out / FILE_NAME
    try:
        content = msgspec.json.decode(path.read_bytes(), type=ClassFile)
    except FileNotFoundError:
        raise InputError(
            f"{path}: there is no such file; expected the --out folder of `nnviz grade CLASS`, "
            "graded to its end (--resume goes on)"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: can't be read: {error}") from error
    if content.schema != SCHEMA:
        raise InputError(f"{path}: schema {content.schema[:40]!r}; expected {SCHEMA}")
    return content
