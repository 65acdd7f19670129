"""What the layer screen asks: how a layer's values are spread, and the weights of its units."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.histograms import (
    BINS,
    Bins,
    CountsOnTheWay,
    LayerHistograms,
    count,
    count_zeros,
)
from nnviz.debugger.model import curve
from nnviz.debugger.source import RunSource
from nnviz.engine.activations import Activation
from nnviz.engine.arrays import Array, Labels, Mask, read_only
from nnviz.engine.tiles import Cancelled, never
from nnviz.tui.detail import Detail
from nnviz.tui.drawing.axes import linear_axis
from nnviz.tui.drawing.curves import Series
from nnviz.tui.drawing.heat_maps import Scale

PARTS = 10
"""About so many round parts has the range of z: from step to step its ends seldom move."""
POINTS = 401
"""Of an activation's curve: more than a plot has dots across."""
CHUNK = 1 << 20
"""Values counted at a time: few enough to answer a key between two chunks."""
RANGES = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0)}
"""Where the values of an activation lie, so that the axis stands still while one steps."""

_NOWHERE: Mask = read_only(np.zeros(BINS, dtype=bool))


@dataclass(frozen=True, eq=False)
class Spread:
    """How many of all `values` fall in each bin between `edges`, which are evenly spaced.

    NaN and infinite ones (`not_finite`) fall in none. `saturated` says of each bin whether the
    activation is saturated there; `curves` are those to draw over it.
    """

    counts: Labels
    edges: Array
    values: int
    not_finite: int
    saturated: Mask
    curves: tuple[Series, ...] = ()

    @property
    def bins(self) -> Bins:
        """The bins as the values were counted in them."""
        return Bins(float(self.edges[0]), float(self.edges[-1]))

    @property
    def centres(self) -> Array:
        """The middle of each bin."""
        return (self.edges[:-1] + self.edges[1:]) / 2


@dataclass(frozen=True, eq=False)
class LayerDetail(Detail):
    """Of one layer (`layer` counts from 1) at one iteration.

    `z` and `a` count all values of the batch, `zeros` those of a that are exactly 0; over z lie the
    activation's curve and its slope, over a the slope (softmax has no curves). `weights` is W,
    units x inputs, and `scale` that of all of them; `biases` and `update_norms` have one number per
    unit (no biases: none).
    """

    layer: int = 0
    z: Spread = field(kw_only=True)
    a: Spread = field(kw_only=True)
    zeros: int = field(kw_only=True)
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
        z, a, zeros = spreads(source, n)
        activation = source.model.network.activations[n - 1]
        weights = source.array(f"W{n}")
        with np.errstate(all="ignore"):
            norms = np.linalg.norm(source.array(f"update{n}"), axis=1)
        return LayerDetail(
            timeline.index,
            layer=n,
            z=_with_curves(z, activation),
            a=_with_slope(a, activation),
            zeros=zeros,
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


def spreads(source: RunSource, layer: int) -> tuple[Spread, Spread, int]:
    """How z and a of a layer, counted from 1, are spread; and how many values of a are exactly 0.

    Where the source counted them on the way, the answer is the same and takes no time; it goes on
    counting for as long as it is asked. Raises Cancelled where the source is told to stop.
    """
    ends = RANGES.get(source.info.layers[layer - 1].activation)
    counting = source if isinstance(source, CountsOnTheWay) else None
    found = _as_counted(counting.histograms(), layer, ends) if counting is not None else None
    if found is None:
        z, a = source.array(f"z{layer}"), source.array(f"L{layer}")
        stop = source.cancelled
        found = spread(z, None, stop), spread(a, ends, stop), count_zeros(a)
    if counting is not None:
        counting.watch(layer, found[0].bins, found[1].bins)
    return found


def _as_counted(
    seen: LayerHistograms | None, layer: int, ends: tuple[float, float] | None
) -> tuple[Spread, Spread, int] | None:
    """What a source counted on the way, if it is of this layer and in the bins to be shown."""
    if seen is None or seen.layer != layer:
        return None
    for values, range_ in ((seen.z, None), (seen.a, ends)):
        if values.bins != _bins(values.smallest, values.largest, range_):
            return None
    z, a = (_spread(of.bins, of.counts) for of in (seen.z, seen.a))
    return z, a, seen.zeros


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
    bins = _bins(low, high, ends)
    counts = np.zeros(BINS, np.int64)
    for chunk in _finite_chunks(values, cancelled):
        counts += count(chunk, bins)
    return _spread(bins, counts, len(values))


def _spread(bins: Bins, counts: Labels, values: int | None = None) -> Spread:
    """Without `values`, all have been counted."""
    counted = int(counts.sum())
    values = counted if values is None else values
    return Spread(counts, bins.edges, values, values - counted, _NOWHERE)


def _bins(low: float, high: float, ends: tuple[float, float] | None) -> Bins:
    """Bins between `ends`, or round numbers where a value from low to high is outside.

    `low` may be larger than `high` where there are no values.
    """
    if ends is not None and ends[0] <= low and high <= ends[1]:
        return Bins(*ends)
    if low > high:
        low, high = 0.0, 1.0
    axis = linear_axis(low, high, PARTS)
    # an axis may end short of its largest value, by rounding
    return Bins(min(axis.low, low), max(axis.high, high))


def _finite_chunks(values: Array, cancelled: Callable[[], bool]) -> Iterator[Array]:
    for start in range(0, len(values), CHUNK):
        if cancelled():
            raise Cancelled
        chunk = values[start : start + CHUNK]
        finite = np.isfinite(chunk)
        yield chunk if finite.all() else chunk[finite]
