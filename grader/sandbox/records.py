"""What is asked of a sandbox and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from grader.sandbox.inside.codec import Opaque, Ref, Rng

__all__ = ["Call", "Kind", "Limits", "Opaque", "Outcome", "Ref", "Rng"]

Kind = Literal["value", "exception", "timeout", "memory", "killed", "no-value", "unreadable"]

MEGABYTE = 1024**2


@dataclass(frozen=True)
class Limits:
    """What one process of a student's code may use.

    `cpu_seconds` and `wall_seconds` hold for loading the code and for each run; `processes` counts
    threads, since there are no further processes; `output_bytes` is how much of what is printed is
    kept, and `value_bytes` how large an answer may be.
    """

    wall_seconds: float = 10
    cpu_seconds: float = 3
    memory_bytes: int = 2048 * MEGABYTE
    file_bytes: int = 16 * MEGABYTE
    open_files: int = 64
    processes: int = 64
    output_bytes: int = MEGABYTE
    value_bytes: int = 16 * MEGABYTE


@dataclass(frozen=True)
class Call:
    """A call of one of the student's functions.

    Arguments are numpy arrays, numbers, texts, bools, None, lists, tuples and dicts of these, `Ref`
    for the result of an earlier call, `Rng` for a random generator.
    """

    function: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came out of a run.

    `kind`: "value"; "exception" of the student's code; "timeout" of the clock or the processor's
    time; "memory"; "killed" by a signal; "no-value" where the process ended without an answer;
    "unreadable" where the value is no numbers or texts, or too large. `value` is that of the last
    call and `values` those of all calls made, with `Opaque` for an object; arrays are read-only.
    `message` is one line, partly the student's own text; `line` and `file` say where the student's
    code failed. `output` is what was printed. `mutated`: (call, argument) for every array that the
    student's code changed in place; an argument is its position or its name.
    """

    kind: Kind
    value: Any = None
    values: tuple[Any, ...] = ()
    message: str = ""
    line: int | None = None
    file: str = ""
    output: str = ""
    mutated: tuple[tuple[int, int | str], ...] = ()
