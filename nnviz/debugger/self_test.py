"""How good the diagnosis is: every rule against runs known to be healthy, and planted faults.

Each fault is trained on both data sets, and *named* where the top finding that is no consequence of
another is the planted cause, in the planted layer. One half of the catalogue is what thresholds may
be chosen on; the other half, with other seeds, is only reported.
"""

import os
import statistics
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nnviz.build import load_data
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.examination import examine
from nnviz.debugger.findings import RULES, Finding, Level
from nnviz.experiment import Experiment
from nnviz.faults import FAULTS, Fault, find_fault
from nnviz.healthy import HEALTHY, SEEDS, TARGET

FAULT_ITERATIONS = 40
"""A fault that isn't noticed by then is missed."""

NAMED_GOAL = 0.9
"""Share of the faults that have to be named by the right cause."""

MEDIAN_GOAL = 20
"""In the median, a fault is to be named before this iteration."""

CHOSEN, REPORTED = "chosen", "reported"
FIRST_REPORTED_SEED = 100
"""Runs of the reported half have seeds from here on, which no threshold has seen."""


@dataclass(frozen=True)
class Case:
    """One run of the catalogue; `fault` is "" for a healthy one."""

    name: str
    fault: str
    seed: int
    half: str

    @property
    def experiment(self) -> Experiment:
        """What is trained."""
        run = replace(HEALTHY[self.name], seed=self.seed, fault=self.fault)
        return replace(run, iterations=FAULT_ITERATIONS) if self.fault else run


@dataclass(frozen=True)
class Result:
    """What the diagnosis made of a case: its amber and red findings, and the final accuracy."""

    case: Case
    findings: tuple[Finding, ...]
    accuracy: float

    @property
    def top(self) -> Finding | None:
        """The first finding that isn't a consequence of another."""
        return next((finding for finding in self.findings if not finding.folded), None)

    def has(self, name: str) -> bool:
        """Whether a finding of that id was amber or red."""
        return any(finding.id == name for finding in self.findings)

    @property
    def named(self) -> bool:
        """Whether the top finding is the planted cause, where it was planted."""
        fault, top = find_fault(self.case.fault), self.top
        return top is not None and top.id in fault.causes and top.layer in _layers(fault, top)


def _layers(fault: Fault, top: Finding) -> tuple[int, ...]:
    """The layers that name a fault rightly: its own, where it is in one; else whichever."""
    return (fault.layer,) if fault.layer else (top.layer,)


def catalogue() -> tuple[Case, ...]:
    """All cases, healthy ones first."""
    cases = []
    for name in HEALTHY:
        half, first = _half(name)
        cases += [Case(name, "", first + seed, half) for seed in SEEDS]
    for fault in FAULTS.values():
        half, first = _half(fault.name)
        cases += [Case(prefix + fault.on, fault.name, first, half) for prefix in ("", "digits-")]
    return tuple(cases)


def _half(name: str) -> tuple[str, int]:
    """Which half an entry belongs to, now and whatever is added later, and its first seed."""
    return (REPORTED, FIRST_REPORTED_SEED) if zlib.crc32(name.encode()) % 2 else (CHOSEN, 0)


def run_case(case: Case) -> Result:
    """Train one case and diagnose it."""
    experiment = case.experiment
    source = EngineSource(experiment, load_data(experiment))
    diagnosis = examine(source, experiment.iterations)
    serious = tuple(f for f in diagnosis.spoken() if f.level >= Level.AMBER)
    epoch = diagnosis.history.column("accuracy")[-source.info.batches_per_epoch :]
    return Result(case, tuple(replace(f, remedies=()) for f in serious), float(epoch.mean()))


def run_cases(
    cases: Sequence[Case], progress: Callable[[int, int], None] = lambda done, total: None
) -> tuple[Result, ...]:
    """Train all cases, as many at a time as there are processors; results in the order of cases."""
    from joblib import Parallel, delayed

    results = []
    jobs = Parallel(n_jobs=os.cpu_count() or 1, return_as="generator")
    for result in jobs(delayed(run_case)(case) for case in cases):
        results.append(result)
        progress(len(results), len(cases))
    return tuple(results)


@dataclass(frozen=True)
class RuleScore:
    """One rule: in how many faulty runs it spoke, rightly or as a consequence, and when.

    `named` of the `planted` runs whose fault it may name had it at the top; `first` is the median
    iteration at which it spoke in the faulty runs that it `caught` (None: in none).
    """

    id: str
    caught: int
    named: int
    planted: int
    false_alarms: int
    first: float | None


