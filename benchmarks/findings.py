"""What diagnosing and searching cost: all rules over a long run, and predicates over its record."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.debugger import LONG_RUN, timed
from benchmarks.measuring import Result, Results
from benchmarks.statistics import SMALL
from nnviz.datasets import load_dataset
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.findings import Diagnosis, gather
from nnviz.debugger.findings.facts import Facts
from nnviz.debugger.findings.registry import RULES
from nnviz.debugger.history import History
from nnviz.debugger.predicates import last_false_before, parse_predicate, search
from nnviz.debugger.recorder import record
from nnviz.debugger.session import open_session
from nnviz.debugger.timeline import Timeline

SEARCHES = (
    "L1.dead > 10%",
    "any layer.saturated > 50%",
    "loss rising for 3",
    "abs(L2.mean) > 0.5 and iteration > 20",
    "finding(saturated)",
)
TRIES = 5


def results() -> Results:
    """Yield milliseconds per iteration for the findings, and per search for predicates."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.nnviz"
        timeline = Timeline(EngineSource(SMALL, load_dataset(SMALL.data)))
        recorder = record(timeline, path)
        timeline.seek(LONG_RUN)
        recorder.close()
        facts = gather(timeline.source)
        yield from findings(timeline, facts)
        yield Result("opening the record", timed(lambda: open_session(path)), "s")
        yield from searches(open_session(path).timeline(), facts)


def findings(timeline: Timeline, facts: Facts) -> Results:
    """All rules over a whole run, in one go and after every single iteration of its growth."""
    info, history = timeline.source.info, timeline.history
    whole = timed(lambda: Diagnosis(info, history, facts).spoken())
    name = f"findings over {LONG_RUN:,} iterations"
    yield Result(f"{name}, in one go", 1e3 * whole / LONG_RUN, "ms/iteration", "<= 1")
    grown = History(info.depth, first=history.first)
    diagnosis, spent = Diagnosis(info, grown, facts), []
    for index in range(history.first, history.first + LONG_RUN // 5):
        grown.append(history.frame(index))
        spent.append(timed(diagnosis.update))
    yield Result("findings, one iteration at a time", 1e3 * median(spent), "ms/iteration", "<= 1")


def searches(timeline: Timeline, facts: Facts) -> Results:
    """The slowest of some searches over a recorded run, forwards and in reverse."""
    history = timeline.history
    diagnosis = Diagnosis(timeline.source.info, history, facts)
    diagnosis.update()
    spent = []
    for text in SEARCHES:
        predicate = parse_predicate(text, timeline.source.info.depth, RULES)
        for _ in range(TRIES):
            start = perf_counter()
            search(history, predicate, diagnosis.standing)
            last_false_before(history, predicate, history.last, diagnosis.standing)
            spent.append(perf_counter() - start)
    name = f"reverse search over {len(history):,} recorded iterations"
    yield Result(name, 1e3 * max(spent), "ms", "<= 100")
