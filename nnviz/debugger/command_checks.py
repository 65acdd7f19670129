"""Reads the arguments of typed commands before a run is open, so that a script is refused early.

Each check is given the rest of a command's line and what the line may refer to, and raises
InputError where the rest can't be read. What depends on the state of the run is not its business.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nnviz.debugger.forks import is_edit, parse_edit
from nnviz.errors import InputError, nearest
from nnviz.experiment import parse_assignments

SEARCH_FLAGS = ("--first", "--last", "--all")


@dataclass(frozen=True)
class Terms:
    """What a line may refer to: so many layers, these settings, these findings."""

    depth: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    finding_ids: tuple[str, ...] = ()


Check = Callable[[str, Terms], None]


def anything(rest: str, terms: Terms) -> None:
    """Whatever it is depends on the run."""


def run(rest: str, terms: Terms) -> None:
    """A run: whether it can be opened is seen when it is."""
    if not rest:
        raise InputError("expected a run: a recorded FILE.nnviz, a preset, or a FILE.toml")


def nothing(rest: str, terms: Terms) -> None:
    """The command stands alone."""
    if rest:
        raise InputError(f"{rest!r}: this command stands alone")


def word(*words: str) -> Check:
    """One of these words, or nothing."""

    def check(rest: str, terms: Terms) -> None:
        if rest and rest not in words:
            raise InputError(f"{rest!r}: expected {' or '.join(words)}, or nothing")

    return check


def number(what: str, *words: str, optional: bool = False) -> Check:
    """A whole number, one of some words, or nothing where that is allowed."""

    def check(rest: str, terms: Terms) -> None:
        if not (rest in words or (optional and not rest)):
            whole_number(rest, what)

    return check


def whole_number(text: str, what: str) -> int:
    """The number that a text is. Raises InputError that says what was expected."""
    try:
        return int(text)
    except ValueError:
        raise InputError(f"{text!r}: expected {what}, a whole number") from None


def file(suffix: str) -> Check:
    """The name of a file with that ending."""

    def check(rest: str, terms: Terms) -> None:
        if not rest.endswith(suffix) or rest == suffix:
            raise InputError(f"{rest!r}: expected a file whose name ends in {suffix}")

    return check


def predicate(optional: bool = False) -> Check:
    """A predicate, perhaps with the flags of a search."""

    def check(rest: str, terms: Terms) -> None:
        from nnviz.debugger.predicates import parse_predicate

        text, _ = without_flags(rest)
        if text or not optional:
            parse_predicate(text, terms.depth, terms.finding_ids)

    return check


def expression(rest: str, terms: Terms) -> None:
    """An expression to watch, or nothing."""
    if rest:
        from nnviz.debugger.predicates import parse_expression

        parse_expression(rest, terms.depth)


def change(optional: bool = False) -> Check:
    """A setting or a weight with its new value."""

    def check(rest: str, terms: Terms) -> None:
        if not rest and optional:
            return
        if is_edit(rest):
            parse_edit(rest)
            return
        for key in parse_assignments([rest]):
            if key not in terms.settings:
                raise InputError(f"{key}: no such setting{nearest(key, terms.settings)}")

    return check


def without_flags(rest: str) -> tuple[str, list[str]]:
    """A text without `--first`, `--last`, `--all`, and those that were in it."""
    words = rest.split()
    flags = [each for each in words if each in SEARCH_FLAGS]
    return " ".join(each for each in words if each not in flags), flags
