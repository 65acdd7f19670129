"""What needs a person in a folder of grades, as piles: one for each item, through all students.

Whoever marks one item of everybody before the next one is fairer than who marks student by
student. The order within a pile is shuffled, another one for each marker and item, so that nobody
is always read last.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from grader.human_marks import Key, answer_digest
from grader.report.json import read_grade
from grader.results import Grade, Item
from grader.rubric import Criterion, Rubric


@dataclass(frozen=True)
class Sheet:
    """One student's answer to one item: where its grade lies, and the answer's digest."""

    student: str
    path: Path
    answer: str
    unsettled: bool = False


@dataclass(frozen=True)
class Pile:
    """All answers to one item that a person marks; `title` and `criteria` are the rubric's."""

    problem: str
    item: str
    title: str
    most: Fraction
    criteria: tuple[Criterion, ...]
    sheets: tuple[Sheet, ...]

    def key(self, sheet: Sheet) -> Key:
        """What a mark for that sheet is about."""
        return sheet.student, self.problem, self.item


def piles(paths: Iterable[Path], rubric: Rubric, marker: str) -> tuple[Pile, ...]:
    """Sort what needs a person, or had one, into piles, in the rubric's order.

    Raises InputError where a grade can't be read.
    """
    found: dict[tuple[str, str], list[Sheet]] = {}
    most: dict[tuple[str, str], tuple[Fraction, str]] = {}
    for path in paths:
        grade = read_grade(path)
        for problem in grade.problems:
            for item in problem.items:
                if item.waits or item.marker:
                    key = problem.id, item.id
                    answer = answer_digest(item.typed)
                    sheet = Sheet(grade.student, path, answer, bool(item.unsettled))
                    found.setdefault(key, []).append(sheet)
                    most[key] = max(most.get(key, (Fraction(0), "")), (item.max_points, item.part))
    titles = {part.id: part.title for problem in rubric.problems for part in problem.parts}
    titles |= {problem.id: problem.title for problem in rubric.problems}
    order = [problem.id for problem in rubric.problems]
    kinds = {key: n for n, key in enumerate(found)}
    return tuple(
        Pile(
            problem,
            item,
            titles.get(most[problem, item][1], titles.get(problem, "")),
            most[problem, item][0],
            rubric.file.criteria.get(most[problem, item][1], ()) if item.endswith("text") else (),
            tuple(sorted(sheets, key=lambda sheet: _shuffled(marker, item, sheet.student))),
        )
        for (problem, item), sheets in sorted(
            found.items(), key=lambda one: (_place(order, one[0][0]), one[0][1], kinds[one[0]])
        )
    )


def _place(order: list[str], problem: str) -> int:
    return order.index(problem) if problem in order else len(order)


def _shuffled(marker: str, item: str, student: str) -> bytes:
    return hashlib.sha256(f"{marker}\n{item}\n{student}".encode("utf-8", "replace")).digest()


def item_of(grade: Grade, pile: Pile) -> Item:
    """The student's own item of a pile."""
    return next(
        item
        for problem in grade.problems
        if problem.id == pile.problem
        for item in problem.items
        if item.id == pile.item
    )


def beside(grade: Grade, pile: Pile) -> tuple[Item, ...]:
    """What stands beside an answer: claims and code of the same part, else all claims.

    A claim's message tells what our own run reached.
    """
    items = {problem.id: problem.items for problem in grade.problems}
    part = item_of(grade, pile).part
    same = [
        item
        for item in items[pile.problem]
        if item.part == part and item.id != pile.item and item.kind in ("claim", "code")
    ]
    claims = [item for own in items.values() for item in own if item.kind == "claim" and item.typed]
    return tuple(same or claims)
