"""The part of `nnviz grade` that lets a person mark what needs one."""

import getpass
import sys
from pathlib import Path

from nnviz.errors import InputError


def run_review(folder: Path, assignment: str | None, marker: str | None, *, names: bool) -> int:
    """Open the review screen on a folder of grades; every mark is on the disk as it is given.

    Raises InputError where there is no terminal, no grade, or nothing that needs a person.
    """
    from grader.assignments import assignment_folder
    from grader.regrading import find_grades
    from grader.report.json import read_grade
    from grader.review.desk import Desk
    from grader.review.pile import piles
    from grader.review.screen import ReviewApp
    from grader.rubric import load_rubric

    paths = find_grades(folder)
    rubric = load_rubric(assignment_folder(assignment or read_grade(paths[0]).assignment))
    who = marker or getpass.getuser()
    stack = piles(paths, rubric, who)
    if not stack:
        raise InputError(f"{folder}: nothing in these grades needs a person")
    desk = Desk(folder, stack, who)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("--review: needs a terminal")
    ReviewApp(desk, blind=not names).run()
    done = sum(desk.done(pile) for pile in desk.piles)
    total = sum(len(pile.sheets) for pile in desk.piles)
    print(f"{done} of {total} answers are marked in {desk.file}")
    print(*desk.notes, sep="\n", end="\n" * bool(desk.notes))
    print(f"nnviz regrade {folder} shows what they change; --apply puts them into the grades")
    return 0
