"""`nnviz new`: gives a student the empty submission, so that nobody has to know its format."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the assignment, the folder, and whose it is."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="such as assignment1")
    parser.add_argument("folder", metavar="DIR", type=Path, help="written to; made where missing")
    parser.add_argument("--student", metavar="ID", default="", help="written into answers.toml")
    parser.epilog = "Files that exist already are not overwritten: then nothing is written."


def run(arguments: argparse.Namespace) -> int:
    """Write the files and say what comes next."""
    from grader.assignments import assignment_folder
    from grader.template import new_submission

    folder = arguments.folder
    for path in new_submission(assignment_folder(arguments.assignment), folder, arguments.student):
        print(path)
    print(f"\nFill in {folder / 'answers.toml'}, and see how it is read: nnviz check {folder}")
    return 0
