"""A student's own program as a source of runs for the timeline; `RunSource` has the promises."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nnviz.attach import describing
from nnviz.attach.changes import number_change, parameter_names, weights_change
from nnviz.attach.describing import ending_text
from nnviz.attach.family import Family, Kept, Member, private_bytes
from nnviz.attach.gradients import GradientReport, check_gradients
from nnviz.attach.namespace import path_text
from nnviz.attach.network import network_of, why_not_the_engine
from nnviz.attach.program import Program
from nnviz.attach.program_arrays import ProgramArrays, asked
from nnviz.attach.recognition import Corrections, Recognition
from nnviz.attach.remote_statistics import no_statistics, statistics
from nnviz.attach.snapshots import ProgramSnapshot
from nnviz.attach.wire import Message
from nnviz.debugger.model import TRAIN, Model, Part
from nnviz.debugger.phases import Phase
from nnviz.debugger.source import Frame, Packed, RunInfo
from nnviz.debugger.statistics import LayerStatistics
from nnviz.debugger.training_check import TrainingCheck
from nnviz.engine.arrays import Array, Labels
from nnviz.engine.network import Parameters
from nnviz.engine.tiles import Cancelled
from nnviz.errors import InputError

SHARE_OF_TIME = 1 / 20
"""A state is kept where making it costs no more than this share of the time since the last one."""

PATIENCE = 0.25
"""An iteration of fewer seconds is waited for before a run is interrupted."""

AT_FIRST = 8 * 2**20
"""What a state is reckoned to cost while none has been measured."""

MEASURE_EVERY = 8
"""Every so many states one that is some iterations old is measured."""

MOST_NUMBERS = 60
"""So many of the program's numbers can be set on a fork."""


