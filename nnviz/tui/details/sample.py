"""What the sample screen asks: the way of one sample through the net, and how all others fare."""

from dataclasses import dataclass, field

import numpy as np

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.model import Trace, class_outputs, outputs, trace
from nnviz.engine.arrays import Array, Labels, Mask
from nnviz.engine.network import predictions
from nnviz.errors import InputError
from nnviz.tui.detail import Detail
from nnviz.tui.state import SampleChoice

ALIKE = 1e-3
"""Answers to the same sample that differ by more are two answers, and no rounding."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What the net answers to all samples of `part` at iteration `index` of a branch.

    `outputs` is classes x samples, `predicted` the class with the largest of them.
    """

    branch: str
    index: int
    part: str
    labels: Labels
    outputs: Array
    predicted: Labels

    @property
    def wrong(self) -> Mask:
        """Which samples are misclassified."""
        return self.predicted != self.labels

    def confusion(self) -> Array:
        """How often each label (row) was taken for each class (column)."""
        classes = len(self.outputs)
        places = classes * self.labels + self.predicted
        counts = np.bincount(places, minlength=classes**2).astype(float)
        return counts.reshape(classes, classes)

    def among(self, cell: tuple[int, int] | None) -> Labels:
        """The numbers of the samples in a cell of the confusion matrix (None: of all)."""
        if cell is None:
            return np.arange(len(self.labels))
        return np.flatnonzero((self.labels == cell[0]) & (self.predicted == cell[1]))


@dataclass(frozen=True, eq=False)
class SampleDetail(Detail):
    """The way of sample `number` of `outcomes.part`; `x` are its inputs.

    `alone` is False where the net gives it another answer when it passes beside other samples,
    which no sound network does.
    """

    number: int = 0
    outcomes: Outcomes = field(kw_only=True)
    x: Array = field(kw_only=True)
    trace: Trace = field(kw_only=True)
    alone: bool = True

    @property
    def label(self) -> int:
        """What it is."""
        return int(self.outcomes.labels[self.number])

    @property
    def predicted(self) -> int:
        """What it is taken for."""
        return int(self.outcomes.predicted[self.number])


@dataclass(frozen=True)
class SampleQuestion:
    """What the net makes of sample `number` of a part."""

    part: str
    number: int

    def answer(self, debugger: Debugger, before: Detail | None) -> SampleDetail:
        """Follow the sample, and pass all of its part where that has not been done."""
        timeline = debugger.timeline
        model, last = timeline.source.model, timeline.source.info.layers[-1].activation
        if self.part not in model.parts:
            raise InputError(f"this run has no {self.part} samples")
        part = model.parts[self.part]
        at = (timeline.branch.name, timeline.index, self.part)
        known = before.outcomes if isinstance(before, SampleDetail) else None
        if known is None or (known.branch, known.index, known.part) != at:
            answers = class_outputs(outputs(model, part, timeline.source.cancelled), last)
            known = Outcomes(*at, part.labels, answers, predictions(answers))
        number = min(self.number, part.samples - 1)
        followed = trace(model, part.X[:, [number]], part.T[:, [number]])
        beside = known.outputs[:, number]
        alone = class_outputs(followed.activations[-1], last)[:, 0]
        return SampleDetail(
            timeline.index,
            number=number,
            outcomes=known,
            x=part.X[:, number],
            trace=followed,
            alone=np.allclose(beside, alone, ALIKE, ALIKE, equal_nan=True),
        )


def next_sample(outcomes: Outcomes, choice: SampleChoice, by: int) -> int:
    """The next (`by` 1) or previous (-1) sample of the chosen cell, round the end."""
    return _beyond(outcomes.among(choice.cell), choice.number, by)


def next_wrong(outcomes: Outcomes, choice: SampleChoice, by: int) -> int:
    """The next or previous misclassified sample of the part, round the end."""
    return _beyond(np.flatnonzero(outcomes.wrong), choice.number, by)


def _beyond(numbers: Labels, here: int, by: int) -> int:
    """The nearest number on that side; the first or last one where there is none; else `here`."""
    if not numbers.size:
        return here
    if by > 0:
        later = numbers[numbers > here]
        return int(later[0] if later.size else numbers[0])
    earlier = numbers[numbers < here]
    return int(earlier[-1] if earlier.size else numbers[-1])
