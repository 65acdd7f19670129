"""The records that marking produces and reports show: frozen, exact, with nothing of how they look.

Marking ends in `Results`, which know nothing of points; `grader.scoring` makes a `Grade` of them by
a rubric, and a `Grade` can always be taken back to its `Results`, to be scored by another one.
Points are fractions, so that what is shown for the parts adds up to what is shown for the whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

Verdict = Literal[
    "correct",
    "carried",
    "misconception",
    "wrong",
    "blank",
    "passed",
    "failed",
    "could-not-run",
    "needs-person",
]
Kind = Literal["cell", "derivative", "code", "claim", "text"]
Evidence = tuple[tuple[str, str], ...]
"""Label and text: `("got", "[0.1, 0.2]")`, `("expected", ...)`, `("smallest failing input", ...)`.
"""

Slot = tuple[Kind, str, str]
"""What a result is about: its kind, its part, its name."""


@dataclass(frozen=True)
class Figure:
    """A picture that belongs to a grade: a file beside it, and what it shows or was called.

    `part` is the id of the part whose claims' runs are drawn, "" for a picture of the student's.
    """

    file: str
    title: str
    part: str = ""


@dataclass(frozen=True)
class Result:
    """One thing that was looked at, before it is worth anything.

    `part` is the id of the problem (cells, derivatives) or of its part; `name` the box, derivative
    or check, the number of a claim, or "". `share` is how much of what its verdict pays is earned:
    0 where a right number was only guessed, a part of 1 where a failed check is half right. `slip`
    is the stable id of a known slip.
    """

    kind: Kind
    part: str
    name: str
    verdict: Verdict
    share: Fraction = Fraction(1)
    typed: str = ""
    read_as: str = ""
    message: str = ""
    evidence: Evidence = ()
    slip: str = ""

    @property
    def slot(self) -> Slot:
        """What it is about."""
        return self.kind, self.part, self.name

    @property
    def id(self) -> str:
        """Its name among the items of its problem."""
        if self.kind in ("cell", "derivative"):
            return self.name
        if self.kind == "code":
            return f"{self.part} {self.name or 'code'}"
        return f"{self.part} {self.kind} {self.name}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Marked:
    """What is known of a marked submission besides its results: who, how, with what.

    `headline`: what was misunderstood, most important first. `notes`: what could not be read, and
    what a person should look at. `isolation`: the layers that were active while the student's code
    ran (none, where none ran). `seed`: of the inputs drawn for the student's code, None without.
    `submitted` and a `due` of the student's own are ISO 8601 with an offset, or "". `marking`
    stands for the rules that marked it (`Rubric.marking`).
    """

    assignment: str
    student: str
    headline: tuple[str, ...]
    notes: tuple[str, ...]
    isolation: tuple[str, ...]
    seed: int | None
    input_hash: str
    versions: Mapping[str, str]
    submitted: str = ""
    due: str = ""
    marking: str = ""
    figures: tuple[Figure, ...] = ()

    @property
    def about(self) -> dict[str, Any]:
        """These fields by name, to make one record of another."""
        return {field.name: getattr(self, field.name) for field in fields(Marked)}


@dataclass(frozen=True, kw_only=True)
class Results(Marked):
    """All that was found out about one submission."""

    results: tuple[Result, ...]


@dataclass(frozen=True)
class Item:
    """A result with its points. `typed` is the student's own text, `read_as` how it was read.

    `marker` is the person who gave the points, "" where a machine did; `unsettled` says why a
    person has to look again.
    """

    id: str
    verdict: Verdict
    points: Fraction
    max_points: Fraction
    typed: str = ""
    read_as: str = ""
    message: str = ""
    evidence: Evidence = ()
    slip: str = ""
    kind: Kind = "text"
    part: str = ""
    name: str = ""
    share: Fraction = Fraction(1)
    marker: str = ""
    comment: str = ""
    unsettled: str = ""

    @property
    def waits(self) -> bool:
        """Whether nobody has decided on its points yet."""
        return bool(self.unsettled) or (self.verdict == "needs-person" and not self.marker)

    @property
    def open_points(self) -> Fraction:
        """Points that nobody has decided on yet."""
        return self.max_points - self.points if self.waits else Fraction(0)

    @property
    def result(self) -> Result:
        """What was found out, without points and without what people said."""
        return Result(
            self.kind,
            self.part,
            self.name,
            self.verdict,
            self.share,
            self.typed,
            self.read_as,
            self.message,
            self.evidence,
            self.slip,
        )


@dataclass(frozen=True)
class ProblemGrade:
    """One problem with its items; `extra` points are not part of the assignment's maximum."""

    id: str
    title: str
    extra: bool
    items: tuple[Item, ...]

    @cached_property
    def points(self) -> Fraction:
        """Points given so far."""
        return sum((item.points for item in self.items), Fraction(0))

    @cached_property
    def max_points(self) -> Fraction:
        """Points that can be had."""
        return sum((item.max_points for item in self.items), Fraction(0))

    @cached_property
    def open_points(self) -> Fraction:
        """Points that wait for a person."""
        return sum((item.open_points for item in self.items), Fraction(0))


@dataclass(frozen=True)
class Late:
    """A submission that came after its time: days begun, the share it costs, and that in points."""

    days: int
    share: Fraction
    points: Fraction


@dataclass(frozen=True, kw_only=True)
class Grade(Marked):
    """The grade of one submission: `Results` with points.

    `late` is None where it came in time, or no time is known. `unpaid` are results that the rubric
    gives no points for.
    """

    problems: tuple[ProblemGrade, ...]
    late: Late | None = None
    unpaid: tuple[Result, ...] = ()

    @cached_property
    def points(self) -> Fraction:
        """Points given so far, extra ones included, less what came too late."""
        given = sum((problem.points for problem in self.problems), Fraction(0))
        return given - self.late.points if self.late else given

    @cached_property
    def max_points(self) -> Fraction:
        """Points of the assignment, without the extra ones."""
        return sum((p.max_points for p in self.problems if not p.extra), Fraction(0))

    @cached_property
    def open_points(self) -> Fraction:
        """Points that wait for a person, extra ones included."""
        return sum((problem.open_points for problem in self.problems), Fraction(0))

    @property
    def results(self) -> Results:
        """What was found out, without points and without what people said."""
        paid = tuple(item.result for problem in self.problems for item in problem.items)
        return Results(results=(*paid, *self.unpaid), **self.about)
