"""The points of a class as CSV, also in the columns that Canvas and Moodle import.

No cell begins with what a spreadsheet takes for a formula. A student whose grade is not known keeps
an empty cell, which both platforms leave as it is; nobody gets a 0 for being missed.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from html import escape
from pathlib import Path

from grader.cohort.roster import find_id_column, read_roster
from grader.report.text import visible
from grader.results import Grade
from grader.rubric import shown
from grader.submission import decoded
from nnviz.errors import InputError

FORMULA_STARTS = "=+-@|%\t\r\n＝＋－＠"
"""What makes a spreadsheet compute a cell, also full-width (OWASP, CSV Injection)."""
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = (
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"),
    *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
    "Feedback comments",
)
POINTS_POSSIBLE = "    Points Possible"


@dataclass(frozen=True)
class Row:
    """What a gradebook says of one student; `problems` maps a problem's id to its points."""

    student: str
    person: str
    points: Fraction
    max_points: Fraction
    open_points: Fraction
    late_days: int
    submitted: str
    problems: Mapping[str, Fraction]
    headline: tuple[str, ...]


@dataclass(frozen=True)
class Gradebook:
    """A file to be imported, and whom it misses: grades without a place in it, places without."""

    content: bytes
    not_in_roster: tuple[str, ...] = ()
    without_grade: tuple[str, ...] = ()


def row(grade: Grade, person: str = "") -> Row:
    """The row of a grade; `person` is the student's name, where a platform told it."""
    return Row(
        grade.student,
        person,
        grade.points,
        grade.max_points,
        grade.open_points,
        grade.late.days if grade.late else 0,
        grade.submitted,
        {problem.id: problem.points for problem in grade.problems},
        grade.headline,
    )


def plain(rows: Sequence[Row], title: str, roster: Path | None = None) -> Gradebook:
    """One line a student with the points of each problem; with a roster also who has no grade."""
    known = read_roster(roster) if roster else None
    problems = list(dict.fromkeys(id for one in rows for id in one.problems))
    found, missed = [], []
    graded: set[str] = set()
    for one in rows:
        entry = known.find(one.student, one.person) if known else None
        if known and entry is None:
            missed.append(one.student)
        if entry:
            graded.add(entry.student)
            one = replace(one, person=one.person or entry.person)
        found.append(_plain_cells(one, problems))
    absent = [e for e in known.entries if e.student not in graded] if known else []
    width = len(problems) + 5
    found += [[safe(e.student), safe(e.person), *[""] * width] for e in absent]
    header = ["student", "name", "points", "max_points", "open_points", "late_days", "submitted"]
    lines = [[*header, *(f"problem {safe(id)}" for id in problems)], *found]
    names = tuple(entry.student for entry in absent)
    return Gradebook(b"\xef\xbb\xbf" + _written(lines), tuple(missed), names)


def canvas(rows: Sequence[Row], title: str, roster: Path | None = None) -> Gradebook:
    """Canvas's gradebook: its own export filled in, or, without one, a file with its columns.

    A student's id is what Canvas puts into file names (its own number), or else a login.
    """
    if roster:
        return _filled(rows, roster, (title,), lambda one: (shown(one.points),), title)
    lines = [[*CANVAS, safe(title)], [POINTS_POSSIBLE, *[""] * 4, _most(rows)]]
    for one in rows:
        number, login = (one.student, "") if one.student.isdecimal() else ("", one.student)
        cells = (one.person or one.student, number, "", login, "")
        lines.append([*map(safe, cells), shown(one.points)])
    return Gradebook(_written(lines))


def moodle(rows: Sequence[Row], title: str, roster: Path | None = None) -> Gradebook:
    """Moodle's offline grading worksheet, filled in; without one, a file with its columns."""
    columns = ("Grade", "Feedback comments")
    if roster:
        return _filled(rows, roster, columns, lambda one: (shown(one.points), comment(one)), title)
    lines = [list(MOODLE)]
    for one in rows:
        number = f"Participant {one.student}" if one.student.isdecimal() else one.student
        email = one.student if "@" in one.student else ""
        points = (shown(one.points), shown(one.max_points), "Yes", "", "", comment(one))
        lines.append([safe(number), safe(one.person), safe(email), "", *points])
    return Gradebook(_written(lines))


