"""A lesson's net as a student wrote it: a plain program, in which the same mistake is found."""

import tempfile
from pathlib import Path

from nnviz.debugger.examination import examine
from nnviz.debugger.findings import Level
from nnviz.errors import InputError
from nnviz.lessons.lesson import Lesson
from nnviz.newfile import write_new

NAME = "network.py"
DIGITS = Path(__file__).parent.parent / "data" / "mnist-2k.npz"
ITERATIONS = 10


def write_program(lesson: Lesson, folder: Path) -> Path:
    """Write a lesson's program into a new folder, with the digits it reads; returns its path.

    Raises InputError where the lesson has none, or there is something of the folder's name.
    """
    if not lesson.program:
        raise InputError(f"{lesson.name}: has no program; `nnviz tui --lesson` opens it")
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise InputError(f"{folder}: can't be made: {error.strerror or error}") from error
    return _write(lesson.program, folder)


def program_failures(lesson: Lesson) -> tuple[str, ...]:
    """What is not true of a lesson's program: the mistake is found in it, and not once corrected.

    Nothing where the lesson has no program.
    """
    if not lesson.program:
        return ()
    cause, (wrong, right) = lesson.cause.name, lesson.file.correction
    failures = []
    found = _causes(lesson.program)
    if found[:1] != [cause]:
        failures.append(f"of its program the findings say {', '.join(found) or 'nothing'}")
    if cause in _causes(lesson.program.replace(wrong, right)):
        failures.append("the corrected program is not right")
    return tuple(failures)


def _write(program: str, folder: Path) -> Path:
    write_new(folder / DIGITS.name, DIGITS.read_bytes())
    write_new(folder / NAME, program.encode())
    return folder / NAME


def _causes(program: str) -> list[str]:
    """The causes that the findings name in a program, the gravest first."""
    from nnviz.attach.opening import open_program

    with tempfile.TemporaryDirectory(prefix="nnviz-lesson-") as folder:
        path = _write(program, Path(folder))
        source = open_program(str(path), iterations=ITERATIONS, quiet=True)
        try:
            diagnosis = examine(source, ITERATIONS)
        finally:
            source.close()
    return [f.id for f in diagnosis.spoken() if f.level >= Level.AMBER and not f.folded]
