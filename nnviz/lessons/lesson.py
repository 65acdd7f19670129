"""What a lesson is: one folder, read into a record and held against what the run allows."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from nnviz.debugger.findings import RULES, Remedy
from nnviz.debugger.predicates import parse_predicate
from nnviz.errors import InputError, nearest
from nnviz.experiment import Experiment, read_experiment
from nnviz.lessons.causes import Cause, read_cause

LIBRARY = Path(__file__).parent / "library"
LESSON, EXPERIMENT, PROGRAM = "lesson.toml", "experiment.toml", "program.py"
SENTENCES = 3


class LessonFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`lesson.toml` as it is written.

    `answers` are what counts as right, such as `saturated L1`; the first one is what the findings
    say. `evidence` are predicates that hold at the end of the run. `changes` are the experiment's
    keys that the fix sets. `silent` says why no finding names the cause, where none does.
    `correction` is what is wrong in the lesson's program, if it has one, and what is right.
    """

    title: str
    story: tuple[str, ...]
    question: str
    hints: tuple[str, ...]
    answers: tuple[str, ...]
    evidence: tuple[str, ...]
    diagnosis: str
    fix: str
    changes: Mapping[str, Any]
    silent: str = ""
    correction: tuple[str, str] = ("", "")


class Lesson:
    """A lesson by the name of its folder, with its run, and as a program ("": there is none).

    Raises InputError, naming the file, where a cause, a predicate or a change makes no sense.
    """

    def __init__(
        self, name: str, file: LessonFile, experiment: Experiment, program: str = ""
    ) -> None:
        self.name, self.file, self.experiment, self.program = name, file, experiment, program
        if program and program.count(file.correction[0]) != 1:
            raise InputError(
                f"correction: expected what stands once in {PROGRAM}, and what's right"
            )
        if len(file.story) != SENTENCES or not (file.hints and file.answers and file.evidence):
            raise InputError(
                f"expected a story of {SENTENCES} sentences, and hints, answers and evidence"
            )
        self.answers: tuple[Cause, ...] = tuple(map(read_cause, file.answers))
        for text in file.evidence:
            parse_predicate(text, experiment.layers, RULES)
        self.fixed: Experiment = experiment.with_changes(file.changes)

    @property
    def cause(self) -> Cause:
        """What was planted: the first of the answers."""
        return self.answers[0]

    @cached_property
    def remedy(self) -> Remedy:
        """The fix as an edit of the experiment."""
        keys = self.file.changes
        return Remedy(self.file.fix, {key: getattr(self.fixed, key) for key in keys})

    @property
    def diagnosis(self) -> str:
        """What is wrong and by what it is seen, in one paragraph."""
        return " ".join(self.file.diagnosis.split())


def lesson_names() -> tuple[str, ...]:
    """The names of all lessons, in the order in which a course may take them."""
    return tuple(sorted(path.parent.name for path in LIBRARY.glob(f"*/{LESSON}")))


def find_lesson(name: str) -> Lesson:
    """The lesson of that name, or in that folder. Raises InputError where there is none."""
    own = Path(name)
    if own.name != name and (own / LESSON).is_file():
        return read_lesson(own)
    if name not in lesson_names():
        hint = nearest(name, lesson_names()) or "."
        raise InputError(f"there is no lesson {name!r}{hint} `nnviz lessons` lists them.")
    return read_lesson(LIBRARY / name)


def read_lesson(folder: Path) -> Lesson:
    """Read a lesson's folder. Raises InputError that names the file."""
    path = folder / LESSON
    try:
        file = msgspec.toml.decode(path.read_bytes(), type=LessonFile)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise InputError(f"{path}: can't be read: {error}") from error
    experiment = read_experiment(folder / EXPERIMENT)
    try:
        written = folder / PROGRAM
        program = written.read_text(encoding="utf-8") if written.exists() else ""
        return Lesson(folder.name, file, experiment, program)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{written}: can't be read: {error}") from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
