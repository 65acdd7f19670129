"""What a whole class's grades say: how points are spread, what was misunderstood, what to re-teach.

Grades are read one at a time and only counted, so that a class of any size fits into memory.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from grader.cohort.journal import Line, read_lines
from grader.cohort.register import ClassFile, Submitted
from grader.report.json import FILE_NAME, student_folder
from nnviz.errors import InputError

BINS = 10
FEWEST_FOR_CORRELATION = 10
DISCRIMINATES_BADLY = 0.1
MOST_LISTED = 10
TELLING = 0.05
"""An item that all but a few got right, or wrong, can't tell much, and need not."""
SLOW_SECONDS = 30.0


class ItemView(msgspec.Struct, frozen=True):
    """What is needed of an item in grade.json."""

    id: str
    kind: str
    part: str
    verdict: str
    points: float
    max_points: float
    message: str = ""
    slip: str = ""
    marker: str = ""
    unsettled: str = ""

    @property
    def decided(self) -> bool:
        """Whether its points are final."""
        return not self.unsettled and (self.verdict != "needs-person" or bool(self.marker))

    @property
    def topic(self) -> str:
        """What it is counted under: a part's claims are one topic, however many there are."""
        return f"{self.part} claim" if self.kind == "claim" else self.id


class ProblemView(msgspec.Struct, frozen=True):
    """What is needed of a problem in grade.json."""

    id: str
    title: str
    extra: bool
    points: float
    max_points: float
    open_points: float
    items: tuple[ItemView, ...]


class GradeView(msgspec.Struct, frozen=True):
    """What is needed of a grade.json."""

    assignment: str
    student: str
    points: float
    max_points: float
    open_points: float
    problems: tuple[ProblemView, ...]


@dataclass
class Spread:
    """How the points of one problem, or of all, are spread over the students."""

    id: str
    title: str
    max_points: float
    points: list[float] = field(default_factory=list)

    @property
    def mean(self) -> float:
        """Mean points."""
        return sum(self.points) / len(self.points) if self.points else 0.0

    @property
    def median(self) -> float:
        """Median points."""
        ordered, half = sorted(self.points), len(self.points) // 2
        if not ordered:
            return 0.0
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2

    @property
    def bins(self) -> tuple[int, ...]:
        """How many students reached each tenth of the points; the last holds the full ones."""
        counts = [0] * BINS
        for points in self.points:
            share = points / self.max_points if self.max_points else 0.0
            counts[max(0, min(BINS - 1, int(share * BINS + 1e-9)))] += 1
        return tuple(counts)


@dataclass(frozen=True)
class Mistake:
    """A misconception or slip, by how many students made it, and in which items most often."""

    slip: str
    students: int
    places: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ItemQuality:
    """How an item went: the mean share of its points, and the item-rest correlation.

    The correlation is between an item's points and the points of all other decided items; near 0
    or below, the item does not tell who understood. NaN where everybody got the same.
    """

    problem: str
    topic: str
    students: int
    share: float
    correlation: float


@dataclass(frozen=True)
class ClaimCount:
    """The claims made for a part, and how many of them our own runs did not reproduce."""

    part: str
    made: int
    failed: int
    could_not_run: int
    students: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """A class on one page; students are named by id, `people` gives names for ids."""

    assignment: str
    total: Spread
    problems: tuple[Spread, ...]
    mistakes: tuple[Mistake, ...]
    items: tuple[ItemQuality, ...]
    claims: tuple[ClaimCount, ...]
    waiting: tuple[int, float]
    slow: tuple[tuple[str, float], ...]
    not_graded: tuple[Submitted, ...]
    replaced: int
    absent: tuple[str, ...]
    not_on_roster: tuple[str, ...]
    people: dict[str, str]

    @property
    def students(self) -> int:
        """How many students have a grade."""
        return len(self.total.points)

    @property
    def bad_items(self) -> tuple[ItemQuality, ...]:
        """Items that don't tell who understood, the worst first."""
        bad = [
            item
            for item in self.items
            if item.students >= FEWEST_FOR_CORRELATION
            and item.correlation < DISCRIMINATES_BADLY
            and TELLING <= item.share <= 1 - TELLING
        ]
        return tuple(sorted(bad, key=lambda item: (item.correlation, item.problem, item.topic)))


class _Sums:
    """Running sums of an item's points x and the other items' points y, for their correlation."""

    def __init__(self) -> None:
        self.n = 0
        self.share = 0.0
        self.mean_x = self.mean_y = self.xx = self.yy = self.xy = 0.0

    def add(self, x: float, y: float, share: float) -> None:
        # Welford's update: differences from the running means, so that nothing cancels.
        self.n += 1
        self.share += share
        dx, dy = x - self.mean_x, y - self.mean_y
        self.mean_x += dx / self.n
        self.mean_y += dy / self.n
        self.xx += dx * (x - self.mean_x)
        self.yy += dy * (y - self.mean_y)
        self.xy += dx * (y - self.mean_y)

    @property
    def correlation(self) -> float:
        scale = math.sqrt(self.xx * self.yy)
        return self.xy / scale if scale > 1e-9 else math.nan


