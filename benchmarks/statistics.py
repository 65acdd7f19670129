"""What looking costs: an iteration with all exact statistics beside one without."""

from __future__ import annotations

import os
from dataclasses import replace

from benchmarks.engine import iterate, iterate_measured
from benchmarks.measuring import Result, Results, in_turns, ratio
from nnviz.datasets import load_dataset
from nnviz.debugger.compiled import BY_TYPE
from nnviz.debugger.engine_source import EngineSource
from nnviz.experiment import Experiment
from nnviz.presets import COURSE
from nnviz.tui.details.layer import spreads

SMALL = replace(COURSE, name="digits", hidden=(32, 16), data="digits")


def results() -> Results:
    """Yield the ratio of statistics on to statistics off on each data set."""
    if not BY_TYPE:
        print("  nothing was compiled when nnviz was installed: numpy adds up, which takes longer")
    yield measure("mnist-2k", COURSE, 200, "<= 1.10")
    yield measure("digits", SMALL, 2000, "<= 1.35")
    yield histograms("mnist-2k", COURSE, 60)
    if os.environ.get("NNVIZ_DATA_DIR"):
        yield measure("mnist", COURSE, 15, "<= 1.10")
    else:
        print("  mnist is left out: set NNVIZ_DATA_DIR to the folder above mnist/")


def measure(name: str, experiment: Experiment, rounds: int, target: str) -> Result:
    """One data set's ratio."""
    dataset = load_dataset(name)
    work = {"off": iterate(experiment, dataset), "on": iterate_measured(experiment, dataset)}
    cost = ratio(in_turns(work, rounds), "on", "off")
    return Result(f"{name}, all statistics", cost, "x without", target)


def histograms(name: str, experiment: Experiment, rounds: int) -> Result:
    """What the layer screen adds while it is open: both histograms of L1, at every iteration.

    On the screen they come at most 12 times a second, and training gets as much time as they do.
    """
    dataset = load_dataset(name)
    plain, watched = (EngineSource(experiment, dataset) for _ in range(2))

    def watch() -> None:
        watched.advance()
        spreads(watched, 1)

    cost = ratio(in_turns({"off": plain.advance, "on": watch}, rounds), "on", "off")
    return Result(f"{name}, both histograms of L1 at every iteration", cost, "x without", "<= 1.08")
