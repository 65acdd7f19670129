"""Results to a grade by a rubric: arithmetic only, so that a changed rubric regrades at once.

Nothing is read, run or written here. The rubric says what there is to have; each of its slots takes
the result that was found for it, and where there is none a person has to look, for nothing is
guessed. What people marked comes last and outweighs the machine.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil

from grader.human_marks import NO_MARKS, Conflict, HumanMarks, Mark, answer_digest
from grader.results import Grade, Item, Late, ProblemGrade, Result, Results, Slot
from grader.rubric import LateRules, Marking, Part, Problem, Rubric, shown
from nnviz.errors import InputError

NOT_LOOKED_AT = "not looked at when this was graded; grade the submission again"
_DAY = timedelta(days=1)
_NOTHING, _ALL = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class _Said:
    """What people said about one student: (problem, item) -> mark or conflict."""

    marks: Mapping[tuple[str, str], Mark]
    conflicts: Mapping[tuple[str, str], Conflict]


def score(results: Results, rubric: Rubric, marks: HumanMarks = NO_MARKS) -> Grade:
    """Give results their points. Raises InputError where a time in them can't be read."""
    found = {result.slot: result for result in results.results}
    said = _Said(marks.of_student(results.student), marks.conflicts_of(results.student))
    problems = []
    for problem in rubric.problems:
        items = [
            _item(found.pop(slot, _missing(slot)), most, problem.id, rubric, said)
            for slot, most in slots(problem, rubric, results)
        ]
        problems.append(ProblemGrade(problem.id, problem.title, problem.extra, tuple(items)))
    grade = Grade(problems=tuple(problems), unpaid=tuple(found.values()), **results.about)
    return replace(grade, late=lateness(results, rubric.file.late, grade.points))


def slots(problem: Problem, rubric: Rubric, results: Results) -> Iterator[tuple[Slot, Fraction]]:
    """What there is to have in a problem, each with its points: boxes, derivatives, parts."""
    if problem.table:
        for name, (_, is_gradient) in rubric.circuits[problem.id].cells.items():
            most = problem.table.gradient if is_gradient else problem.table.activation
            yield ("cell", problem.id, name), most
    for derivative in problem.derivatives:
        yield ("derivative", problem.id, derivative.id), derivative.points
    for part in problem.parts:
        yield from _part_slots(part, results)


def _part_slots(part: Part, results: Results) -> Iterator[tuple[Slot, Fraction]]:
    """Checks share a part's points for code, claims those for claims."""
    if part.code:
        for name, share in (part.weighed or _equally(_names("code", part.id, results))).items():
            yield ("code", part.id, name), part.code * share
    if part.claim:
        claims = _names("claim", part.id, results)
        for name in claims:
            yield ("claim", part.id, name), part.claim / len(claims)
    if part.text:
        yield ("text", part.id, ""), part.text


def _equally(names: tuple[str, ...]) -> Mapping[str, Fraction]:
    return {name: Fraction(1, len(names)) for name in names}


def _names(kind: str, part: str, results: Results) -> tuple[str, ...]:
    names = tuple(r.name for r in results.results if r.kind == kind and r.part == part)
    return names or ("",)


def _missing(slot: Slot) -> Result:
    return Result(*slot, "needs-person", message=NOT_LOOKED_AT)


def _item(result: Result, most: Fraction, problem: str, rubric: Rubric, said: _Said) -> Item:
    item = Item(
        result.id,
        result.verdict,
        _worth(most, result, rubric.file.marking),
        most,
        result.typed,
        result.read_as,
        result.message,
        result.evidence,
        result.slip,
        result.kind,
        result.part,
        result.name,
        result.share,
    )
    key = problem, item.id
    if conflict := said.conflicts.get(key):
        given = " and ".join(f"{m.marker} {shown(m.points or Fraction(0))}" for m in conflict.marks)
        return replace(item, unsettled=f"two people differ: {given}")
    mark = said.marks.get(key)
    return _marked(item, mark) if mark else item


def _marked(item: Item, mark: Mark) -> Item:
    """The item with a person's points, unless these were given for another answer."""
    given = mark.points or Fraction(0)
    if mark.answer and mark.answer != answer_digest(item.typed):
        told = f"{mark.marker} gave {shown(given)} of {shown(mark.of)} for another answer"
        return replace(item, unsettled=told)
    scale = item.max_points / mark.of if mark.of else Fraction(0)
    return replace(item, points=given * scale, marker=mark.marker, comment=mark.comment)


def _worth(most: Fraction, result: Result, marking: Marking) -> Fraction:
    """The points; those of nearly all items without multiplying fractions, which takes its time."""
    share = pay(result, marking)
    if not share:
        return _NOTHING
    return most if share == result.share == 1 else most * result.share * share


def pay(result: Result, marking: Marking) -> Fraction:
    """The share of an item's points that its verdict pays."""
    if result.verdict in ("correct", "passed"):
        return _ALL
    if result.verdict == "carried":
        return marking.carried
    if result.verdict == "misconception":
        return marking.misconception
    if result.verdict == "failed" and result.share != 1:
        return Fraction(1)  # the share says how much of it is right
    if result.verdict == "failed":
        return marking.slips.get(result.slip, _NOTHING)
    return _NOTHING


def lateness(results: Results, rules: LateRules | None, points: Fraction) -> Late | None:
    """What a submission loses for being late; None where nothing is known, or it came in time.

    A day of one's own (`results.due`) outweighs the rubric's; each day begun counts, once the grace
    is over. Raises InputError where a time can't be read.
    """
    due = moment(results.due, "due") if results.due else rules.due if rules else None
    if not rules or not due or not results.submitted:
        return None
    over = moment(results.submitted, "submitted") - due
    if over <= timedelta(minutes=rules.grace_minutes):
        return None
    days = ceil(over / _DAY)
    share = min(rules.most, days * rules.per_day)
    return Late(days, share, points * share)


def moment(text: str, what: str) -> datetime:
    """A point in time from ISO 8601. Raises InputError where it is none, or has no offset."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{what}: expected a time like 2026-05-01T23:59+02:00, not {text[:40]!r}"
        ) from None
    if found.tzinfo is None:
        raise InputError(f"{what}: {text[:40]}: expected an offset at the end, such as +02:00 or Z")
    return found.astimezone(UTC)
