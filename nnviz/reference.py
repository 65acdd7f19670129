"""The course's reference improvements: its published numbers beside ours, and why they differ.

A published number is one student's best answer on full MNIST; ours is what the preset reaches.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from nnviz.errors import InputError, nearest
from nnviz.experiment import Experiment
from nnviz.json_numbers import json_number
from nnviz.presets import PRESETS
from nnviz.trained import TrainedRun

PUBLISHED_ON = "mnist"
ITERATIONS = 200
GOALS = (80, 90)
"""Training accuracies in percent; the course asks for the second."""

TOLERANCE = 0.5
"""Percentage points: published and own numbers that differ by less agree."""

UNKNOWN = "no number was published"


@dataclass(frozen=True)
class Reference:
    """One row, or several of the same run: a preset, and what was published for it.

    `published` maps an iteration to a training accuracy in percent. `why` says what a reader should
    know where ours is another one, or where none was published.
    """

    preset: str
    published: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    why: str = ""
    longest: int = ITERATIONS

    @property
    def iterations(self) -> tuple[int, ...]:
        """The iterations that have a row."""
        return tuple(sorted({ITERATIONS, self.longest, *self.published}))


REFERENCES: Mapping[str, Reference] = MappingProxyType(
    {
        reference.preset: reference
        for reference in (
            Reference("course", {200: 49.06}),
            Reference("learning-rate", {200: 73.86}),
            Reference(
                "slope",
                {200: 81.39},
                "81.39 % was reached with a derivative that lacks the factor k (the next row). The "
                "right one, k L (1 - L), brings a factor 0.4 for each layer that a gradient comes "
                "through, 0.4^3 = 0.064 for W1: at the same rate the run learns far more slowly",
            ),
            Reference(
                "slope-forgotten-k",
                {200: 81.39},
                "the published run, with its mistake: L (1 - L) for k L (1 - L)",
            ),
            Reference("init-scaled", why=UNKNOWN),
            Reference("init-normal", why=UNKNOWN),
            Reference(
                "init-orthogonal",
                {200: 79.22},
                "the published scale is not known; orthogonal matrices as they are reach 23.45 %, "
                "scaled to unit variance 63.96 %. The preset's times 4, 8, 4 spreads z wider",
            ),
            Reference("tanh", {200: 64.60}),
            Reference("cross-entropy", {170: 87.44, 200: 88.29}),
            Reference("softmax", why=UNKNOWN),
            Reference(
                "relu",
                {200: 92.09},
                "neither initialisation nor output of the published run is known. The starter's "
                "weights give W1 X a variance near 28, so the first steps are too large for ReLUs; "
                "with W1 divided by 5 the run ends below the published number, by 28 above it, and "
                "the preset's 14 lies between",
            ),
            Reference("leaky-relu", why=UNKNOWN),
            Reference(
                "best",
                {200: 98.6, 1000: 100.0},
                "the published program adds momentum times the previous delta, not a velocity, and "
                "its initial weights come from another random stream",
                longest=1000,
            ),
            Reference(
                "random-labels",
                {200: 21.57},
                "the published number has no iteration. `randint(0, 9)` draws nine classes, so "
                "chance is 11.1 %, and not 10 %: with all ten (the next row) less is memorised in "
                "the same time",
            ),
            Reference("random-labels-10", why=UNKNOWN),
        )
    }
)
"""Every reference improvement by the name of its preset, in the order of the course."""


@dataclass(frozen=True)
class Row:
    """One row of the table: a run at one iteration. Accuracies in percent, NaN where unknown."""

    name: str
    iteration: int
    published: float
    ours: float
    test: float
    reached: Mapping[int, int | None]
    dead: Mapping[str, int]
    saturated: Mapping[str, int]
    largest_update: tuple[float, str, int]
    why: str

    @property
    def differs(self) -> bool:
        """Whether a number was published that is not ours."""
        return abs(self.published - self.ours) > TOLERANCE


def find_references(names: Sequence[str]) -> list[Reference]:
    """The references of these names, all without any. InputError, with the nearest one: unknown."""
    for name in names:
        if name not in REFERENCES:
            hint = nearest(name, REFERENCES) or f"; expected one of {', '.join(REFERENCES)}"
            raise InputError(f"there is no reference improvement {name!r}{hint}")
    return [REFERENCES[name] for name in names or REFERENCES]


def experiment_of(reference: Reference, data: str, iterations: int | None = None) -> Experiment:
    """The run of a reference: to its longest row, or to `iterations`."""
    changes: dict[str, Any] = {"data": data, "iterations": iterations or reference.longest}
    return PRESETS[reference.preset].with_changes(changes)


def rows_of(reference: Reference, run: TrainedRun) -> list[Row]:
    """The rows of a run: at the iterations of the reference that it got to, else at its last."""
    here = [i for i in reference.iterations if i <= run.last] or [run.last]
    if run.last not in here and run.last < reference.longest:
        here.append(run.last)
    on_mnist = run.experiment.data == PUBLISHED_ON
    rows = []
    for i in here:
        test = run.columns["test_accuracy"][: i + 1]
        published = reference.published.get(i, math.nan) if on_mnist else math.nan
        until = run.until(i)
        rows.append(
            Row(
                reference.preset,
                i,
                published,
                float(run.accuracy[i]),
                100 * float(test[-1]),
                {goal: until.first_reaching(goal) for goal in GOALS},
                run.count("dead", i),
                run.count("saturated_units", i),
                until.largest_update_ratio,
                reference.why,
            )
        )
    return rows


HEADINGS = (
    "run",
    "at",
    "published",
    "ours",
    "test",
    *(f"{goal} % at" for goal in GOALS),
    "dead units",
    "saturated units",
    "largest update ratio",
)


def cells(row: Row) -> tuple[str, ...]:
    """The texts of a row, in the order of `HEADINGS`."""
    value, layer, at = row.largest_update
    return (
        row.name,
        str(row.iteration),
        _percent(row.published),
        _percent(row.ours),
        _percent(row.test),
        *("-" if row.reached[goal] is None else str(row.reached[goal]) for goal in GOALS),
        _counts(row.dead),
        _counts(row.saturated),
        f"{value:.2g} ({layer} at {at})",
    )


def differences(rows: Sequence[Row]) -> list[str]:
    """Why our numbers are other ones, one line for each run that differs or was not published."""
    lines: dict[str, str] = {}
    for row in rows:
        if row.differs or (math.isnan(row.published) and row.why == UNKNOWN):
            lines.setdefault(row.name, f"{row.name}: {row.why or 'not looked into yet'}")
    return list(lines.values())


def json_row(row: Row) -> dict[str, Any]:
    """A row for scripts; null for what is not known."""
    value, layer, at = row.largest_update
    return {
        "run": row.name,
        "iteration": row.iteration,
        "published": json_number(row.published),
        "train_accuracy": json_number(row.ours),
        "test_accuracy": json_number(row.test),
        **{f"reached_{goal}": row.reached[goal] for goal in GOALS},
        "dead_units": dict(row.dead),
        "saturated_units": dict(row.saturated),
        "largest_update_ratio": {"value": json_number(value), "layer": layer, "iteration": at},
        "why": row.why if row.differs else "",
    }


def _counts(counts: Mapping[str, int]) -> str:
    """Units by layer, `-` where it applies to no layer, `0` where there are none."""
    some = [f"{layer} {count}" for layer, count in counts.items() if count]
    return ", ".join(some) if some else "0" if counts else "-"


def _percent(value: float) -> str:
    return f"{value:.2f} %" if math.isfinite(value) else "-"
