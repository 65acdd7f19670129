"""`nnviz export`: grades in the forms of other platforms, and the autograder for Gradescope."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

DEFAULT_TITLE = "the assignment's title"


def configure(parser: argparse.ArgumentParser) -> None:
    """One word says what to export; each has its own arguments."""
    kinds = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    book = kinds.add_parser("gradebook", help="the points of a class as CSV, or for Canvas, Moodle")
    book.add_argument("grades", metavar="GRADES", type=Path, help="the --out folder of nnviz grade")
    book.add_argument(
        "--form", choices=("plain", "canvas", "moodle"), default="plain", help="whose columns"
    )
    book.add_argument(
        "--roster",
        metavar="CSV",
        type=Path,
        help="the platform's own export: filled in and otherwise left as it is (plain: any list of "
        "students)",
    )
    book.add_argument("--title", metavar="T", help=f"name of the column (default: {DEFAULT_TITLE})")
    book.add_argument("--out", metavar="FILE", type=Path, help="(default: standard output)")
    scope = kinds.add_parser("gradescope", help="the folder, and zip, of an autograder")
    scope.add_argument("folder", metavar="DIR", type=Path, help="a new folder; DIR.zip is uploaded")
    scope.add_argument("--assignment", metavar="A", help="its name, or its folder")
    scope.add_argument(
        "--visibility",
        choices=("visible", "after_due_date", "after_published", "hidden"),
        default="visible",
        help="when students see the items (default: %(default)s)",
    )
    scope.add_argument(
        "--isolation",
        choices=("namespaces", "landlock", "limits"),
        default="landlock",
        help="the weakest sandbox there, whatever the rubric says: each submission has a container "
        "of its own, which may forbid namespaces (default: %(default)s)",
    )
    results = kinds.add_parser("results", help="one grade as Gradescope's results.json")
    results.add_argument("grade", metavar="GRADE", type=Path, help="a grade.json")
    results.add_argument("--out", metavar="FILE", type=Path, help="(default: standard output)")
    schema = kinds.add_parser("schema", help="the JSON Schema of grade.json")
    schema.add_argument("--out", metavar="FILE", type=Path, help="(default: standard output)")


def run(arguments: argparse.Namespace) -> int:
    """Export what the word says."""
    kinds = {
        "gradebook": _gradebook,
        "gradescope": _gradescope,
        "results": _results,
        "schema": _schema,
    }
    return kinds[arguments.what](arguments)


def _gradebook(arguments: argparse.Namespace) -> int:
    from grader.assignments import assignment_folder
    from grader.regrading import find_grades
    from grader.report.gradebook import FORMS, row
    from grader.report.json import read_grade
    from grader.report.text import visible
    from grader.rubric import load_rubric

    people = _people(arguments.grades)
    rows, assignment = [], ""
    for path in find_grades(arguments.grades):
        grade = read_grade(path)
        assignment = grade.assignment
        rows.append(row(grade, people.get(grade.student, "")))
    title = arguments.title or load_rubric(assignment_folder(assignment)).file.title
    book = FORMS[arguments.form](rows, title, arguments.roster)
    _write(book.content, arguments.out)
    for student in book.not_in_roster:
        print(f"nnviz: {visible(student, 80)}: has a grade, is not in the roster", file=sys.stderr)
    for student in book.without_grade:
        print(f"nnviz: {visible(student, 80)}: is in the roster, has no grade", file=sys.stderr)
    return 0


def _people(grades: Path) -> Mapping[str, str]:
    """Student -> name, where a class was graded and a platform told it."""
    from grader.cohort.register import FILE_NAME, read_register

    if not (grades / FILE_NAME).is_file():
        return {}
    return {one.student: one.person for one in read_register(grades).submissions}


def _gradescope(arguments: argparse.Namespace) -> int:
    from grader.assignments import DEFAULT_ASSIGNMENT, assignment_folder
    from grader.autograder import write_autograder
    from grader.rubric import load_rubric

    assignment = assignment_folder(arguments.assignment or DEFAULT_ASSIGNMENT)
    load_rubric(assignment)
    archive = write_autograder(
        arguments.folder, assignment, arguments.visibility, arguments.isolation
    )
    print(f"Written: {arguments.folder}; upload {archive} as the autograder")
    return 0


def _results(arguments: argparse.Namespace) -> int:
    from grader.assignments import assignment_folder
    from grader.report.gradescope import results_json
    from grader.report.json import read_grade
    from grader.rubric import load_rubric

    grade = read_grade(arguments.grade)
    rubric = load_rubric(assignment_folder(grade.assignment))
    _write(results_json(grade, rubric), arguments.out)
    return 0


def _schema(arguments: argparse.Namespace) -> int:
    import msgspec

    from grader.report.json import grade_schema

    _write(
        msgspec.json.format(msgspec.json.encode(grade_schema()), indent=2) + b"\n", arguments.out
    )
    return 0


def _write(content: bytes, path: Path | None) -> None:
    if path is None:
        sys.stdout.write(content.decode("utf-8-sig"))
        return
    from grader.report.files import write_whole

    write_whole(path, content)
    print(f"Written: {path}", file=sys.stderr)