FORMS: Mapping[str, Callable[[Sequence[Row], str, Path | None], Gradebook]] = {
    "plain": plain,
    "canvas": canvas,
    "moodle": moodle,
}


def safe(text: str) -> str:
    """A stranger's text for a cell that no spreadsheet computes: a quote before what looks so."""
    line = " ".join(visible(text, 300).split())
    return f"'{line}" if line[:1] and line[0] in FORMULA_STARTS else line


def comment(one: Row) -> str:
    """What to look at first, as the HTML that Moodle takes a comment for."""
    told = [f"{shown(one.points)} of {shown(one.max_points)} points."]
    if one.open_points:
        told.append(f"{shown(one.open_points)} wait for a person.")
    return "<br>".join(escape(visible(line, 500)) for line in [*told, *one.headline])


def _filled(
    rows: Sequence[Row],
    path: Path,
    columns: tuple[str, ...],
    values: Callable[[Row], tuple[str, ...]],
    title: str,
) -> Gradebook:
    """A platform's own file with some columns filled in, and all else as it was."""
    known = read_roster(path)
    lines = _lines(path)
    header = [cell.strip() for cell in lines[0]]
    places = [_column(header, column) for column in columns]
    if len(header) > len(lines[0]):
        lines[0] = [*lines[0], *header[len(lines[0]) :]]
    ids = find_id_column([cell.lower() for cell in header]) or 0
    by_id = {line[ids].strip(): line for line in lines[1:] if len(line) > ids}
    missed, graded = [], set()
    for one in rows:
        entry = known.find(one.student, one.person)
        if entry is None or entry.student not in by_id:
            missed.append(one.student)
            continue
        graded.add(entry.student)
        _put(by_id[entry.student], places, values(one), len(header))
    for line in lines[1:]:
        if line and line[0].strip() == POINTS_POSSIBLE.strip():
            _put(line, places[:1], (_most(rows),), len(header))
    absent = tuple(entry.student for entry in known.entries if entry.student not in graded)
    return Gradebook(_written([[_kept(c) for c in line] for line in lines]), tuple(missed), absent)


def _put(line: list[str], places: Iterable[int], values: Iterable[str], width: int) -> None:
    line.extend("" for _ in range(width - len(line)))
    for place, value in zip(places, values, strict=True):
        line[place] = value


def _column(header: list[str], name: str) -> int:
    """The place of a column, also as Canvas writes it, `NAME (12345)`; a new one at the end."""
    for place, cell in enumerate(header):
        if cell.lower() == name.lower() or cell.lower().startswith(f"{name.lower()} ("):
            return place
    header.append(name)
    return len(header) - 1


def _kept(cell: str) -> str:
    """A cell of the platform's own file: as it is, unless a spreadsheet would compute it."""
    looks_so = cell[:1] and cell[0] in FORMULA_STARTS and not _is_number(cell)
    return f"'{cell}" if looks_so else cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _plain_cells(one: Row, problems: Sequence[str]) -> list[str]:
    points = [shown(p) for p in (one.points, one.max_points, one.open_points)]
    told = [safe(one.student), safe(one.person), *points, str(one.late_days), safe(one.submitted)]
    return [*told, *(shown(one.problems[id]) if id in one.problems else "" for id in problems)]


def _most(rows: Sequence[Row]) -> str:
    return shown(max((one.max_points for one in rows), default=Fraction(0)))


def _lines(path: Path) -> list[list[str]]:
    text = decoded(path.read_bytes())[0].lstrip("\ufeff")
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InputError(f"{path}: is not CSV: {error}") from error


def _written(lines: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(lines)
    return stream.getvalue().encode("utf-8", "replace")
