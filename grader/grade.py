"""The pipeline on one screen: one submission in, one grade out.

Nothing here prints or writes. The student's code runs in the runner that is handed in and nowhere
else; without one it is not run. What no machine has marked is `needs-person`, with no points given
and none taken.
"""

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from grader.answers import FILE_NAME, Claim
from grader.backprop_table import MarkingSettings, TableMarks, mark_table
from grader.claims import ClaimMark, TrustedRuns, mark_claims
from grader.code_marks import NOT_RUN, CodeMarks, asked_checks, code_results, mark_code, slip_lines
from grader.derivatives import DerivativeMark, DerivativeQuestion, mark_derivative
from grader.human_marks import NO_MARKS, HumanMarks
from grader.pictures import find_figures
from grader.results import Grade, Result, Results, Verdict
from grader.rubric import Derivative, Part, Problem, Rubric, table_name
from grader.running import Runner
from grader.scoring import score
from grader.submission import Submission
from grader.tolerant_toml import quoted
from nnviz import __version__

LONGEST_TYPED = 200
"""Characters of an answer that a grade repeats."""
LONGEST_TEXT = 20_000
"""Characters of a text that a grade repeats, for who reads it there."""


@dataclass(frozen=True)
class Marks:
    """What each marker found: problem id -> table, derivative id -> formula, claims, and code."""

    tables: Mapping[str, TableMarks]
    derivatives: Mapping[str, DerivativeMark]
    claims: Sequence[ClaimMark]
    code: CodeMarks = NOT_RUN

    @property
    def flags(self) -> Iterator[str]:
        """What a person should look at."""
        for table in self.tables.values():
            yield from table.flags
        for derivative in self.derivatives.values():
            yield from derivative.flags


def grade(
    submission: Submission,
    rubric: Rubric,
    marks: HumanMarks = NO_MARKS,
    submitted: str = "",
    due: str = "",
    runner: Runner | None = None,
    seed: int = 0,
    runs: TrustedRuns | None = None,
) -> Grade:
    """Mark everything of a submission that a machine can mark, and give it points.

    `submitted` and a `due` of the student's own are ISO 8601 with an offset, "" where unknown.
    The runner runs the student's code, on inputs drawn from the seed; without one a person decides.
    `runs` are our own runs of experiments, for claims.
    """
    results = results_of(submission, rubric, runner, seed, runs)
    return score(replace(results, submitted=submitted, due=due), rubric, marks)


def results_of(
    submission: Submission,
    rubric: Rubric,
    runner: Runner | None = None,
    seed: int = 0,
    runs: TrustedRuns | None = None,
) -> Results:
    """Find out everything that a machine can, without a thought of points."""
    marks = mark(submission, rubric, runner, seed, runs)
    figures, left_out = find_figures(submission.folder)
    return Results(
        assignment=rubric.file.assignment,
        student=submission.student,
        results=tuple(one for p in rubric.problems for one in _results(p, submission, marks)),
        headline=(
            *(line for table in marks.tables.values() for line in table.headline),
            *slip_lines(marks.code),
        ),
        notes=(
            *submission.notes,
            *_misplaced(submission, rubric),
            *left_out,
            *marks.code.problems,
            *marks.flags,
        ),
        isolation=marks.code.layers,
        seed=seed if marks.code.results else None,
        input_hash=submission.input_hash,
        versions={
            "nnviz": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        marking=rubric.marking,
        figures=figures,
    )


def mark(
    submission: Submission,
    rubric: Rubric,
    runner: Runner | None = None,
    seed: int = 0,
    runs: TrustedRuns | None = None,
) -> Marks:
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
    asked = asked_checks(rubric)
    runs = runs or TrustedRuns(rubric.file.claims.budget_seconds)
    return Marks(
        tables,
        derivatives,
        mark_claims(claims, submission.folder, rubric.file.claims, runs, rubric.best_of),
        mark_code(submission, asked, runner, seed)
        if runner and submission.has_code and asked
        else NOT_RUN,
    )


def _results(problem: Problem, submission: Submission, marks: Marks) -> Iterator[Result]:
    """The results for one problem: cells, derivatives, then its parts."""
    if problem.table:
        yield from _cells(problem.id, marks.tables[problem.id])
    for derivative in problem.derivatives:
        yield _derivative(problem.id, derivative.id, marks.derivatives[derivative.id])
    for part in problem.parts:
        if part.code:
            yield from code_results(part, marks.code, submission.has_code)
        if part.claim:
            yield from _claims(part, [one for one in marks.claims if one.claim.problem == part.id])
        if part.text:
            yield _text(part, submission.answer("texts", part.id))


def _cells(problem: str, marks: TableMarks) -> Iterator[Result]:
    """One result for each box; several slips that would give the same number are joined by |."""
    slips = {cell: "|".join(slip.names) for slip in marks.slips for cell in slip.cells}
    for cell in marks.cells:
        yield Result(
            "cell",
            problem,
            cell.name,
            cell.verdict,
            Fraction(cell.paid),
            cell.typed[:LONGEST_TYPED],
            cell.read_as,
            cell.message,
            slip=slips.get(cell.name, ""),
        )


def _derivative(problem: str, name: str, mark: DerivativeMark) -> Result:
    typed = mark.typed[:LONGEST_TYPED]
    return Result(
        "derivative",
        problem,
        name,
        mark.verdict,
        typed=typed,
        read_as=mark.read_as,
        message=mark.message,
        slip=mark.slip,
    )


def _claims(part: Part, marks: Sequence[ClaimMark]) -> Iterator[Result]:
    """One result for each claim of a part, numbered where there are several."""
    if not marks:
        yield Result("claim", part.id, "", "blank", message="no claim")
    for number, mark in enumerate(marks, start=1):
        name = str(number) if len(marks) > 1 else ""
        typed = _claimed(mark.claim)
        yield Result(
            "claim",
            part.id,
            name,
            mark.verdict,
            typed=typed,
            message=mark.message,
            evidence=mark.evidence,
        )


def _text(part: Part, text: str) -> Result:
    verdict: Verdict = "needs-person" if text.strip() else "blank"
    message = "a person reads the text" if text.strip() else "no text"
    return Result("text", part.id, "", verdict, typed=_shortened(text), message=message)


def _shortened(text: str) -> str:
    """A text as typed; of a very long one the beginning, and how much there is."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}\n[... {len(text):,} characters in all]"


def _question(asked: Derivative) -> DerivativeQuestion:
    return DerivativeQuestion(asked.answer, asked.variables, asked.domain, asked.function, asked.by)


def _settings(rubric: Rubric) -> MarkingSettings:
    marking = rubric.file.marking
    return MarkingSettings(
        carried=float(marking.carried),
        misconception=float(marking.misconception),
        show_solution=marking.show_solution,
    )


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
