"""What runs inside Gradescope: grades the one submission there and writes `results.json`.

    python -m grader.gradescope ROOT [ASSIGNMENT [VISIBILITY [ISOLATION]]]

ROOT is Gradescope's `/autograder`. ISOLATION, the weakest sandbox for students' code, stands in for
the rubric's: there, each submission has a container of its own, which may forbid namespaces. A
submission that can't be read gets no points and the reason; where the grader or its machine fails,
the student is told that nothing is lost, and the reason goes to standard output, which only
instructors see.
"""

import secrets
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from grader.code_marks import asked_checks
from grader.grade import grade
from grader.report.files import write_whole
from grader.report.gradescope import FILE_NAME, refusal_json, results_json
from grader.rubric import Rubric, load_rubric
from grader.running import Runner
from grader.sandbox import choose_sandbox
from grader.submission import read_submission
from nnviz.errors import InputError

METADATA = "submission_metadata.json"
OUR_FAULT = (
    "The autograder could not grade this, and that is not your submission's fault: nothing is "
    "lost. Your instructors see why, and can run it again."
)


def main(arguments: Sequence[str]) -> int:
    """Grade, write, and return 0, or 1 where the fault is not the submission's."""
    root = Path(arguments[0])
    assignment = Path(arguments[1]) if len(arguments) > 1 else root / "source" / "assignment"
    visibility = arguments[2] if len(arguments) > 2 else "visible"
    isolation = arguments[3] if len(arguments) > 3 else "landlock"
    place = root / "results" / FILE_NAME
    try:
        content = graded(root, load_rubric(assignment), visibility, isolation)
    except (
        Exception
    ):  # whatever it is: the platform has to get an answer, and instructors the cause
        traceback.print_exc(file=sys.stdout)
        write_whole(place, refusal_json(OUR_FAULT, visibility))
        return 1
    write_whole(place, content)
    return 0


def graded(root: Path, rubric: Rubric, visibility: str, isolation: str) -> bytes:
    """The content of results.json for the submission under `root`.

    Raises InputError where no sandbox as strong as the isolation works here.
    """
    start = perf_counter()
    about = metadata(root / METADATA)
    try:
        submission = read_submission(root / "submission", rubric.sheet)
    except InputError as error:
        reason = str(error).replace(str(root / "submission"), "your submission")
        return refusal_json(f"This can't be graded: {reason}", visibility)
    student = student_of(about) or submission.student
    submission = replace(submission, student=student)
    runs = submission.has_code and asked_checks(rubric)
    sandbox: Runner | None = choose_sandbox(isolation) if runs else None
    result = grade(
        submission,
        rubric,
        submitted=when(about),
        due=due(about),
        runner=sandbox,
        seed=secrets.randbelow(2**31),
    )
    return results_json(result, rubric, visibility, perf_counter() - start)


def metadata(path: Path) -> dict[str, Any]:
    """Gradescope's metadata; empty where there is none (a run by hand), or it is damaged."""
    try:
        found = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as error:
        print(f"{path}: not read: {error}")
        return {}
    return found if isinstance(found, dict) else {}


def student_of(about: dict[str, Any]) -> str:
    """Who handed in: the id of the course's roster, else the e-mail; the first of a group."""
    user = _first_user(about)
    return str(user.get("sid") or user.get("email") or "")[:80]


def when(about: dict[str, Any]) -> str:
    """When it was handed in, "" where that is not told."""
    return _time(about.get("created_at"))


def due(about: dict[str, Any]) -> str:
    """The due time that counts for this student, an extension included; "" where none is told."""
    own, everybody = _first_user(about).get("assignment"), about.get("assignment")
    times = [_time(one.get("due_date")) for one in (own, everybody) if isinstance(one, dict)]
    return next((time for time in times if time), "")


def _first_user(about: dict[str, Any]) -> dict[str, Any]:
    users = about.get("users")
    first = users[0] if isinstance(users, list) and users else None
    return first if isinstance(first, dict) else {}


def _time(value: object) -> str:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return ""
    return found.isoformat() if found and found.tzinfo else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
