"""Grades a class into a folder: what is there already stays, what is missing is added.

    OUT/journal.jsonl        one line for each submission, as it finishes (journal.py)
    OUT/STUDENT/grade.json   and the student's other reports
    OUT/class.json           who handed in what, and what became of it; written at the end

Apart from the journal, which knows times, the same submissions give the same bytes, however many
workers there were, in whatever order they finished, and however often the grader was killed.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from grader.cohort.discovery import Found, discover, source_stamp
from grader.cohort.journal import (
    FILE_NAME,
    SCHEMA,
    Header,
    Journal,
    Line,
    read_header,
    read_lines,
)
from grader.cohort.pool import Marker, Pool, Running, outcomes
from grader.cohort.references import claims_made, run_references
from grader.cohort.register import Register, write_register
from grader.cohort.roster import Roster
from grader.cohort.work import Outcome, Work, mark_found, rubric_hash, rubric_of, with_marks
from grader.human_marks import NO_MARKS, HumanMarks
from grader.report.files import write_whole
from grader.report.json import student_folder
from grader.temporary import sweep
from nnviz import __version__
from nnviz.errors import InputError


class Watch(Protocol):
    """Whoever wants to know how far a class is."""

    def prepare(self, name: str, number: int, total: int) -> None:
        """A reference is run, so that no student waits for it; without a name on other machines."""

    def begin(self, total: int, done: int) -> None:
        """So many submissions, of which so many were marked before."""

    def advance(self, line: Line, running: Iterable[str]) -> None:
        """One is marked; these are being worked on."""


@dataclass(frozen=True)
class ClassJob:
    """What to grade, where to, and whether to go on with what is there.

    `marks` are what people gave before; they count in everything that is graded in this run.
    """

    folder: Path
    out: Path
    work: Work
    resume: bool = False
    roster: Roster | None = None
    marks: HumanMarks = NO_MARKS


def grade_class(job: ClassJob, pool: Pool, watch: Watch, marker: Marker = mark_found) -> Register:
    """Grade every submission that is not graded yet, and write the class's files.

    Raises InputError where there is nothing to grade, the output can't be written, or there is a
    run in it that can't be gone on with.
    """
    rubric = rubric_of(job.work.assignment)
    header = Header(
        SCHEMA,
        rubric.file.assignment,
        rubric_hash(job.work.assignment),
        __version__,
        job.work.options(),
    )
    found = discover(job.folder)
    _check_place(job)
    submissions = [_in_roster(one, job.roster) for one in found.submissions]
    with Journal(job.out, header) as journal:
        register = Register(rubric.file.several, job.folder, found.notes)
        done = _done(job.out, submissions, register)
        todo = [one for one in submissions if one.name not in done]
        _prepare(job, pool, watch, todo)
        watch.begin(len(submissions), len(done))
        running = Running()
        for outcome in outcomes(todo, job.work, pool, running, marker):
            line = _write(with_marks(outcome, job.work, job.marks), job.out, register)
            journal.append(line)
            register.add(line)
            watch.advance(line, running.names())
    register.missing(job.roster)
    write_register(register, header, job.out)
    return register


def _prepare(job: ClassJob, pool: Pool, watch: Watch, todo: Sequence[Found]) -> None:
    """Sweep up after killed runs, and run what claims are compared with where it may be needed."""
    sweep()
    if not claims_made(todo, rubric_of(job.work.assignment)):
        return
    if pool.on_each_host:
        watch.prepare("", 0, 0)
        pool.on_each_host(partial(run_references, job.work.assignment))
    else:
        run_references(job.work.assignment, watch.prepare)


def _check_place(job: ClassJob) -> None:
    if job.out.resolve().is_relative_to(job.folder.resolve()):
        raise InputError(
            f"{job.out}: lies inside the class's folder, which is only read; choose another place "
            "with --out DIR"
        )
    if not job.resume and read_header(job.out) is not None:
        raise InputError(
            f"{job.out / FILE_NAME}: there are grades already; go on with --resume, or choose "
            "another place with --out DIR"
        )


def _in_roster(found: Found, roster: Roster | None) -> Found:
    """The submission under the roster's id and name, where the roster knows it."""
    if roster is None:
        return found
    stem = found.name.split(".")[0]
    entry = roster.find(found.student, found.person, "" if found.student else stem)
    return replace(found, student=entry.student, person=entry.person) if entry else found


def _done(out: Path, submissions: Iterable[Found], register: Register) -> set[str]:
    """The names of submissions that need not be marked again; the register learns of them.

    Marked again is what failed by our fault, what has changed, and what has lost its files.
    """
    present = {one.name: one for one in submissions}
    lines: dict[str, Line] = {}
    for line in read_lines(out):
        lines[line.name] = msgspec.structs.replace(line, code=())
    kept = {
        name: line
        for name, line in lines.items()
        if name in present
        and line.kind != "failed"
        and line.stamp == source_stamp(present[name].path)
        and (not present[name].student or line.student == present[name].student)
    }
    for line in kept.values():
        register.add(line)
    broken = {
        line.student
        for line in kept.values()
        if register.counts(line) and not _there(line.files, out / student_folder(line.student))
    }
    for student in broken:
        register.forget(student)
    return {name for name, line in kept.items() if line.student not in broken}


def _there(files: Iterable[str], folder: Path) -> bool:
    """Whether all files are there; regrading may have changed them since."""
    return all((folder / name).is_file() for name in files)


def _write(outcome: Outcome, out: Path, register: Register) -> Line:
    """Write the student's reports, where this submission is the one that counts."""
    files = outcome.files or {}
    line = Line(
        name=outcome.found.name,
        kind=outcome.kind,
        student=outcome.student,
        person=outcome.found.person,
        late=outcome.found.late,
        order=outcome.found.order,
        points=float(outcome.grade.points) if outcome.grade else 0.0,
        open_points=float(outcome.grade.open_points) if outcome.grade else 0.0,
        message=outcome.message,
        notes=outcome.found.notes,
        stamp=outcome.stamp,
        files=tuple(files),
        seconds=round(outcome.seconds, 4),
        code=outcome.code,
    )
    if register.would_count(line):
        for name, content in files.items():
            path = out / student_folder(line.student) / name
            write_whole(path, content)
            _sync(path)
    return line


def _sync(path: Path) -> None:
    """Wait until the file is on the disk: the journal must not say more than is there."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
