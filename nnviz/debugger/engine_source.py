"""The project's own engine as a source of runs for the timeline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nnviz.build import build, load_data
from nnviz.datasets import Dataset
from nnviz.debugger.engine_info import (
    data_mark,
    describe,
    experiment_values,
    run_info,
    same_samples,
    shape_text,
)
from nnviz.debugger.engine_states import EngineSnapshot, IdleInputs, KeptState, Shrinker
from nnviz.debugger.histograms import Bins, CountsOnTheWay, HistogramObserver, LayerHistograms
from nnviz.debugger.model import TEST, TRAIN, Model, Part
from nnviz.debugger.outputs import OutputsObserver
from nnviz.debugger.phases import Phase, phases
from nnviz.debugger.source import Frame, Packed
from nnviz.debugger.statistics import StatisticsObserver, last_active, layer_statistics
from nnviz.engine.arrays import Array, Labels
from nnviz.engine.network import BackwardPass, ForwardPass
from nnviz.engine.tiles import Observer, TiledData, never
from nnviz.engine.training import Iteration, Setup, State, Trainer, laid_out
from nnviz.errors import InputError
from nnviz.experiment import Experiment

if TYPE_CHECKING:
    from nnviz.debugger.training_check import TrainingCheck

EVALUATE_EVERY = 10
"""Test samples are evaluated at every tenth iteration: it costs a forward pass of its own."""

DATA_KEYS = frozenset({"data", "labels", "label_classes", "dtype"})
START_KEYS = DATA_KEYS | {
    *("hidden", "biases", "initializer", "init_divisor", "init_bias", "rng", "seed"),
}
"""The keys that only take effect at iteration 0: a fork further on can't change them."""

MakeSetup = Callable[[Experiment, Dataset], Setup]
"""How a run is built. A planted fault is another one: the engine does not know of it."""


