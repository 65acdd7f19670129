"""The project's own engine as a source of runs for the timeline."""

from collections.abc import Callable
from dataclasses import dataclass

from nnviz.build import build, load_data
from nnviz.datasets import Dataset
from nnviz.debugger.phases import Phase, phases
from nnviz.debugger.source import Frame, LayerInfo, RunInfo
from nnviz.debugger.statistics import StatisticsObserver, last_active, layer_statistics
from nnviz.engine.arrays import Array, Labels
from nnviz.engine.network import BackwardPass, ForwardPass, accuracy, backward, forward
from nnviz.engine.training import Iteration, Setup, State, Trainer
from nnviz.experiment import Experiment

EVALUATE_EVERY = 10
"""Test samples are evaluated at every tenth iteration: it costs a forward pass of its own."""


@dataclass(frozen=True, eq=False)
class EngineSnapshot:
    """A state of the engine. Keeping it copies nothing: an update makes new arrays."""

    state: State
    active: tuple[Labels, ...] | None

    @property
    def index(self) -> int:
        """The iteration that comes next."""
        return self.state.index

    @property
    def nbytes(self) -> int:
        """Memory that keeping it costs."""
        arrays = [*self.state.parameters.arrays, *self.state.optimizer_state, *(self.active or ())]
        return sum(array.nbytes for array in arrays)


class EngineSource:
    """Runs an experiment on a data set; see `RunSource` for what each method promises."""

    def __init__(
        self, experiment: Experiment, dataset: Dataset | None = None, setup: Setup | None = None
    ) -> None:
        """Prepare the run at iteration 0.

        `dataset` is loaded, and `setup` built, from the experiment where they aren't given (a
        fault is planted by giving a setup that differs).
        """
        self.experiment = experiment
        self.dataset = dataset if dataset is not None else load_data(experiment)
        self.setup = setup if setup is not None else build(experiment, self.dataset)
        self.cancelled: Callable[[], bool] = lambda: False
        self._trainer = Trainer(self.setup, [StatisticsObserver()], lambda: self.cancelled())
        self._active: tuple[Labels, ...] | None = None
        self._iteration: Iteration | None = None
        self._forward: ForwardPass | None = None
        self._backward: BackwardPass | None = None
        self.info = run_info(experiment, self.dataset, self.setup)

    @property
    def index(self) -> int:
        """The iteration that `advance` does next."""
        return self._trainer.state.index

    def advance(self) -> Frame:
        """Do one iteration and return its numbers."""
        iteration = self._trainer.iterate()
        totals = iteration.observations[0]
        self._active = last_active(totals, iteration.index, self._active)
        layers = layer_statistics(iteration, totals, self._active, self.info.batches_per_epoch)
        self._iteration, self._forward, self._backward = iteration, None, None
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

    def evaluate(self) -> tuple[float, float]:
        """Loss and accuracy on the test samples, with the weights of the last iteration done."""
        dtype = self.setup.X.dtype
        X, T = self.dataset.X_test.astype(dtype, copy=False), self.dataset.T_test
        network = self.setup.network
        outputs = forward(network, self.iteration.state.parameters, X).activations[-1]
        objective = network.loss.objective(outputs, T)
        return (
            network.loss.reported(objective, X.shape[1]),
            accuracy(outputs, self.dataset.labels_test),
        )

    def snapshot(self) -> EngineSnapshot:
        """The state before iteration `index`."""
        return EngineSnapshot(self._trainer.state, self._active)

    def restore(self, snapshot: EngineSnapshot) -> None:
        """Come back to a state."""
        self._trainer.state, self._active = snapshot.state, snapshot.active

    @property
    def iteration(self) -> Iteration:
        """The last iteration done. Raises RuntimeError where there is none yet."""
        if self._iteration is None:
            raise RuntimeError("no iteration has been done yet")
        return self._iteration

    def phases(self) -> tuple[Phase, ...]:
        """The phases of an iteration."""
        setup = self.setup
        return phases(setup.network, self.info.batch, setup.optimizer.formula)

    def array(self, name: str) -> Array:
        """An array of the last iteration done, by the course's name (see `RunSource.array`)."""
        whole = self._whole_arrays()
        if name in whole:
            return whole[name]
        family, layer = name.rstrip("0123456789"), name.lstrip("zLd")
        if family not in ("z", "L", "d") or not layer.isdigit():
            raise KeyError(
                f"{name}: expected z, L or d with a layer's number, or {', '.join(whole)}"
            )
        number = int(layer) - 1
        if not 0 <= number < self.info.depth:
            raise KeyError(f"{name}: the layers are 1 to {self.info.depth}")
        if family == "d":
            return self._backwards().deltas[number]
        passed = self._forwards()
        return (passed.pre_activations if family == "z" else passed.activations)[number]

    def labels(self) -> Labels:
        """The labels of the last iteration's samples."""
        return self.iteration.data.labels

    def _whole_arrays(self) -> dict[str, Array]:
        """The arrays that the iteration's record holds, by name."""
        iteration = self.iteration
        arrays = {"X": iteration.data.X, "T": iteration.data.T}
        parameters = iteration.state.parameters
        for name, W, dW, update in zip(
            parameters.names,
            parameters.arrays,
            iteration.gradients.arrays,
            iteration.update.arrays,
            strict=True,
        ):
            suffix = name.removeprefix("W")
            arrays |= {name: W, f"d{name}": dW, f"update{suffix}": update}
        return arrays

    def _forwards(self) -> ForwardPass:
        if self._forward is None:
            iteration = self.iteration
            self._forward = iteration.data.forward(iteration.network, iteration.state.parameters)
        return self._forward

    def _backwards(self) -> BackwardPass:
        if self._backward is None:
            iteration = self.iteration
            self._backward = backward(
                iteration.network, iteration.state.parameters, self._forwards(), iteration.data.T
            )
        return self._backward


def run_info(experiment: Experiment, dataset: Dataset, setup: Setup) -> RunInfo:
    """What is fixed about a run of the engine, for the views."""
    network = setup.network
    layers = tuple(
        LayerInfo(
            number=number,
            units=fan_out,
            fan_in=fan_in,
            activation=activation.name,
            formula=activation.formula,
            silent=activation.silent,
            saturates=activation.saturation is not None,
        )
        for number, (activation, (fan_out, fan_in)) in enumerate(
            zip(network.activations, network.shapes, strict=True), start=1
        )
    )
    rate = experiment.learning_rate
    mean_rates = sorted(set(experiment.mean_learning_rates))
    return RunInfo(
        name=experiment.name,
        description=experiment.description,
        layers=layers,
        features=dataset.features,
        classes=dataset.classes,
        samples=setup.samples,
        batch=setup.batch_size or setup.samples,
        batches_per_epoch=setup.batches_per_epoch,
        image_shape=dataset.image_shape,
        loss=network.loss.name,
        chance_loss=network.loss.chance(dataset.classes),
        iterations=experiment.iterations,
        options={
            "data": f"{dataset.name}, {setup.samples:,} samples",
            "learning rate": f"{_numbers(rate)} per sum over {experiment.reference_samples:,}"
            f" = {_numbers(tuple(mean_rates))} per mean",
            "gradients": f"sums over {setup.batch_size or setup.samples:,} samples",
        },
    )


def _numbers(value: float | tuple[float, ...]) -> str:
    values = value if isinstance(value, tuple) else (value,)
    return ", ".join(f"{v:g}" for v in values)