@dataclass(frozen=True)
class Score:
    """The self-test's answer for some results.

    `untrained` are healthy runs that did not get past 90 %, `alarms` those with an amber or red
    finding, `missed` the faulty runs whose fault wasn't named.
    """

    healthy_runs: int
    faults: int
    detected: int
    named: int
    median_iteration: float | None
    untrained: tuple[Result, ...]
    alarms: tuple[Result, ...]
    missed: tuple[Result, ...]
    rules: tuple[RuleScore, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """The goals that were missed, in words."""
        share = self.named / self.faults if self.faults else 1.0
        late = self.median_iteration is None or self.median_iteration >= MEDIAN_GOAL
        return tuple(
            text
            for missed, text in (
                (self.untrained, f"{len(self.untrained)} healthy runs did not get past 90 %"),
                (self.alarms, f"{len(self.alarms)} healthy runs raised amber or red"),
                (share < NAMED_GOAL, f"{share:.0%} of the faults named, and 90 % is the goal"),
                (self.faults and late, f"named at iteration {self.median_iteration} in the median"),
            )
            if missed
        )


def score(results: Iterable[Result]) -> Score:
    """Count what was caught, named and falsely raised."""
    found = list(results)
    healthy = [result for result in found if not result.case.fault]
    faulty = [result for result in found if result.case.fault]
    named = [result for result in faulty if result.named]
    spoke = [result.top.spoke for result in named if result.top]
    return Score(
        healthy_runs=len(healthy),
        faults=len(faulty),
        detected=sum(bool(result.findings) for result in faulty),
        named=len(named),
        median_iteration=statistics.median(spoke) if spoke else None,
        untrained=tuple(r for r in healthy if not r.accuracy > TARGET),
        alarms=tuple(r for r in healthy if r.findings),
        missed=tuple(r for r in faulty if not r.named),
        rules=tuple(_rule_score(name, healthy, faulty) for name in RULES),
    )


def _rule_score(name: str, healthy: list[Result], faulty: list[Result]) -> RuleScore:
    spoke = [min(f.spoke for f in r.findings if f.id == name) for r in faulty if r.has(name)]
    tops = [r.top.id if r.named and r.top else "" for r in faulty]
    causes = [find_fault(r.case.fault).causes for r in faulty]
    return RuleScore(
        id=name,
        caught=len(spoke),
        named=tops.count(name),
        # a fault that another of its causes has named is not this rule's to name
        planted=sum(name in c and top in ("", name) for c, top in zip(causes, tops, strict=True)),
        false_alarms=sum(r.has(name) for r in healthy),
        first=statistics.median(spoke) if spoke else None,
    )


def score_json(results: Sequence[Result]) -> dict[str, Any]:
    """The self-test's answer in plain values, over all runs and for both halves."""
    whole = _score_json(score(results))
    halves = {
        half: _score_json(score(r for r in results if r.case.half == half))
        for half in (CHOSEN, REPORTED)
    }
    return whole | {"halves": halves}


def _score_json(scored: Score) -> dict[str, Any]:
    return {
        "healthy_runs": scored.healthy_runs,
        "false_alarms": len(scored.alarms),
        "faults": scored.faults,
        "detected": scored.detected,
        "named": scored.named,
        "median_iteration": scored.median_iteration,
        "rules": {
            rule.id: {
                "caught": rule.caught,
                "named": rule.named,
                "planted": rule.planted,
                "false_alarms": rule.false_alarms,
                "median_iteration": rule.first,
            }
            for rule in scored.rules
        },
        "missed": [f"{r.case.fault} in {r.case.name}" for r in scored.missed],
        "failures": list(scored.failures),
    }


def score_lines(results: Sequence[Result]) -> list[str]:
    """The self-test's table: what each rule caught, and when; then both halves; then the goals.

    A rule caught a fault where it spoke amber or red, as its cause or as a consequence; the first
    iteration is the median over those.
    """
    whole = score(results)
    row = "{:16} {:>13} {:>13} {:>13} {:>16}"
    lines = [row.format("rule", "faults caught", "top cause of", "false alarms", "first iteration")]
    for rule in whole.rules:
        named = f"{rule.named} of {rule.planted}" if rule.planted else "-"
        first = "-" if rule.first is None else f"{rule.first:g}"
        lines.append(row.format(rule.id, rule.caught, named, rule.false_alarms, first))
    lines += ["", *_exceptions(whole), *_half_lines(results, whole)]
    return [*lines, *(f"MISSED: {text}" for text in whole.failures)] or lines


def _exceptions(scored: Score) -> list[str]:
    """Each run that did not come out as it should."""
    lines = [
        f"{r.case.fault} in {r.case.name}: "
        + (f"taken for {r.top.id} {r.top.place}" if r.top else "not noticed")
        for r in scored.missed
    ]
    lines += [
        f"{r.case.name}, seed {r.case.seed}, is healthy: {f.id} {f.place}: {f.evidence}"
        for r in scored.alarms
        for f in r.findings
    ]
    lines += [
        f"{r.case.name}, seed {r.case.seed}, reached {r.accuracy:.1%} only"
        for r in scored.untrained
    ]
    return [*lines, ""] if lines else []


def _half_lines(results: Sequence[Result], whole: Score) -> list[str]:
    row = "{:28} {:>7} {:>13} {:>7} {:>9} {:>7} {:>17}"
    lines = [
        row.format("", "healthy", "false alarms", "faults", "detected", "named", "median iteration")
    ]
    halves = {
        "thresholds may be chosen on": score(r for r in results if r.case.half == CHOSEN),
        "only reported": score(r for r in results if r.case.half == REPORTED),
        "all": whole,
    }
    for name, s in halves.items():
        median = "-" if s.median_iteration is None else f"{s.median_iteration:g}"
        counts = (s.healthy_runs, len(s.alarms), s.faults, s.detected, s.named)
        lines.append(row.format(name, *counts, median))
    return lines
