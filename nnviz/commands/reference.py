"""`nnviz reference`: the course's improvements run again, beside the numbers published for them."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nnviz.errors import InputError

if TYPE_CHECKING:
    from nnviz.experiment import Experiment
    from nnviz.parallel import Tell, Watching
    from nnviz.reference import Row
    from nnviz.trained import TrainedRun, Watch


def configure(parser: argparse.ArgumentParser) -> None:
    """Take names, data, and what to make of the runs."""
    parser.add_argument("names", metavar="NAME", nargs="*", help="presets (default: all of them)")
    parser.add_argument(
        "--data", metavar="D", default="mnist-2k", help="data set (default: %(default)s)"
    )
    parser.add_argument(
        "--iterations", metavar="N", type=int, help="updates (default: 200, and 1,000 for best)"
    )
    add_jobs(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.add_argument(
        "--figures", metavar="DIR", type=Path, help="draw each run over the starter's, and all"
    )
    parser.add_argument(
        "--page", metavar="FILE", type=Path, help="also write the table as a Markdown page"
    )
    parser.epilog = (
        "The published numbers are one student's best answers on full MNIST, so they stand in the "
        "table with --data mnist only. Runs that were done before are not done again: they are "
        "kept in the folder that NNVIZ_CACHE_DIR names (default: ~/.cache/nnviz/runs)."
    )


def run(arguments: argparse.Namespace) -> int:
    """Train what is not known yet, and print. Raises InputError: unknown name, data, or number."""
    from nnviz.datasets import check_name
    from nnviz.parallel import train_all
    from nnviz.reference import experiment_of, find_references, rows_of
    from nnviz.trained import default_cache

    check_jobs(arguments.jobs)
    check_name(arguments.data)
    if arguments.iterations is not None and arguments.iterations < 1:
        raise InputError(f"--iterations {arguments.iterations}: expected 1 or more")
    references = find_references(arguments.names)
    experiments = [experiment_of(r, arguments.data, arguments.iterations) for r in references]
    runs = train_all(
        experiments,
        default_cache(),
        told(experiments, sys.stderr.isatty() and arguments.jobs == 1, arguments.json),
        jobs=arguments.jobs,
        watching=bars(quiet=arguments.json or arguments.jobs > 1),
    )
    rows = [row for r, done in zip(references, runs, strict=True) for row in rows_of(r, done)]
    if arguments.figures is not None:
        draw(dict(zip([r.preset for r in references], runs, strict=True)), arguments.figures)
    if arguments.page is not None:
        from nnviz.reference_page import write_page

        write_page(arguments.page, rows, arguments.data)
        print(f"nnviz: written to {arguments.page}", file=sys.stderr)
    if arguments.json:
        from nnviz.reference import json_row

        found = {"data": arguments.data, "rows": [json_row(row) for row in rows]}
        print(json.dumps(found, allow_nan=False))
    else:
        print("\n".join(lines(rows, arguments.data)))
    return 0


def lines(rows: "Sequence[Row]", data: str) -> list[str]:
    """The table for people, with the reasons for what differs below it."""
    from nnviz.reference import HEADINGS, PUBLISHED_ON, cells, differences

    told = [f"The reference improvements on {data}", "", *columns([HEADINGS, *map(cells, rows)])]
    if data != PUBLISHED_ON:
        return [*told, "", "The published numbers are for --data mnist."]
    reasons = differences(rows)
    return [*told, "", "Where ours is another number:", *(f"- {r}" for r in reasons)]


def columns(table: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            text.rjust(width) if number else text.ljust(width)
            for number, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Add the option for runs side by side."""
    parser.add_argument(
        "--jobs", metavar="N", type=int, default=1, help="runs side by side (default: 1)"
    )


def check_jobs(jobs: int) -> None:
    """Refuse a number of jobs that can't be. Raises InputError."""
    if not 1 <= jobs <= 1000:
        raise InputError(f"--jobs {jobs}: expected a whole number from 1 to 1000")


def bars(*, quiet: bool) -> "Watching":
    """For each run that is trained now, progress on standard error; none for a kept one."""
    from nnviz.headless import progress

    @contextmanager
    def watching(experiment: "Experiment") -> "Iterator[Watch]":
        with progress(experiment.name, experiment.iterations, sys.stderr, quiet=quiet) as show:
            yield show

    return watching


def told(experiments: "Sequence[Experiment]", bar: bool, quiet: bool) -> "Tell":
    """Says on standard error how many runs are done, unless bars show it or nobody asked."""
    done = 0

    def tell(place: int, run: "TrainedRun") -> None:
        nonlocal done
        done += 1
        if not bar and not quiet:
            name = experiments[place].name
            print(f"nnviz: {name}: done ({done} of {len(experiments)})", file=sys.stderr)

    return tell


def draw(runs: "dict[str, TrainedRun]", folder: Path) -> None:
    """Each run over the starter's, and all of them. Raises InputError: can't be written."""
    from nnviz.figures.overlay import overlay
    from nnviz.figures.saving import save_figure

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: can't hold figures: {error.strerror}") from error
    starter = {"course": runs["course"]} if "course" in runs else {}
    for name, run in runs.items():
        save_figure(overlay(name, starter | {name: run}), folder / f"{name}.png")
    save_figure(overlay("The reference improvements", runs), folder / "all.png")
    print(f"nnviz: the figures are in {folder}", file=sys.stderr)
