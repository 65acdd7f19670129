"""`nnviz new`: gives a student all of an assignment that is a student's, and nothing else."""

import argparse
from pathlib import Path

from nnviz.errors import InputError


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the assignment, the folder, and whose it is."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="such as assignment1")
    parser.add_argument("folder", metavar="DIR", type=Path, help="written to; made where missing")
    parser.add_argument("--student", metavar="ID", default="", help="written into answers.toml")
    parser.add_argument(
        "--variant",
        action="store_true",
        help="with the student's own numbers in the circuit: needs --student and --secret-file",
    )
    parser.add_argument(
        "--secret-file",
        metavar="F",
        type=Path,
        help="the instructor's secret that the numbers are drawn from; `nnviz grade` takes it too",
    )
    parser.epilog = "Files that exist already are not overwritten: then nothing is written."


def run(arguments: argparse.Namespace) -> int:
    """Write the files and say what comes next."""
    from grader.assignments import assignment_folder
    from grader.rubric import load_rubric
    from grader.template import new_submission
    from grader.variants import read_secret, variant_of

    folder, student = arguments.folder, arguments.student
    if arguments.variant != (arguments.secret_file is not None):
        raise InputError("--variant and --secret-file go together")
    if arguments.variant and not student:
        raise InputError("--variant: the numbers are a student's own; give --student ID")
    assignment = assignment_folder(arguments.assignment)
    rubric = load_rubric(assignment)
    if arguments.variant:
        rubric = variant_of(rubric, read_secret(arguments.secret_file), student)
    for path in new_submission(assignment, folder, student, rubric.circuits):
        print(path)
    print(f"\nFill in {folder / 'answers.toml'}, and see how it is read: nnviz check {folder}")
    return 0