class _Counting:
    """Everything that is counted while grades pass by."""

    def __init__(self) -> None:
        self.assignment = ""
        self.total = Spread("", "All problems", 0.0)
        self.problems: dict[str, Spread] = {}
        self.sums: dict[tuple[str, str], _Sums] = {}
        self.made_by: Counter[str] = Counter()
        self.places: dict[str, Counter[str]] = {}
        self.claims: dict[str, Counter[str]] = {}
        self.claimants: dict[str, list[str]] = {}
        self.waiting = 0
        self.open_points = 0.0

    def add(self, grade: GradeView) -> None:
        """Count one student's grade."""
        self.assignment = self.assignment or grade.assignment
        self.total.max_points = grade.max_points
        self.total.points.append(grade.points)
        self.waiting += grade.open_points > 0
        self.open_points += grade.open_points
        for problem in grade.problems:
            spread = self.problems.get(problem.id)
            if spread is None:
                spread = Spread(problem.id, problem.title, problem.max_points)
                self.problems[problem.id] = spread
            spread.points.append(problem.points)
        self._add_items(grade)
        self._add_mistakes(grade)
        self._add_claims(grade)

    def _add_items(self, grade: GradeView) -> None:
        topics: dict[tuple[str, str], list[float]] = {}
        for problem in grade.problems:
            for item in problem.items:
                if item.decided:
                    found = topics.setdefault((problem.id, item.topic), [0.0, 0.0])
                    found[0] += item.points
                    found[1] += item.max_points
        everything = sum(points for points, _ in topics.values())
        for topic, (points, most) in topics.items():
            share = points / most if most else 0.0
            self.sums.setdefault(topic, _Sums()).add(points, everything - points, share)

    def _add_mistakes(self, grade: GradeView) -> None:
        own: dict[str, set[str]] = {}
        for problem in grade.problems:
            for item in problem.items:
                if item.slip:
                    own.setdefault(item.slip, set()).add(item.topic)
        for slip, topics in own.items():
            self.made_by[slip] += 1
            self.places.setdefault(slip, Counter()).update(topics)

    def _add_claims(self, grade: GradeView) -> None:
        for problem in grade.problems:
            for item in problem.items:
                if item.kind == "claim" and item.verdict != "blank":
                    self.claims.setdefault(item.part, Counter())[item.verdict] += 1
                    if item.verdict == "failed":
                        students = self.claimants.setdefault(item.part, [])
                        if grade.student not in students[-1:]:
                            students.append(grade.student)


def overview(folder: Path, register: ClassFile | None) -> Overview:
    """Count the grades in the --out folder of a class.

    Raises InputError where there is none, or one can't be read.
    """
    counting = _Counting()
    for grade in grades(folder, register):
        counting.add(grade)
    if not counting.total.points:
        raise InputError(f"{folder}: nobody of the class has a grade yet")
    lines = register.submissions if register else ()
    return Overview(
        assignment=counting.assignment,
        total=counting.total,
        problems=tuple(counting.problems.values()),
        mistakes=tuple(_mistakes(counting)),
        items=tuple(
            ItemQuality(problem, topic, s.n, s.share / s.n, s.correlation)
            for (problem, topic), s in counting.sums.items()
        ),
        claims=tuple(_claims(counting)),
        waiting=(counting.waiting, counting.open_points),
        slow=_slow(read_lines(folder)),
        not_graded=tuple(one for one in lines if one.kind != "graded" and not one.counts_instead),
        replaced=sum(bool(one.counts_instead) for one in lines),
        absent=tuple(one.student for one in register.absent) if register else (),
        not_on_roster=register.not_on_roster if register else (),
        people={one.student: one.person for one in lines if one.person}
        | ({one.student: one.person for one in register.absent} if register else {}),
    )


def grades(folder: Path, register: ClassFile | None = None) -> Iterator[GradeView]:
    """The grades that count, one at a time. Raises InputError where one can't be read."""
    decoder = msgspec.json.Decoder(GradeView)
    if register:
        students = {s.student for s in register.submissions if s.kind == "graded"}
        paths: Iterable[Path] = (folder / student_folder(s) / FILE_NAME for s in sorted(students))
    else:
        paths = sorted(folder.glob(f"*/{FILE_NAME}"))
    for path in paths:
        try:
            yield decoder.decode(path.read_bytes())
        except OSError as error:
            raise InputError(f"{path}: can't be read ({error.strerror})") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: can't be read: {error}") from error


def _mistakes(counting: _Counting) -> Iterator[Mistake]:
    for slip, students in sorted(counting.made_by.items(), key=lambda one: (-one[1], one[0])):
        places = counting.places[slip]
        ordered = sorted(places.items(), key=lambda one: (-one[1], one[0]))
        yield Mistake(slip, students, tuple(ordered))


def _claims(counting: _Counting) -> Iterator[ClaimCount]:
    for part, verdicts in counting.claims.items():
        yield ClaimCount(
            part,
            sum(verdicts.values()),
            verdicts["failed"],
            verdicts["could-not-run"] + verdicts["needs-person"],
            tuple(counting.claimants.get(part, ())),
        )


def _slow(lines: Iterable[Line]) -> tuple[tuple[str, float], ...]:
    """The submissions that took longest: over `SLOW_SECONDS`, and three times the median."""
    seconds = {line.name: line.seconds for line in lines}
    if not seconds:
        return ()
    median = sorted(seconds.values())[len(seconds) // 2]
    slow = [(n, s) for n, s in seconds.items() if s > max(SLOW_SECONDS, 3 * median)]
    return tuple(sorted(slow, key=lambda one: (-one[1], one[0]))[:MOST_LISTED])
