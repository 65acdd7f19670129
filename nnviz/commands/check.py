"""`nnviz check`: a student's own look at a submission before it is handed in."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.rubric import Rubric
    from grader.submission import Submission


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the submission and the assignment."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder of a submission")
    parser.add_argument(
        "--assignment", metavar="A", help="its name, or its folder (default: assignment1)"
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, help="draw the inputs of the code's checks from this"
    )
    parser.epilog = (
        "Shows how each answer is read, not whether it is right, and runs the checks of the code, "
        "as strongly shut in as this machine permits. The exit code is 1 where an answer can't be "
        "read or a check fails."
    )


def run(arguments: argparse.Namespace) -> int:
    """Print how everything is read; 1 where something can't be."""
    from grader.assignments import DEFAULT_ASSIGNMENT, assignment_folder
    from grader.reading import read_back
    from grader.report.terminal import Output, print_reading
    from grader.rubric import load_rubric
    from grader.submission import read_submission

    rubric = load_rubric(assignment_folder(arguments.assignment or DEFAULT_ASSIGNMENT))
    submission = read_submission(arguments.folder, rubric.sheet)
    answers = read_back(submission, rubric)
    print_reading(submission, answers, Output())
    failed = submission.has_code and not _checked(submission, rubric, arguments.seed)
    return int(failed or bool(submission.notes) or any(answer.problem for answer in answers))


def _checked(submission: "Submission", rubric: "Rubric", seed: int | None) -> bool:
    """Run the checks and print what they found; whether what is written is right."""
    from grader.code_marks import asked_checks, fresh_seed, mark_code
    from grader.report.checks import checks_view
    from grader.report.terminal import Output
    from grader.sandbox import choose_sandbox

    seed = fresh_seed() if seed is None else seed
    sandbox = choose_sandbox(rubric.file.isolation, allow_unsandboxed=True)
    marks = mark_code(submission, asked_checks(rubric), sandbox, seed)
    wrong = [r for r in marks.results.values() if r.verdict in ("failed", "could-not-run")]
    Output().print(checks_view(marks))
    if wrong:
        print(f"The same inputs again: nnviz check --seed {seed} {submission.folder}")
    return not wrong and not marks.problems
