"""`nnviz tui`: the debugger in the terminal; without a terminal, a headless run and its summary."""

import argparse
import sys

from nnviz.commands.train import add_changes, changed


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a run, what to change in it, and where to open it."""
    parser.add_argument(
        "run",
        nargs="?",
        default="course",
        metavar="RUN",
        help="a preset (see `nnviz presets`) or a FILE.toml; the starter where left out",
    )
    add_changes(parser)
    parser.add_argument("--at", type=int, default=0, metavar="N", help="open at iteration N")
    parser.epilog = (
        "Without a terminal (a pipe, a job) the run is trained to its end and summed up instead."
    )


def run(arguments: argparse.Namespace) -> int:
    """Open the debugger. Raises InputError where run, data or changes can't be used."""
    from nnviz.debugger.engine_source import EngineSource
    from nnviz.errors import InputError
    from nnviz.presets import find_experiment

    if arguments.at < 0:
        raise InputError(f"--at {arguments.at}: expected an iteration, 0 or more")
    experiment = changed(find_experiment(arguments.run), arguments)
    source = EngineSource(experiment)
    if sys.stdin.isatty() and sys.stdout.isatty():
        from nnviz.tui.start import start

        return start(source, at=arguments.at)
    from nnviz.headless import run_headless

    return run_headless(source, experiment.iterations)
