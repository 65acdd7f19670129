"""Panels: each a pure function from a view and a choice to characters, in one registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nnviz.tui.drawing.cells import Cells
from nnviz.tui.drawing.look import Look
from nnviz.tui.panels import bars, breaks, confusion, curves, heat, layers, phase
from nnviz.tui.state import Choice
from nnviz.tui.view import View

Draw = Callable[[View, Choice, int, int, Look], Cells]


@dataclass(frozen=True)
class Panel:
    """A panel's title and `draw(view, choice, width, height, look)`."""

    title: str
    draw: Draw


PANELS: Mapping[str, Panel] = MappingProxyType(
    {
        "timeline": Panel("Timeline", bars.timeline),
        "breadcrumb": Panel("Phases", bars.breadcrumb),
        "layers": Panel("Layers", layers.draw),
        "tabs": Panel("Tabs", bars.tabs),
        "heat": Panel("Pictures", heat.draw),
        "curves": Panel("Curves", curves.draw),
        "phase": Panel("Phase", phase.draw),
        "confusion": Panel("Confusion", confusion.draw),
        "breaks": Panel("Breakpoints, watches, branches", breaks.draw),
        "message": Panel("Message", bars.message),
        "status": Panel("Status", bars.status),
        "keys": Panel("Keys", bars.keys),
    }
)
