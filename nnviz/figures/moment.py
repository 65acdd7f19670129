"""A run at one iteration, with everything that a figure may show of it, and no way back to the run.

Whoever has a run (a training that is going on, a recorded session) makes a `Moment` of it; figures
are functions of moments only.
"""

from dataclasses import dataclass

import numpy as np

from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.history import History
from nnviz.debugger.model import class_outputs
from nnviz.debugger.source import Frame, RunInfo, RunSource
from nnviz.debugger.timeline import Timeline
from nnviz.engine.arrays import Array, Labels
from nnviz.engine.network import Parameters, forward
from nnviz.errors import InputError

EMBEDDED_SAMPLES = 500
"""How many samples the course's t-SNE shows."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Samples, and what the network answered: X features x samples, outputs classes x samples."""

    X: Array
    labels: Labels
    outputs: Array

    @property
    def predictions(self) -> Labels:
        """The class with the largest output, per sample."""
        return self.outputs.argmax(axis=0)

    @property
    def count(self) -> int:
        """How many samples there are."""
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Moment:
    """All that the figures of one iteration show.

    `weights` and `updates` hold, for each layer, the mean of W and of W_new - W_old over the
    layer's units: fan_in numbers, one per input of the layer. `hidden` is the last hidden layer
    (the input, where there is none) for the first samples of `train`, units x samples.
    `train` is empty where there are no classes, and `test` may be. `history` may go on behind
    `frame`: see `column`.
    """

    info: RunInfo
    frame: Frame
    history: History
    weights: tuple[Array, ...]
    updates: tuple[Array, ...]
    hidden: Array
    train: Answers
    test: Answers

    @property
    def title(self) -> str:
        """Which run this is, on what data, and when."""
        data = self.info.options.get("data", "")
        return f"{self.info.name} · {data} · iteration {self.frame.index}".replace(" ·  · ", " · ")

    def column(self, name: str) -> Array:
        """The values of one of the history's names, up to this iteration."""
        return self.history.column(name)[: self.frame.index - self.history.first + 1]


def moment_of(source: RunSource, frame: Frame, history: History, test: Answers) -> Moment:
    """The iteration `frame` of a run whose arrays are there to look at."""
    depth = source.info.depth
    X = source.array("X")
    outputs = class_outputs(source.array(f"L{depth}"), source.info.layers[-1].activation)
    hidden = source.array(f"L{depth - 1}") if depth > 1 else X
    try:
        train = Answers(X, source.labels(), outputs)
    except InputError:
        train = Answers(X[:, :0], np.zeros(0, np.int64), outputs[:, :0])
    return Moment(
        info=source.info,
        frame=frame,
        history=history,
        weights=tuple(source.array(f"W{n}").mean(axis=0) for n in range(1, depth + 1)),
        updates=tuple(source.array(f"update{n}").mean(axis=0) for n in range(1, depth + 1)),
        hidden=hidden[:, :EMBEDDED_SAMPLES],
        train=train,
        test=test,
    )


def engine_moment(source: EngineSource, frame: Frame, history: History) -> Moment:
    """The same for a run of the project's engine, which has test samples, too."""
    dataset, network = source.dataset, source.setup.network
    numbers = range(1, network.depth + 1)
    parameters = Parameters(
        tuple(source.array(f"W{n}") for n in numbers),
        tuple(source.array(f"b{n}") for n in numbers) if network.has_biases else (),
    )
    X = dataset.X_test.astype(parameters.weights[0].dtype, copy=False)
    with np.errstate(all="ignore"):  # a run that has diverged is drawn as it is
        outputs = forward(network, parameters, X).activations[-1]
        return moment_of(source, frame, history, Answers(X, dataset.labels_test, outputs))


def moment_at(timeline: Timeline) -> Moment:
    """Where a timeline stands, whatever it is a run of; test samples where the source has some."""
    source = timeline.source
    if isinstance(source, EngineSource):
        return engine_moment(source, timeline.frame, timeline.history)
    none = np.empty((source.info.features, 0)), np.empty(0, np.int64)
    answers = Answers(*none, np.empty((source.info.classes, 0)))
    return moment_of(source, timeline.frame, timeline.history, answers)
