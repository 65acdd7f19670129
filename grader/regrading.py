"""Scores grades anew by a changed rubric or changed marks, and tells who gains or loses, and why.

No submission is looked at and no code is run: a grade holds all results, and people's marks lie
beside it. Nothing is written before everything is known; then all files change, or none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import msgspec

from grader.human_marks import HumanMarks
from grader.report.bundle import images_beside, report_files
from grader.report.files import write_all
from grader.report.json import FILE_NAME, read_grade
from grader.report.text import VERDICTS
from grader.results import Grade, Item
from grader.rubric import Rubric, shown
from grader.scoring import score
from grader.times import Times
from grader.variants import OWN_NUMBERS, variant_of
from nnviz.errors import InputError

NO_TIMES: Times = MappingProxyType({})
Place = tuple[str, str]
"""Problem and item."""


@dataclass(frozen=True)
class Reason:
    """Why points change: in words, the items it touches, and by how much all of them together."""

    text: str
    items: tuple[str, ...]
    points: Fraction


@dataclass(frozen=True)
class Change:
    """One student's grade before and after, in points; as small as that, for a class of any size.

    `stays`: nothing of it changes, to the last word. `outdated`: it was marked by other rules than
    the rubric's, which regrading does not apply.
    """

    path: Path
    student: str
    before: Fraction
    after: Fraction
    reasons: tuple[Reason, ...]
    stays: bool
    outdated: bool

    @property
    def points(self) -> Fraction:
        """What the student gains; below 0, loses."""
        return self.after - self.before


def find_grades(folder: Path) -> tuple[Path, ...]:
    """The grade.json files in a folder of students' folders, or of one student.

    Raises InputError where there is none.
    """
    if (folder / FILE_NAME).is_file():
        return (folder / FILE_NAME,)
    if found := tuple(sorted(folder.glob(f"*/{FILE_NAME}"))):
        return found
    raise InputError(
        f"{folder}: there is no grade in it; expected the --out folder of `nnviz grade`, with a "
        f"STUDENT/{FILE_NAME} for each student"
    )


def regrade(
    path: Path, rubric: Rubric, marks: HumanMarks, secret: bytes = b"", times: Times = NO_TIMES
) -> Change:
    """What scoring one grade anew changes.

    Raises InputError where it is no grade of the rubric's assignment, or its student had numbers of
    their own and there is no secret to know them by.
    """
    before, after, rubric = _rescored(path, rubric, marks, secret, times)
    return Change(
        path,
        after.student,
        before.points,
        after.points,
        reasons(before, after),
        before == after,
        before.marking != rubric.marking,
    )


def _rescored(
    path: Path, rubric: Rubric, marks: HumanMarks, secret: bytes, times: Times
) -> tuple[Grade, Grade, Rubric]:
    """The grade before and after, and the rubric with the student's own numbers."""
    before = read_grade(path)
    if before.assignment != rubric.file.assignment:
        raise InputError(
            f"{path}: a grade of {before.assignment[:60]!r}, not of {rubric.file.assignment}"
        )
    if before.marking.endswith(OWN_NUMBERS):
        if not secret:
            raise InputError(f"{path}: the student had numbers of their own; give --secret-file")
        rubric = variant_of(rubric, secret, before.student)
    results = before.results
    if before.student in times:
        submitted, due = times[before.student]
        results = replace(results, submitted=submitted, due=due)
    return before, score(results, rubric, marks), rubric


def reasons(before: Grade, after: Grade) -> tuple[Reason, ...]:
    """Why the points differ; what the reasons give adds up to the difference, exactly."""
    old, new = _items(before), _items(after)
    found: dict[str, tuple[list[str], Fraction]] = {}

    def add(text: str, item: str, points: Fraction) -> None:
        items, sum_ = found.get(text, ([], Fraction(0)))
        found[text] = ([*items, item] if item else items, sum_ + points)

    for place in dict.fromkeys([*old, *new]):
        for text, points in _why(old.get(place), new.get(place)):
            add(text, place[1], points)
    lost = [grade.late.points if grade.late else Fraction(0) for grade in (before, after)]
    if lost[0] != lost[1]:
        add(_late(before, after), "", lost[0] - lost[1])
    return tuple(Reason(text, tuple(items), points) for text, (items, points) in found.items())


def _items(grade: Grade) -> dict[Place, Item]:
    return {(problem.id, item.id): item for problem in grade.problems for item in problem.items}


