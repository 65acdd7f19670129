"""What one worker does with one submission: reads, marks and reports it, whatever it is.

Nothing is written here, so that a worker may be a thread, a process or another machine; nothing
depends on who works, on when, or on what came before.
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from time import perf_counter

from grader.claims import TrustedRuns
from grader.code_marks import asked_checks
from grader.cohort.discovery import Found, source_stamp
from grader.cohort.fingerprints import Fingerprint, fingerprints
from grader.curves import with_figures
from grader.human_marks import HumanMarks
from grader.results import Grade
from grader.rubric import Rubric, load_rubric
from grader.sandbox import Sandbox, choose_sandbox
from grader.scoring import score
from grader.submission import Submission, decoded, read_inside, read_submission
from grader.variants import read_secret, variant_of
from nnviz.errors import InputError
from nnviz.trained import default_cache

MOST_CODE = 1024**2
MODULE = "improvements.py"


@dataclass(frozen=True)
class Work:
    """How submissions are marked, in terms that travel to any worker.

    Inputs for students' code are drawn from the seed; without one no code is run, and a person
    decides. `unsandboxed` permits to run it with the rights of whoever grades.
    """

    assignment: Path
    secret_file: Path | None = None
    seed: int | None = None
    unsandboxed: bool = False

    def options(self) -> dict[str, object]:
        """What grades depend on besides submission and rubric; of a secret only a hash."""
        found: dict[str, object] = {}
        if self.secret_file is not None:
            found["secret"] = hashlib.sha256(read_secret(self.secret_file)).hexdigest()[:16]
        if self.seed is not None:
            found |= {"seed": self.seed, "unsandboxed": self.unsandboxed}
        return found

    def obstacle(self) -> str:
        """Why submissions can't be marked on this machine, "" where they can."""
        try:
            self.options()
        except InputError as error:
            return f"has no secret for the numbers: {error}"
        try:
            self.sandbox()
        except InputError as error:
            return f"can't run code: {error}"
        return ""

    def sandbox(self) -> Sandbox | None:
        """What runs students' code here, None where none is to run. InputError: nothing can."""
        rubric = rubric_of(self.assignment)
        if self.seed is None or not asked_checks(rubric):
            return None
        return _sandbox(rubric.file.isolation, self.unsandboxed)


@dataclass(frozen=True)
class Outcome:
    """What became of one submission. `kind`: graded, refused, or failed, which is our fault.

    `files` are the student's reports, name -> content; `code` are fingerprints of the improvements.
    """

    found: Found
    kind: str
    student: str
    stamp: str
    seconds: float
    message: str = ""
    grade: Grade | None = None
    files: Mapping[str, bytes] | None = None
    code: tuple[Fingerprint, ...] = ()


def mark_found(found: Found, work: Work) -> Outcome:
    """Mark one submission; whatever goes wrong with it becomes part of the outcome."""
    start = perf_counter()
    stamp = source_stamp(found.path)
    student = found.student or Path(found.name).name.split(".")[0]

    def outcome(kind: str, message: str) -> Outcome:
        return Outcome(found, kind, student, stamp, perf_counter() - start, message)

    try:
        submission = _known_as(read_submission(found.path, rubric_of(work.assignment).sheet), found)
    except InputError as error:
        message = str(error).replace(f"{found.path}: ", "")
        return outcome("refused", message)
    except Exception as error:  # a fault of the grader's costs one line, which a person sees
        return outcome("failed", _told(error, found))
    try:
        student = submission.student
        return _graded(submission, found, work, stamp, start)
    except InputError as error:  # nothing of the student's: the sandbox, the secret, the data
        return outcome("failed", str(error))
    except Exception as error:
        return outcome("failed", _told(error, found))


def _graded(submission: Submission, found: Found, work: Work, stamp: str, start: float) -> Outcome:
    from grader.grade import grade
    from grader.report.bundle import report_files

    rubric = _rubric_for(submission.student, work)
    runs = TrustedRuns(rubric.file.claims.budget_seconds, default_cache())
    result = grade(
        submission,
        rubric,
        submitted=found.submitted,
        runner=work.sandbox(),
        seed=work.seed or 0,
        runs=runs,
    )
    result, images = with_figures(result, submission, rubric, runs)
    return Outcome(
        found,
        "graded",
        result.student,
        stamp,
        perf_counter() - start,
        grade=result,
        files=report_files(result, rubric, images),
        code=fingerprints(_code(submission)),
    )


def with_marks(outcome: Outcome, work: Work, marks: HumanMarks) -> Outcome:
    """The outcome with what people gave this student; as it is where nobody gave anything.

    Marks lie where the grades are written, so that no worker needs to see them.
    """
    from grader.report.bundle import report_files

    found, files = outcome.grade, outcome.files
    if found is None or files is None or not marks.concern(found.student):
        return outcome
    rubric = _rubric_for(found.student, work)
    marked = score(found.results, rubric, marks)
    images = {figure.file: files[figure.file] for figure in marked.figures}
    return replace(outcome, grade=marked, files={**files, **report_files(marked, rubric, images)})


def _rubric_for(student: str, work: Work) -> Rubric:
    """The rubric, with the student's own numbers where everybody has such."""
    rubric = rubric_of(work.assignment)
    if work.secret_file is None:
        return rubric
    return variant_of(rubric, read_secret(work.secret_file), student)


@lru_cache(maxsize=4)
def _sandbox(isolation: str, unsandboxed: bool) -> Sandbox:
    """One for each process: it starts the next submission's worker while this one's runs."""
    return choose_sandbox(isolation, unsandboxed)


@lru_cache(maxsize=4)
def rubric_of(assignment: Path) -> Rubric:
    """The rubric of an assignment's folder, read once in each process."""
    return load_rubric(assignment)


def rubric_hash(assignment: Path) -> str:
    """A hash of all that a grade depends on in the assignment's folder: rubric and circuits."""
    digest = hashlib.sha256()
    for path in sorted(assignment.glob("*.toml")):
        digest.update(f"{path.name} {len(path.read_bytes())} ".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _known_as(submission: Submission, found: Found) -> Submission:
    """The submission under the id that the platform gave, where it gave one."""
    if not found.student:
        return replace(submission, notes=(*submission.notes, *found.notes))
    notes = [*submission.notes, *found.notes]
    if submission.student not in (found.student, found.person):
        notes.append(f"says it is of {submission.student}; was handed in by {found.student}")
    return replace(submission, student=found.student, notes=tuple(notes))


def _code(submission: Submission) -> str:
    """The improvements as text, "" where there are none to be read."""
    if not submission.has_code:
        return ""
    try:
        return decoded(read_inside(submission.folder, MODULE, MOST_CODE))[0]
    except InputError:
        return ""


def _told(error: Exception, found: Found) -> str:
    logging.getLogger(__name__).info("marking %s failed", found.name, exc_info=True)
    return f"the grader failed: {type(error).__name__} in {_place(error)}"


def _place(error: BaseException) -> str:
    """The grader's file and line where it failed, for a bug report: nothing of a student's."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return f"{Path(last.filename).name}:{last.lineno}" if last else "an unknown place"
