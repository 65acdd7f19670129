"""A program that can't be copied runs forward only: what it has shown is kept to be looked at.

All numbers are in the history anyhow. The arrays of each iteration are kept here as far as they are
small, thinned as states are; what is not among them can't be had again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nnviz.attach.changes import parameter_names
from nnviz.attach.family import Member
from nnviz.attach.gradients import GradientReport
from nnviz.attach.program_arrays import labels_of
from nnviz.attach.snapshots import ProgramSnapshot
from nnviz.attach.source import ProgramSource
from nnviz.debugger.keyframes import DEFAULT_BUDGET, Keyframes
from nnviz.debugger.source import Frame, Packed, UnkeptError
from nnviz.engine.arrays import Array, Labels
from nnviz.engine.tiles import Cancelled
from nnviz.errors import InputError

SMALL = 2**20
"""Up to so many numbers an array is kept; outputs, targets and labels are, whatever their size."""

CONSTANT = ("X", "T", "labels")
"""What is the same in many iterations, and then kept once."""


@dataclass(frozen=True, eq=False)
class Seen:
    """The arrays of an iteration that was done."""

    index: int
    arrays: Mapping[str, Any]

    @property
    def parts(self) -> Mapping[int, int]:
        """What each costs; those that iterations share are counted once."""
        return {id(array): array.nbytes for array in self.arrays.values()}

    def shrunk(self) -> "Seen":
        """Itself."""
        return self


class ForwardSource(ProgramSource):
    """Runs a program in its one process; `forward_only` says why there can be no other.

    Going back looks at what was kept. A state is only a number, and nothing can be done again.
    """

    def begin(self, why: str, budget: int = DEFAULT_BUDGET) -> "ForwardSource":
        """Say why it runs forward only, and how much memory its arrays may take."""
        self.forward_only, self._kept, self._done = why, Keyframes(budget), 0
        self.info = replace(
            self.info, options={**self.info.options, "going back": f"numbers only, because {why}"}
        )
        self._wanted = [name for name in self.names if self._is_kept(name)]
        if self.recognition.labels is not None:
            self._wanted.append("labels")
        return self

    def _is_kept(self, name: str) -> bool:
        if name in ("T", f"L{self.recognition.depth}"):
            return True
        if name == "X":
            return self.info.features * self.info.batch <= SMALL
        letter, number = name.rstrip("0123456789"), int(name.lstrip("zLdWbupate"))
        layer = self.recognition.layers[number - 1]
        across = self.info.batch if letter in ("z", "L", "d") else layer.fan_in
        return layer.units * across <= SMALL

    def advance(self) -> Frame:
        """Do one iteration, keep its small arrays, and return its numbers."""
        if self.cancelled():  # later, in the middle of an iteration, it can't be given up
            raise Cancelled
        frame = super().advance()
        self._done = frame.index + 1
        self._kept.add(Seen(frame.index, self._looked_at(self._seen(frame.index - 1))))
        return frame

    def _to_stop(self) -> bool:
        return False

    def _seen(self, index: int) -> Mapping[str, Any]:
        seen = self._kept.get(index)
        return seen.arrays if isinstance(seen, Seen) else {}

    def _looked_at(self, before: Mapping[str, Any]) -> Mapping[str, Any]:
        """The arrays to keep of the iteration that was just done."""
        found: dict[str, Any] = {}
        for name in self._wanted:
            try:
                array = self._arrays.labels() if name == "labels" else self._arrays.array(name)
            except (InputError, KeyError):
                continue  # the program did not pass there
            same = name in CONSTANT and name in before and np.array_equal(before[name], array)
            found[name] = before[name] if same else array
        return found

    def replay(self, known: Frame) -> float:
        """Go on over an iteration that was done: only its numbers are known."""
        active = tuple(layer.last_active for layer in known.layers)
        self._shown = self._here
        self._here = replace(self._here, index=self._here.index + 1, active=active)
        self._look()
        return known.loss

    def snapshot(self) -> ProgramSnapshot:
        """The number of the iteration that comes next."""
        return self._here

    def restore(self, snapshot: ProgramSnapshot) -> None:
        """Look at what was kept of an iteration."""
        self._here = self._shown = snapshot
        self._look()

    def _look(self) -> None:
        last = self._shown.index == self._done - 1
        self._arrays.look_at(self._shown, self.family.main if last else None)

    def _running(self) -> Member:
        return self.family.main

    def _leave(self, member: Member | None) -> None:
        """There is no other process to go on with: it stays."""

    def awake(self, snapshot: ProgramSnapshot) -> Member:
        """There is none. Raises UnkeptError."""
        raise self._unkept()

    def _unkept(self) -> UnkeptError:
        return UnkeptError(f"not kept of iteration {self.shown}: {self.forward_only}")

    def array(self, name: str) -> Array:
        """An array of iteration `shown`. Raises UnkeptError where it was not kept."""
        if name not in self.names:
            raise KeyError(f"{name}: expected one of {', '.join(self.names)}")
        seen = self._seen(self.shown)
        if name in seen:
            return seen[name]
        if self.shown < self._done - 1:
            raise self._unkept()
        return super().array(name)

    def labels(self) -> Labels:
        """The labels of the samples of iteration `shown`. Raises UnkeptError: not kept."""
        if self.recognition.targets is not None:
            return labels_of(self.array("T"), self.recognition)
        seen = self._seen(self.shown)
        if "labels" not in seen:
            raise self._unkept()
        return seen["labels"]

    def pack(self, snapshot: ProgramSnapshot) -> Packed:
        """The weights before an iteration. Raises UnkeptError where they were not kept."""
        if snapshot.index >= self._done:
            return super().pack(replace(snapshot, kept=replace(snapshot.kept, index=self._done)))
        seen, names = self._seen(snapshot.index), parameter_names(self.recognition)
        if not seen.keys() >= set(names):
            raise UnkeptError(f"the weights of iteration {snapshot.index} were not kept")
        arrays = {name: seen[name] for name in names}
        return arrays | {f"active{i}": a for i, a in enumerate(snapshot.active, start=1)}

    def fork(
        self, snapshot: ProgramSnapshot, changes: Mapping[str, Any], arrays: Mapping[str, Array]
    ) -> "ProgramSource":
        """Raises InputError: it takes a copy of the process."""
        raise InputError(f"no branch can be made, because {self.forward_only}")

    def gradient_report(self) -> GradientReport:
        """Raises InputError: it takes copies of the process."""
        raise InputError(f"gradients can't be checked, because {self.forward_only}")

    def compare_with_reference(self, iterations: int) -> str:
        """Raises InputError: it takes a copy of the process."""
        raise InputError(f"the reference can't be compared with, because {self.forward_only}")

    def reloaded(self) -> tuple["ProgramSource", str]:
        """Raises InputError: it takes a copy of the process."""
        raise InputError(f"the changed file can't take over, because {self.forward_only}")

    def look(self, name: str) -> str:
        """What a name of the program stands for now. Raises UnkeptError further back."""
        if not self.ended and self.shown < self._done - 1:
            raise self._unkept()
        message, _ = self.family.ask(self.family.main, {"order": "look", "name": name})
        return str(message["text"])
