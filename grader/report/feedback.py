"""What a student is told, arranged for reading: the same for the HTML page and for Markdown.

Only words are chosen here; whoever writes them into a page escapes them for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from grader.report.text import carried_lines, facts, heading, late_lines, total
from grader.results import Figure, Grade, Item, ProblemGrade
from grader.rubric import Problem, Rubric, shown
from grader.table_picture import picture_svg


@dataclass(frozen=True)
class Section:
    """Items that belong together, under a title; `reading` is what to read again, "" if nothing.

    `curves` are the claims' runs, drawn over those of the references.
    """

    title: str
    items: tuple[Item, ...]
    reading: str
    cells: bool = False
    curves: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class ProblemFeedback:
    """One problem; `picture` is the student's own table as SVG, "" where there is none."""

    title: str
    points: Fraction
    max_points: Fraction
    open_points: Fraction
    picture: str
    sections: tuple[Section, ...]

    @property
    def told(self) -> str:
        """Points of how many."""
        told = f"{shown(self.points)} of {shown(self.max_points)}"
        return f"{told}, {shown(self.open_points)} open" if self.open_points else told


@dataclass(frozen=True)
class Feedback:
    """All that a page of feedback says, in its order."""

    title: str
    student: str
    points: Fraction
    max_points: Fraction
    open_points: Fraction
    told: str
    late: tuple[str, ...]
    headline: tuple[str, ...]
    carried: tuple[str, ...]
    problems: tuple[ProblemFeedback, ...]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def feedback(grade: Grade, rubric: Rubric) -> Feedback:
    """Arrange a grade, scored by this rubric, for the student."""
    by_id = {problem.id: problem for problem in rubric.problems}
    return Feedback(
        rubric.file.title,
        grade.student,
        grade.points,
        grade.max_points,
        grade.open_points,
        total(grade),
        tuple(late_lines(grade)),
        grade.headline,
        tuple(carried_lines(grade)),
        tuple(
            _problem(one, by_id[one.id], rubric, grade.figures)
            for one in grade.problems
            if one.id in by_id
        ),
        tuple(figure for figure in grade.figures if not figure.part),
        grade.notes,
        tuple(facts(grade)),
    )


def _problem(
    graded: ProblemGrade, problem: Problem, rubric: Rubric, figures: tuple[Figure, ...]
) -> ProblemFeedback:
    circuit = rubric.circuits.get(graded.id)
    return ProblemFeedback(
        heading(graded),
        graded.points,
        graded.max_points,
        graded.open_points,
        picture_svg(circuit, graded.items) if circuit else "",
        tuple(_sections(graded, problem, rubric.file.reading, figures)),
    )


def _sections(
    graded: ProblemGrade, problem: Problem, reading: dict[str, str], figures: tuple[Figure, ...]
) -> Iterator[Section]:
    """The boxes, the derivatives, then part by part; what to read again stands once.

    Where a slip is known, its own text comes before that of the part.
    """
    told: set[str] = set()
    for title, places, items in _groups(graded, problem):
        lost = [item for item in items if item.points < item.max_points and not item.waits]
        wanted = [*(item.slip for item in lost), *places] if lost else []
        text = next((reading[place] for place in wanted if place in reading), "")
        curves = tuple(f for f in figures if f.part and f.part == items[0].part)
        cells = items[0].kind == "cell"
        yield Section(title, items, "" if text in told else text, cells, curves)
        told.add(text)


_Group = tuple[str, tuple[str, ...], tuple[Item, ...]]


def _groups(graded: ProblemGrade, problem: Problem) -> Iterator[_Group]:
    """Title, the ids to look up what to read, and the items; no group is empty."""
    for kind, title in (("cell", "The table"), ("derivative", "Derivatives")):
        if items := tuple(item for item in graded.items if item.kind == kind):
            yield title, (problem.id,), items
    parted = [item for item in graded.items if item.kind not in ("cell", "derivative")]
    for part in problem.parts:
        if items := tuple(item for item in parted if item.part == part.id):
            title = f"{part.id} {part.title}" if part.id != problem.id else part.title
            yield title, (part.id, problem.id), items
