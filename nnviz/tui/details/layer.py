"""What the layer screen asks: how a layer's values are spread, and the weights of its units."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.model import curve
from nnviz.debugger.source import RunSource
from nnviz.engine.activations import Activation
from nnviz.engine.arrays import Array, Labels, Mask
from nnviz.engine.tiles import Cancelled, never
from nnviz.tui.detail import Detail
from nnviz.tui.drawing.axes import linear_axis
from nnviz.tui.drawing.curves import Series
from nnviz.tui.drawing.heat_maps import Scale

BINS = 200
PARTS = 10
"""About so many round parts has the range of z: from step to step its ends seldom move."""
POINTS = 401
"""Of an activation's curve: more than a plot has dots across."""
CHUNK = 1 << 20
"""Values counted at a time: few enough to answer a key between two chunks."""
RANGES = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0)}
"""Where the values of an activation lie, so that the axis stands still while one steps."""


@dataclass(frozen=True, eq=False)
class Spread:
    """How many of all `values` fall in each bin between `edges`, which are evenly spaced.

    NaN and infinite ones (`not_finite`) fall in none. `zeros` are exactly 0. `saturated` says of
    each bin whether the activation is saturated there; `curves` are those to draw over it.
    """

    counts: Labels
    edges: Array
    values: int
    not_finite: int
    zeros: int
    saturated: Mask
    curves: tuple[Series, ...] = ()

    @property
    def centres(self) -> Array:
        """The middle of each bin."""
        return (self.edges[:-1] + self.edges[1:]) / 2


@dataclass(frozen=True, eq=False)
class LayerDetail(Detail):
    """Of one layer (`layer` counts from 1) at one iteration.

    `z` and `a` count all values of the batch; over z lie the activation's curve and its slope, over
    a the slope (softmax has no curves). `weights` is W, units x inputs, and `scale` that of all
    of them; `biases` and `update_norms` have one number per unit (no biases: none).
    """

    layer: int = 0
    z: Spread = field(kw_only=True)
    a: Spread = field(kw_only=True)
    weights: Array = field(kw_only=True)
    scale: Scale = field(kw_only=True)
    biases: Array = field(kw_only=True)
    update_norms: Array = field(kw_only=True)


@dataclass(frozen=True)
class LayerQuestion:
    """What there is to know of a layer, counted from 1."""

    layer: int

    def answer(self, debugger: Debugger, before: Detail | None) -> LayerDetail:
        """Count the layer's values; see `Question.answer`."""
        timeline = debugger.timeline
        source = timeline.source
        n = min(self.layer, source.info.depth)  # a branch may have fewer
        name = source.info.layers[n - 1].activation
        z = spread(source.array(f"z{n}"), None, source.cancelled)
        a = spread(source.array(f"L{n}"), RANGES.get(name), source.cancelled)
        activation = source.model.network.activations[n - 1]
        weights = source.array(f"W{n}")
        with np.errstate(all="ignore"):
            norms = np.linalg.norm(source.array(f"update{n}"), axis=1)
        return LayerDetail(
            timeline.index,
            layer=n,
            z=_with_curves(z, activation),
            a=_with_slope(a, activation),
            weights=weights,
            scale=Scale.symmetric(weights),
            biases=_biases(source, n),
            update_norms=norms,
        )


def _biases(source: RunSource, layer: int) -> Array:
    try:
        return source.array(f"b{layer}").reshape(-1)
    except KeyError:
        return np.empty(0)


def _with_curves(z: Spread, activation: Activation) -> Spread:
    """Pre-activations with what the activation makes of them, and its slope there."""
    if not activation.elementwise:
        return z
    x = np.linspace(z.edges[0], z.edges[-1], POINTS)
    a, slope = curve(activation, x)
    saturated = _outside(curve(activation, z.centres)[0], activation)
    return replace(
        z, saturated=saturated, curves=(Series("a = f(z)", a, x), Series("slope", slope, x))
    )


def _with_slope(a: Spread, activation: Activation) -> Spread:
    """Activations with the slope that the activation has where it takes these values."""
    if not activation.elementwise:
        return a
    x = np.linspace(a.edges[0], a.edges[-1], POINTS)
    slope = Series("slope", activation.derivative(x), x)
    return replace(a, saturated=_outside(a.centres, activation), curves=(slope,))


def _outside(a: Array, activation: Activation) -> Mask:
    low, high = activation.saturation or (-np.inf, np.inf)
    return (a < low) | (a > high)


def spread(
    array: Array, ends: tuple[float, float] | None, cancelled: Callable[[], bool] = never
) -> Spread:
    """Count all values of an array in bins between `ends`, or round numbers where one is outside.

    Raises Cancelled where `cancelled()`, asked before each chunk, says so.
    """
    values = array.ravel(order="K")
    extremes = [
        (chunk.min(initial=np.inf), chunk.max(initial=-np.inf))
        for chunk in _finite_chunks(values, cancelled)
    ]
    low, high = float(min(extremes)[0]), float(max(most for _, most in extremes))
    if ends is None or low < ends[0] or high > ends[1]:
        axis = linear_axis(*((low, high) if low <= high else (0.0, 1.0)), PARTS)
        # an axis may end short of its largest value, by rounding
        ends = min(axis.low, low), max(axis.high, high)
    low, high = ends
    counts = np.zeros(BINS, np.int64)
    finite = zeros = 0
    for chunk in _finite_chunks(values, cancelled):
        finite += len(chunk)
        zeros += len(chunk) - int(np.count_nonzero(chunk))
        # halves keep the largest floats from overflow
        place = BINS * (chunk.astype(np.float64) / 2 - low / 2) / (high / 2 - low / 2)
        counts += np.bincount(place.clip(0, BINS - 1).astype(np.int64), minlength=BINS)
    edges = np.linspace(*ends, BINS + 1)
    nowhere = np.zeros(BINS, dtype=bool)
    return Spread(counts, edges, len(values), len(values) - finite, zeros, nowhere)


def _finite_chunks(values: Array, cancelled: Callable[[], bool]) -> Iterator[Array]:
    for start in range(0, len(values), CHUNK):
        if cancelled():
            raise Cancelled
        chunk = values[start : start + CHUNK]
        finite = np.isfinite(chunk)
        yield chunk if finite.all() else chunk[finite]
