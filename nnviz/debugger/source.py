"""What the timeline needs of a training run, whoever runs it: the one interface between the two.

The project's engine is one source of runs, a student's own program another, a recorded session a
third. Nothing above this interface reaches into any of them.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from nnviz.debugger.model import Model
from nnviz.debugger.phases import Phase
from nnviz.debugger.statistics import LayerStatistics
from nnviz.engine.arrays import Array, Labels
from nnviz.errors import InputError

Packed = Mapping[str, npt.NDArray[Any]]
"""A state as arrays by name, as it is compared, hashed and written to files."""


@dataclass(frozen=True)
class LayerInfo:
    """One layer as the views need to know it. `number` counts from 1: L1, W1.

    `k` is the slope parameter of a sigmoid, 1 for any other activation.
    """

    number: int
    units: int
    fan_in: int
    activation: str
    formula: str
    silent: str
    saturates: bool
    k: float = 1.0

    @property
    def name(self) -> str:
        """The course's name of the layer's activation: L1, L2, ..."""
        return f"L{self.number}"


@dataclass(frozen=True)
class RunInfo:
    """What is fixed about a run: its layers, data and loss, in plain values.

    `classes` is 0 where the targets name none; `image_shape` is the shape of an input as a picture
    (None: it is none); `chance_loss` is the loss of the best constant prediction, NaN where
    unknown; `options` are short facts for people, such as the learning rate in both conventions.
    """

    name: str
    description: str
    layers: tuple[LayerInfo, ...]
    features: int
    classes: int
    samples: int
    batch: int
    batches_per_epoch: int
    image_shape: tuple[int, int] | None
    loss: str
    chance_loss: float
    iterations: int
    options: Mapping[str, str]

    @property
    def depth(self) -> int:
        """The number of layers with weights."""
        return len(self.layers)

    @property
    def full_batch(self) -> bool:
        """Whether every update sees all training samples."""
        return self.batches_per_epoch == 1


@dataclass(frozen=True, eq=False)
class Frame:
    """All numbers of iteration `index`: of the pass at W_i and of the update that follows it.

    Accuracies are shares (0 to 1); what was not evaluated at this iteration is NaN.
    """

    index: int
    loss: float
    train_accuracy: float
    layers: tuple[LayerStatistics, ...]
    test_loss: float = float("nan")
    test_accuracy: float = float("nan")

    @property
    def finite(self) -> bool:
        """Whether loss and statistics are all finite numbers."""
        values = [self.loss, *(layer.z_std for layer in self.layers)]
        return bool(np.isfinite(values).all())


class UnkeptError(InputError):
    """Arrays of an iteration that is past: they were not kept, and it can't be done again."""


class Snapshot(Protocol):
    """A state that a source can come back to; what it holds is let go when nobody refers to it."""

    @property
    def index(self) -> int:
        """The iteration that `advance` would do from here."""

    @property
    def parts(self) -> Mapping[int, int]:
        """What keeping it costs: the bytes of each piece of memory, by a number that names it.

        Pieces that snapshots share have the same number in each, and are counted once.
        """

    def shrunk(self) -> "Snapshot":
        """The same state in less memory, for keeping it long; itself where nothing is saved."""


class RunSource(Protocol):
    """A training run that can be driven: advance, snapshot, restore, arrays by name.

    The run is a pure function of its start: restoring a snapshot and advancing gives the same bits
    again. `cancelled` is asked inside an iteration; when it says yes, `advance` raises
    `nnviz.engine.tiles.Cancelled` and the source is as it was before.

    Arrays, labels and phases are those of iteration `shown`: the last one done, or, after
    `restore`, the one that comes next. Looking at it costs what it takes, and changes nothing.
    """

    cancelled: Callable[[], bool]

    @property
    def info(self) -> RunInfo:
        """What is fixed about the run."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings that a fork can change, in plain values."""

    @property
    def origin(self) -> Mapping[str, Any]:
        """What it takes to run it again, in plain values, for a recorded session."""

    @property
    def index(self) -> int:
        """The iteration that `advance` does next."""

    @property
    def shown(self) -> int:
        """The iteration whose arrays are there to look at: `index`, or `index` - 1."""

    def advance(self) -> Frame:
        """Do one iteration and return its numbers."""

    def replay(self, known: Frame) -> float:
        """Do one iteration again whose numbers are known, so that none need be measured.

        Returns its loss, by which it is checked.
        """

    def snapshot(self) -> Any:
        """The state before iteration `index`."""

    def restore(self, snapshot: Any) -> None:
        """Come back to a state."""

    def pack(self, snapshot: Any) -> Packed:
        """All of a snapshot as arrays by name: W1, b1, V1, ..., and what else it takes."""

    def unpack(self, index: int, arrays: Packed) -> Any:
        """The snapshot of iteration `index` from what `pack` gave.

        Raises InputError where the arrays are not those of such a run.
        """

    def fork(
        self, snapshot: Any, changes: Mapping[str, Any], arrays: Mapping[str, Array]
    ) -> "RunSource":
        """An independent run from a snapshot on, with other settings and arrays of the state.

        Raises InputError where a change makes no sense there, or an array has the wrong shape.
        """

    def phases(self) -> tuple[Phase, ...]:
        """The phases of iteration `shown`, in order; equally many at every iteration."""

    def array(self, name: str) -> Array:
        """An array of iteration `shown`: W1, b1, z1, L1, d1, dW1, V1 (new), update1, X, T.

        Raises KeyError with the names there are; UnkeptError where a run can't be gone back in.
        """

    def labels(self) -> Labels:
        """The labels of the samples of iteration `shown`."""

    @property
    def model(self) -> Model:
        """The net with the weights of `shown`, to be asked about single samples.

        Raises InputError where a run can't be asked.
        """


def fingerprint(arrays: Packed) -> str:
    """A hash over all bits of the arrays, as hexadecimal text: the same for the same bits only."""
    digest = hashlib.sha256()
    for name, array in arrays.items():
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]
