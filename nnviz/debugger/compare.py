"""Two timelines side by side: how far apart they are, layer by layer, and where they part."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from nnviz.debugger.history import LAYER_METRICS, History
from nnviz.debugger.source import Frame
from nnviz.debugger.timeline import Timeline, relative_difference
from nnviz.errors import InputError

TOLERANCE = 1e-6
"""A relative difference above this is more than float32 rounding of a single iteration."""


@dataclass(frozen=True)
class LayerDifference:
    """How far one layer of B is from that of A: norm(B - A) / norm(A), 0 for the same bits.

    `activations` compares the units' means over the batch (what the statistics hold at every
    iteration); `weights` and `updates` compare W and W_new - W_old.
    """

    weights: float
    activations: float
    updates: float


@dataclass(frozen=True)
class Comparison:
    """Two runs at iteration `index`; `layers` holds a difference for L1, L2, ..."""

    index: int
    losses: tuple[float, float]
    layers: tuple[LayerDifference, ...]


@dataclass(frozen=True)
class Parting:
    """Where two runs part: first iteration, and the first quantity in the order of computation.

    `what` is W1, L1, W2, ... going forward, then update3, update2, ...; "" where they don't part.
    """

    index: int = -1
    what: str = ""
    difference: float = 0.0


class Lockstep:
    """Steps two timelines together. `parting` is where their difference first passed `tolerance`.

    Raises InputError where the two have different layers. Both are taken to the later one of their
    first iterations, or to `start`.
    """

    def __init__(
        self, a: Timeline, b: Timeline, tolerance: float = TOLERANCE, start: int | None = None
    ) -> None:
        shapes = [[(layer.units, layer.fan_in) for layer in t.source.info.layers] for t in (a, b)]
        if shapes[0] != shapes[1]:
            raise InputError(
                f"{a.branch.name} has layers of {_sizes(a)} units and {b.branch.name} of "
                f"{_sizes(b)}; only equal layers can be compared"
            )
        self.a, self.b, self.tolerance = a, b, tolerance
        self.parting = Parting()
        self.seek(max(a.history.first, b.history.first) if start is None else start)

    def step(self) -> Comparison:
        """Take both one iteration on."""
        return self.seek(self.comparison.index + 1)

    def run(self, until: int) -> Iterator[Comparison]:
        """Compare at every iteration from the present one up to and including `until`."""
        yield self.comparison
        while self.comparison.index < until:
            yield self.step()

    def seek(self, index: int) -> Comparison:
        """Take both to an iteration. Raises IndexError where one of them does not go back to it."""
        self.a.seek(index)
        self.b.seek(index)
        self.comparison = compare(self.a, self.b)
        if not self.parting.what:
            self.parting = parting(self.comparison, self.tolerance)
        return self.comparison


def compare(a: Timeline, b: Timeline) -> Comparison:
    """The differences of two timelines that stand at the same iteration, with equal layers."""
    frames: tuple[Frame, Frame] = (a.frame, b.frame)
    layers = []
    for number, (left, right) in enumerate(zip(frames[0].layers, frames[1].layers, strict=True), 1):
        weights, updates = (
            relative_difference(a.source.array(name), b.source.array(name))
            for name in (f"W{number}", f"update{number}")
        )
        activations = relative_difference(left.unit_mean, right.unit_mean)
        layers.append(LayerDifference(weights, activations, updates))
    return Comparison(a.index, (frames[0].loss, frames[1].loss), tuple(layers))


def parting(comparison: Comparison, tolerance: float) -> Parting:
    """The first difference beyond `tolerance`, in the order in which an iteration computes."""
    layers = list(enumerate(comparison.layers, start=1))
    forward = chain.from_iterable(
        ((f"W{number}", layer.weights), (f"L{number}", layer.activations))
        for number, layer in layers
    )
    backward = ((f"update{number}", layer.updates) for number, layer in reversed(layers))
    for what, difference in chain(forward, backward):
        if difference > tolerance:
            return Parting(comparison.index, what, difference)
    return Parting()


def recorded_parting(a: History, b: History, tolerance: float = TOLERANCE) -> Parting:
    """The first recorded number that differs by more than `tolerance`, relative to the larger.

    It takes no replay, and so can be asked at any time of runs of any length: it sees what the
    history has of every iteration, not the arrays. Raises ValueError where the layers are not as
    many.
    """
    if a.depth != b.depth:
        raise ValueError(f"runs of {a.depth} and {b.depth} layers")
    first, last = max(a.first, b.first), min(a.last, b.last)
    best = Parting()
    for name in _computed_names(a.depth):
        left, right = (h.column(name)[first - h.first : last + 1 - h.first] for h in (a, b))
        with np.errstate(all="ignore"):
            apart = np.abs(left - right) / np.maximum(np.abs(left), np.abs(right))
        apart = np.where(left == right, 0.0, np.where(np.isnan(apart), np.inf, apart))
        apart = np.where(np.isnan(left) & np.isnan(right), 0.0, apart)
        rows = np.flatnonzero(apart > tolerance)
        if rows.size and (not best.what or first + rows[0] < best.index):
            best = Parting(int(first + rows[0]), name, float(apart[rows[0]]))
    return best


def _computed_names(depth: int) -> Iterator[str]:
    """The recorded numbers in the order in which an iteration computes them."""
    of = {kind: [m.name for m in LAYER_METRICS if m.prefix == kind] for kind in ("W", "L", "dW")}
    state = ("mean", "std")
    for layer in range(1, depth + 1):
        yield from (f"W{layer}.{name}" for name in state)
        yield from (f"L{layer}.{name}" for name in of["L"])
    yield from ("loss", "accuracy")
    for layer in range(depth, 0, -1):
        yield from (f"dW{layer}.{name}" for name in of["dW"])
        yield from (f"W{layer}.{name}" for name in of["W"] if name not in state)


def _sizes(timeline: Timeline) -> str:
    return ", ".join(str(layer.units) for layer in timeline.source.info.layers)
