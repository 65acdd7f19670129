"""`nnviz run RUN --until 'PREDICATE'`: train without a screen to where a condition holds."""

import argparse
import time
from typing import TYPE_CHECKING

from nnviz.commands.train import add_changes, changed, program_source

if TYPE_CHECKING:
    from nnviz.attach.source import ProgramSource
    from nnviz.debugger.engine_source import EngineSource
    from nnviz.debugger.predicates import Predicate


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a run, what to change in it, and where to stop."""
    parser.add_argument("run", metavar="RUN", help="a preset (see `nnviz presets`) or a FILE.toml")
    parser.add_argument(
        "--until",
        metavar="PREDICATE",
        required=True,
        help="stop where it holds, such as 'L1.dead > 10%%' (see `nnviz predicates`)",
    )
    add_changes(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.epilog = "Exit code 1 where it does not hold at any iteration of the run."


def run(arguments: argparse.Namespace) -> int:
    """Train to where it holds and print the state. Raises InputError for a wrong predicate."""
    import json

    from nnviz.attach.program import is_program
    from nnviz.debugger.findings import RULES, Diagnosis, gather
    from nnviz.debugger.predicates import holds_at, parse_predicate
    from nnviz.debugger.timeline import Timeline
    from nnviz.summary import Summary, summary_json, summary_lines

    source: EngineSource | ProgramSource
    if is_program(arguments.run):
        source = program_source(arguments)
        predicate = parse_predicate(arguments.until, source.info.depth, tuple(RULES))
    else:
        source, predicate = _engine_run(arguments)
    started = time.perf_counter()
    timeline = Timeline(source)
    diagnosis = Diagnosis(source.info, timeline.history, gather(source))
    while not holds_at(timeline.history, predicate, timeline.index, diagnosis.standing):
        if timeline.index >= source.info.iterations:
            print(f"{predicate.text}: at none of the iterations 0 to {timeline.index}")
            return 1
        timeline.step()
    seconds = time.perf_counter() - started
    _, test_accuracy = source.evaluate()
    trained = source.evaluate_training()
    summary = Summary(
        source.info, timeline.history, timeline.frame, *trained, test_accuracy, seconds
    )
    if arguments.json:
        print(json.dumps({"until": predicate.text, **summary_json(summary)}))
        return 0
    values = timeline.history.row(timeline.index)
    known = ", ".join(f"{name} = {values[name]:.6g}" for name in predicate.names)
    print(f"{predicate.text}: holds at iteration {timeline.index}" + f" ({known})" * bool(known))
    print("\n".join(summary_lines(summary)))
    return 0


def _engine_run(arguments: argparse.Namespace) -> "tuple[EngineSource, Predicate]":
    """The run of an experiment; the predicate is read before the data are loaded."""
    from nnviz.debugger.engine_source import EngineSource
    from nnviz.debugger.findings import RULES
    from nnviz.debugger.predicates import parse_predicate
    from nnviz.presets import find_experiment

    experiment = changed(find_experiment(arguments.run), arguments)
    predicate = parse_predicate(arguments.until, experiment.layers, tuple(RULES))
    return EngineSource(experiment), predicate
