"""The commands for a run that is somebody's own program: what only there can be asked."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from nnviz.debugger.command_checks import Check, anything, nothing, number, whole_number
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.source import RunSource
from nnviz.errors import InputError

TEXT_LINES = 40
REFERENCE_ITERATIONS = 20


@runtime_checkable
class OwnProgram(Protocol):
    """A source of runs that is a program with names, text and code of its own."""

    def look(self, name: str) -> str:
        """What a name of the program stands for; all of its names where that is empty."""

    def printed(self, count: int) -> str:
        """The last lines that the program has printed, up to the iteration that is shown."""

    def check_gradients(self) -> str:
        """The gradients of its own code held against differences of its loss, in words."""

    def compare_with_reference(self, iterations: int) -> str:
        """The first array in which it differs from the engine, in words."""

    def reloaded(self) -> tuple[RunSource, str]:
        """The file as it is now, from the iteration that is shown on; and what is to be said."""

    def correct(self, key: str, value: str) -> str:
        """Write down what was not recognised rightly; what is to be said."""


def program_of(debugger: Debugger) -> OwnProgram:
    """The program that is debugged. Raises InputError where the run is none."""
    source = debugger.timeline.source
    if not isinstance(source, OwnProgram):
        raise InputError("this run is the engine's own: the command is for a program, FILE.py")
    return source


def look(debugger: Debugger, rest: str) -> str:
    """A name of the program, or all."""
    return program_of(debugger).look(rest)


def text(debugger: Debugger, rest: str) -> str:
    """What the program has printed."""
    count = whole_number(rest, "how many lines") if rest else TEXT_LINES
    return program_of(debugger).printed(count)


def gradients(debugger: Debugger, rest: str) -> str:
    """The gradient check at this iteration."""
    return program_of(debugger).check_gradients()


def reference(debugger: Debugger, rest: str) -> str:
    """The comparison with the engine from this iteration on."""
    count = whole_number(rest, "how many iterations") if rest else REFERENCE_ITERATIONS
    if count < 1:
        raise InputError(f"{count}: expected 1 iteration or more")
    return program_of(debugger).compare_with_reference(count)


def reload(debugger: Debugger, rest: str) -> str:
    """The changed file, as a branch from this iteration on."""
    run, words = program_of(debugger).reloaded()
    old = debugger.timeline
    branch = old.joined(run, {"file": ("as it was", "as it is now")})
    debugger.adopt(branch)
    return f"now on branch {branch.branch}\n{words}"


def correct(debugger: Debugger, rest: str) -> str:
    """KEY=VALUE into nnviz.toml."""
    key, equals, value = (part.strip() for part in rest.partition("="))
    if not equals or not key:
        raise InputError(f"{rest!r}: expected KEY=VALUE, for example loss=cost")
    return program_of(debugger).correct(key, value)


COMMANDS: tuple[tuple[str, str, str, Callable[[Debugger, str], str], Check], ...] = (
    ("look", "look [NAME]", "a name of your own program; all names", look, anything),
    (
        "text",
        "text [LINES]",
        "what your own program has printed",
        text,
        number("how many lines", optional=True),
    ),
    (
        "gradients",
        "gradients",
        "check your own program's gradients against its loss",
        gradients,
        nothing,
    ),
    (
        "reference",
        "reference [N]",
        "your own program beside the engine, for N iterations",
        reference,
        number("how many iterations", optional=True),
    ),
    ("reload", "reload", "go on from here with your own program as its file is", reload, nothing),
    (
        "correct",
        "correct KEY=VALUE",
        "say in nnviz.toml what was not recognised rightly",
        correct,
        anything,
    ),
)
"""Name, usage, help, what it does, and how its rest is read: see `nnviz.debugger.commands`."""
