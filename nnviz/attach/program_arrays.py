"""The arrays of one iteration of a program: from the process that has done it, or from a replay.

A process that has gone on, or a program that keeps no name for an array, has it no more: then a
process that keeps the state before does the iteration again, and keeps what is asked for.
"""

import os
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.attach.family import Family, Member
from nnviz.attach.recognition import Recognition
from nnviz.attach.snapshots import ProgramSnapshot
from nnviz.attach.wire import unpacked
from nnviz.debugger.model import class_outputs
from nnviz.debugger.phases import Phase
from nnviz.engine.arrays import Array, Labels
from nnviz.errors import InputError


def asked(family: Family, member: Member, name: str) -> npt.NDArray[Any]:
    """An array that a process has. Raises InputError where it has none of that name."""
    message, descriptors = family.ask(member, {"order": "get", "name": name})
    try:
        return unpacked(message["array"], descriptors)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


class ProgramArrays:
    """The arrays of the iteration that is looked at, each fetched once.

    `awake` gives a new process that stands before a snapshot's iteration.
    """

    def __init__(
        self,
        family: Family,
        recognition: Recognition,
        phases: tuple[Phase, ...],
        awake: Callable[[ProgramSnapshot], Member],
    ) -> None:
        self.family, self.recognition = family, recognition
        self._phases, self._awake = phases, awake
        self._shown: ProgramSnapshot
        self._member: Member | None = None
        self._looker: tuple[frozenset[str], Member] | None = None
        self._cached: dict[str, npt.NDArray[Any]] = {}

    def look_at(self, shown: ProgramSnapshot, member: Member | None) -> None:
        """Look at the iteration that follows a state; `member` has done it (None: nobody has)."""
        self._shown, self._member = shown, member
        self._looker, self._cached = None, {}

    def array(self, name: str) -> Array:
        """An array of iteration `shown`, as the course has it: units x samples, W out x in."""
        known = self.names
        if name not in known:
            raise KeyError(f"{name}: expected one of {', '.join(known)}")
        if name not in self._cached:
            self._cached[name] = self._found(name)
        return self._cached[name]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all arrays that `array` gives."""
        found, layers = self.recognition, self.recognition.layers
        names = ["X", *(["T"] if found.targets or found.labels else [])]
        for number, layer in enumerate(layers, start=1):
            names += [f"W{number}", *([f"b{number}"] if layer.bias else []), f"update{number}"]
            names += [f"{letter}{number}" for letter in layer.places]
        return tuple(names)

    def _found(self, name: str) -> Array:
        if name.startswith("update"):
            number = name.removeprefix("update")
            new, old = self._raw(f"newW{number}"), self._raw(f"W{number}")
            with np.errstate(all="ignore"):
                return new - old
        if name == "T" and self.recognition.targets is None:
            labels = self.labels()
            return (np.arange(self.recognition.layers[-1].units)[:, None] == labels).astype(
                np.float32
            )
        return self._formed(name, self._raw(name))

    def _formed(self, name: str, array: Array) -> Array:
        letter, number = name.rstrip("0123456789"), int(name.lstrip("XTzLdWb") or 0)
        if letter in ("W", "b"):
            return array
        if array.ndim == 1:
            array = array.reshape(-1, 1)
        if letter == "dW":
            layer = self.recognition.layers[number - 1]
            return array if array.shape == (layer.units, layer.fan_in) else array.T
        return array if self.recognition.columns else array.T

    def _raw(self, name: str) -> Array:
        """An array as the program has it: from where it still is, or from a replay."""
        shown = self._shown
        if self._member is None and name[0] in "Wb" and shown.index == shown.kept.index:
            return self._asked(shown.kept.member, f"new{name}")
        if self._member is not None:
            try:
                return self._asked(self._member, name)
            except InputError:
                pass  # it is gone there: a replay keeps it
        return self._asked(self._replayed(name), name)

    def done(self) -> Member:
        """A process that has done the iteration: everything of the program is as it was then."""
        return self._member or self._replayed("W1")

    def _replayed(self, name: str) -> Member:
        """A process that has done the iteration again and has kept an array of it."""
        if self._looker is not None:
            wanted, member = self._looker
            if name in wanted or name.removeprefix("new")[:1] in "Wb":
                return member
        wanted = self._beside(name) | {name}
        member = self._awake(self._shown)
        order = {"order": "go", "wanted": sorted(wanted), "quiet": True, "measure": False}
        message, _ = self.family.ask(member, order)
        if message.get("event") != "done":
            raise InputError(str(message.get("text", "the iteration can't be done again")))
        self._looker = (wanted, member)
        return member

    def _beside(self, name: str) -> frozenset[str]:
        """What is looked at together with an array."""
        depth = self.recognition.depth
        for phase in self._phases:
            if name in phase.arrays:
                return frozenset({*phase.arrays, f"L{depth}", "T", "labels"})
        return frozenset({f"L{depth}", "T", "labels"})

    def _asked(self, member: Member, name: str) -> Array:
        return asked(self.family, member, name)

    def labels(self) -> Labels:
        """The labels of the samples of iteration `shown`. InputError: there are no classes."""
        if self.recognition.targets is not None:
            return labels_of(self.array("T"), self.recognition)
        if self.recognition.labels is None:
            raise InputError("no labels were recognised in the program")
        if "labels" not in self._cached:
            self._cached["labels"] = self._raw("labels").reshape(-1)
        return self._cached["labels"].astype(np.int64)


def labels_of(T: Array, recognition: Recognition) -> Labels:
    """The class that each sample's target names, T being classes x samples. InputError: none."""
    if not recognition.classes:
        raise InputError("the program's targets are numbers and name no classes")
    answers = class_outputs(T, recognition.layers[-1].activation)
    return answers.argmax(axis=0).astype(np.int64)
