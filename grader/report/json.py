"""`grade.json`: the grade for other programs, in a shape that has a version."""

import hashlib
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from grader.report.files import write_whole
from grader.results import Grade
from nnviz.errors import InputError

SCHEMA = "nnviz-grade/1"
FILE_NAME = "grade.json"


def grade_json(grade: Grade) -> bytes:
    """The grade as JSON, in UTF-8 with a line break at the end; the same grade, the same bytes."""
    return msgspec.json.format(msgspec.json.encode(_table(grade)), indent=2) + b"\n"


def _table(grade: Grade) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "assignment": grade.assignment,
        "student": grade.student,
        "points": _number(grade.points),
        "max_points": _number(grade.max_points),
        "open_points": _number(grade.open_points),
        "headline": list(grade.headline),
        "notes": list(grade.notes),
        "problems": [
            {
                "id": problem.id,
                "title": problem.title,
                "extra": problem.extra,
                "points": _number(problem.points),
                "max_points": _number(problem.max_points),
                "open_points": _number(problem.open_points),
                "items": [
                    {
                        "id": item.id,
                        "verdict": item.verdict,
                        "points": _number(item.points),
                        "max_points": _number(item.max_points),
                        "typed": item.typed,
                        "read_as": item.read_as,
                        "message": item.message,
                        "evidence": [list(pair) for pair in item.evidence],
                        "slip": item.slip,
                    }
                    for item in problem.items
                ],
            }
            for problem in grade.problems
        ],
        "isolation": list(grade.isolation),
        "seed": grade.seed,
        "input_hash": grade.input_hash,
        "versions": dict(grade.versions),
    }


def _number(points: Fraction) -> int | float:
    return points.numerator if points.denominator == 1 else float(points)


def student_folder(student: str) -> str:
    """A folder's name for a student: the id itself where it is a plain word.

    Otherwise what is plain of it, with a hash of the whole, so that two students never share one.
    """
    if re.fullmatch(r"[A-Za-z0-9_@+-][A-Za-z0-9._@+-]{0,63}", student) and student[-1] != ".":
        return student
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", student).strip("-")[:40]
    digest = hashlib.sha256(student.encode()).hexdigest()[:8]
    return f"{plain}-{digest}" if plain else f"student-{digest}"


def write_grade(grade: Grade, folder: Path, submission: Path) -> Path:
    """Write `folder`/STUDENT/grade.json in one step, and return its path.

    Raises InputError where that lies inside the submission (there a link could lead anywhere, and
    the input would change), or can't be written.
    """
    path = folder / student_folder(grade.student) / FILE_NAME
    if path.parent.resolve().is_relative_to(submission.resolve()):
        raise InputError(
            f"{path}: lies inside the submission, which is only read; choose another place with "
            "--out DIR"
        )
    write_whole(path, grade_json(grade))
    return path
