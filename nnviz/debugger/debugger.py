"""A debugging session: branches of a run, breakpoints and watches, and where it stops and why.

It knows nothing of screens: the terminal interface and its line-mode twin both drive this. The
language of predicates is imported when there is one: a screen is there before.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from nnviz.debugger.findings import RULES, Diagnosis, gather
from nnviz.debugger.source import Frame
from nnviz.debugger.timeline import Timeline
from nnviz.errors import InputError

if TYPE_CHECKING:
    from nnviz.debugger.predicates import Findings, Predicate
    from nnviz.debugger.predicates.nodes import Number


@dataclass(frozen=True)
class Breakpoint:
    """Stops a run at an iteration where its predicate holds and, the one before, did not.

    `hits` are the iterations at which it has stopped a run.
    """

    number: int
    predicate: "Predicate"
    enabled: bool = True
    hits: tuple[int, ...] = ()


@dataclass(frozen=True)
class Watch:
    """An expression whose value is always shown."""

    number: int
    text: str
    expression: "Number" = field(compare=False)


@dataclass(frozen=True)
class Stop:
    """Why a run stopped: a sentence, and the breakpoint if it was one."""

    reason: str
    breakpoint: Breakpoint | None = None


class Debugger:
    """The branches of a run, the one that is looked at, its breakpoints and watches.

    `progress` is called with every iteration that a run does, for whoever shows it on the way.
    """

    def __init__(self, timeline: Timeline) -> None:
        """Begin with one branch."""
        self.branches = {timeline.branch.name: timeline}
        self.timeline = timeline
        self.breakpoints: tuple[Breakpoint, ...] = ()
        self.watches: tuple[Watch, ...] = ()
        self.progress: Callable[[Frame], None] = lambda frame: None
        self._diagnoses: dict[str, Diagnosis] = {}
        self._numbers = 0

    @property
    def depth(self) -> int:
        """The number of layers of the branch that is looked at."""
        return self.timeline.source.info.depth

    @property
    def end_of_epoch(self) -> int:
        """The iteration at which the present epoch ends; on the full batch ten further on."""
        batches, index = self.timeline.source.info.batches_per_epoch, self.timeline.index
        return index + 10 if batches == 1 else (index // batches + 1) * batches

    @property
    def diagnosis(self) -> Diagnosis:
        """What is wrong with the branch that is looked at, up to its latest iteration."""
        return self.diagnosis_of(self.timeline)

    def diagnosis_of(self, timeline: Timeline) -> Diagnosis:
        """What is wrong with one of the branches, up to its latest iteration."""
        name = timeline.branch.name
        if name not in self._diagnoses:
            self._diagnoses[name] = Diagnosis(timeline.source.info, timeline.history)
        return self._diagnoses[name]

    def gather_facts(self) -> None:
        """Look at the branch's data, and check its gradients: some findings need that.

        It takes as long as a few iterations, so it is left until the numbers are on the screen.
        """
        timeline = self.timeline
        info = timeline.source.info
        facts = gather(timeline.source)
        self._diagnoses[timeline.branch.name] = Diagnosis(info, timeline.history, facts)

    @property
    def findings(self) -> "Findings":
        """What `finding(...)` refers to on the branch that is looked at."""
        return self.diagnosis.standing

    def predicate(self, text: str) -> "Predicate":
        """Read a predicate for this run. Raises InputError that points at the wrong place."""
        from nnviz.debugger.predicates import parse_predicate

        return parse_predicate(text, self.depth, RULES)

    def add_breakpoint(self, text: str) -> Breakpoint:
        """Stop wherever a predicate becomes true. Raises InputError where it can't be read."""
        predicate = self.predicate(text)
        added = Breakpoint(self._next_number(), predicate)
        self.breakpoints += (added,)
        return added

    def add_watch(self, text: str) -> Watch:
        """Show the value of an expression. Raises InputError where it can't be read."""
        from nnviz.debugger.predicates import parse_expression

        expression = parse_expression(text, self.depth)
        added = Watch(self._next_number(), text.strip(), expression)
        self.watches += (added,)
        return added

    def delete(self, number: int) -> str:
        """Remove a breakpoint or a watch. Raises InputError where there is no such number."""
        for kind in (self.breakpoints, self.watches):
            for item in kind:
                if item.number == number:
                    self.breakpoints = tuple(b for b in self.breakpoints if b != item)
                    self.watches = tuple(w for w in self.watches if w != item)
                    return item.text if isinstance(item, Watch) else item.predicate.text
        raise InputError(f"there is no breakpoint or watch {number}")

    def toggle(self, number: int) -> Breakpoint:
        """Switch a breakpoint off, or on again. Raises InputError where there is none."""
        for item in self.breakpoints:
            if item.number == number:
                changed = replace(item, enabled=not item.enabled)
                self.breakpoints = tuple(
                    changed if b.number == number else b for b in self.breakpoints
                )
                return changed
        raise InputError(f"there is no breakpoint {number}")

    def watched(self) -> tuple[tuple[Watch, float], ...]:
        """The watches with their values at the present iteration."""
        if not self.watches:
            return ()
        from nnviz.debugger.predicates import Rows

        row = self.timeline.index - self.timeline.history.first
        rows = Rows(self.timeline.history, self.findings, row, row + 1)
        values = [(watch, watch.expression.numbers(rows)) for watch in self.watches]
        return tuple((watch, float(np.asarray(value)[0])) for watch, value in values)

    def hit(self) -> Breakpoint | None:
        """The breakpoint that stops a run here, if there is one; the hit is noted."""
        if not self.breakpoints:
            return None
        from nnviz.debugger.predicates import holds_at

        index, history = self.timeline.index, self.timeline.history
        for item in self.breakpoints:
            if not item.enabled or not holds_at(history, item.predicate, index, self.findings):
                continue
            before = index > history.first
            if before and holds_at(history, item.predicate, index - 1, self.findings):
                continue
            return self._note_hit(item, index)
        return None

    def run(self, until: int | None = None) -> Stop:
        """Go forwards to iteration `until` (None: on and on) or to where a breakpoint stops.

        `progress` sees every iteration on the way. Raises `Cancelled` where the source is told to
        stop.
        """
        while until is None or self.timeline.index < until:
            frame = self.timeline.step()
            if self.breakpoints and (item := self.hit()):
                return self._stop(item)
            self.progress(frame)
        return Stop(f"reached iteration {until}")

    def run_back(self) -> Stop:
        """Go back to the last iteration before this one at which a breakpoint stops a run.

        Without any, to the first iteration. Found in the history: only that iteration is replayed.
        """
        from nnviz.debugger.predicates import search

        timeline, best = self.timeline, None
        for item in self.breakpoints:
            if item.enabled:
                found = search(timeline.history, item.predicate, self.findings)
                before = [start for start, _ in found.stretches if start < timeline.index]
                if before and (best is None or before[-1] > best[0]):
                    best = (before[-1], item)
        if best is None:
            timeline.seek(timeline.history.first)
            return Stop("the first iteration: no breakpoint before here")
        timeline.seek(best[0])
        return self._stop(self._note_hit(best[1], best[0]))

    def fork(self, text: str = "") -> Timeline:
        """Branch off here with one change (none: the same), and look at the new branch.

        Raises InputError where the change can't be read or is impossible here.
        """
        return self.adopt(self.timeline.edit(text) if text.strip() else self.timeline.fork())

    def adopt(self, branch: Timeline) -> Timeline:
        """Take a new branch in, and look at it."""
        self.branches[branch.branch.name] = branch
        branch.source.cancelled = self.timeline.source.cancelled
        self.timeline = branch
        return branch

    def open_beside(self, run: str) -> Timeline:
        """Open another run, a recorded one or a preset, as a branch to compare with.

        Its layers may be other ones. What is looked at stays. Raises InputError where it can't be
        opened.
        """
        from nnviz.debugger.runs import open_run  # not needed to get the screen up

        other, _ = open_run(run, beside=self.timeline.tree)
        self.branches[other.branch.name] = other
        other.source.cancelled = self.timeline.source.cancelled
        return other

    def look_at(self, name: str) -> Timeline:
        """Look at another branch. Raises InputError where there is none of that name."""
        if name not in self.branches:
            raise InputError(f"there is no branch {name}: expected {', '.join(self.branches)}")
        self.timeline = self.branches[name]
        return self.timeline

    def _stop(self, item: Breakpoint) -> Stop:
        row = self.timeline.history.row(self.timeline.index)
        names = [name for name in item.predicate.names if name != "iteration"]
        values = ", ".join(f"{name} = {row[name]:.4g}" for name in names)
        found = f" - {values}" if values else ""
        return Stop(f"breakpoint {item.number}: {item.predicate.text}{found}", item)

    def _note_hit(self, item: Breakpoint, index: int) -> Breakpoint:
        noted = replace(item, hits=tuple(sorted({*item.hits, index})))
        self.breakpoints = tuple(noted if b.number == item.number else b for b in self.breakpoints)
        return noted

    def _next_number(self) -> int:
        self._numbers += 1
        return self._numbers
