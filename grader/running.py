"""What checks need of whatever runs a student's code: `grader.sandbox`, or a stand-in in tests."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from grader.sandbox import Call, Limits, Outcome
from grader.submission import Submission


class Code(Protocol):
    """The student's code, loaded where it can do no harm.

    `names` are the functions that it defines; `problems` say what could not be loaded (a syntax
    error with its line, cells that failed, a module that is missing); `forbidden` are the modules
    it imported although it may not.
    """

    @property
    def names(self) -> frozenset[str]:
        """The functions that it defines."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be loaded."""

    @property
    def forbidden(self) -> tuple[str, ...]:
        """Modules that were imported, and may not be."""

    def run(self, calls: Sequence[Call], limits: Limits | None = None) -> Outcome:
        """Make these calls in one process."""


class Runner(Protocol):
    """What runs students' code: loads it, and says which layers keep it from doing harm."""

    @property
    def layers(self) -> tuple[str, ...]:
        """The active layers, for the grade."""

    def open(self, submission: Submission) -> AbstractContextManager[Code]:
        """Load the code of a submission."""
