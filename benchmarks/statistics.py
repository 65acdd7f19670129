"""What looking costs: an iteration with all exact statistics beside one without."""

from __future__ import annotations

import os
from dataclasses import replace

from benchmarks.engine import iterate, iterate_measured
from benchmarks.measuring import Result, Results, in_turns, ratio
from nnviz.datasets import load_dataset
from nnviz.experiment import Experiment
from nnviz.presets import COURSE

SMALL = replace(COURSE, name="digits", hidden=(32, 16), data="digits")


def results() -> Results:
    """Yield the ratio of statistics on to statistics off on each data set."""
    yield measure("mnist-2k", COURSE, 200, "<= 1.10")
    yield measure("digits", SMALL, 2000, "<= 1.35")
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
