"""The training loop: the only one, used by the debugger, the headless commands and the grader.

A run is a pure function of its `Setup`: the state after iteration i is a value (`State`), and
`Trainer.iterate` goes from one to the next. So a debugger can keep states, come back to them and
go on, and gets the same bits again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from nnviz.engine.arrays import Array, Labels, by_samples
from nnviz.engine.network import Network, Parameters
from nnviz.engine.optimizers import SCHEDULES, Optimizer, ScheduleSettings
from nnviz.engine.tiles import Observer, PassResult, TiledData


@dataclass(frozen=True, eq=False)
class Setup:
    """Everything that decides a run: network, data, start weights, and how to descend.

    X is features x samples, T classes x samples, labels one class number per sample.
    `rates` holds one learning rate per layer, per *sum* over `reference_samples` samples: what is
    applied is rate * reference_samples / (samples in the batch) * schedule(i).
    `batch_size` 0 means the full batch.
    """

    network: Network
    start: Parameters
    X: Array
    T: Array
    labels: Labels
    optimizer: Optimizer
    rates: tuple[float, ...]
    momentum: float = 0.0
    schedule: str = "constant"
    schedule_settings: ScheduleSettings = field(default_factory=ScheduleSettings)
    reference_samples: int = 60_000
    batch_size: int = 0
    seed: int = 0

    @property
    def samples(self) -> int:
        """Training samples in all."""
        return self.X.shape[1]

    @property
    def batches_per_epoch(self) -> int:
        """Updates per pass over the data: 1 for the full batch."""
        return -(-self.samples // self.batch_size) if self.batch_size else 1


@dataclass(frozen=True, eq=False)
class State:
    """Where a run is: after `index` updates. All that is needed to go on, bit for bit."""

    index: int
    parameters: Parameters
    optimizer_state: tuple[Array, ...]


@dataclass(frozen=True, eq=False)
class Iteration:
    """One iteration: the pass at the weights W_i, and the update from W_i to W_{i+1}.

    `loss` is the reported value and `train_accuracy` the share (0 to 1), both of this batch and
    before the update. `gradients` are sums over the batch. `observations` are what the trainer's
    observers returned, in their order. `data` gives pre-activations and activations on request.
    """

    state: State
    next_state: State
    objective: float
    loss: float
    train_accuracy: float
    gradients: Parameters
    rates: tuple[float, ...]
    observations: tuple[Any, ...]
    network: Network
    data: TiledData

    @property
    def index(self) -> int:
        """How many updates came before this iteration."""
        return self.state.index

    @property
    def weights(self) -> tuple[Array, ...]:
        """W1, W2, ... before the update."""
        return self.state.parameters.weights

    @cached_property
    def update(self) -> Parameters:
        """W_new - W_old as really applied, momentum and rates included."""
        return self.next_state.parameters.minus(self.state.parameters)


class Trainer:
    """Runs a `Setup`, one iteration at a time; `state` is where it is and may be set.

    `observers` look at each block of activations while it is computed (see `tiles.Observer`).
    `cancelled` is asked between blocks; when it answers yes, `Cancelled` is raised and the state
    is that before the iteration. `data` may be another trainer's with the same samples: laying
    them out takes time and memory.
    """

    def __init__(
        self,
        setup: Setup,
        observers: Sequence[Observer] = (),
        cancelled: Callable[[], bool] = lambda: False,
        data: TiledData | None = None,
    ) -> None:
        self.setup = setup
        self.observers = tuple(observers)
        self.cancelled = cancelled
        self.state = initial_state(setup)
        self.data = data if data is not None else TiledData(setup.X, setup.T, setup.labels)
        self._epoch = -1
        self._order: Labels = np.arange(0)

    def iterate(self) -> Iteration:
        """Do one iteration: pass, gradients, update. Moves `state` on by one."""
        data = self.batch(self.state.index)
        result = data.gradient_pass(
            self.setup.network, self.state.parameters, self.observers, self.cancelled
        )
        iteration = self.finish(data, result)
        self.state = iteration.next_state
        return iteration

    def run(self, iterations: int) -> Iterator[Iteration]:
        """Yield the iterations up to and including number `iterations`, and stay there.

        The last one's update is computed (its record is complete) but `state` keeps the weights
        that the record's loss belongs to.
        """
        while self.state.index <= iterations:
            iteration = self.iterate()
            if iteration.index == iterations:
                self.state = iteration.state
            yield iteration
            if iteration.index == iterations:
                return

    def finish(self, data: TiledData, result: PassResult) -> Iteration:
        """Turn a pass over `data` at the present state into an `Iteration`: the update phase."""
        setup, state = self.setup, self.state
        rates = self.rates(state.index, data.samples)
        new, optimizer_state = setup.optimizer.update(
            state.parameters.arrays,
            result.gradients.arrays,
            state.optimizer_state,
            rates,
            setup.momentum,
        )
        parameters = state.parameters.with_arrays(laid_out(new)).read_only()
        return Iteration(
            state=state,
            next_state=State(state.index + 1, parameters, laid_out(optimizer_state)),
            objective=result.objective,
            loss=setup.network.loss.reported(result.objective, data.samples),
            train_accuracy=result.correct / data.samples,
            gradients=result.gradients,
            rates=rates,
            observations=result.observations,
            network=setup.network,
            data=data,
        )

    def rates(self, index: int, samples: int) -> tuple[float, ...]:
        """The rates of iteration `index` for a batch of `samples`, one per parameter array."""
        setup = self.setup
        factor = SCHEDULES[setup.schedule](index, setup.schedule_settings)
        per_layer = tuple(rate * setup.reference_samples / samples * factor for rate in setup.rates)
        return per_layer * 2 if setup.network.has_biases else per_layer

    def batch(self, index: int) -> TiledData:
        """The training data of iteration `index`: all of it, or one mini-batch of its epoch.

        The order within an epoch depends only on the seed and the epoch's number, so going back
        needs no generator's state.
        """
        setup = self.setup
        if not setup.batch_size:
            return self.data
        epoch, number = divmod(index, setup.batches_per_epoch)
        if epoch != self._epoch:
            rng = np.random.default_rng([setup.seed, epoch])
            self._order, self._epoch = rng.permutation(setup.samples), epoch
        chosen = self._order[number * setup.batch_size : (number + 1) * setup.batch_size]
        return self.data.subset(chosen)


def initial_state(setup: Setup) -> State:
    """The untrained net: iteration 0."""
    start = setup.start.with_arrays(laid_out(setup.start.arrays)).read_only()
    return State(0, start, laid_out(setup.optimizer.init(start.arrays)))


def laid_out(arrays: Sequence[Array]) -> tuple[Array, ...]:
    """Arrays in the one memory order that states have; copied only where they differ from it.

    A product of the same numbers in another order of memory may round differently: so the next
    state is a function of the values of this one alone, wherever its arrays come from.
    """
    return tuple(by_samples(array) for array in arrays)
