"""Does a remedy really help? Tried on a fork beside the run as it is: a claim, then measured.

Both go on from where the finding arose, or from the start where the remedy changes that. A remedy
that doesn't help is reported as such, and the next one is tried.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnviz.debugger.engine_source import START_KEYS, EngineSource
from nnviz.debugger.engine_states import KeptState
from nnviz.debugger.findings import Diagnosis, Finding, Level, Remedy, gather
from nnviz.debugger.history import History
from nnviz.engine.tiles import Cancelled
from nnviz.errors import InputError

ITERATIONS = 50
"""How long both are trained on."""

BETTER_ACCURACY = 0.01
"""A remedy helps where it brings a percentage point more ..."""

BETTER_LOSS = 0.95
"""... or brings the loss down to this share of what it is without."""

FROM_START = START_KEYS | {"fault"}
NO_FAULT = Remedy("take the planted fault out", {"fault": ""})

Progress = Callable[[str, int, int], None]
"""Is told what is being trained, how many of its iterations are done, and how many there are."""


@dataclass(frozen=True)
class Outcome:
    """Where a run has come to: loss, accuracy (a share), and the number that the finding is about.

    `stands` is the level at which the finding still stands there (0: it is gone).
    """

    loss: float
    accuracy: float
    value: float
    stands: int


@dataclass(frozen=True)
class Trial:
    """One remedy tried from iteration `start` to `end`, beside the run without it.

    `problem` says why it could not be tried ("" where it was).
    """

    remedy: Remedy
    changes: Mapping[str, Any]
    start: int
    end: int
    without: Outcome
    remedied: Outcome
    comparable: bool
    problem: str = ""

    @property
    def trains_better(self) -> bool:
        """Whether it brings more accuracy or a lower loss, and costs no accuracy."""
        a, b = self.without, self.remedied
        if self.problem or not np.isfinite(b.loss) or b.accuracy < a.accuracy - BETTER_ACCURACY:
            return False
        # NaN: anything is lower
        lower = self.comparable and not b.loss > BETTER_LOSS * a.loss
        return lower or b.accuracy >= a.accuracy + BETTER_ACCURACY

    @property
    def helped(self) -> bool:
        """Whether it trains better with the remedy, and the finding is gone or less serious."""
        return self.trains_better and self.remedied.stands < max(self.without.stands, Level.AMBER)


@dataclass(frozen=True)
class Proof:
    """The trials of a finding's remedies in order, up to the first one that helped."""

    finding: Finding
    trials: tuple[Trial, ...]

    @property
    def proven(self) -> Trial | None:
        """The trial that helped, if one did."""
        return next((trial for trial in self.trials if trial.helped), None)


def prove(
    source: EngineSource,
    snapshot: KeptState,
    finding: Finding,
    *,
    iterations: int = ITERATIONS,
    progress: Progress = lambda what, done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Proof:
    """Try the remedies of a finding until one helps.

    `snapshot` is a state of `source` at or before `finding.since`; the source itself is not moved,
    so that it may go on meanwhile. Raises Cancelled when `cancelled` says so.
    """
    laboratory = _Laboratory(source, snapshot, finding, iterations, progress, cancelled)
    planted = (NO_FAULT,) if source.experiment.fault else ()
    trials: list[Trial] = []
    tried: list[Mapping[str, Any]] = []
    for remedy in (*finding.remedies, *planted):
        changes = remedy.changes(source.experiment)
        if not changes or changes in tried:
            continue
        tried.append(changes)
        trials.append(laboratory.trial(remedy, changes))
        if trials[-1].helped:
            break
    return Proof(finding, tuple(trials))


class _Laboratory:
    """Runs the trials of one finding; what happens without a remedy is trained once."""

    def __init__(
        self,
        source: EngineSource,
        snapshot: KeptState,
        finding: Finding,
        iterations: int,
        progress: Progress,
        cancelled: Callable[[], bool],
    ) -> None:
        self.source, self.finding, self.iterations = source, finding, iterations
        self.progress, self.cancelled = progress, cancelled
        self._snapshot = snapshot
        self._without: dict[int, Outcome] = {}

    def trial(self, remedy: Remedy, changes: Mapping[str, Any]) -> Trial:
        """Try one remedy."""
        start = 0 if FROM_START & changes.keys() else self.finding.since
        without = self._outcome_without(start)
        end = start + self.iterations
        try:
            run = self._run(start, changes)
        except InputError as error:
            return Trial(remedy, changes, start, end, without, without, False, str(error))
        same = {"loss", "data", "labels", "label_classes"}.isdisjoint(changes)
        outcome = self._train(run, remedy.text)
        return Trial(remedy, changes, start, end, without, outcome, same)

    def _outcome_without(self, start: int) -> Outcome:
        if start not in self._without:
            self._without[start] = self._train(self._run(start, {}), "without the remedy")
        return self._without[start]

    def _run(self, start: int, changes: Mapping[str, Any]) -> EngineSource:
        """The run with these changes, from iteration `start` on."""
        if start == 0:
            experiment = self.source.experiment.with_changes(changes)
            # the same data are not loaded, nor laid out, twice
            same = not (changes.keys() & FROM_START)
            run = EngineSource(experiment, self.source.dataset if same else None)
        else:
            run = self.source.fork(self._state_at(start), changes, {})
        run.cancelled = self.cancelled
        return run

    def _state_at(self, start: int) -> KeptState:
        if self._snapshot.index < start:
            run = self.source.fork(self._snapshot, {}, {})
            run.cancelled = self.cancelled
            first = run.index
            with np.errstate(all="ignore"):
                while run.index < start:
                    run.advance()
                    self.progress("up to the finding", run.index - first, start - first)
            self._snapshot = run.snapshot()
        return self._snapshot

    def _train(self, run: EngineSource, what: str) -> Outcome:
        history, first = History(run.info.depth, first=run.index), run.index
        with np.errstate(all="ignore"):
            history.append(run.advance())
            facts = gather(run)
            while run.index <= first + self.iterations:
                if self.cancelled():
                    raise Cancelled
                history.append(run.advance())
                self.progress(what, run.index - first, self.iterations + 1)
        return outcome_of(Diagnosis(run.info, history, facts), self.finding)


def outcome_of(diagnosis: Diagnosis, finding: Finding) -> Outcome:
    """Where a run has come to; with mini-batches, in the mean over its last epoch."""
    history = diagnosis.history
    count = min(diagnosis.info.batches_per_epoch, len(history))
    standing = [f.level for f in diagnosis.at(history.last) if f.key == finding.key]
    known = finding.metric in history.names
    return Outcome(
        loss=float(np.mean(history.column("loss")[-count:])),
        accuracy=float(np.mean(history.column("accuracy")[-count:])),
        value=float(history.column(finding.metric)[-1]) if known else float("nan"),
        stands=int(max(standing, default=0)),
    )
