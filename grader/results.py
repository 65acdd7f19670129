"""The records that marking produces and reports show: frozen, exact, with nothing of how they look.

Points are fractions, so that what is shown for the parts adds up to what is shown for the whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

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


@dataclass(frozen=True)
class Item:
    """One thing that is marked. `typed` is the student's own text, `read_as` how it was read.

    `evidence` are pairs of a label and a text ("got", "expected", "smallest failing input", ...);
    `slip` is the stable id of the known slip that was recognised, such as "forgotten-k".
    """

    id: str
    verdict: Verdict
    points: Fraction
    max_points: Fraction
    typed: str = ""
    read_as: str = ""
    message: str = ""
    evidence: tuple[tuple[str, str], ...] = ()
    slip: str = ""

    @property
    def open_points(self) -> Fraction:
        """Points that nobody has decided on yet."""
        return self.max_points if self.verdict == "needs-person" else Fraction(0)


@dataclass(frozen=True)
class ProblemGrade:
    """One problem with its items; `extra` points are not part of the assignment's maximum."""

    id: str
    title: str
    extra: bool
    items: tuple[Item, ...]

    @property
    def points(self) -> Fraction:
        """Points given so far."""
        return sum((item.points for item in self.items), Fraction(0))

    @property
    def max_points(self) -> Fraction:
        """Points that can be had."""
        return sum((item.max_points for item in self.items), Fraction(0))

    @property
    def open_points(self) -> Fraction:
        """Points that wait for a person."""
        return sum((item.open_points for item in self.items), Fraction(0))


@dataclass(frozen=True)
class Grade:
    """The grade of one submission.

    `headline`: what was misunderstood, most important first. `notes`: what could not be read, and
    what a person should look at. `isolation`: the layers that were active while the student's code
    ran (none, where none ran). `seed`: of the inputs drawn for the student's code, None without.
    """

    assignment: str
    student: str
    problems: tuple[ProblemGrade, ...]
    headline: tuple[str, ...]
    notes: tuple[str, ...]
    isolation: tuple[str, ...]
    seed: int | None
    input_hash: str
    versions: Mapping[str, str]

    @property
    def points(self) -> Fraction:
        """Points given so far, extra ones included."""
        return sum((problem.points for problem in self.problems), Fraction(0))

    @property
    def max_points(self) -> Fraction:
        """Points of the assignment, without the extra ones."""
        return sum((p.max_points for p in self.problems if not p.extra), Fraction(0))

    @property
    def open_points(self) -> Fraction:
        """Points that wait for a person, extra ones included."""
        return sum((problem.open_points for problem in self.problems), Fraction(0))
