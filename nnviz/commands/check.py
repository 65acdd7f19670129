"""`nnviz check`: a student's own look at a submission before it is handed in."""

import argparse
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the submission and the assignment."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder of a submission")
    parser.add_argument(
        "--assignment", metavar="A", help="its name, or its folder (default: assignment1)"
    )
    parser.epilog = (
        "Shows how each answer is read, not whether it is right. The exit code is 1 where one "
        "can't be read."
    )


def run(arguments: argparse.Namespace) -> int:
    """Print how everything is read; 1 where something can't be."""
    from rich.console import Console

    from grader.assignments import DEFAULT_ASSIGNMENT, assignment_folder
    from grader.reading import read_back
    from grader.report.terminal import print_reading
    from grader.rubric import load_rubric
    from grader.submission import read_submission

    rubric = load_rubric(assignment_folder(arguments.assignment or DEFAULT_ASSIGNMENT))
    submission = read_submission(arguments.folder, rubric.sheet)
    answers = read_back(submission, rubric)
    print_reading(submission, answers, Console(file=sys.stdout, highlight=False))
    return int(bool(submission.notes) or any(answer.problem for answer in answers))
