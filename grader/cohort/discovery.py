"""Finds the submissions of a class in a folder, also under the names learning platforms export.

Nothing is opened but Gradescope's metadata: who handed in what is told by names where a platform
gave them, and otherwise by the submission itself, later.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.answers import FILE_NAME
from nnviz.errors import InputError

ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
NOTEBOOK = ".ipynb"
METADATA = "submission_metadata.yml"
LONGEST_ID = 80

_CANVAS = re.compile(r"(?P<person>[^_]+)_(?P<late>late_)?(?P<id>\d+)_(?P<order>\d+)_.+", re.I)
_MOODLE = re.compile(r"(?P<person>[^_]+)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z]+)(_.*)?", re.I)
_GRADESCOPE = re.compile(r"submission_(?P<order>\d+)")


@dataclass(frozen=True)
class Found:
    """One thing handed in. `name` is its path inside the class's folder, and what it is known by.

    `student` and `person` are the id and the name that the platform gave, "" where none did.
    `order` is larger for what was handed in later: the platform's number or time, else the file's
    time. `submitted` is when, in ISO 8601, where a platform says so. `notes` are for the grade.
    """

    name: str
    path: Path
    student: str = ""
    person: str = ""
    late: bool = False
    order: float = 0.0
    submitted: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassFolder:
    """All that was found in a class's folder, by name; `notes` tell what is no submission."""

    submissions: tuple[Found, ...]
    notes: tuple[str, ...]


def is_submission(path: Path) -> bool:
    """Whether this is one submission: a file, or a folder with answers, code or a notebook.

    Notebooks that all have the names which Canvas or Moodle give are those of a class.
    """
    if not path.is_dir():
        return True
    names = [inside.name for inside in path.iterdir()]
    if FILE_NAME in names or "improvements.py" in names:
        return True
    notebooks = [name for name in names if name.endswith(NOTEBOOK)]
    return any(not (_CANVAS.fullmatch(name) or _MOODLE.fullmatch(name)) for name in notebooks)


def discover(folder: Path) -> ClassFolder:
    """Find the submissions of a class, sorted by name.

    Raises InputError where the folder can't be read, or there is none in it.
    """
    try:
        entries = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise InputError(f"{folder}: can't be read ({error.strerror})") from error
    metadata = _metadata(folder / METADATA)
    found: list[Found] = []
    notes: list[str] = []
    for path in entries:
        if path.name.startswith((".", "__")) or path.name == METADATA:
            continue
        named = _named(path, metadata)
        if named is None:
            notes.append(f"{path.name}: is no submission; left out")
        else:
            found.append(named)
    if not found:
        raise InputError(
            f"{folder}: there is no submission in it; expected folders, .zip or .tar.gz files or "
            "notebooks, one for each student"
        )
    return ClassFolder(tuple(found), tuple(notes))


def _named(path: Path, metadata: Mapping[str, Any]) -> Found | None:
    """The submission of that path with what its name tells; None where it is something else."""
    name, is_folder = path.name, path.is_dir() and not path.is_symlink()
    place = _innermost(path) if is_folder else path
    if match := _MOODLE.fullmatch(name):
        if match["kind"].lower() != "file":
            return None
        return Found(name, place, match["id"], match["person"], order=_modified(path))
    if is_folder and (match := _GRADESCOPE.fullmatch(name)):
        return _from_gradescope(name, place, float(match["order"]), metadata.get(name))
    if not is_folder and (match := _CANVAS.fullmatch(name)):
        late, order = bool(match["late"]), float(match["order"])
        notes = ("Canvas says it is late, and not by how much",) if late else ()
        return Found(name, path, match["id"], match["person"], late, order, notes=notes)
    if is_folder or name.lower().endswith((*ARCHIVES, NOTEBOOK)):
        return Found(name, place, order=_modified(path))
    return None


def _innermost(folder: Path) -> Path:
    """The folder itself, or what lies alone in it: an archive, a notebook, one more folder."""
    for _ in range(3):
        if not folder.is_dir():
            break
        try:
            if is_submission(folder):
                break
            inside = [p for p in folder.iterdir() if not p.name.startswith((".", "__"))]
        except OSError:  # which reading the submission says, in the student's own line
            break
        likely = [
            path
            for path in inside
            if not path.is_symlink()
            and (path.is_dir() or path.name.lower().endswith((*ARCHIVES, NOTEBOOK)))
        ]
        if len(likely) != 1:
            break
        folder = likely[0]
    return folder


def _from_gradescope(name: str, path: Path, order: float, about: Any) -> Found:
    """A submission of Gradescope's export, with what its metadata says where that can be read."""
    people = about.get(":submitters") if isinstance(about, dict) else None
    people = [one for one in people or () if isinstance(one, dict)]
    if not people:
        note = f"{METADATA}: says nothing of {name}; known by what it says itself"
        return Found(name, path, order=order, notes=(note,))
    ids = [str(one.get(":sid") or one.get(":email") or "")[:LONGEST_ID] for one in people]
    notes: tuple[str, ...] = ()
    if len(ids) > 1:
        notes = (f"handed in by a group: {', '.join(ids)}; the grade stands under {ids[0]}",)
    person = str(people[0].get(":name") or "")
    created = about.get(":created_at")
    if not isinstance(created, datetime):
        return Found(name, path, ids[0], person, order=order, notes=notes)
    if created.tzinfo is None:
        created = created.replace(tzinfo=UTC)
    when = created.timestamp()
    return Found(name, path, ids[0], person, False, when, created.isoformat(), notes)


def _metadata(path: Path) -> Mapping[str, Any]:
    """Gradescope's metadata: folder -> what is known of it. Raises InputError: can't be read."""
    if not path.is_file():
        return {}
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        content = yaml.load(path.read_bytes(), loader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{path}: can't be read: {reason}") from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected Gradescope's metadata, submission by submission")
    return content


def _modified(path: Path) -> float:
    """When the newest file was changed, in seconds: what there is where no platform says it."""
    times = [0.0]
    for one in _with_files(path):
        try:
            times.append(one.lstat().st_mtime)
        except OSError:  # gone or unreadable: reading the submission tells
            continue
    return max(times)


def source_stamp(path: Path) -> str:
    """A stamp that changes with the files of a submission, without reading them."""
    parts = []
    for one in _with_files(path):
        try:
            about = one.lstat()
        except OSError:
            continue
        parts.append(f"{one.relative_to(path)}:{about.st_size}:{about.st_mtime_ns}")
    import hashlib

    text = "\n".join(sorted(parts))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


MOST_FILES = 2_000


def _with_files(path: Path) -> Iterator[Path]:
    """The path itself, or the first files of the folder."""
    if path.is_symlink() or not path.is_dir():
        yield path
        return
    yield from _first(
        (Path(place, name) for place, _, files in os.walk(path) for name in files), MOST_FILES
    )


def _first(paths: Iterable[Path], most: int) -> Iterator[Path]:
    for number, path in enumerate(paths):
        if number == most:
            return
        yield path
