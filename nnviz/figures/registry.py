"""Every figure of one run by name; adding one is adding a line here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from matplotlib.figure import Figure

from nnviz.figures.classes import confusion, samples, tsne
from nnviz.figures.curves import curves
from nnviz.figures.dashboard import dashboard
from nnviz.figures.moment import Moment

FIGURES: Mapping[str, Callable[[Moment], Figure]] = MappingProxyType(
    {
        "curves": curves,
        "confusion": confusion,
        "dashboard": dashboard,
        "tsne": tsne,
        "samples": samples,
    }
)
