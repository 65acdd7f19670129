"""Who should have handed in: a CSV file from any platform, matched to what was found."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.submission import decoded
from nnviz.errors import InputError

ID_COLUMNS = (
    *("student", "student id", "id", "sid", "sis user id", "sis login id", "id number"),
    *("username", "login", "email", "email address"),
)
NAME_COLUMNS = ("name", "full name", "student name", "student")
MAX_BYTES = 16 * 1024**2


@dataclass(frozen=True)
class Entry:
    """One line of the roster: the id that the grade stands under, and the name beside it."""

    student: str
    person: str


class Roster:
    """The entries of a class, found by any of their columns: ids, e-mail, name in either order."""

    def __init__(self, entries: tuple[Entry, ...], keys: Mapping[str, Entry | None]) -> None:
        self.entries = entries
        self._keys = keys

    def find(self, *names: str) -> Entry | None:
        """The entry that one of these belongs to, tried in order; None where none does."""
        for name in names:
            for key in _keys(name):
                if entry := self._keys.get(key):
                    return entry
        return None


def read_roster(path: Path) -> Roster:
    """Read a roster: the first line names the columns, one of them an id.

    A key that two students share (the same name) finds neither. Raises InputError where the file
    can't be read, has no column with ids, or one id stands twice.
    """
    try:
        content = path.read_bytes()[: MAX_BYTES + 1]
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise InputError(f"{path}: is larger than {MAX_BYTES // 1024**2} MB; expected a roster")
    text = decoded(content)[0].lstrip("\ufeff")
    delimiter = ";" if text.split("\n")[0].count(";") > text.split("\n")[0].count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InputError(f"{path}: is not CSV: {error}") from error
    columns = [name.strip().lower() for name in rows[0]] if rows else []
    id_column = find_id_column(columns)
    if id_column is None:
        raise InputError(
            f"{path}:1: expected a column with ids, such as {', '.join(ID_COLUMNS[:4])}; "
            f"found {', '.join(columns)[:200] or 'nothing'}"
        )
    return _roster(path, columns, id_column, rows[1:])


def find_id_column(columns: Sequence[str]) -> int | None:
    """The place of the column with ids; names in small letters. Canvas's `student` is a name."""
    from_canvas = any(name.startswith("sis ") for name in columns)
    ids = [name for name in ID_COLUMNS if not (from_canvas and name == "student")]
    return next((columns.index(name) for name in ids if name in columns), None)


def _roster(path: Path, columns: list[str], id_column: int, rows: list[list[str]]) -> Roster:
    entries: dict[str, Entry] = {}
    keys: dict[str, Entry | None] = {}
    for number, row in enumerate(rows, start=2):
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False)}
        student = row[id_column].strip() if id_column < len(row) else ""
        if not student or row[0].strip().lower() in ("points possible", "student, test"):
            continue  # an empty line, and the two that Canvas adds
        if student in entries:
            raise InputError(f"{path}:{number}: the id {student[:80]!r} stands twice")
        entry = entries[student] = Entry(student, _person(cells, columns[id_column]))
        wanted = [cells.get(name, "") for name in ID_COLUMNS]
        for key in {key for text in (*wanted, entry.person) for key in _keys(text)}:
            keys[key] = entry if keys.get(key, entry) == entry else None
    keys |= {key: entry for entry in entries.values() for key in _keys(entry.student)[:1]}
    return Roster(tuple(entries.values()), keys)


def _person(cells: Mapping[str, str], id_column: str) -> str:
    first = cells.get("first name") or cells.get("firstname") or ""
    last = cells.get("last name") or cells.get("surname") or cells.get("lastname") or ""
    if first or last:
        return f"{first} {last}".strip()
    return next((cells[n] for n in NAME_COLUMNS if cells.get(n) and n != id_column), "")


def _keys(text: str) -> tuple[str, ...]:
    """What a text is looked up by: as it is, and, of a name, its letters in either order.

    Canvas writes "Doe, Jane" as `doejane`, Moodle as `Jane Doe`.
    """
    plain = text.strip().casefold()
    if not plain:
        return ()
    decomposed = unicodedata.normalize("NFKD", plain)
    words = re.findall(r"\w+", "".join(c for c in decomposed if not unicodedata.combining(c)))
    if len(words) < 2:
        return (plain, f"name {plain}")
    turned = [*words[-1:], *words[:-1]]
    return (plain, "name " + "".join(words), "name " + "".join(turned))
