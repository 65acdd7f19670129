"""`nnviz findings`: what is wrong with a run, why, and what helps; and how good that is."""

import argparse
from typing import TYPE_CHECKING, Any

from nnviz.commands.train import add_changes, changed
from nnviz.errors import InputError

if TYPE_CHECKING:
    from nnviz.debugger.findings import Diagnosis
    from nnviz.experiment import Experiment


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a run, or the order to test the diagnosis itself."""
    parser.add_argument(
        "run", metavar="RUN", nargs="?", help="a preset, a FILE.toml or a recorded FILE.nnviz"
    )
    add_changes(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")


def run(arguments: argparse.Namespace) -> int:
    """Diagnose a run. Raises InputError where it can't be run or opened."""
    import json

    if arguments.run is None:
        raise InputError("nothing to diagnose: give a RUN (`nnviz presets` lists the course's)")
    experiment, diagnosis = _diagnosed(arguments)
    if arguments.json:
        print(json.dumps(_json(experiment, diagnosis)))
    else:
        print("\n".join(_lines(experiment, diagnosis)))
    return 0


def _diagnosed(arguments: argparse.Namespace) -> "tuple[Experiment, Diagnosis]":
    """The run's experiment, and its diagnosis from the first to the last iteration."""
    import sys
    from pathlib import Path

    from nnviz.debugger.engine_source import EngineSource
    from nnviz.debugger.examination import examine, examine_timeline
    from nnviz.debugger.runs import RECORDED, experiment_of, open_run
    from nnviz.engine.tiles import Cancelled
    from nnviz.headless import progress, stopped_by_ctrl_c

    experiment = changed(experiment_of(arguments.run), arguments)
    if Path(arguments.run).suffix == RECORDED:
        if experiment != experiment_of(arguments.run):
            raise InputError(f"{arguments.run}: is recorded, so nothing can be changed in it")
        return experiment, examine_timeline(open_run(arguments.run)[0])
    source = EngineSource(experiment)
    name, iterations = experiment.name, experiment.iterations
    try:
        with (
            stopped_by_ctrl_c() as source.cancelled,
            progress(name, iterations, sys.stderr, quiet=arguments.json) as show,
        ):
            return experiment, examine(source, iterations, show)
    except Cancelled as cancelled:
        raise KeyboardInterrupt from cancelled


def _lines(experiment: "Experiment", diagnosis: "Diagnosis") -> list[str]:
    from nnviz.debugger.findings.text import finding_lines

    history = diagnosis.history
    row = history.row(history.last)
    headline = (
        f"{experiment.name} on {experiment.data}, iterations {history.first} to {history.last}: "
        f"loss {row['loss']:.4g}, accuracy {row['accuracy']:.1%}"
    )
    return [headline, "", *finding_lines(diagnosis.spoken(), experiment)]


def _json(experiment: "Experiment", diagnosis: "Diagnosis") -> dict[str, Any]:
    import math

    from nnviz.debugger.findings.text import finding_json

    history = diagnosis.history
    row = history.row(history.last)
    return {
        "run": experiment.name,
        "data": experiment.data,
        "iterations": history.last,
        "loss": row["loss"] if math.isfinite(row["loss"]) else None,
        "accuracy": 100 * row["accuracy"],
        "findings": [finding_json(finding, experiment) for finding in diagnosis.spoken()],
    }
