"""The pipeline on one screen: one submission in, one grade out.

Nothing here prints or writes, and no code of the student runs. What no machine has marked is
`needs-person`, with no points given and none taken.
"""

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from grader.answers import FILE_NAME, Claim
from grader.backprop_table import MarkingSettings, TableMarks, mark_table
from grader.claims import ClaimMark, mark_claims
from grader.derivatives import DerivativeMark, DerivativeQuestion, mark_derivative
from grader.results import Grade, Item, ProblemGrade, Verdict
from grader.rubric import Derivative, Part, Problem, Rubric, Table, table_name
from grader.submission import Submission
from grader.tolerant_toml import quoted
from nnviz import __version__

LONGEST_TYPED = 200
"""Characters of an answer that a grade repeats."""


@dataclass(frozen=True)
class Marks:
    """What each marker found: problem id -> table, derivative id -> formula, and all claims."""

    tables: Mapping[str, TableMarks]
    derivatives: Mapping[str, DerivativeMark]
    claims: Sequence[ClaimMark]

    @property
    def flags(self) -> Iterator[str]:
        """What a person should look at."""
        for table in self.tables.values():
            yield from table.flags
        for derivative in self.derivatives.values():
            yield from derivative.flags


def grade(submission: Submission, rubric: Rubric) -> Grade:
    """Mark everything of a submission that a machine can mark, and give it points."""
    marks = mark(submission, rubric)
    return Grade(
        assignment=rubric.file.assignment,
        student=submission.student,
        problems=tuple(
            ProblemGrade(p.id, p.title, p.extra, tuple(_items(p, submission, marks)))
            for p in rubric.problems
        ),
        headline=tuple(line for table in marks.tables.values() for line in table.headline),
        notes=(*submission.notes, *_misplaced(submission, rubric), *marks.flags),
        isolation=(),
        seed=None,
        input_hash=submission.input_hash,
        versions={
            "nnviz": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
    )


def mark(submission: Submission, rubric: Rubric) -> Marks:
    """Let every marker look at its part of the submission."""
    settings = _settings(rubric)
    tables = {
        id: mark_table(circuit, submission.typed.get(table_name(id), {}), settings)
        for id, circuit in rubric.circuits.items()
    }
    derivatives = {
        asked.id: mark_derivative(
            submission.answer("derivatives", asked.id), _question(asked), settings
        )
        for problem in rubric.problems
        for asked in problem.derivatives
    }
    claims = [claim for claim in submission.claims if claim.problem in rubric.claim_problems]
    return Marks(tables, derivatives, mark_claims(claims, submission.folder, rubric.file.claims))


def _items(problem: Problem, submission: Submission, marks: Marks) -> Iterator[Item]:
    """The items of one problem: cells, derivatives, then its parts."""
    if problem.table:
        yield from _cells(problem.table, marks.tables[problem.id])
    for derivative in problem.derivatives:
        yield _derivative(derivative, marks.derivatives[derivative.id])
    for part in problem.parts:
        if part.code:
            yield _code(part, submission.has_code)
        if part.claim:
            yield from _claims(part, [one for one in marks.claims if one.claim.problem == part.id])
        if part.text:
            yield _text(part, submission.answer("texts", part.id))


def _cells(table: Table, marks: TableMarks) -> Iterator[Item]:
    for cell in marks.cells:
        most = table.gradient if cell.name.startswith("d") else table.activation
        points = most * _exact(cell.credit)
        typed = cell.typed[:LONGEST_TYPED]
        yield Item(cell.name, cell.verdict, points, most, typed, cell.read_as, cell.message)


def _derivative(asked: Derivative, mark: DerivativeMark) -> Item:
    points = asked.points * _exact(mark.credit)
    shown = mark.typed[:LONGEST_TYPED]
    return Item(asked.id, mark.verdict, points, asked.points, shown, mark.read_as, mark.message)


def _code(part: Part, has_code: bool) -> Item:
    verdict: Verdict = "needs-person" if has_code else "blank"
    message = "not checked by machine" if has_code else "no code"
    return Item(f"{part.id} code", verdict, Fraction(0), part.code, message=message)


def _claims(part: Part, marks: Sequence[ClaimMark]) -> Iterator[Item]:
    """One item for each claim of a part; they share the part's points for claims."""
    if not marks:
        yield Item(f"{part.id} claim", "blank", Fraction(0), part.claim, message="no claim")
    for number, mark in enumerate(marks, start=1):
        most = part.claim / len(marks)
        name = f"{part.id} claim {number}" if len(marks) > 1 else f"{part.id} claim"
        points = most if mark.verdict == "passed" else Fraction(0)
        yield Item(name, mark.verdict, points, most, _claimed(mark.claim), message=mark.message)


def _text(part: Part, text: str) -> Item:
    verdict: Verdict = "needs-person" if text.strip() else "blank"
    message = "a person reads the text" if text.strip() else "no text"
    return Item(
        f"{part.id} text", verdict, Fraction(0), part.text, text[:LONGEST_TYPED], message=message
    )


def _question(asked: Derivative) -> DerivativeQuestion:
    return DerivativeQuestion(asked.answer, asked.variables, asked.domain, asked.function, asked.by)


def _settings(rubric: Rubric) -> MarkingSettings:
    marking = rubric.file.marking
    return MarkingSettings(
        carried=float(marking.carried),
        misconception=float(marking.misconception),
        show_solution=marking.show_solution,
    )


def _exact(credit: float) -> Fraction:
    """The share that a float stands for: 0.1 is a tenth, 0.333... a third."""
    return Fraction(credit).limit_denominator(10_000)


def _claimed(claim: Claim) -> str:
    """A claim in one line."""
    numbers = [
        f"{name.replace('_', ' ')} {value:g}"
        for name in ("train_accuracy", "test_accuracy", "loss")
        if (value := getattr(claim, name)) is not None
    ]
    numbers += [f"{count} dead in {layer}" for layer, count in claim.dead.items()]
    at = "" if claim.iteration is None else f" at iteration {claim.iteration}"
    return f"{claim.experiment}{at}: {', '.join(numbers) or 'no number'}"[:LONGEST_TYPED]


def _misplaced(submission: Submission, rubric: Rubric) -> Iterator[str]:
    """Notes on an assignment that is another one, and on claims for no part of this one."""
    own = submission.assignment
    if own and own != rubric.file.assignment:
        yield f"{FILE_NAME}: assignment = {quoted(own)}; graded as {rubric.file.assignment}"
    for claim in submission.claims:
        if claim.problem and claim.problem not in rubric.claim_problems:
            expected = ", ".join(rubric.claim_problems)
            found = quoted(claim.problem)
            yield f"{FILE_NAME}:{claim.line}: a claim for {found}: expected one of {expected}"
