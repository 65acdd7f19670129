"""What is left of a run when it ends: the closing table for people, one JSON object for scripts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnviz.debugger.history import History
from nnviz.debugger.source import Frame, LayerInfo, RunInfo
from nnviz.debugger.statistics import LayerStatistics
from nnviz.json_numbers import json_number

_HEADINGS = (
    ("", "", "", "", "", "", "satu-", "satu-", "", "", ""),
    ("", "", "", "", "", "dead", "rated", "rated", "gradient", "mean", "update"),
    (
        "",
        "units",
        "activation",
        "mean",
        "std",
        "units",
        "units",
        "values",
        "RMS",
        "|update|",
        "ratio",
    ),
)


@dataclass(frozen=True, eq=False)
class Summary:
    """A run that has ended: at iteration `frame.index`, `seconds` of training after its start.

    `loss` and `train_accuracy` are of all training samples, at the weights of `frame`, whose own
    are those of its batch. `history` holds every iteration so far. Accuracies are shares (0 to 1),
    NaN where there is nothing to evaluate.
    """

    info: RunInfo
    history: History
    frame: Frame
    loss: float
    train_accuracy: float
    test_accuracy: float
    seconds: float
    interrupted: bool = False

    @property
    def iterations(self) -> int:
        """Updates behind the numbers of `frame`."""
        return self.frame.index


def summary_lines(summary: Summary) -> list[str]:
    """The closing table, one row per layer, with the accuracies below it; at most 80 columns."""
    info, frame = summary.info, summary.frame
    stopped = " (interrupted)" if summary.interrupted else ""
    return [
        f"{info.name}: {sizes(info)}, {info.loss}",
        f"iteration {summary.iterations} after {summary.seconds:.1f} s{stopped}",
        *(f"{name}: {text}" for name, text in info.options.items()),
        "",
        *layer_table(info, frame),
        "",
        f"loss {summary.loss:.6g}, training accuracy {percent(summary.train_accuracy)}, "
        f"test accuracy {percent(summary.test_accuracy)}",
        *_remarks(summary),
    ]


def sizes(info: RunInfo) -> str:
    """The sizes of inputs and layers, such as `784-256-128-10`."""
    return "-".join(map(str, (info.features, *(layer.units for layer in info.layers))))


def layer_table(info: RunInfo, frame: Frame) -> list[str]:
    """The statistics of an iteration, one row per layer; at most 80 columns."""
    rows = zip(info.layers, frame.layers, strict=True)
    return _table([_row(layer, statistics) for layer, statistics in rows])


def layers_json(info: RunInfo, frame: Frame) -> list[dict[str, Any]]:
    """The statistics of an iteration for scripts, one object per layer."""
    rows = zip(info.layers, frame.layers, strict=True)
    return [_layer_json(layer, statistics) for layer, statistics in rows]


def summary_json(summary: Summary) -> dict[str, Any]:
    """The object of `nnviz train --json`; accuracies in percent, null for what is not a number.

    `history` has one entry per iteration, 0 to `iterations`: loss and accuracy of its batch, which
    is all training samples unless the experiment says otherwise. Gradients are sums over the batch.
    """
    history, frame = summary.history, summary.frame
    columns = zip(
        history.column("iteration"), history.column("loss"), history.column("accuracy"), strict=True
    )
    return {
        "iterations": summary.iterations,
        "loss": json_number(summary.loss),
        "train_accuracy": json_number(100 * summary.train_accuracy),
        "test_accuracy": json_number(100 * summary.test_accuracy),
        "seconds": round(summary.seconds, 3),
        "layers": layers_json(summary.info, frame),
        "history": [
            {
                "iteration": int(i),
                "loss": json_number(loss),
                "train_accuracy": json_number(100 * accuracy),
            }
            for i, loss, accuracy in columns
        ],
    }


def percent(share: float) -> str:
    """A share (0.4906) as `49.06 %`, `-` where it is not a number."""
    return f"{100 * share:.2f} %" if math.isfinite(share) else "-"


def first_not_finite(history: History) -> int | None:
    """The first iteration at which the loss is NaN or infinite, None where there is none."""
    broken = np.flatnonzero(~np.isfinite(history.column("loss")))
    return history.first + int(broken[0]) if len(broken) else None


def _remarks(summary: Summary) -> list[str]:
    """What the table can't say."""
    remarks = []
    for layer, statistics in zip(summary.info.layers, summary.frame.layers, strict=True):
        if statistics.inactive:
            remarks.append(
                f"{layer.name}: {statistics.inactive * layer.units:.0f} of {layer.units} units are "
                "inactive (z <= 0 on every sample); not dead, as their gradient is not zero"
            )
    broken = first_not_finite(summary.history)
    if broken is not None:
        remarks.append(f"the loss is no finite number from iteration {broken} on: it diverged")
    return remarks


def _layer_json(layer: LayerInfo, statistics: LayerStatistics) -> dict[str, Any]:
    numbers = {
        "mean": statistics.a_mean,
        "std": statistics.a_std,
        "z_mean": statistics.z_mean,
        "z_std": statistics.z_std,
        "saturated_values": 100 * statistics.saturated,
        "gradient_rms": statistics.gradient_rms,
        "mean_update": statistics.update_mean,
        "update_ratio": statistics.update_ratio,
    }
    return {
        "layer": layer.name,
        "units": layer.units,
        "activation": layer.activation,
        "dead_units": round(statistics.dead * layer.units),
        "inactive_units": round(statistics.inactive * layer.units),
        "saturated_units": round(statistics.saturated_units * layer.units),
        **{name: json_number(value) for name, value in numbers.items()},
    }


def _row(layer: LayerInfo, statistics: LayerStatistics) -> tuple[str, ...]:
    """The texts of one layer; `-` where a quantity does not apply to its activation."""
    dead, saturated = "-", ("-", "-")
    if layer.silent:
        dead = f"{statistics.dead * layer.units:.0f}"
    if layer.saturates:
        units = f"{statistics.saturated_units * layer.units:.0f}"
        saturated = (units, f"{100 * statistics.saturated:.1f}%")
    return (
        layer.name,
        str(layer.units),
        layer.activation,
        _number(statistics.a_mean),
        _number(statistics.a_std),
        dead,
        *saturated,
        _number(statistics.gradient_rms),
        _number(statistics.update_mean),
        _number(statistics.update_ratio),
    )


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The headings, then the rows; numbers to the right, names to the left."""
    grid = [*_HEADINGS, *rows]
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    aligns = "<><" + ">" * (len(widths) - 3)
    return [
        " ".join(
            f"{text:{align}{width}}" for text, align, width in zip(row, aligns, widths, strict=True)
        ).rstrip()
        for row in grid
    ]


def _number(value: float) -> str:
    """Three digits with trailing zeros; two and a short exponent (2.8e-7) below 1e-3 or from 1e5.

    At most seven characters for what a float32 can hold, so that the table keeps its width.
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if 1e-3 <= abs(value) < 1e5:
        return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"
