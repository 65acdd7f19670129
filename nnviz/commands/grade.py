"""`nnviz grade`: marks a submission or a class, prints the table, writes grade.json and more."""

import argparse
from pathlib import Path

DEFAULT_OUT = Path("grades")


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the submission or class, the assignment, where to write, and who does the work."""
    parser.add_argument(
        "path", metavar="PATH", type=Path, help="a submission, or the folder of a class's"
    )
    parser.add_argument(
        "--assignment",
        metavar="A",
        help="its name, or the path of its folder (default: assignment1); the submission doesn't "
        "decide that",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        default=DEFAULT_OUT,
        help="write DIR/STUDENT/grade.json, and for the student feedback.html, feedback.md and "
        "problem1.svg (default: %(default)s); never inside the submission",
    )
    parser.add_argument(
        "--submitted",
        metavar="TIME",
        default="",
        help="when it was handed in, such as 2026-05-01T21:30+02:00; the rubric says what being "
        "late costs",
    )
    parser.add_argument(
        "--secret-file",
        metavar="F",
        type=Path,
        help="where each student has own numbers (`nnviz new --variant`): the same secret",
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=int,
        help="draw the inputs for the student's code from this (default: a new one, which stands "
        "in the grade)",
    )
    parser.add_argument(
        "--allow-unsandboxed",
        action="store_true",
        help="run students' code also where it can't be shut in: only for code that you trust",
    )
    parser.add_argument("--json", action="store_true", help="print the grade as JSON, not a table")
    group = parser.add_argument_group("a class")
    group.add_argument(
        "--jobs", metavar="N", type=int, help="submissions at once (default: one per core)"
    )
    group.add_argument(
        "--resume", action="store_true", help="go on with what is in DIR, after an interruption"
    )
    group.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="let a Dask cluster do it: tcp://HOST:PORT of its scheduler, or local",
    )
    group.add_argument(
        "--roster",
        metavar="CSV",
        type=Path,
        help="who should have handed in: ids and names, as any platform exports them",
    )
    group = parser.add_argument_group("marking by a person")
    group.add_argument(
        "--review",
        action="store_true",
        help="PATH is the --out folder of an earlier run: mark what needs a person there, problem "
        "by problem across students",
    )
    group.add_argument("--marker", metavar="NAME", help="who marks (default: your user name)")
    group.add_argument("--names", action="store_true", help="show names from the start")
    parser.epilog = (
        "A folder without answers.toml, improvements.py or a notebook is a class. The exit code is "
        "0 where a grade was written, whatever the mark."
    )


def run(arguments: argparse.Namespace) -> int:
    """Mark a class or a submission, write, then print."""
    from grader.cohort.discovery import is_submission
    from grader.scoring import moment
    from nnviz.errors import InputError

    if arguments.review:
        from grader.review.command import run_review

        names, marker = arguments.names, arguments.marker
        return run_review(arguments.path, arguments.assignment, marker, names=names)
    if arguments.seed is not None and not 0 <= arguments.seed < 2**31:
        raise InputError(f"--seed {arguments.seed}: expected a whole number from 0 to 2^31 - 1")
    if arguments.submitted:
        moment(arguments.submitted, "--submitted")
    if arguments.path.is_dir() and not is_submission(arguments.path):
        from grader.cohort.command import run_class

        if arguments.submitted:
            raise InputError("--submitted: is for one submission; a class's platform says when")
        return run_class(arguments)
    return _run_one(arguments)


def _try_early(path: Path) -> None:
    """Start what will run the student's code, if there may be any, while the rest is imported."""
    from threading import Thread

    from grader.sandbox.backends import BACKENDS
    from grader.sandbox.probing import refusal

    if path.is_file() or (path / "improvements.py").exists() or any(path.glob("*.ipynb")):
        Thread(target=refusal, args=BACKENDS[:1]).start()


def _run_one(arguments: argparse.Namespace) -> int:
    _try_early(arguments.path)

    from grader.assignments import DEFAULT_ASSIGNMENT, assignment_folder
    from grader.claims import TrustedRuns
    from grader.code_marks import asked_checks, fresh_seed
    from grader.curves import with_figures
    from grader.grade import grade
    from grader.human_marks import load_marks
    from grader.report.bundle import report_files
    from grader.report.files import write_whole
    from grader.report.html import FILE_NAME as PAGE
    from grader.report.json import grade_json, write_grade
    from grader.report.terminal import Output, print_grade
    from grader.rubric import load_rubric
    from grader.sandbox import choose_sandbox
    from grader.submission import read_submission
    from grader.variants import read_secret, variant_of
    from nnviz.trained import default_cache

    rubric = load_rubric(assignment_folder(arguments.assignment or DEFAULT_ASSIGNMENT))
    submission = read_submission(arguments.path, rubric.sheet)
    if arguments.secret_file:
        rubric = variant_of(rubric, read_secret(arguments.secret_file), submission.student)
    marks = load_marks(arguments.out)
    has_checks = submission.has_code and asked_checks(rubric)
    minimum, trusted = rubric.file.isolation, arguments.allow_unsandboxed
    runs = TrustedRuns(rubric.file.claims.budget_seconds, default_cache())
    result = grade(
        submission,
        rubric,
        marks,
        arguments.submitted,
        runner=choose_sandbox(minimum, trusted) if has_checks else None,
        seed=fresh_seed() if arguments.seed is None else arguments.seed,
        runs=runs,
    )
    result, images = with_figures(result, submission, rubric, runs)
    path = write_grade(result, arguments.out, arguments.path)
    for name, content in report_files(result, rubric, images).items():
        write_whole(path.with_name(name), content)
    if arguments.json:
        print(grade_json(result).decode(), end="")
        return 0
    print_grade(result, Output())
    print(*marks.notes, sep="\n", end="\n" * bool(marks.notes))
    print(f"Written: {path}; for the student: {path.with_name(PAGE)}")
    return 0
