"""`nnviz tui`: the debugger in the terminal; without a terminal, a headless run and its summary."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nnviz.commands.train import add_changes, changed
from nnviz.errors import InputError

if TYPE_CHECKING:
    from nnviz.tui.script import Cue


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
    parser.add_argument(
        "--plain",
        action="store_true",
        help="commands in, words out, instead of a screen: for screen readers and pipes",
    )
    parser.add_argument(
        "--script",
        type=Path,
        metavar="FILE",
        help="do the commands and keys of this file one after another, one for each space key",
    )
    parser.epilog = (
        "Without a terminal (a pipe, a job) and without --plain the run is trained to its end and "
        "summed up instead."
    )


def run(arguments: argparse.Namespace) -> int:
    """Open the debugger. Raises InputError where run, data or changes can't be used."""
    from nnviz.debugger.command_checks import Terms
    from nnviz.debugger.engine_source import EngineSource
    from nnviz.presets import find_experiment

    if arguments.at < 0:
        raise InputError(f"--at {arguments.at}: expected an iteration, 0 or more")
    screen = sys.stdin.isatty() and sys.stdout.isatty()
    if arguments.script is not None and not (screen or arguments.plain):
        raise InputError(f"--script {arguments.script}: needs a terminal, or --plain")
    experiment = changed(find_experiment(arguments.run), arguments)
    source = EngineSource(experiment)
    if not (screen or arguments.plain):
        from nnviz.headless import run_headless

        return run_headless(source, experiment.iterations)
    from nnviz.tui.start import opener

    script: tuple[Cue, ...] = ()
    if arguments.script is not None:
        from nnviz.tui.script import read_script

        script = read_script(arguments.script, Terms(source.info.depth, source.settings))
    if arguments.plain:
        from nnviz.tui.plain import run_plain

        return run_plain(opener(source, arguments.at), script)
    from nnviz.tui.start import start

    return start(opener(source, arguments.at), script)