def _why(old: Item | None, new: Item | None) -> Iterator[tuple[str, Fraction]]:
    """What became of one item, and the points of it; nothing where it is as it was."""
    if old == new:
        return
    if old is None or new is None:
        if new:
            yield f"is new in the rubric: {_waiting(new)}", new.points
        if old:
            yield "is no longer in the rubric", -old.points
        return
    shares = [_share(item) for item in (old, new)]
    if old.max_points != new.max_points and old.points:
        text = f"worth {shown(new.max_points)} instead of {shown(old.max_points)}"
        yield text, (new.max_points - old.max_points) * shares[0]
    kept = new.max_points * shares[0]
    more = new.points - kept
    if new.unsettled != old.unsettled and new.unsettled:
        yield f"a person has to look again: {new.unsettled}", more
    elif new.marker and (new.marker, new.comment, shares[1]) != (
        old.marker,
        old.comment,
        shares[0],
    ):
        comment = f": {' '.join(new.comment.split())[:120]}" if new.comment else ""
        yield f"marked by {new.marker}{comment}", more
    elif old.marker and not new.marker:
        yield f"the mark of {old.marker} is taken back", more
    elif more:
        words = VERDICTS[new.verdict].words
        pays = f"{shown(shares[1])} instead of {shown(shares[0])} of its points"
        yield f"{f'{words}, slip {new.slip}' if new.slip else words} pays {pays}", more


def _share(item: Item) -> Fraction:
    return item.points / item.max_points if item.max_points else Fraction(0)


def _waiting(item: Item) -> str:
    return "a person has to look" if item.waits else f"{shown(item.points)} points"


def _late(before: Grade, after: Grade) -> str:
    shares = [shown(100 * g.late.share) if g.late else "0" for g in (before, after)]
    if shares[0] == shares[1]:
        return f"being late costs {shares[1]} % of other points"
    return f"being late costs {shares[1]} % instead of {shares[0]} %"


def apply(
    changes: Iterable[Change],
    rubric: Rubric,
    marks: HumanMarks,
    folder: Path,
    secret: bytes = b"",
    times: Times = NO_TIMES,
) -> int:
    """Write the reports of every grade that changes, and what a class keeps of its points.

    All files are written beside the old ones first and then take their places. Returns how many
    grades changed; raises InputError where something can't be written, and nothing is changed then.
    """
    written: dict[str, _Written] = {}

    def contents() -> Iterator[tuple[Path, bytes]]:
        for path in (change.path for change in changes if not change.stays):
            _, grade, own = _rescored(path, rubric, marks, secret, times)
            files = report_files(grade, own, images_beside(grade, path.parent))
            points, open_points = float(grade.points), float(grade.open_points)
            written[grade.student] = _Written(points, open_points, tuple(files))
            yield from ((path.parent / name, content) for name, content in files.items())
        yield from _class_files(folder, written)

    write_all(contents())
    _note_in_journal(folder, written)
    return len(written)


@dataclass(frozen=True)
class _Written:
    """What a class keeps of a grade."""

    points: float
    open_points: float
    files: tuple[str, ...]


def _class_files(folder: Path, written: Mapping[str, _Written]) -> Iterator[tuple[Path, bytes]]:
    """`class.json` with the new points, where the folder is a class's."""
    from grader.cohort.register import FILE_NAME as CLASS

    path = folder / CLASS
    if not path.is_file():
        return
    try:
        table = msgspec.json.decode(path.read_bytes())
        for row in table["submissions"]:
            grade = written.get(row["student"])
            if grade and row["kind"] == "graded" and not row["counts_instead"]:
                row |= {"points": grade.points, "open_points": grade.open_points}
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is no register of a class: {error}") from error
    yield path, msgspec.json.format(msgspec.json.encode(table), indent=1) + b"\n"


def _note_in_journal(folder: Path, written: Mapping[str, _Written]) -> None:
    """Tell the class's journal of the new files, so that `--resume` leaves them as they are."""
    from grader.cohort.journal import Journal, read_header, read_lines
    from grader.cohort.register import FILE_NAME as CLASS
    from grader.cohort.register import read_register

    header = read_header(folder)
    if header is None or not (folder / CLASS).is_file():
        return
    counting = {
        one.name
        for one in read_register(folder).submissions
        if one.kind == "graded" and not one.counts_instead
    }
    last = {line.name: line for line in read_lines(folder)}
    with Journal(folder, header) as journal:
        for name in sorted(counting & last.keys()):
            line = last[name]
            if line.student in written:
                grade = written[line.student]
                journal.append(
                    msgspec.structs.replace(
                        line,
                        points=grade.points,
                        open_points=grade.open_points,
                        files=grade.files,
                    )
                )