class ProgramSource:
    """Runs a program in a process of its own, and goes back by forking those that keep states.

    `family` are its processes. `current` is the one that has just done iteration `shown`; None
    where the source stands before an iteration, at a snapshot. A `quiet` one prints nothing;
    `forward_only` says why a program can't be copied ("" where it can).
    """

    def __init__(
        self,
        program: Program,
        corrections: Corrections,
        family: Family,
        recognition: Recognition,
        iterations: int,
        start: ProgramSnapshot,
        settings: Mapping[str, Any],
    ) -> None:
        """Take a program that stands before its first iteration; see `attach`."""
        self.program, self.corrections = program, corrections
        self.family, self.recognition = family, recognition
        self._phases = describing.program_phases(program, recognition)
        self.info: RunInfo = describing.run_info(program, recognition, iterations)
        self.cancelled: Callable[[], bool] = lambda: False
        self.settings: Mapping[str, Any] = settings
        self._iterations, self.quiet = iterations, False
        self.ended = self.forward_only = ""
        self._current: Member | None = None
        self._here = start
        self._shown = start
        self._since_state = 0.0
        self._fork_seconds = 0.005
        self._iteration_seconds = 0.0
        self.state_bytes, self._states = AT_FIRST, 0
        self._recent: list[Kept] = []
        self._arrays = ProgramArrays(family, recognition, self.phases(), self.awake)
        self._arrays.look_at(start, None)
        self._last = (float("nan"), float("nan"))
        self._wanted: list[str] = []

    @property
    def origin(self) -> Mapping[str, Any]:
        """Which program it is."""
        return {"program": str(self.program.path)}

    @property
    def index(self) -> int:
        """The iteration that `advance` does next."""
        return self._here.index

    @property
    def shown(self) -> int:
        """The iteration whose arrays are there to look at."""
        return self._shown.index

    def advance(self) -> Frame:
        """Do one iteration and return its numbers. InputError: the program has ended, or failed."""
        if self.ended:
            raise InputError(self.ended)
        message = self._iterate(measure=True, quiet=self.quiet)
        frame = self._frame(message)
        self._last = frame.loss, frame.train_accuracy
        if "layers" in message:
            self._here = replace(
                self._here, active=tuple(layer.last_active for layer in frame.layers)
            )
        return frame

    def replay(self, known: Frame) -> float:
        """Do one iteration again, without measuring anything, and return its loss."""
        message = self._iterate(measure=False, quiet=True)
        active = tuple(layer.last_active for layer in known.layers)
        self._here = replace(self._here, active=active)
        return float(message["loss"])

    def _iterate(self, *, measure: bool, quiet: bool) -> Message:
        member, before = self._running(), self._here
        if not quiet:
            self.family.index = before.index
        order = {
            "order": "go",
            "measure": measure,
            "quiet": quiet,
            "active": [units.tolist() for units in before.active] if measure else [],
            "window": self.info.batches_per_epoch,
            "wanted": self._wanted,
        }
        patience = PATIENCE if self._iteration_seconds < PATIENCE else 0.0
        started = time.perf_counter()
        try:
            message, _ = self.family.ask(member, order, self._to_stop, patience)
        except Cancelled:
            self._leave(member)
            self._shown = before
            self._arrays.look_at(before, None)
            raise
        if message.get("event") != "done":
            raise InputError(self._ending(message))
        took = time.perf_counter() - started
        self._since_state += took
        self._iteration_seconds += (took - self._iteration_seconds) / 8
        self._shown, self._here = before, replace(before, index=before.index + 1)
        self._arrays.look_at(before, member)
        return message

    def _to_stop(self) -> bool:
        """Whether an iteration is to be given up."""
        return self.cancelled()

    def _ending(self, message: Message) -> str:
        """Why there is no further iteration; what failed stays to be looked at."""
        self.ended = ending_text(self.program, message, self.index)
        self.family.text.finish(self.index)
        return self.ended

    def _frame(self, message: Message) -> Frame:
        layers = message.get("layers")
        found = tuple(statistics(each) for each in layers) if layers else self._unseen()
        return Frame(
            index=int(message["index"]),
            loss=float(message["loss"]),
            train_accuracy=float(message.get("accuracy", math.nan)),
            layers=found,
        )

    def _unseen(self) -> tuple[LayerStatistics, ...]:
        """The statistics of an iteration in which the program did not pass its usual way."""
        return tuple(no_statistics(layer.units) for layer in self.recognition.layers)

    def _running(self) -> Member:
        """The process that does the next iteration."""
        if self._current is None:
            self._current = self.awake(self._here)
        return self._current

    def awake(self, snapshot: ProgramSnapshot) -> Member:
        """A new process that stands before a snapshot's iteration."""
        member, _ = self.family.fork(snapshot.kept.member)
        if (behind := snapshot.index - snapshot.kept.index) > 0:
            order = {"order": "go", "count": behind, "quiet": True, "measure": False}
            message, _ = self.family.ask(member, order)
            if message.get("event") != "done":
                raise InputError(self._ending(message))
        return member

    def _leave(self, member: Member | None) -> None:
        if member is not None:
            member.close()
        self._current = None

    def snapshot(self) -> ProgramSnapshot:
        """The state before iteration `index`: a process is made for it where it is worth that."""
        here = self._here
        current = self._current
        if current is None or here.index == here.kept.index or self.ended:
            return here
        if self._fork_seconds > SHARE_OF_TIME * self._since_state:
            return here
        try:
            self._here = replace(here, kept=self._keep(current, here.index))
        except InputError:
            self._since_state = 0.0  # it can't be copied now: it is replayed from an earlier state
        return self._here

    def _keep(self, member: Member, index: int) -> Kept:
        copy, seconds = self.family.fork(member)
        self._fork_seconds += (seconds - self._fork_seconds) / 4
        self._since_state = 0.0
        self._measure_states()
        kept = Kept(copy, index, self.state_bytes)
        self._recent = [*self._recent[-3:], kept]
        return kept

    def _measure_states(self) -> None:
        """Learn what states really cost, from one that the program has gone on from."""
        self._states += 1
        if self._states % MEASURE_EVERY in (3, 4) and self._recent:
            found = private_bytes(self._recent[0].member.pid)
            self.state_bytes = max(2**20, found or self.state_bytes)

    def restore(self, snapshot: ProgramSnapshot) -> None:
        """Come back to a state; a process is made when it has something to do."""
        if snapshot.index == self._here.index == self._shown.index and self._current is None:
            return
        self._leave(self._current)
        self._here = self._shown = snapshot
        self._arrays.look_at(snapshot, None)

    def pack(self, snapshot: ProgramSnapshot) -> Packed:
        """W1, W2, ..., b1, ..., and active1, ... of the units."""
        member = snapshot.kept.member
        made = snapshot.index != snapshot.kept.index
        if made:
            member = self.awake(snapshot)
        try:
            arrays = {
                name: asked(self.family, member, f"new{name}")
                for name in parameter_names(self.recognition)
            }
        finally:
            if made:
                member.close()
        return arrays | {f"active{i}": a for i, a in enumerate(snapshot.active, start=1)}

    def unpack(self, index: int, arrays: Packed) -> ProgramSnapshot:
        """A program's state is more than its weights: it can't be made from a file."""
        raise InputError(
            f"the states of {self.program.path.name} can't be made from a file: "
            "only the program itself comes to them"
        )

    def fork(
        self, snapshot: ProgramSnapshot, changes: Mapping[str, Any], arrays: Mapping[str, Array]
    ) -> "ProgramSource":
        """An independent run from a snapshot on, with other numbers and arrays of the program."""
        found = self.recognition
        numbers = [number_change(found, key, value) for key, value in changes.items()]
        weights = [weights_change(found, name, array) for name, array in arrays.items()]
        member = self.awake(snapshot)
        if numbers or weights:
            order = {"order": "set", "numbers": numbers, "arrays": weights}
            self.family.ask(member, order)
        kept = Kept(member, snapshot.index, self.state_bytes)
        start = ProgramSnapshot(snapshot.index, kept, snapshot.active)
        run = ProgramSource(
            self.program,
            self.corrections,
            self.family,
            self.recognition,
            self._iterations,
            start,
            {**self.settings, **changes},
        )
        run.cancelled, run.quiet = self.cancelled, self.quiet
        return run

    def phases(self) -> tuple[Phase, ...]:
        """The phases of an iteration, with the program's own lines."""
        return self._phases

    def array(self, name: str) -> Array:
        """An array of iteration `shown`, as the course has it: units x samples, W out x in."""
        return self._arrays.array(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all arrays that `array` gives."""
        return self._arrays.names

    def labels(self) -> Labels:
        """The labels of the samples of iteration `shown`."""
        return self._arrays.labels()

    @property
    def model(self) -> Model:
        """The engine's net with the program's weights. InputError: it has an unknown function."""
        if problem := why_not_the_engine(self.recognition):
            raise InputError(f"single samples can't be looked at: {problem}")
        layers = self.recognition.layers
        weights = tuple(self.array(f"W{i}") for i in range(1, len(layers) + 1))
        biases = tuple(
            self.array(f"b{i}") if layer.bias else np.zeros((layer.units, 1), weights[0].dtype)
            for i, layer in enumerate(layers, start=1)
        )
        network = network_of(self.recognition)
        X, T = self.array("X"), self.array("T")
        parameters = Parameters(weights, biases if network.has_biases else ())
        return Model(network, parameters, {TRAIN: Part(X, T, self.labels())})

    def gradient_report(self) -> GradientReport:
        """Check the gradients of the program's own code at iteration `shown`.

        Raises InputError where that is impossible there.
        """
        found = self.recognition
        rate = self.settings.get(path_text(found.rate.path)) if found.rate.path else None
        if rate is None:
            known = [value for value in found.rate.values if math.isfinite(value)]
            rate = known[0] if known else 1.0
        member = self.awake(self._shown)
        try:
            return check_gradients(self.family, found, member, self.shown, float(rate))
        finally:
            member.close()

    def check_training(self) -> TrainingCheck:
        """The same for the rules that look at a check. Raises InputError."""
        return self.gradient_report().training_check()

    def evaluate(self) -> tuple[float, float]:
        """No test samples are known of a program: NaN for loss and accuracy."""
        return float("nan"), float("nan")

    def evaluate_training(self) -> tuple[float, float]:
        """Loss and accuracy of the last batch: the program's own numbers."""
        return self._last

    @property
    def shown_snapshot(self) -> ProgramSnapshot:
        """The state before iteration `shown`."""
        return self._shown

    def printed(self, count: int) -> str:
        """The last lines that the program has printed, up to the iteration that is shown."""
        return asking().printed(self, count)

    def check_gradients(self) -> str:
        """The gradients of its own code held against differences of its loss, in words."""
        return asking().gradients(self)

    def compare_with_reference(self, iterations: int) -> str:
        """The first array in which it differs from the engine, in words."""
        return asking().reference(self, iterations)

    def reloaded(self) -> tuple["ProgramSource", str]:
        """The file as it is now, from the iteration that is shown on; and what is to be said."""
        return asking().reloaded(self)

    def correct(self, key: str, value: str) -> str:
        """Write down what was not recognised rightly; what is to be said."""
        return asking().corrected(self, key, value)

    def look(self, name: str) -> str:
        """What a name of the program stands for now, in words; all names where it is empty."""
        failed = self._current if self.ended else None
        member = failed or self._arrays.done()
        message, _ = self.family.ask(member, {"order": "look", "name": name})
        return str(message["text"])

    def finish(self) -> None:
        """Let the program go on to its end, as it would without a debugger; it says no more then.

        Raises InputError where it fails on the way.
        """
        order = {"order": "go", "count": 10**9, "quiet": False, "measure": False}
        self.family.index = self.index
        message, _ = self.family.ask(self._running(), order, self.cancelled)
        said = self._ending(message)
        if message.get("event") == "failed":
            raise InputError(said)

    def close(self) -> None:
        """End all of the program's processes."""
        self.family.close()


def asking() -> Any:
    """The module that answers what only a program can be asked; it knows this one."""
    from nnviz.attach import asking as answers

    return answers
