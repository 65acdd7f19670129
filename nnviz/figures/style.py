"""One look for all figures: readable from the back row of a lecture hall, and by everybody.

Lines are told apart by colour (Okabe & Ito's, chosen for colour blindness) and by dashes; signed
values are orange or purple about a white zero (ColorBrewer PuOr); unsigned ones grow from black.
A figure is 1,920 x 1,080 pixels unless it needs another shape.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from nnviz.engine.arrays import Array

MaskedArray = np.ma.MaskedArray[Any, np.dtype[np.floating[Any]]]

WIDTH, HEIGHT, DOTS_PER_INCH = 12.8, 7.2, 150
BLUE, VERMILION, GREEN, PINK, SKY, ORANGE = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"),
)
LINE_COLORS = (BLUE, VERMILION, GREEN, PINK, SKY, ORANGE)
CLASS_COLORS = (
    *("#332288", "#CC6677", "#117733", "#AA4499", "#4477AA"),
    *("#882255", "#44AA99", "#999933", "#000000", "#D55E00"),
)
"""Ten colours for ten classes, from Paul Tol's colour-blind-safe schemes (muted, bright)."""

LINE_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
GREY = "#6b6b6b"
SIGNED_MAP, UNSIGNED_MAP, COUNT_MAP = "PuOr_r", "magma", "Blues"
NOT_A_NUMBER_COLOR = "#00A08A"
"""Cells that hold no number: a green that neither map contains."""

_SETTINGS: dict[Any, Any] = {
    "font.size": 13,
    "axes.titlesize": 13,
    "axes.labelsize": 13,
    "figure.titlesize": 17,
    "figure.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "lines.linewidth": 2.4,
    "legend.frameon": False,
    "legend.fontsize": 12,
    "image.interpolation": "nearest",
    "svg.fonttype": "none",
    "svg.hashsalt": "nnviz",
}

P = ParamSpec("P")


@contextmanager
def styled() -> Iterator[None]:
    """Draw with this project's settings, and leave matplotlib's own as they were."""
    with mpl.rc_context(_SETTINGS):
        yield


def draws(function: Callable[P, Figure]) -> Callable[P, Figure]:
    """Run a function that draws with the project's settings."""

    @wraps(function)
    def drawing(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with styled():
            return function(*args, **kwargs)

    return drawing


def new_figure(title: str, width: float = WIDTH, height: float = HEIGHT) -> Figure:
    """An empty figure with its title, in inches; it belongs to no global state."""
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12)
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout=layout)
    figure.suptitle(title)
    return figure


def line_look(number: int, count: int) -> dict[str, Any]:
    """Colour and dashes of line `number` of `count`; more than six get shades of one map."""
    dashes = LINE_DASHES[number % len(LINE_DASHES)]
    if count <= len(LINE_COLORS):
        return {"color": LINE_COLORS[number], "linestyle": dashes}
    shade = mpl.colormaps["viridis"](0.9 * number / (count - 1))
    return {"color": shade, "linestyle": dashes}


def iteration_axis(axes: Axes, x: Array) -> None:
    """Label the horizontal axis as iterations x: all of them, also where a curve has no values."""
    axes.set_xlabel("iteration")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    margin = max(0.02 * (x[-1] - x[0]), 0.1)
    axes.set_xlim(x[0] - margin, x[-1] + margin)


def plot_finite(axes: Axes, x: Array, y: Array, **look: Any) -> None:
    """Draw a curve; where values aren't finite there is a gap, and the first one is named."""
    finite = np.isfinite(y)
    marker = "o" if finite.sum() == 1 else None  # one point makes no line
    axes.plot(x, np.where(finite, y, np.nan), marker=marker, **look)
    if finite.all():
        return
    first = int(np.argmin(finite))
    what = "not a number" if np.isnan(y[first]) else "infinite"
    axes.axvline(x[first], color=look.get("color", GREY), linewidth=1.2, linestyle=":")
    axes.annotate(
        f"{what} at {x[first]:.0f}",
        (x[first], 0.03),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        rotation=90,
        fontsize=11,
    )


def picture(
    axes: Axes, values: MaskedArray, *, signed: bool, label: str, limit: float = 0.0
) -> None:
    """Draw rows x columns of numbers as a heat map in a square, with its scale beside it.

    Signed values get a map symmetric about 0, unsigned ones a map from 0; it ends at `limit`, or at
    the largest value where that is 0. Masked cells stay empty; what is no finite number has a
    colour of its own.
    """
    finite = np.isfinite(values.filled(0))
    sizes = np.abs(values[finite].compressed())
    largest = limit or (float(sizes.max()) if sizes.size else 0.0) or 1.0
    image = axes.imshow(
        np.ma.masked_where(~finite, values),
        cmap=SIGNED_MAP if signed else UNSIGNED_MAP,
        vmin=-largest if signed else 0.0,
        vmax=largest,
    )
    if not finite.all():
        broken = np.ma.masked_where(finite, np.ones(values.shape))
        axes.imshow(broken, cmap=ListedColormap([NOT_A_NUMBER_COLOR]))
        count = np.count_nonzero(~finite)
        axes.set_xlabel(f"green: no finite number ({count})", fontsize=11)
    axes.set_title(label, loc="left")
    bare(axes)
    # pictures of all shapes fill the same square, so that their columns stay columns
    axes.set_box_aspect(1)
    axes.set_adjustable("datalim")
    bar = axes.figure.colorbar(image, cax=axes.inset_axes((1.04, 0.06, 0.05, 0.88)))
    ticks = [-largest, 0.0, largest] if signed else [0.0, largest / 2, largest]
    bar.set_ticks(ticks, labels=[f"{tick:.2g}" for tick in ticks], fontsize=11)
    bar.outline.set_visible(False)


def bare(axes: Axes) -> None:
    """Take ticks, grid and frame away: for pictures, whose axes mean nothing."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def say(figure: Figure, text: str) -> None:
    """Write a sentence where there is nothing to draw."""
    axes = figure.add_subplot()
    bare(axes)
    write(axes, text)


def write(axes: Axes, text: str) -> None:
    """Write a sentence into the middle of bare axes."""
    axes.text(0.5, 0.5, text, ha="center", va="center", fontsize=16, color=GREY, wrap=True)
