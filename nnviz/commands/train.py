"""`nnviz train`: a run without the debugger, for scripts, figures and numbers to compare."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnviz.errors import InputError

if TYPE_CHECKING:
    from nnviz.attach.family import Enclosure
    from nnviz.attach.source import ProgramSource
    from nnviz.debugger.engine_source import EngineSource
    from nnviz.debugger.history import History
    from nnviz.debugger.recorder import Recorder
    from nnviz.debugger.source import Frame, RunSource
    from nnviz.experiment import Experiment
    from nnviz.headless import Watch


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a run, what to change in it, and what to make of it."""
    parser.add_argument(
        "run",
        metavar="RUN",
        help="a preset (see `nnviz presets`), FILE.toml, FILE.nnviz, or a program: FILE.py, .ipynb",
    )
    add_changes(parser)
    parser.add_argument("--figures", metavar="DIR", type=Path, help="draw the run into this folder")
    parser.add_argument(
        "--figures-every",
        metavar="N",
        type=int,
        help="also draw every N iterations, as a numbered series (needs --figures)",
    )
    parser.add_argument(
        "--record", metavar="FILE", type=Path, help="record the run, for `nnviz show` and `tui`"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.epilog = (
        "A folder of figures belongs to one run, which it names in run.toml: another run is "
        "refused there, the same run may draw again. "
        "Ctrl-C ends the training with the summary so far. In the JSON object accuracies are "
        "percent, and null stands for what is not a finite number."
    )


def run(arguments: argparse.Namespace) -> int:
    """Train and print the summary. Raises InputError where run, data or changes can't be used."""
    from nnviz.attach.program import is_program
    from nnviz.debugger.engine_source import EngineSource
    from nnviz.debugger.runs import experiment_of
    from nnviz.headless import run_headless

    if is_program(arguments.run):
        return _train_program(arguments)
    every = arguments.figures_every
    if every is not None and (every < 1 or arguments.figures is None):
        raise InputError(
            f"--figures-every {every}: expected 1 or more, together with --figures DIR"
        )
    experiment = changed(experiment_of(arguments.run), arguments)
    source = EngineSource(experiment)
    for note in notes(experiment, source.dataset.note):
        print(f"nnviz: {note}", file=sys.stderr)
    artist = Artist(source, arguments.figures, every) if arguments.figures is not None else None
    watches: list[Watch] = [artist.watch] if artist is not None else []
    with recording(source, arguments.record, watches) as recorder:
        code = run_headless(
            source, experiment.iterations, as_json=arguments.json, watch=told_to(watches)
        )
    # an interrupted run, too, says what there is of it
    codes = (code, finished_recording(recorder), artist.finish() if artist is not None else 0)
    return next(filter(None, codes), 0)


def _train_program(arguments: argparse.Namespace) -> int:
    """Train a student's own program to its end, and print what it printed."""
    from nnviz.headless import run_headless

    if arguments.figures is not None:
        raise InputError(
            f"--figures: {arguments.run} draws its own; `nnviz plot {arguments.run}` draws one"
        )
    source = program_source(arguments)
    said = Relay(source, arguments.json)
    watches: list[Watch] = [said.watch]
    try:
        with recording(source, arguments.record, watches) as recorder:
            iterations = source.info.iterations
            code = run_headless(source, iterations, as_json=arguments.json, watch=told_to(watches))
        if not code and not arguments.iterations:
            source.finish()
        said.rest()
        return code or finished_recording(recorder)
    finally:
        source.close()


class Relay:
    """Passes on what a program prints, line by line, to standard error."""

    def __init__(self, source: "ProgramSource", quiet: bool) -> None:
        self.source, self.quiet = source, quiet
        self._seen = len(source.family.text.lines) + source.family.text.left_out

    def watch(self, frame: "Frame", history: "History") -> None:
        """Pass on what has come."""
        self.rest()

    def rest(self) -> None:
        """Pass on what has come, and what is left of a line without an end."""
        log = self.source.family.text
        count = len(log.lines) + log.left_out - self._seen
        self._seen += count
        for _, line in list(log.lines)[-count:] if count and not self.quiet else ():
            print(f"| {line}", file=sys.stderr)


def program_source(arguments: argparse.Namespace, run: str | None = None) -> "ProgramSource":
    """A student's program (`arguments.run`, or `run`) with the changes of `add_changes`.

    Raises InputError.
    """
    from nnviz.attach.opening import open_program
    from nnviz.experiment import parse_assignments

    path = arguments.run if run is None else run
    for option in ("data", "seed"):
        if getattr(arguments, option) is not None:
            raise InputError(f"--{option}: {path} decides that itself")
    return open_program(
        path,
        loop=arguments.loop,
        enclosure=enclosure_of(arguments),
        iterations=arguments.iterations,
        changes=parse_assignments(arguments.changes),
        quiet=getattr(arguments, "json", False),
    )


def enclosure_of(arguments: argparse.Namespace) -> "Enclosure":
    """What `--sandbox` shuts a program in, or nothing. Raises InputError where it can't be had."""
    if arguments.sandbox:
        from grader.sandbox.debugged import enclosure

        return enclosure()
    from nnviz.attach.family import OPEN

    return OPEN


@contextmanager
def recording(
    source: "RunSource", path: Path | None, watches: "list[Watch]"
) -> "Iterator[Recorder | None]":
    """Record what is trained meanwhile, if there is a path. Raises InputError: can't be made."""
    if path is None:
        yield None
        return
    from nnviz.debugger.recorder import Recorder

    with Recorder(path, source) as recorder:
        watches.append(lambda frame, history: recorder.write(history))
        yield recorder


def finished_recording(recorder: "Recorder | None") -> int:
    """Say where the recording is, or where it had to stop; the exit code."""
    if recorder is None:
        return 0
    print(f"nnviz: {recorder.problem or f'recorded in {recorder.path}'}", file=sys.stderr)
    return 2 if recorder.problem else 0


def told_to(watches: "list[Watch]") -> "Watch":
    """One watch that tells all of them."""

    def tell(frame: "Frame", history: "History") -> None:
        for watch in watches:
            watch(frame, history)

    return tell


class Artist:
    """Draws the figures of a run while it trains; a figure that fails doesn't end the training."""

    def __init__(self, source: "EngineSource", path: Path, every: int | None) -> None:
        """Take the folder. Raises InputError where it belongs to another run."""
        from nnviz.figures.saving import FigureFolder

        self.folder = FigureFolder(path, source.experiment, source.dataset)
        self.source, self.every = source, every
        self.problem, self.drawn = "", False

    def watch(self, frame: "Frame", history: "History") -> None:
        """Draw the iteration if it is due: numbered in a series, and the last one."""
        last = frame.index == self.source.experiment.iterations
        numbered = self.every is not None and frame.index % self.every == 0
        if not (last or numbered) or self.problem:
            return
        from nnviz.figures.moment import engine_moment

        moment = engine_moment(self.source, frame, history)
        try:
            self.folder.draw(moment, numbered=numbered, last=last)
            self.drawn = last
        except InputError as error:
            self.problem = str(error)

    def finish(self) -> int:
        """Say where the figures are, or why there are none; the exit code."""
        if self.problem:
            print(f"nnviz: {self.problem}", file=sys.stderr)
            return 2
        found = (
            "the figures are in" if self.drawn else "the last iteration's figures are missing in"
        )
        print(f"nnviz: {found} {self.folder.path}", file=sys.stderr)
        return 0


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
    parser.add_argument(
        "--loop",
        metavar="LINE",
        type=int,
        help="of a program of your own (FILE.py, FILE.ipynb): the training loop is in this line",
    )
    add_sandbox(parser)


def add_sandbox(parser: argparse.ArgumentParser) -> None:
    """Add the option that shuts a program in."""
    parser.add_argument(
        "--sandbox",
        action="store_true",
        help="of a program of somebody else: shut it in by the grader's layers; which ones hold "
        "is said",
    )


def changed(experiment: "Experiment", arguments: argparse.Namespace) -> "Experiment":
    """The experiment with the changes of `add_changes`. Raises InputError, naming the key."""
    return experiment.with_changes(changes_of(arguments))


def changes_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """What `add_changes` collected, by key. Raises InputError where a key is given twice."""
    from nnviz.experiment import parse_assignments

    if arguments.sandbox:
        raise InputError("--sandbox: is for a program, FILE.py or FILE.ipynb")
    changes = parse_assignments(arguments.changes)
    for key in ("data", "iterations", "seed"):
        value = getattr(arguments, key)
        if value is not None and key in changes:
            raise InputError(f"--{key} {value} and --set {key}={changes[key]}: give one of them")
        if value is not None:
            changes[key] = value
    return changes


def notes(experiment: "Experiment", data_note: str) -> list[str]:
    """What somebody who reads the numbers should know before."""
    idle = experiment.idle_keys().items()
    return [data_note] * bool(data_note) + [
        f"{key} changes nothing here: it needs {need}" for key, need in idle
    ]
