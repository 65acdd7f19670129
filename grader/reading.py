"""What a student sees of a submission before it is graded: how each answer is read, nothing more.

No verdict and no hint of one comes from here, so that nobody can try answers until one is right.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.claims import claimed_experiment
from grader.rubric import Derivative, Rubric, table_name
from grader.submission import Submission
from nnviz.circuit.evaluation import show
from nnviz.circuit.expressions import ExpressionError, parse
from nnviz.circuit.numbers import Typed, Unreadable, read_number
from nnviz.circuit.writing import written
from nnviz.errors import InputError


@dataclass(frozen=True)
class ReadBack:
    """One answer as typed and as read; `problem` says why it can't be read, "" where it can."""

    id: str
    typed: str
    read_as: str = ""
    problem: str = ""


def read_back(submission: Submission, rubric: Rubric) -> tuple[ReadBack, ...]:
    """How every answer of the submission is read, in the order of the assignment."""
    return tuple(_answers(submission, rubric))


def _answers(submission: Submission, rubric: Rubric) -> Iterator[ReadBack]:
    for problem in rubric.problems:
        if circuit := rubric.circuits.get(problem.id):
            for cell in circuit.cells:
                yield _number(cell, submission.answer(table_name(problem.id), cell))
        for asked in problem.derivatives:
            yield _formula(asked, submission.answer("derivatives", asked.id))
        for part in problem.parts:
            for claim in submission.claims:
                if claim.problem == part.id:
                    yield _experiment(f"{part.id} claim", claim.experiment, submission)
            if part.text:
                text = submission.answer("texts", part.id)
                words = len(text.split())
                yield ReadBack(f"{part.id} text", text, f"{words} words" if words else "")


def _number(cell: str, typed: str) -> ReadBack:
    number = read_number(typed)
    if isinstance(number, Unreadable):
        return ReadBack(cell, typed, problem=number.reason)
    return ReadBack(cell, typed, show(number.value) if isinstance(number, Typed) else "")


def _formula(asked: Derivative, typed: str) -> ReadBack:
    if not typed.strip():
        return ReadBack(asked.id, typed)
    try:
        formula = parse(re.split("[=≈]", typed)[-1], asked.variables)
    except ExpressionError as error:
        return ReadBack(asked.id, typed, problem=str(error))
    return ReadBack(asked.id, typed, written(formula))


def _experiment(name: str, path: str, submission: Submission) -> ReadBack:
    try:
        experiment = claimed_experiment(path, submission.folder)
    except InputError as error:
        return ReadBack(name, path, problem=str(error))
    return ReadBack(name, path, f"{experiment.iterations} iterations on {experiment.data}")
