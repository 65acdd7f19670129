"""`nnviz plot`: one figure of a run, of several beside each other, or a film of its training."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nnviz.commands.train import add_changes, changes_of, program_source
from nnviz.errors import InputError

if TYPE_CHECKING:
    from nnviz.debugger.timeline import Timeline
    from nnviz.figures.moment import Moment

ONE_RUN = (
    *("curves", "dashboard", "confusion", "tsne", "samples"),
    *("activations", "weights", "updates"),
)
"""The names of `nnviz.figures.registry.FIGURES`, for a help text without matplotlib."""

COMPARE = "compare"
FILMS = (".gif", ".mp4")
MOST_FILM_FRAMES = 41


def configure(parser: argparse.ArgumentParser) -> None:
    """Take runs, the figure, the iteration, and where to write."""
    parser.add_argument(
        "runs", metavar="RUN", nargs="+", help="a preset, FILE.toml, FILE.nnviz, or a program"
    )
    parser.add_argument(
        "--figure",
        choices=(*ONE_RUN, COMPARE),
        help="what to draw (default: curves; compare for several runs)",
    )
    parser.add_argument("--iteration", metavar="N", type=int, help="at N (default: the last one)")
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help="a .png, .svg or .pdf file; .gif or .mp4 for the dashboard over the whole training "
        "(default: RUN-FIGURE.png)",
    )
    add_changes(parser)
    parser.epilog = (
        "A file that exists is not overwritten. tsne draws two maps: before the training, and at N."
    )


def run(arguments: argparse.Namespace) -> int:
    """Train as far as needed, draw, write. Raises InputError for what can't be drawn."""
    figure = arguments.figure or (COMPARE if len(arguments.runs) > 1 else "curves")
    if figure != COMPARE and len(arguments.runs) > 1:
        raise InputError(f"--figure {figure}: shows one run; for several of them: --figure compare")
    path = arguments.out or _default_path(arguments.runs, figure)
    film = path.suffix.lower() in FILMS
    if film and figure != "dashboard" and (arguments.figure or figure == COMPARE):
        raise InputError(f"{path}: a film shows the dashboard of one run, not {figure}")
    check_path(path, film=film)
    if film:
        _film(arguments, path)
    else:
        _draw(figure, arguments, path)
    print(f"nnviz: {path}", file=sys.stderr)
    return 0


def last_iteration(timeline: "Timeline", wanted: int | None) -> int:
    """The iteration that is asked for, else the run's last one. InputError: it has no such one."""
    info, history = timeline.source.info, timeline.history
    if wanted is not None and wanted < history.first:
        raise InputError(f"--iteration {wanted}: {info.name} begins at {history.first}")
    return wanted if wanted is not None else max(info.iterations, history.last)


def train_to(timeline: "Timeline", index: int) -> None:
    """Go to an iteration, with progress on standard error; Ctrl-C ends it."""
    from nnviz.engine.tiles import Cancelled
    from nnviz.headless import progress, stopped_by_ctrl_c

    try:
        with (
            stopped_by_ctrl_c() as timeline.source.cancelled,
            progress(timeline.source.info.name, index, sys.stderr, quiet=True) as show,
        ):
            timeline.seek(index, show)
    except Cancelled as cancelled:
        raise KeyboardInterrupt from cancelled


def opened(run: str, arguments: argparse.Namespace) -> "Timeline":
    """One of the runs, with the changes asked for; what its reader has to know is said."""
    from nnviz.attach.program import is_program
    from nnviz.debugger.runs import open_run
    from nnviz.debugger.timeline import Timeline

    if is_program(run):
        return Timeline(program_source(arguments, run))
    timeline, note = open_run(run, changes_of(arguments))
    if note:
        print(f"nnviz: {note}", file=sys.stderr)
    return timeline


def moments_of(runs: Sequence[str], arguments: argparse.Namespace) -> "list[Moment]":
    """Each of the runs at the iteration asked for, or at its last one."""
    from nnviz.figures.moment import moment_at

    moments = []
    for run in runs:
        timeline = opened(run, arguments)
        train_to(timeline, last_iteration(timeline, arguments.iteration))
        moments.append(moment_at(timeline))
    return moments


def _draw(figure: str, arguments: argparse.Namespace, path: Path) -> None:
    from nnviz.figures.classes import tsne_before_after
    from nnviz.figures.curves import comparison
    from nnviz.figures.moment import moment_at
    from nnviz.figures.registry import FIGURES
    from nnviz.figures.saving import save_new_figure

    if figure == COMPARE:
        save_new_figure(comparison(moments_of(arguments.runs, arguments)), path)
        return
    timeline = opened(arguments.runs[0], arguments)
    first, index = timeline.history.first, last_iteration(timeline, arguments.iteration)
    if figure != "tsne" or index == first:
        train_to(timeline, index)
        save_new_figure(FIGURES[figure](moment_at(timeline)), path)
        return
    timeline.seek(first)
    before = moment_at(timeline)
    train_to(timeline, index)
    save_new_figure(tsne_before_after(before, moment_at(timeline)), path)


def _film(arguments: argparse.Namespace, path: Path) -> None:
    """The dashboard at some forty iterations from the first to the last one."""
    from nnviz.figures.animation import save_film
    from nnviz.figures.moment import moment_at
    from nnviz.headless import line_step

    timeline = opened(arguments.runs[0], arguments)
    first, last = timeline.history.first, last_iteration(timeline, arguments.iteration)
    step = line_step(last - first) if last - first > MOST_FILM_FRAMES else 1
    moments = []
    for index in (*range(first, last, step), last):
        train_to(timeline, index)
        moments.append(moment_at(timeline))
    save_film(moments, path)


def check_path(path: Path, *, film: bool) -> None:
    """Say before the training what would stop the writing after it."""
    if path.exists():
        raise InputError(f"{path}: exists already and is not overwritten; give another name: --out")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}")
    check: Callable[[Path], None]
    if film:
        from nnviz.figures.animation import check_film as check
    else:
        from nnviz.figures.saving import check_format as check
    check(path)


def _default_path(runs: Sequence[str], figure: str) -> Path:
    names = "-".join(Path(run).stem for run in runs)
    return Path(f"{names[:100]}-{figure}.png")