class EngineSource(CountsOnTheWay):
    """Runs an experiment on a data set; see `RunSource` for what each method promises."""

    def __init__(
        self,
        experiment: Experiment,
        dataset: Dataset | None = None,
        make_setup: MakeSetup = build,
        laid_out: TiledData | None = None,
    ) -> None:
        """Prepare the run at iteration 0.

        `dataset` is loaded from the experiment where it isn't given. `laid_out` are training
        samples as another run has them: used where they are the same, to save time and memory.
        """
        self.experiment = experiment
        self.dataset = dataset if dataset is not None else load_data(experiment)
        self.setup = make_setup(experiment, self.dataset)
        if laid_out is not None and same_samples(self.setup, laid_out):
            self.setup = replace(self.setup, X=laid_out.X, T=laid_out.T, labels=laid_out.labels)
        else:
            laid_out = None
        self.cancelled: Callable[[], bool] = lambda: False
        self._make_setup = make_setup
        self._histograms = HistogramObserver()
        self._counted: LayerHistograms | None = None
        self._outputs: Array | None = None
        observers: list[Observer] = [StatisticsObserver(), self._histograms, OutputsObserver()]
        self._trainer = Trainer(self.setup, observers, lambda: self.cancelled(), laid_out)
        idle = IdleInputs(self._trainer.data.live, self.setup.X.shape[0])
        self._shrinker = Shrinker(self._trainer.state.parameters, idle)
        self._active = tuple(np.full(units, -1) for units in self.setup.network.sizes[1:])
        self._shown = self._trainer.state
        self._iteration: Iteration | None = None
        self._forward: ForwardPass | None = None
        self._backward: BackwardPass | None = None
        self.info = run_info(experiment, self.dataset, self.setup)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The experiment's keys and values."""
        return experiment_values(self.experiment)

    @property
    def origin(self) -> Mapping[str, Any]:
        """The experiment, and by what its data are recognised."""
        return {"experiment": self.settings, "data": data_mark(self.setup)}

    @property
    def index(self) -> int:
        """The iteration that `advance` does next."""
        return self._trainer.state.index

    @property
    def shown(self) -> int:
        """The iteration whose arrays are there to look at."""
        return self._shown.index

    def advance(self) -> Frame:
        """Do one iteration and return its numbers; test samples at every tenth only."""
        with np.errstate(all="ignore"):  # a run that diverges is there to be looked at
            return self._advance()

    def _advance(self) -> Frame:
        iteration = self._trainer.iterate()
        totals, counts, outputs = iteration.observations
        self._active = last_active(totals, iteration.index, self._active)
        layers = layer_statistics(iteration, totals, self._active, self.info.batches_per_epoch)
        self._show(iteration.state, iteration)
        self._counted = counts.histograms(totals) if counts is not None else None
        self._outputs = outputs
        test_loss, test_accuracy = float("nan"), float("nan")
        if iteration.index % EVALUATE_EVERY == 0:
            test_loss, test_accuracy = self.evaluate()
        return Frame(
            index=iteration.index,
            loss=iteration.loss,
            train_accuracy=iteration.train_accuracy,
            layers=layers,
            test_loss=test_loss,
            test_accuracy=test_accuracy,
        )

    def replay(self, known: Frame) -> float:
        """Do one iteration again, without measuring anything, and return its loss."""
        trainer = self._trainer
        iteration = self._done(trainer.state, lambda: self.cancelled())
        trainer.state = iteration.next_state
        self._active = tuple(layer.last_active for layer in known.layers)
        self._show(iteration.state, iteration)
        return iteration.loss

    def _done(self, state: State, cancelled: Callable[[], bool] = never) -> Iteration:
        """The iteration from the trainer's state, which stays."""
        data = self._trainer.batch(state.index)
        with np.errstate(all="ignore"):  # a run that diverges is there to be looked at
            result = data.gradient_pass(self.setup.network, state.parameters, cancelled=cancelled)
            return self._trainer.finish(data, result)

    def evaluate(self) -> tuple[float, float]:
        """Loss and accuracy (a share) on the test samples, with the weights of `shown`."""
        result = self._test_samples.evaluate(self.setup.network, self._shown.parameters)
        return result.loss, result.accuracy

    @cached_property
    def _test_samples(self) -> TiledData:
        dataset, dtype = self.dataset, self.setup.X.dtype
        X, T = (array.astype(dtype, copy=False) for array in (dataset.X_test, dataset.T_test))
        return TiledData(X, T, dataset.labels_test)

    def check_training(self) -> "TrainingCheck":
        """Hold the updates that this run applies against differences of its loss."""
        from nnviz.debugger.training_check import check_training  # not before the first numbers

        return check_training(self.setup)

    def evaluate_training(self) -> tuple[float, float]:
        """The same on all training samples: with mini-batches, a frame knows its batch only."""
        result = self._trainer.data.evaluate(self.setup.network, self._shown.parameters)
        return result.loss, result.accuracy

    def snapshot(self) -> EngineSnapshot:
        """The state before iteration `index`."""
        return EngineSnapshot(self._trainer.state, self._active, self._shrinker)

    def restore(self, snapshot: KeptState) -> None:
        """Come back to a state."""
        whole = snapshot.whole()
        self._trainer.state, self._active = whole.state, whole.active
        self._show(whole.state, None)

    def pack(self, snapshot: KeptState) -> Packed:
        """W1, b1, ..., with momentum the velocities V1, Vb1, ..., and active1, ... of the units."""
        state = snapshot.whole().state
        return {
            **dict(zip(state.parameters.names, state.parameters.arrays, strict=True)),
            **dict(zip(velocity_names(state), state.optimizer_state, strict=True)),
            **{f"active{i}": active for i, active in enumerate(snapshot.active, start=1)},
        }

    def unpack(self, index: int, arrays: Packed) -> EngineSnapshot:
        """The snapshot of iteration `index` from what `pack` gave; InputError: not such a run."""
        state = self._trainer.state
        expected = self.pack(self.snapshot())
        if [*arrays] != [*expected] or any(
            (a.shape, a.dtype) != (b.shape, b.dtype)
            for a, b in zip(arrays.values(), expected.values(), strict=True)
        ):
            raise InputError(
                f"the state has the arrays {describe(arrays)}; this run has {describe(expected)}"
            )
        values, count = list(arrays.values()), len(state.parameters.arrays)
        end = count + len(state.optimizer_state)
        parameters = state.parameters.with_arrays(laid_out(values[:count])).read_only()
        packed = State(index, parameters, laid_out(values[count:end]))
        return EngineSnapshot(packed, tuple(values[end:]), self._shrinker)

    def fork(
        self,
        snapshot: KeptState,
        changes: Mapping[str, Any],
        arrays: Mapping[str, Array],
    ) -> "EngineSource":
        """An independent run from a snapshot on, with another experiment and other arrays."""
        experiment = self.experiment.with_changes(changes)
        changed = experiment.changes_from(self.experiment).keys()
        too_late = sorted(START_KEYS & changed) if snapshot.index else []
        if too_late:
            raise InputError(
                f"{', '.join(too_late)}: decided at the start of a run, and this is iteration "
                f"{snapshot.index}; go to iteration 0 and fork there"
            )
        faults = {"fault"} & changed  # which may be in the data, or in the start
        reload = (DATA_KEYS & changed) or faults
        reload |= {"seed"} & changed if experiment.labels == "random" else set()
        run = EngineSource(
            experiment, None if reload else self.dataset, self._make_setup, self._trainer.data
        )
        if snapshot.index or not (START_KEYS & changed or faults):
            run.restore(run.adopted(snapshot))
        run.restore(run.edited(run.snapshot(), arrays))
        return run

    def adopted(self, snapshot: KeptState) -> EngineSnapshot:
        """Another run's state as one of this run: velocities begin at 0 where it had none."""
        whole = snapshot.whole()
        init = self.setup.optimizer.init(whole.state.parameters.arrays)
        if len(init) == len(whole.state.optimizer_state):
            return whole
        return replace(whole, state=replace(whole.state, optimizer_state=laid_out(init)))

    def edited(self, snapshot: EngineSnapshot, arrays: Mapping[str, Array]) -> EngineSnapshot:
        """The state with some of W1, W2, ..., b1, ... replaced. InputError: no such, or shape."""
        parameters = snapshot.state.parameters
        named = dict(zip(parameters.names, parameters.arrays, strict=True))
        for name, array in arrays.items():
            if name not in named:
                raise InputError(f"{name}: expected one of {', '.join(named)}")
            if array.shape != named[name].shape:
                raise InputError(
                    f"{name} has the shape {shape_text(named[name])}, not {shape_text(array)}"
                )
            with np.errstate(over="ignore"):  # infinity is something to look at
                named[name] = array.astype(named[name].dtype)
        edited = parameters.with_arrays(laid_out([*named.values()])).read_only()
        return replace(snapshot, state=replace(snapshot.state, parameters=edited))

    @property
    def iteration(self) -> Iteration:
        """Iteration `shown` in full, computed again where only its weights were there."""
        if self._iteration is None:
            self._iteration = self._done(self._shown)
        return self._iteration

    def phases(self) -> tuple[Phase, ...]:
        """The phases of iteration `shown`: an epoch's last batch may be a smaller one."""
        setup, batch = self.setup, self.info.batch
        place = self.shown % self.info.batches_per_epoch * batch
        velocities = bool(self._shown.optimizer_state)
        samples = min(batch, setup.samples - place)
        return phases(setup.network, samples, setup.optimizer.formula, velocities)

    def array(self, name: str) -> Array:
        """An array of iteration `shown`, by the course's name (see `RunSource.array`)."""
        getters = self._getters()
        if name not in getters:
            raise KeyError(f"{name}: expected one of {', '.join(getters)}")
        return getters[name]()

    def histograms(self) -> LayerHistograms | None:
        """What was counted while iteration `shown` was done (see `CountsOnTheWay`)."""
        return self._counted

    def watch(self, layer: int, z: Bins, a: Bins) -> None:
        """Count the values of layer `layer` (from 1) in the next iterations that are new."""
        self._histograms.watch(layer - 1, z, a)

    def labels(self) -> Labels:
        """The labels of the samples of iteration `shown`."""
        return self._data().labels

    @property
    def model(self) -> Model:
        """The net with the weights of `shown`, and all training and test samples."""
        setup, data = self.setup, self.dataset
        X_test = data.X_test.astype(setup.X.dtype, copy=False)
        parts = {
            TRAIN: Part(setup.X, setup.T, setup.labels),
            TEST: Part(X_test, data.T_test, data.labels_test),
        }
        return Model(setup.network, self._shown.parameters, parts)

    def _getters(self) -> dict[str, Callable[[], Array]]:
        """How to come by each array: what the weights alone give costs no pass over the data."""
        parameters = self._shown.parameters
        getters: dict[str, Callable[[], Array]] = {
            "X": lambda: self._data().X,
            "T": lambda: self._data().T,
        }
        for i, name in enumerate(parameters.names):
            getters[name] = _item(lambda: parameters.arrays, i)
            getters[f"d{name}"] = _item(lambda: self.iteration.gradients.arrays, i)
            getters[f"update{name.removeprefix('W')}"] = _item(
                lambda: self.iteration.update.arrays, i
            )
        for i, name in enumerate(velocity_names(self._shown)):
            getters[name] = _item(lambda: self.iteration.next_state.optimizer_state, i)
        for i in range(self.info.depth):
            getters[f"z{i + 1}"] = _item(lambda: self._forwards().pre_activations, i)
            getters[f"L{i + 1}"] = _item(lambda: self._forwards().activations, i)
            getters[f"d{i + 1}"] = _item(lambda: self._backwards().deltas, i)
        if (outputs := self._outputs) is not None:
            getters[f"L{self.info.depth}"] = lambda: outputs
        return getters

    def _data(self) -> TiledData:
        """The samples of iteration `shown`."""
        if self._iteration is not None:
            return self._iteration.data
        return self._trainer.batch(self._shown.index)

    def _forwards(self) -> ForwardPass:
        if self._forward is None:
            self._forward = self._data().forward(self.setup.network, self._shown.parameters)
        return self._forward

    def _backwards(self) -> BackwardPass:
        if self._backward is None:
            self._backward = self._data().backward(
                self.setup.network, self._shown.parameters, self._forwards()
            )
        return self._backward

    def _show(self, state: State, iteration: Iteration | None) -> None:
        self._shown, self._iteration = state, iteration
        self._forward, self._backward = None, None
        self._counted, self._outputs = None, None


def velocity_names(state: State) -> tuple[str, ...]:
    """The names of the optimiser's arrays: V1, V2, ..., Vb1, ...; none without momentum."""
    names = state.parameters.names[: len(state.optimizer_state)]
    return tuple(f"V{name.removeprefix('W')}" for name in names)


def source_from(origin: Mapping[str, Any]) -> EngineSource:
    """The run that gave this `origin`. Raises InputError where its data are missing, or others."""
    values, mark = origin.get("experiment"), origin.get("data")
    if not isinstance(values, Mapping):
        raise InputError("says nothing of an experiment: it was recorded from another program")
    source = EngineSource(Experiment().with_changes(values))
    if source.origin["data"] != mark:
        raise InputError(
            f"was recorded on other data than those called {source.experiment.data!r} here: "
            "between the recorded states nothing can be replayed"
        )
    return source


def _item(arrays: Callable[[], Sequence[Array]], i: int) -> Callable[[], Array]:
    return lambda: arrays()[i]
