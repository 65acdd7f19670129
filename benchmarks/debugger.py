"""What time travel costs: keyframes, seeks in a long run, recording, two forks side by side."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks.measuring import Result, Results, in_turns, ratio
from nnviz.datasets import load_dataset
from nnviz.debugger.compare import Lockstep
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.keyframes import DEFAULT_BUDGET
from nnviz.debugger.recorder import record
from nnviz.debugger.timeline import Timeline
from nnviz.experiment import Experiment
from nnviz.presets import COURSE

LONG_RUN = 10_000
TRIES = 20
MOMENTUM = replace(COURSE, name="momentum", momentum=0.5)


def results() -> Results:
    """Yield costs beside an iteration without, and the slowest of some seeks."""
    yield from keyframes()
    yield recording("mnist-2k", 200)
    yield lockstep(100)
    for experiment, anywhere in ((COURSE, "<= 1"), (MOMENTUM, "<= 2")):
        yield from seeks(experiment, anywhere)
    if os.environ.get("NNVIZ_DATA_DIR"):
        yield recording("mnist", 15)
        yield from full_mnist()
    else:
        print("  mnist is left out: set NNVIZ_DATA_DIR to the folder above mnist/")


def open_run(experiment: Experiment, data: str = "mnist-2k") -> Timeline:
    return Timeline(EngineSource(replace(experiment, data=data), load_dataset(data)))


def timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def keyframes() -> Results:
    """Keeping a state, by itself and with all that a timeline does beside an iteration."""
    timeline, source = open_run(COURSE), open_run(COURSE).source
    add, spent = timeline.keyframes.add, []

    def timed_add(*arguments: object) -> None:
        spent.append(timed(lambda: add(*arguments)))

    timeline.keyframes.add = timed_add
    times = in_turns({"timeline": timeline.step, "bare": source.advance}, 300)
    yield Result("mnist-2k, keeping a state", 1e3 * median(spent), "ms", "<= 0.3")
    extra = median(a - b for a, b in zip(times["timeline"], times["bare"], strict=True))
    yield Result("mnist-2k, timeline beside a bare iteration", 1e3 * extra, "ms more")


def recording(data: str, rounds: int) -> Result:
    """An iteration that is recorded to a file, beside one that is not."""
    plain, recorded = open_run(COURSE, data), open_run(COURSE, data)
    with tempfile.TemporaryDirectory() as folder:
        recorder = record(recorded, Path(folder) / "run.nnviz")
        times = in_turns({"plain": plain.step, "recorded": recorded.step}, rounds)
        recorder.close()
    # the sums, not the median: states are written only now and then
    cost = sum(times["recorded"]) / sum(times["plain"])
    return Result(f"{data}, recording to a file", cost, "x without", "<= 1.05")


def lockstep(rounds: int) -> Result:
    """Two forks with all differences, beside one run."""
    alone, timeline = open_run(COURSE), open_run(COURSE)
    pair = Lockstep(timeline, timeline.fork({"learning_rate": 2e-5}))
    times = in_turns({"alone": alone.step, "pair": pair.step}, rounds)
    return Result("mnist-2k, two forks in lockstep", ratio(times, "pair", "alone"), "x", "<= 2.1")


def seeks(experiment: Experiment, anywhere: str) -> Results:
    """The slowest of some moves in a run of 10,000 iterations, and the memory they take."""
    timeline = open_run(experiment)
    timeline.seek(LONG_RUN)
    rng, name = np.random.default_rng(0), f"mnist-2k, {experiment.name}, {LONG_RUN:,} iterations"
    steps = [timed(timeline.step_back) for _ in range(TRIES)]
    yield Result(f"{name}: step back", 1e3 * max(steps), "ms", "<= 50")
    for first, what, target in (
        (LONG_RUN - 1000, "the last 1,000", "<= 0.2"),
        (0, "all", anywhere),
    ):
        places = rng.integers(first, LONG_RUN + 1, TRIES).tolist()
        slowest = max(timed(lambda index=index: timeline.seek(index)) for index in places)
        yield Result(f"{name}: seek among {what}", slowest, "s", target)
    old = timed(lambda: timeline.seek(LONG_RUN // 3))
    steps = [timed(timeline.step_back) for _ in range(TRIES)]
    yield Result(f"{name}: step back from an old one", 1e3 * median(steps), "ms", "<= 50")
    yield Result(f"{name}: going there", old, "s", anywhere)
    used = timeline.keyframes.nbytes
    yield Result(f"{name}: states kept", used / 2**20, "MB", f"<= {DEFAULT_BUDGET // 2**20}")
    yield Result(f"{name}: all numbers", timeline.history.nbytes / 2**20, "MB")


def full_mnist() -> Results:
    """Looking back on the full data: numbers and weights without a pass over the data."""
    timeline = open_run(COURSE, "mnist")
    timeline.seek(40)

    def look(index: int) -> None:
        timeline.seek(index)
        timeline.source.array("W1").sum()

    places = [index for index in timeline.keyframes.indices if index < 40]
    slowest = max(timed(lambda index=index: look(index)) for index in places)
    yield Result("mnist, weights of a kept state", 1e3 * slowest, "ms", "<= 50")
    slowest = max(timed(lambda index=index: timeline.history.frame(index)) for index in range(41))
    yield Result("mnist, numbers of an earlier iteration", 1e3 * slowest, "ms", "<= 50")
