"""Remedies tried on a program of one's own: those that are a matter of its variables.

The learning rate is a number that a fork can set, and weights at the start are arrays that it can
scale; another activation or loss would be another program.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nnviz.attach.namespace import path_text
from nnviz.attach.snapshots import ProgramSnapshot
from nnviz.attach.source import ProgramSource
from nnviz.debugger.findings import Diagnosis, Finding, Remedy, gather
from nnviz.debugger.history import History
from nnviz.debugger.proof import Outcome, Progress, Proof, Trial, outcome_of
from nnviz.engine.arrays import Array

VARIABLES = frozenset({"learning_rate", "init_divisor"})


def prove_on_program(
    source: ProgramSource,
    finding: Finding,
    iterations: int,
    progress: Progress = lambda what, done, total: None,
) -> Proof:
    """Try the remedies of a finding from iteration 0 on, until one helps.

    `source` stands before its first iteration and is not moved. Remedies that no variable of the
    program stands for are left out. Raises Cancelled where the source's `cancelled` says so.
    """
    trials: list[Trial] = []
    end = min(source.index + iterations, source.info.iterations)

    def trained(what: str, changes: Mapping[str, Any], arrays: Mapping[str, Array]) -> Outcome:
        run = source.fork(source.snapshot(), changes, arrays)
        return _train(run, finding, end, lambda done: progress(what, done, end - source.index))

    without: Outcome | None = None
    for remedy in finding.remedies:
        changes, arrays, words = changes_for(source, remedy)
        if not words:
            continue
        without = without or trained("without the remedy", {}, {})
        remedied = trained(remedy.text, changes, arrays)
        trials.append(Trial(remedy, words, source.index, end, without, remedied, True))
        if trials[-1].helped:
            break
    return Proof(finding, tuple(trials))


def background_copy(source: ProgramSource, snapshot: ProgramSnapshot) -> ProgramSource:
    """A run of its own from a state on, which prints nothing: it may be used on another thread."""
    copy = source.fork(snapshot, {}, {})
    copy.quiet = True
    return copy


def changes_for(
    source: ProgramSource, remedy: Remedy
) -> tuple[Mapping[str, Any], Mapping[str, Array], Mapping[str, Any]]:
    """The program's numbers and arrays that a remedy changes, and both in words; or nothing."""
    nothing: tuple[dict[str, Any], dict[str, Array], dict[str, Any]] = {}, {}, {}
    path = source.recognition.rate.path
    keys = remedy.factors.keys()
    if remedy.settings or remedy.same or not keys or not keys <= VARIABLES:
        return nothing
    if "learning_rate" in keys and (not path or remedy.layer):
        return nothing  # no variable, or one that all layers share
    changes: dict[str, Any] = {}
    words: dict[str, Any] = {}
    if "learning_rate" in keys:
        name = path_text(path)
        changes[name] = float(source.settings[name]) * remedy.factors["learning_rate"]
        words[name] = changes[name]
    arrays: dict[str, Array] = {}
    if "init_divisor" in keys:
        divisor = remedy.factors["init_divisor"]
        numbers = [remedy.layer] if remedy.layer else range(1, source.recognition.depth + 1)
        for number in numbers:
            W = source.array(f"W{number}")
            arrays[f"W{number}"] = W / W.dtype.type(divisor)
            words[f"W{number}"] = f"W{number} / {divisor:g}"
    return changes, arrays, words


def _train(run: ProgramSource, finding: Finding, end: int, done: Callable[[int], None]) -> Outcome:
    first = run.index
    history = History(run.info.depth, first=first)
    with np.errstate(all="ignore"):
        history.append(run.advance())
        facts = gather(run)
        while run.index <= end:
            history.append(run.advance())
            done(run.index - first)
    return outcome_of(Diagnosis(run.info, history, facts), finding)
