"""Branches of a run: what was changed where, so that no number is seen without its origin."""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from weakref import WeakValueDictionary

from nnviz.debugger.keyframes import DEFAULT_BUDGET, Keyframes
from nnviz.engine.arrays import Array
from nnviz.errors import InputError

_TARGET = re.compile(r"([Wb]\d+)\s*(?:\[\s*(\d+)\s*(?:,\s*(\d+|:)\s*)?\])?")


@dataclass(frozen=True)
class Edit:
    """Weights that were set by hand: all of an array, a unit's row, or one (None: all of them).

    Units and weights of a row are counted from 0. `value` is one number for all, or a row's.
    """

    name: str
    row: int | None
    column: int | None
    value: float | tuple[float, ...]

    def __str__(self) -> str:
        """As it is typed, such as `W1[3, 7] = 0.5`."""
        places = [str(place) for place in (self.row, self.column) if place is not None]
        place = f"[{', '.join(places)}]" if places else ""
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return f"{self.name}{place} = {', '.join(f'{value:g}' for value in values)}"

    def applied(self, array: Array) -> Array:
        """A copy of an array with the edit made. Raises InputError where it doesn't fit."""
        rows, columns = array.shape
        if (self.row or 0) >= rows or (self.column or 0) >= columns:
            raise InputError(f"{self}: {self.name} is {rows} x {columns}, counted from 0")
        expected = 1 if self.column is not None else columns
        if isinstance(self.value, tuple) and len(self.value) != expected:
            raise InputError(
                f"{self.name}: {len(self.value)} values for a row of {expected}; "
                "expected one value, or one for each"
            )
        edited = array.copy()
        row = slice(None) if self.row is None else self.row
        edited[row, slice(None) if self.column is None else self.column] = self.value
        return edited


def is_edit(text: str) -> bool:
    """Whether a command is about weights or biases, and not about a setting."""
    return re.match(r"\s*[Wb]\d", text) is not None


def parse_edit(text: str) -> Edit:
    """Read `W1[3, 7] = 0.5`, `W1[3] = 0` (the row of a unit), `b2 = 0` (all of an array).

    A row takes one value or as many as it is long, with commas. Raises InputError.
    """
    target, equals, values = text.partition("=")
    match = _TARGET.fullmatch(target.strip())
    if not equals or match is None:
        raise InputError(f"{text.strip()!r}: expected a weight and its value, as W1[3, 7] = 0.5")
    name, row, column = match.groups()
    try:
        numbers = tuple(float(value) for value in values.strip().strip("[]").split(","))
    except ValueError as error:
        raise InputError(f"{text.strip()!r}: expected numbers after the =") from error
    return Edit(
        name,
        None if row is None else int(row),
        None if column in (None, ":") else int(column),
        numbers[0] if len(numbers) == 1 else numbers,
    )


@dataclass(frozen=True)
class Branch:
    """Where a timeline comes from: `parent` and the iteration (none for the first one, A).

    `changes` holds the experiment's keys that differ, each with (value before, value now). `run` is
    what a run of its own is called that was opened beside another one.
    """

    name: str = "A"
    parent: str = ""
    at: int = 0
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=lambda: MappingProxyType({}))
    edits: tuple[Edit, ...] = ()
    run: str = ""

    def __str__(self) -> str:
        """A line for people, such as `B: A from 100 on, learning_rate 1e-05 -> 0.0001`."""
        if not self.parent:
            return f"{self.name}: {self.run or 'the run itself'}"
        changed = [f"{key} {old} -> {new}" for key, (old, new) in self.changes.items()]
        changed += [str(edit) for edit in self.edits]
        return f"{self.name}: {self.parent} from {self.at} on, {'; '.join(changed) or 'unchanged'}"


def branch_name(number: int) -> str:
    """A, B, ..., Z, A1, B1, ... for 0, 1, ..."""
    rounds, letter = divmod(number, len(string.ascii_uppercase))
    return string.ascii_uppercase[letter] + (str(rounds) if rounds else "")


def branch_number(name: str) -> int:
    """The inverse of `branch_name`; -1 for any other name."""
    match = re.fullmatch(r"([A-Z])([1-9][0-9]{0,5})?", name)
    if match is None:
        return -1
    letters = string.ascii_uppercase
    return letters.index(match[1]) + len(letters) * int(match[2] or 0)


class Tree:
    """All branches of a run: their names, and the memory that they share out among them."""

    def __init__(self, budget: int = DEFAULT_BUDGET) -> None:
        self.budget = budget
        self.branches: dict[str, Branch] = {}
        self._keyframes: WeakValueDictionary[str, Keyframes] = WeakValueDictionary()

    @property
    def next_name(self) -> str:
        """The name that the next branch gets, after those there are: A, B, ..., Z, A1, B1, ..."""
        return branch_name(1 + max(map(branch_number, self.branches), default=-1))

    def of_its_own(self, run: str) -> Branch:
        """A branch for another run, opened beside those there are."""
        return Branch(self.next_name, run=run)

    @property
    def nbytes(self) -> int:
        """What the keyframes of all open branches take."""
        return sum(keyframes.nbytes for keyframes in self._keyframes.values())

    def add(self, branch: Branch, keyframes: Keyframes) -> None:
        """Take a branch in; the branches that are open get equal shares of the budget."""
        self.branches[branch.name] = branch
        self._keyframes[branch.name] = keyframes
        open_ones = list(self._keyframes.values())
        for each in open_ones:
            each.budget = self.budget // len(open_ones)
            each.thin()
