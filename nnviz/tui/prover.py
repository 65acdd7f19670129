"""Tries remedies in the background, on forks of their own, while the run stays there to look at."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.engine_states import KeptState
from nnviz.debugger.findings import Finding
from nnviz.debugger.timeline import Timeline
from nnviz.engine.tiles import Cancelled
from nnviz.errors import InputError
from nnviz.tui.runner import Said

if TYPE_CHECKING:
    from nnviz.debugger.proof import Progress, Proof

UPDATES_PER_SECOND = 5
UNBROKEN = 10_000
"""Columns of the lines of a verdict: the page that shows it breaks them for its own width."""


@dataclass(frozen=True)
class Proving:
    """How far a proof has come, in words."""

    text: str


def proof_of(
    timeline: Timeline, finding: Finding, iterations: int, cancelled: Callable[[], bool]
) -> "Callable[[Progress], Proof]":
    """What proves the remedies of a finding, apart from the timeline, on whatever thread.

    Each is trained for so many iterations (0: as many as usual).

    A program of one's own starts again from its first iteration, as what its variables stand for is
    decided there. Raises InputError where the run can't be trained again.
    """
    from nnviz.debugger.proof import ITERATIONS, prove

    source, iterations = timeline.source, iterations or ITERATIONS
    if isinstance(source, EngineSource):
        snapshot = timeline.keyframes.at_or_before(finding.since)
        assert isinstance(snapshot, KeptState), "an engine's keyframes are the engine's"

        return lambda progress: prove(
            source,
            snapshot,
            finding,
            iterations=iterations,
            progress=progress,
            cancelled=cancelled,
        )
    from nnviz.attach.proving import background_copy, prove_on_program
    from nnviz.attach.snapshots import ProgramSnapshot
    from nnviz.attach.source import ProgramSource

    start = timeline.keyframes.at_or_before(timeline.history.first)
    if not isinstance(source, ProgramSource) or not isinstance(start, ProgramSnapshot):
        raise InputError("this run can't be trained again from here, so nothing can be proven")
    copy = background_copy(source, start)
    copy.cancelled = cancelled
    return lambda progress: prove_on_program(copy, finding, iterations, progress)


class Prover:
    """One proof at a time. `show` is called on its thread with the progress and the verdict."""

    def __init__(self, show: Callable[[Proving | Said | Exception], None]) -> None:
        self._show = show
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, debugger: Debugger) -> str:
        """Try the remedies of the gravest finding that stands here; returns what to say.

        To be called where the debugger may be used. Raises InputError where there is nothing to
        prove, or a proof is under way.
        """
        timeline = debugger.timeline
        causes = [f for f in debugger.diagnosis.at(timeline.index) if not f.folded]
        if not causes:
            raise InputError("nothing is wrong here: there is no remedy to prove")
        self.try_remedies(timeline, causes[0], f"prove {causes[0].id}")
        return f"trying the remedies of {causes[0].id} on a fork"

    def try_remedies(
        self,
        timeline: Timeline,
        finding: Finding,
        title: str,
        before: str = "",
        iterations: int = 0,
    ) -> None:
        """Try a finding's remedies; the verdict comes up under this title, after a text.

        Each is trained for so many iterations (0: as many as usual).

        To be called where the timeline may be used. Raises InputError where its run can't be
        trained again, or a proof is under way.
        """
        if self._thread is not None and self._thread.is_alive():
            raise InputError("a proof is under way: its verdict comes up by itself")
        self._stopped.clear()
        prove = proof_of(timeline, finding, iterations, self._stopped.is_set)
        self._thread = threading.Thread(
            target=self._prove,
            args=(prove, finding, title, before),
            name="nnviz-prover",
            daemon=True,
        )
        self._thread.start()

    def stop(self, timeout: float = 0.4) -> None:
        """Give up what is being tried."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _prove(
        self, prove: "Callable[[Progress], Proof]", finding: Finding, title: str, before: str
    ) -> None:
        from nnviz.debugger.proof_text import proof_lines, summary

        told = 0.0

        def progress(what: str, done: int, total: int) -> None:
            nonlocal told
            if time.monotonic() - told > 1 / UPDATES_PER_SECOND:
                told = time.monotonic()
                self._show(Proving(f"proving {finding.id}: {what}, {done} of {total}"))

        try:
            proof = prove(progress)
        except Cancelled:
            return
        except Exception as error:  # as in the runner: the screen is the only one to say it
            self._show(error)
            return
        self._show(Proving(summary(proof)))
        self._show(Said(title, before + "\n".join(proof_lines(proof, UNBROKEN))))
