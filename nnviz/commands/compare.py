"""`nnviz compare`: runs beside each other in numbers, where the first two part, and a figure."""

import argparse
import json
import math
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnviz.commands.plot import check_path, last_iteration, opened, train_to
from nnviz.commands.train import add_changes
from nnviz.errors import InputError

if TYPE_CHECKING:
    from nnviz.debugger.compare import Comparison, Parting
    from nnviz.debugger.timeline import Timeline

GOALS = (80, 90)
"""Training accuracies, in percent, whose first iteration is told: what the course asks for."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Take runs, the iteration, and where to draw."""
    parser.add_argument(
        "runs", metavar="RUN", nargs="+", help="a preset, FILE.toml, FILE.nnviz, or a program"
    )
    parser.add_argument("--iteration", metavar="N", type=int, help="at N (default: the last one)")
    parser.add_argument("--out", metavar="FILE", type=Path, help="also draw: .png, .svg or .pdf")
    add_changes(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.epilog = (
        "Changes (--set ...) hold for all runs. Where two runs have equal layers, how far apart "
        "they are is told layer by layer, as norm(B - A) / norm(A). In the JSON object accuracies "
        "are percent, and null stands for what is not a finite number."
    )


def run(arguments: argparse.Namespace) -> int:
    """Train all, print. Raises InputError for fewer than two runs, and what can't be opened."""
    if len(arguments.runs) < 2:
        raise InputError(f"{arguments.runs[0]}: one run alone; expected two or more to compare")
    if arguments.out is not None:
        check_path(arguments.out, film=False)
    timelines = [opened(name, arguments) for name in arguments.runs]
    for timeline in timelines:
        train_to(timeline, last_iteration(timeline, arguments.iteration))
    rows = [row_of(timeline) for timeline in timelines]
    parting, apart = _pair(timelines)
    if arguments.json:
        print(json.dumps(_json(rows, parting, apart), allow_nan=False))
    else:
        print("\n".join([*_table(rows), *_pair_lines(rows, parting, apart)]))
    if arguments.out is not None:
        _draw(timelines, arguments.out)
    return 0


def row_of(timeline: "Timeline") -> dict[str, Any]:
    """One run where it stands: its numbers, accuracies in percent, NaN for what is not known."""
    history, frame = timeline.history, timeline.frame
    shown = slice(0, frame.index - history.first + 1)
    accuracy, test = (history.column(name)[shown] for name in ("accuracy", "test_accuracy"))
    known = [100 * value for value in test.tolist() if math.isfinite(value)]
    reached = {
        f"reached_{goal}": next(
            (history.first + i for i, share in enumerate(accuracy) if 100 * share >= goal), math.nan
        )
        for goal in GOALS
    }
    ratios = [history.column(f"W{n}.update_ratio")[shown] for n in range(1, history.depth + 1)]
    return {
        "run": timeline.source.info.name,
        "iteration": frame.index,
        "loss": frame.loss,
        "train_accuracy": 100 * frame.train_accuracy,
        "test_accuracy": known[-1] if known else math.nan,
        **reached,
        "silent_units": sum(len(layer.silent_units) for layer in frame.layers),
        "largest_update_ratio": max(float(column.max()) for column in ratios),
    }


def _pair(timelines: "list[Timeline]") -> "tuple[Parting | None, Comparison | None]":
    """Where the first two part, and how far apart they are now; None where layers differ."""
    from nnviz.debugger.compare import compare, recorded_parting

    a, b = timelines[:2]
    shapes = [[(layer.units, layer.fan_in) for layer in t.source.info.layers] for t in (a, b)]
    if shapes[0] != shapes[1]:
        return None, None
    same_place = a.index == b.index
    return recorded_parting(a.history, b.history), compare(a, b) if same_place else None


HEADINGS = {
    "run": "run",
    "iteration": "iteration",
    "loss": "loss",
    "train_accuracy": "train %",
    "test_accuracy": "test %",
    "reached_80": "80 % at",
    "reached_90": "90 % at",
    "silent_units": "silent",
    "largest_update_ratio": "max update ratio",
}


def _table(rows: list[dict[str, Any]]) -> list[str]:
    cells = [list(HEADINGS.values()), *([_text(row[key]) for key in HEADINGS] for row in rows)]
    widths = [max(map(len, column)) for column in zip_longest(*cells, fillvalue="")]
    return [
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.5g}" if math.isfinite(value) else "-"
    return str(value)


def _pair_lines(
    rows: list[dict[str, Any]], parting: "Parting | None", apart: "Comparison | None"
) -> list[str]:
    """How the first two runs differ, in words."""
    names = f"{rows[0]['run']} (A) and {rows[1]['run']} (B)"
    if parting is None:
        return ["", f"{names} have different layers, so only their curves can be compared."]
    if not parting.what:
        return ["", f"{names}: the same numbers at every iteration that both have."]
    lines = [
        "",
        f"{names} part at iteration {parting.index}: {parting.what} differs first "
        f"(by {parting.difference:.3g} of its size).",
    ]
    if apart is None:
        return lines
    lines += [f"At iteration {apart.index}, norm(B - A) / norm(A):"]
    return lines + [
        f"  layer {number}   W {layer.weights:.3g}   unit means of L {layer.activations:.3g}   "
        f"update {layer.updates:.3g}"
        for number, layer in enumerate(apart.layers, start=1)
    ]


def _json(
    rows: list[dict[str, Any]], parting: "Parting | None", apart: "Comparison | None"
) -> dict[str, Any]:
    parted = parting is not None and bool(parting.what)
    layers = () if apart is None else apart.layers
    return {
        "runs": [{key: _finite(value) for key, value in row.items()} for row in rows],
        "equal_layers": parting is not None,
        "parting": {"iteration": parting.index, "what": parting.what}
        if parting is not None and parted
        else None,
        "layers": [
            {
                "weights": _finite(layer.weights),
                "activations": _finite(layer.activations),
                "updates": _finite(layer.updates),
            }
            for layer in layers
        ],
    }


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _draw(timelines: "list[Timeline]", path: Path) -> None:
    from nnviz.figures.curves import comparison
    from nnviz.figures.moment import moment_at
    from nnviz.figures.saving import save_new_figure

    save_new_figure(comparison([moment_at(timeline) for timeline in timelines]), path)
