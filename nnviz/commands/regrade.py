"""`nnviz regrade`: scores grades anew by a changed rubric or changed marks; runs nothing."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the grades, the rubric, and whether to write."""
    parser.add_argument(
        "grades", metavar="GRADES", type=Path, help="the --out folder of nnviz grade"
    )
    parser.add_argument(
        "--rubric",
        metavar="FILE",
        type=Path,
        help="the changed rubric (default: the assignment's own)",
    )
    parser.add_argument(
        "--assignment", metavar="A", help="its name, or its folder (default: the grades')"
    )
    parser.add_argument(
        "--secret-file",
        metavar="F",
        type=Path,
        help="where each student has own numbers (`nnviz new --variant`): the same secret",
    )
    parser.add_argument(
        "--times",
        metavar="CSV",
        type=Path,
        help="when each handed in: columns student,submitted and optionally due, for extensions",
    )
    parser.add_argument(
        "--apply", action="store_true", help="write the new grades; otherwise they are only shown"
    )
    parser.epilog = (
        "Prints who gains and loses how much, and why. People's marks (marks-NAME.jsonl in GRADES) "
        "are kept, and counted anew."
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the changes where that is asked for, and print them."""
    from grader.assignments import assignment_folder
    from grader.human_marks import load_marks
    from grader.regrading import apply, find_grades, regrade
    from grader.report.changes import print_changes
    from grader.report.json import read_grade
    from grader.report.terminal import Output
    from grader.report.text import visible
    from grader.rubric import load_rubric
    from grader.times import read_times
    from grader.variants import read_secret

    paths = find_grades(arguments.grades)
    folder = assignment_folder(arguments.assignment or read_grade(paths[0]).assignment)
    rubric = load_rubric(arguments.rubric or folder, beside=folder)
    marks = load_marks(arguments.grades)
    secret = read_secret(arguments.secret_file) if arguments.secret_file else b""
    times = read_times(arguments.times) if arguments.times else {}
    changes = [regrade(path, rubric, marks, secret, times) for path in paths]
    written = 0
    if arguments.apply:  # before a line is printed: whoever reads may stop early
        written = apply(changes, rubric, marks, arguments.grades, secret, times)
    console = Output()
    print_changes(changes, console)
    for note in marks.notes:
        print(visible(note, 300))
    if outdated := sum(change.outdated for change in changes):
        print(
            f"{outdated} were marked by other rules for claims, derivatives, circuits or shown "
            "solutions: their verdicts stay; only nnviz grade looks again"
        )
    if arguments.apply:
        print(f"Written: {written} grades")
    elif not all(change.stays for change in changes):
        print("Nothing is written yet: --apply does")
    return 0
