"""`nnviz train`: a run without the debugger, for scripts, figures and numbers to compare."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnviz.experiment import Experiment


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a run, what to change in it, and what to make of it."""
    parser.add_argument("run", metavar="RUN", help="a preset (see `nnviz presets`) or a FILE.toml")
    add_changes(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.epilog = (
        "Ctrl-C ends the training with the summary so far. In the JSON object accuracies are "
        "percent, and null stands for what is not a finite number."
    )


def run(arguments: argparse.Namespace) -> int:
    """Train and print the summary. Raises InputError where run, data or changes can't be used."""
    from nnviz.debugger.engine_source import EngineSource
    from nnviz.headless import run_headless
    from nnviz.presets import find_experiment

    experiment = changed(find_experiment(arguments.run), arguments)
    source = EngineSource(experiment)
    for note in notes(experiment, source.dataset.note):
        print(f"nnviz: {note}", file=sys.stderr)
    return run_headless(source, experiment.iterations, as_json=arguments.json)


def add_changes(parser: argparse.ArgumentParser) -> None:
    """Add the options that change an experiment: data, iterations, seed, and --set for any key."""
    parser.add_argument("--data", metavar="D", help="train on this data set (see `nnviz data`)")
    parser.add_argument("--iterations", metavar="N", type=int, help="number of updates")
    parser.add_argument("--seed", metavar="N", type=int, help="seed of weights and batches")
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="changes",
        help="change any key of the experiment, such as learning_rate=2.5e-5; may be repeated",
    )


def changed(experiment: "Experiment", arguments: argparse.Namespace) -> "Experiment":
    """The experiment with the changes of `add_changes`. Raises InputError, naming the key."""
    from nnviz.errors import InputError
    from nnviz.experiment import parse_assignments

    changes = parse_assignments(arguments.changes)
    for key in ("data", "iterations", "seed"):
        value = getattr(arguments, key)
        if value is not None and key in changes:
            raise InputError(f"--{key} {value} and --set {key}={changes[key]}: give one of them")
        if value is not None:
            changes[key] = value
    return experiment.with_changes(changes)


def notes(experiment: "Experiment", data_note: str) -> list[str]:
    """What somebody who reads the numbers should know before."""
    idle = experiment.idle_keys().items()
    return [data_note] * bool(data_note) + [
        f"{key} changes nothing here: it needs {need}" for key, need in idle
    ]
