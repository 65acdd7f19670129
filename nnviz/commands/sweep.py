"""`nnviz sweep`: the same run with other values, to find the best one and see its neighbours."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nnviz.errors import InputError

if TYPE_CHECKING:
    from nnviz.sweep import Sweep


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a run, the keys with their values, and who does the work."""
    from nnviz.commands.reference import add_jobs
    from nnviz.commands.train import add_changes

    parser.add_argument("run", metavar="RUN", help="a preset (see `nnviz presets`), or FILE.toml")
    parser.add_argument(
        "values",
        metavar="KEY=V1,V2,...",
        nargs="+",
        help="values of a key of the experiment; with several keys, every combination is run",
    )
    add_changes(parser)
    add_jobs(parser)
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        default="",
        help="let a Dask cluster do it: tcp://HOST:PORT of its scheduler, or local",
    )
    parser.add_argument("--out", metavar="FILE", type=Path, help="draw: .png, .svg or .pdf")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.epilog = (
        "Prints curves and a table, the best training accuracy first. Runs that were done before "
        "are not done again: they are kept in the folder that NNVIZ_CACHE_DIR names. A list that "
        "is one value is written in brackets: hidden=[64],[256,128]."
    )


def run(arguments: argparse.Namespace) -> int:
    """Train all, print. Raises InputError for unknown keys, impossible values, too many runs."""
    from nnviz.commands.reference import bars, check_jobs, told
    from nnviz.commands.train import changed
    from nnviz.parallel import train_all
    from nnviz.presets import find_experiment
    from nnviz.sweep import combinations, read_axes, sweep_json, sweep_lines, sweep_of
    from nnviz.trained import default_cache

    check_jobs(arguments.jobs)
    base = changed(find_experiment(arguments.run), arguments)
    axes = read_axes(arguments.values)
    experiments = combinations(base, axes)
    if arguments.out is not None:
        from nnviz.figures.saving import FORMATS

        if arguments.out.suffix.removeprefix(".").lower() not in FORMATS:
            raise InputError(f"{arguments.out}: expected a file in .{', .'.join(FORMATS)}")
    alone = arguments.jobs == 1 and not arguments.cluster
    runs = train_all(
        experiments,
        default_cache(),
        told(experiments, sys.stderr.isatty() and alone, arguments.json),
        jobs=arguments.jobs,
        cluster=arguments.cluster,
        watching=bars(quiet=arguments.json or not sys.stderr.isatty()),
    )
    sweep = sweep_of(base, axes, experiments, runs)
    if arguments.out is not None:
        _draw(sweep, arguments.out)
    if arguments.json:
        print(json.dumps(sweep_json(sweep), allow_nan=False))
    else:
        print("\n".join(sweep_lines(sweep)))
    return 0


def _draw(sweep: "Sweep", path: Path) -> None:
    from nnviz.figures.overlay import overlay
    from nnviz.figures.saving import save_figure

    save_figure(overlay(f"{sweep.name}: {', '.join(sweep.keys)}", sweep.by_label), path)
    print(f"nnviz: the figure is {path}", file=sys.stderr)
