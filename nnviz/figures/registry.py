"""Every figure of one run by name; adding one is adding a line here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from matplotlib.figure import Figure

from nnviz.figures.classes import confusion, samples, tsne
from nnviz.figures.curves import curves
from nnviz.figures.dashboard import dashboard
from nnviz.figures.layers import activations, updates, weights
from nnviz.figures.moment import Moment

FIGURES: Mapping[str, Callable[[Moment], Figure]] = MappingProxyType(
    {
        "curves": curves,
        "confusion": confusion,
        "dashboard": dashboard,
        "tsne": tsne,
        "samples": samples,
        "activations": activations,
        "weights": weights,
        "updates": updates,
    }
)

STARTER_FIGURES = ("curves", "confusion", "dashboard", "tsne", "samples")
"""What the course's starter draws while it trains, and `nnviz train --figures` does."""
