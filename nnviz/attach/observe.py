"""What is looked at in every iteration of a program, once it is known what its arrays are for."""

import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import FrameType
from typing import Any

import numpy as np

from nnviz.attach.meanwhile import Meanwhile
from nnviz.attach.measure import (
    LayerSums,
    largest_rows,
    measure_activation,
    measure_values,
    totals,
)
from nnviz.attach.namespace import ProgramArray, follow
from nnviz.attach.network import activation_of, network_of
from nnviz.attach.recognition import Place, Recognition
from nnviz.debugger.model import class_outputs
from nnviz.debugger.statistics import LayerStatistics, last_active, layer_statistics
from nnviz.engine.network import Parameters
from nnviz.engine.tiles import TiledData
from nnviz.engine.training import Iteration, State

Handler = Callable[[int, Any], Any]

GONE = (LookupError, AttributeError, TypeError)
"""What following a path raises where a program has changed what it consists of."""


class Observer:
    """Sees the values of an iteration on their way, and has the iteration's numbers at its end.

    `wanted` are names of arrays to keep, such as L1 and d2; without any, only what is measured.
    """

    def __init__(self, recognition: Recognition, frame: FrameType) -> None:
        self.recognition, self.frame = recognition, frame
        self.network = network_of(recognition)
        self._activations = [activation_of(layer) for layer in recognition.layers]
        self._roles: dict[int, list[tuple[str, Place]]] = {}
        for name, place in roles(recognition).items():
            if place.node >= 0:
                self._roles.setdefault(place.node, []).append((name, place))
        self.measuring = True
        self.wanted: frozenset[str] = frozenset()
        self.seconds = 0.0
        self._meanwhile = Meanwhile()
        self.on_loss: Callable[[float], None] = lambda loss: None
        self.begin()

    def begin(self) -> None:
        """Get ready for the next iteration."""
        self._meanwhile.finish()
        self.weights: Sequence[ProgramArray] = ()
        self.biases: Sequence[ProgramArray] = ()
        self._visits: dict[int, int] = {}
        self._shifted: set[int] = set()
        self._filled: set[str] = set()
        self.kept: dict[str, ProgramArray] = {}
        self._alive: dict[str, weakref.ref[ProgramArray]] = {}
        self._sums = [LayerSums() for _ in self.recognition.layers]
        self._loss = float("nan")
        self.seconds = 0.0

    def handlers(self) -> Mapping[int, Handler]:
        """What each node of interest calls with its values."""
        return dict.fromkeys(self._roles, self)

    def __call__(self, number: int, value: Any) -> Any:
        """See a value on its way."""
        started = time.perf_counter()
        visit = self._visits.get(number, 0)
        self._visits[number] = visit + 1
        for name, place in self._roles[number]:
            if name not in self._filled and (visit == place.turn or number in self._shifted):
                if self._fits(place, value):
                    self._filled.add(name)
                    self._see(name, place, value)
                    if number in self._shifted:
                        break
                else:
                    self._shifted.add(number)
        self.seconds += time.perf_counter() - started
        return value

    def _fits(self, place: Place, value: Any) -> bool:
        """Whether a value can be the one meant: of its shape, or of a last, smaller batch."""
        shape = np.shape(value)
        if len(shape) != len(place.shape):
            return False
        axis = 1 if self.recognition.columns else 0
        return all(
            a == b or (number == axis % max(1, len(shape)) and 0 < a < b)
            for number, (a, b) in enumerate(zip(shape, place.shape, strict=True))
        )

    def _see(self, name: str, place: Place, value: Any) -> None:
        if name == "loss":
            self._loss = float(np.asarray(value).reshape(-1)[0])
            self.on_loss(self._loss)
            return
        if name in self.wanted:
            self.kept[name] = np.array(value)
        if not isinstance(value, np.ndarray):
            return
        letter, layer = name.rstrip("0123456789"), int(name.lstrip("zLdWXTlabes") or 0) - 1
        output = letter == "L" and layer == self.recognition.depth - 1
        if name in self.wanted:
            pass  # it is kept already
        elif output or letter in ("dW", "T", "labels"):
            self.kept[name] = value.copy() if place.changed_later else value
        elif not place.changed_later:
            self._alive[name] = weakref.ref(value)
        if self.measuring and letter in ("z", "L"):
            self._measure(name, place, value)

    def _measure(self, name: str, place: Place, value: ProgramArray) -> None:
        """Measure z or L of a layer: at once, where the program is going to write to it."""
        layer = int(name[1:]) - 1
        sums, activation = self._sums[layer], self._activations[layer]
        if name[0] == "z":
            work = partial(measure_values, value, sums)
        else:
            work = partial(measure_activation, value, self.recognition.columns, activation, sums)
        if place.changed_later:
            work()
        else:
            self._meanwhile.do(name, value, work)

    def finish(self) -> set[str]:
        """Wait for what is being measured; the names whose numbers the program has spoiled."""
        return self._meanwhile.finish()

    def array(self, name: str) -> ProgramArray:
        """An array of the iteration that was just done, as the program has it.

        Raises KeyError where it is gone, or never was there.
        """
        if name.startswith("dW"):
            scale = self.recognition.layers[int(name[2:]) - 1].scale
            return self._array(name) if scale == 1 else self._array(name) / scale
        return self._array(name)

    def _array(self, name: str) -> ProgramArray:
        if name in self.kept:
            return self.kept[name]
        if name in self._alive and (value := self._alive[name]()) is not None:
            return value
        place = roles(self.recognition).get(name)
        if place is not None and place.path:
            return np.asarray(self._follow(place.path))
        raise KeyError(name)

    def _follow(self, path: Any) -> Any:
        try:
            return follow(self.frame, path)
        except GONE as error:
            raise KeyError(str(error)) from error

    def present(self, name: str) -> ProgramArray:
        """W1 or b1 as it is now."""
        layer = self.recognition.layers[int(name[1:]) - 1]
        array = np.asarray(self._follow(layer.weights if name[0] == "W" else layer.bias))
        return self._formed(layer, array) if name[0] == "W" else array.reshape(-1, 1)

    def _formed(self, layer: Any, array: ProgramArray) -> ProgramArray:
        return array.T if layer.transposed else array

    def _weights(self) -> list[ProgramArray]:
        return [self.present(f"W{i}").copy(order="K") for i in self._numbers()]

    def _biases(self) -> list[ProgramArray]:
        layers = self.recognition.layers
        return [self.present(f"b{i}").copy() for i in self._numbers() if layers[i - 1].bias]

    def _numbers(self) -> range:
        return range(1, self.recognition.depth + 1)

    def outputs(self) -> tuple[ProgramArray, ProgramArray | None, ProgramArray | None]:
        """Outputs and targets, classes x samples, and labels; None for what is not there."""
        turned = self.recognition.columns
        a = self.array(f"L{self.recognition.depth}")
        a = a if turned or a.ndim != 2 else a.T
        targets = labels = None
        if self.recognition.targets is not None:
            T = self.array("T")
            targets = T if turned or T.ndim != 2 else T.T
            named = self.recognition.classes and targets.ndim == 2
            last = self.recognition.layers[-1].activation
            labels = largest_rows(class_outputs(targets, last)) if named else None
        elif self.recognition.labels is not None:
            labels = self.array("labels").reshape(-1).astype(np.int64)
            targets = (np.arange(len(a))[:, None] == labels).astype(a.dtype)
        return a, targets, labels

    def loss(self) -> float:
        """The loss of the iteration: the program's own number, else computed from its outputs."""
        if not np.isnan(self._loss) or "loss" in self._filled:
            return self._loss
        try:
            a, targets, _ = self.outputs()
        except KeyError:
            return float("nan")
        if targets is None or targets.shape != a.shape:
            return float("nan")
        found = self.recognition.loss
        with np.errstate(all="ignore"):
            return self.network.loss.objective(a.astype(float), targets) * found.factor

    def accuracy(self) -> float:
        """The share of samples whose largest output is the right one; NaN where unknown."""
        try:
            a, _, labels = self.outputs()
        except KeyError:
            return float("nan")
        if labels is None or a.ndim != 2 or len(labels) != a.shape[1]:
            return float("nan")
        answers = class_outputs(a, self.recognition.layers[-1].activation)
        return float(np.mean(largest_rows(answers) == labels))

    def new_weights(self) -> None:
        """Let the present weights be those before the next iteration."""
        self.weights, self.biases = self._weights(), self._biases()

    def statistics(
        self, index: int, active: Sequence[ProgramArray] | None, window: int
    ) -> tuple[LayerStatistics, ...]:
        """All numbers of the iteration's layers. Raises KeyError where an array was not seen."""
        if spoiled := self.finish():
            raise KeyError(min(spoiled))
        for number, sums in enumerate(self._sums, start=1):
            if not len(sums.unit_sum) or not sums.z.count:
                raise KeyError(f"L{number}")
        samples = self._sums[0].z.count // len(self._sums[0].unit_sum)
        measured = totals(self._sums, samples)
        now = last_active(measured, index, active)
        old = Parameters(tuple(self.weights))
        new = Parameters(tuple(self._weights()))
        gradients = Parameters(tuple(self._gradient(i) for i in self._numbers()))
        empty = TiledData.__new__(TiledData)
        iteration = Iteration(
            state=State(index, old, ()),
            next_state=State(index + 1, new, ()),
            objective=float("nan"),
            loss=float("nan"),
            train_accuracy=float("nan"),
            gradients=gradients,
            rates=(),
            observations=(),
            network=self.network,
            data=empty,
        )
        return layer_statistics(iteration, measured, now, window)

    def _gradient(self, number: int) -> ProgramArray:
        layer = self.recognition.layers[number - 1]
        try:
            gradient = self.array(f"dW{number}")
        except KeyError:
            return np.full(self.weights[number - 1].shape, np.nan)
        return gradient if gradient.shape == (layer.units, layer.fan_in) else gradient.T


def roles(recognition: Recognition) -> dict[str, Place]:
    """All places by the course's names: z1, L1, d1, dW1, ..., X, T, labels, loss."""
    named = {
        f"{letter}{number}": place
        for number, layer in enumerate(recognition.layers, start=1)
        for letter, place in layer.places.items()
    }
    named["X"] = recognition.inputs
    if recognition.targets is not None:
        named["T"] = recognition.targets
    if recognition.labels is not None:
        named["labels"] = recognition.labels
    if recognition.loss.place is not None:
        named["loss"] = recognition.loss.place
    return named
