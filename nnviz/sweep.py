"""A sweep: one experiment with every combination of some values, and which of them is best."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from nnviz.errors import InputError
from nnviz.experiment import Experiment, parse_assignments
from nnviz.json_numbers import json_number
from nnviz.trained import TrainedRun

MOST_RUNS = 1_000
GOALS = (80, 90)
_BARS = "▁▂▃▄▅▆▇█"
CURVE_WIDTH = 30
"""Characters of a curve: from accuracy 0 at the bottom to 100 %."""

Axes = Mapping[str, tuple[Any, ...]]
"""Key of the experiment -> its values."""


@dataclass(frozen=True)
class Point:
    """One run of a sweep: its values by key, and the run."""

    values: Mapping[str, Any]
    run: TrainedRun

    @property
    def label(self) -> str:
        """Such as `k=0.4, learning_rate=1e-05`."""
        return ", ".join(f"{key}={_text(value)}" for key, value in self.values.items())

    @property
    def accuracy(self) -> float:
        """Training accuracy at the end, in percent; NaN where it diverged."""
        return float(self.run.accuracy[-1]) if math.isfinite(self.loss) else math.nan

    @property
    def loss(self) -> float:
        """The loss at the end."""
        return float(self.run.columns["loss"][-1])

    @property
    def test(self) -> float:
        """Test accuracy at the end, in percent."""
        return 100 * float(self.run.columns["test_accuracy"][-1])


@dataclass(frozen=True)
class Sweep:
    """All runs of a sweep, in the order of their values."""

    name: str
    data: str
    keys: tuple[str, ...]
    points: tuple[Point, ...]

    @property
    def best(self) -> Point:
        """The highest training accuracy; the lower loss where several reach it."""
        return max(self.points, key=lambda p: (_or_least(p.accuracy), -_or_most(p.loss)))

    @property
    def by_label(self) -> dict[str, TrainedRun]:
        """The runs by what they are called."""
        return {point.label: point.run for point in self.points}


def read_axes(texts: Sequence[str]) -> Axes:
    """Read `key=v1,v2,...`; a list as one value stands in brackets. InputError: unreadable."""
    axes: dict[str, tuple[Any, ...]] = {}
    for text in texts:
        key, equals, values = (part.strip() for part in text.partition("="))
        found = re.findall(r"\[[^\]]*\]|[^,\[\]]+", values)
        if not equals or not key or not found:
            raise InputError(f"{text!r}: expected KEY=V1,V2,..., for example k=0.2,0.4,0.8")
        if key in axes:
            raise InputError(f"{text!r}: {key} is given twice")
        parsed = (parse_assignments([f"{key}={value.strip()}"])[key] for value in found)
        axes[key] = tuple(dict.fromkeys(tuple(v) if isinstance(v, list) else v for v in parsed))
    return axes


def combinations(base: Experiment, axes: Axes) -> list[Experiment]:
    """The experiment with every combination of the values, the last key changing fastest.

    Raises InputError where a key is unknown, a value impossible, or there are more than MOST_RUNS.
    """
    count = math.prod(len(values) for values in axes.values())
    if count > MOST_RUNS:
        raise InputError(f"these values make {count:,} runs; expected at most {MOST_RUNS:,}")
    found = []
    for values in product(*axes.values()):
        changes = dict(zip(axes, values, strict=True))
        label = ", ".join(f"{key}={_text(value)}" for key, value in changes.items())
        plain = {k: list(v) if isinstance(v, tuple) else v for k, v in changes.items()}
        found.append(replace(base.with_changes(plain), name=label))
    return found


def sweep_of(
    base: Experiment, axes: Axes, experiments: Sequence[Experiment], runs: Sequence[TrainedRun]
) -> Sweep:
    """The runs of `combinations`, with their values."""
    points = tuple(
        Point({key: getattr(experiment, key) for key in axes}, run)
        for experiment, run in zip(experiments, runs, strict=True)
    )
    return Sweep(base.name, base.data, tuple(axes), points)


def sweep_lines(sweep: Sweep) -> list[str]:
    """A table with a curve of the accuracy in each row, in the order of the values."""
    headings = ("", *sweep.keys, "accuracy over the iterations", "train %", "test %", "loss")
    headings += tuple(f"{goal} % at" for goal in GOALS)
    rows = [
        (
            "*" if point is sweep.best else "",
            *(_text(value) for value in point.values.values()),
            curve(point.run),
            _number(point.accuracy, ".2f"),
            _number(point.test, ".2f"),
            _number(point.loss, ".4g"),
            *(_iteration(point.run.first_reaching(goal)) for goal in GOALS),
        )
        for point in sweep.points
    ]
    table = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
    best = f"* best training accuracy: {sweep.best.label}{_edge(sweep)}"
    runs = f"{len(sweep.points)} runs of {sweep.name} on {sweep.data}"
    return [runs, "", *lines, "", best]


def _edge(sweep: Sweep) -> str:
    """A word of warning where the best value is the first or last one that was tried."""
    for key in sweep.keys:
        values = list(dict.fromkeys(point.values[key] for point in sweep.points))
        numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
        if numbers and len(values) > 1 and sweep.best.values[key] in (min(values), max(values)):
            return f" (at the edge of what was tried for {key}: try values beyond)"
    return ""


def sweep_json(sweep: Sweep) -> dict[str, Any]:
    """The sweep for scripts; accuracies in percent, null for what is not a finite number."""
    return {
        "run": sweep.name,
        "data": sweep.data,
        "best": dict(sweep.best.values),
        "points": [
            {
                "values": dict(point.values),
                "train_accuracy": json_number(point.accuracy),
                "test_accuracy": json_number(point.test),
                "loss": json_number(point.loss),
                **{f"reached_{goal}": point.run.first_reaching(goal) for goal in GOALS},
                "accuracy": [json_number(value) for value in point.run.accuracy.tolist()],
            }
            for point in sweep.points
        ],
    }


def curve(run: TrainedRun) -> str:
    """The training accuracy from 0 to 100 % as a line of characters."""
    count = min(CURVE_WIDTH, run.last + 1)
    at = [round(i * run.last / max(1, count - 1)) for i in range(count)]
    shares = [float(run.columns["accuracy"][i]) for i in at]
    return "".join(_BARS[min(7, int(8 * share))] for share in shares)


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{','.join(map(_text, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(value: float, form: str) -> str:
    return f"{value:{form}}" if math.isfinite(value) else "-"


def _iteration(value: int | None) -> str:
    return "-" if value is None else str(value)


def _or_least(value: float) -> float:
    return value if math.isfinite(value) else -math.inf


def _or_most(value: float) -> float:
    return value if math.isfinite(value) else math.inf
