"""What is asked of a student's code, and what comes back: values only, nothing of the student's.

These are the words between the checks and whatever runs the code.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from grader.submission import Submission

Kind = Literal["value", "exception", "timeout", "memory", "killed", "no-value", "unreadable"]


@dataclass(frozen=True)
class Limits:
    """What one run may use: seconds, bytes, counts."""

    wall_seconds: float = 10.0
    cpu_seconds: float = 3.0
    memory_bytes: int = 2 * 1024**3
    file_bytes: int = 16 * 1024**2
    open_files: int = 64
    processes: int = 64
    output_bytes: int = 1024**2
    value_bytes: int = 16 * 1024**2


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a function of the student's.

    Arguments are numpy arrays, numbers, texts, None, booleans, lists, tuples and dicts of these,
    `Ref` and `Rng`.
    """

    function: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ref:
    """What an earlier call of the same run returned, or one item of it; it stays where it is."""

    call: int
    key: int | str | None = None


@dataclass(frozen=True)
class Rng:
    """Becomes `numpy.random.default_rng(seed)` where the call is made."""

    seed: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a run: `values` of all calls, `value` of the last one, or what went wrong.

    `message`, `line` and `file` are those of the student's own exception; `output` is what was
    printed; `mutated` are the (call, argument) whose arrays were changed in place.
    """

    kind: Kind
    value: Any = None
    values: tuple[Any, ...] = ()
    message: str = ""
    line: int | None = None
    file: str = ""
    output: str = ""
    mutated: tuple[tuple[int, int | str], ...] = ()


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
