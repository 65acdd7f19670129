"""Panels: each a pure function from a view and a choice to characters, in one registry.

Those that a small screen doesn't open with are imported when they draw for the first time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType

from nnviz.tui.drawing.cells import Cells
from nnviz.tui.drawing.look import Look
from nnviz.tui.panels import bars, findings, heat, layers, lecture
from nnviz.tui.state import COMPARE, DEBUGGER, LAYER, SAMPLE, Choice
from nnviz.tui.view import View

Draw = Callable[[View, Choice, int, int, Look], Cells]


@dataclass(frozen=True)
class Panel:
    """A panel's title, `draw(view, choice, width, height, look)`, and the screen that it is on.

    A panel without a `screen` is on all of them.
    """

    title: str
    draw: Draw
    screen: str = DEBUGGER


def _later(module: str, name: str) -> Draw:
    """The function `name` of a module beside this one, imported when it draws."""

    def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
        function: Draw = getattr(import_module(f"{__name__}.{module}"), name)
        return function(view, choice, width, height, look)

    return draw


PANELS: Mapping[str, Panel] = MappingProxyType(
    {
        "timeline": Panel("Timeline", bars.timeline, ""),
        "headline": Panel("Headline", lecture.headline),
        "breadcrumb": Panel("Phases", bars.breadcrumb),
        "layers": Panel("Layers", layers.draw),
        "tabs": Panel("Tabs", bars.tabs),
        "heat": Panel("Pictures", heat.draw),
        "curves": Panel("Curves", _later("curves", "draw")),
        "findings": Panel("Findings", findings.draw),
        "phase": Panel("Phase", _later("phase", "draw")),
        "confusion": Panel("Confusion", _later("confusion", "draw")),
        "breaks": Panel("Breakpoints, watches, branches", _later("breaks", "draw")),
        "printed": Panel("Printed by the program", _later("printed", "draw")),
        "layer_head": Panel("Layer", _later("spreads", "head"), LAYER),
        "z_values": Panel("Pre-activations", _later("spreads", "z_values"), LAYER),
        "a_values": Panel("Activations", _later("spreads", "a_values"), LAYER),
        "units": Panel("Units", _later("units", "grid"), LAYER),
        "unit_weights": Panel("Weights", _later("units", "weights"), LAYER),
        "unit_facts": Panel("Unit", _later("units", "facts"), LAYER),
        "unit_history": Panel("History of the unit", _later("units", "history"), LAYER),
        "sample_head": Panel("Sample", _later("sample", "head"), SAMPLE),
        "sample_input": Panel("Input", _later("sample", "inputs"), SAMPLE),
        "sample_gradient": Panel("Gradient of the input", _later("sample", "gradient"), SAMPLE),
        "sample_answer": Panel("Answer", _later("sample", "answer"), SAMPLE),
        "sample_layers": Panel("Layers", _later("sample", "layers"), SAMPLE),
        "sample_confusion": Panel("Confusion", _later("sample", "confusion"), SAMPLE),
        "compare_head": Panel("Branches", _later("compare", "head"), COMPARE),
        "compare_table": Panel("Differences", _later("compare", "table"), COMPARE),
        "compare_pictures": Panel("Pictures", _later("compare", "pictures"), COMPARE),
        "compare_curves": Panel("Curves", _later("compare", "curves"), COMPARE),
        "message": Panel("Message", bars.message, ""),
        "status": Panel("Status", bars.status, ""),
        "keys": Panel("Keys", bars.keys, ""),
    }
)


def panels_on(screen: str) -> tuple[str, ...]:
    """The names of the panels that a screen may show."""
    return tuple(name for name, panel in PANELS.items() if panel.screen in ("", screen))
