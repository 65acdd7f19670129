"""One layer, full screen: how its values are spread, its units, and one unit in full."""

import math
from dataclasses import replace

from nnviz.tui.details.layer import LayerQuestion
from nnviz.tui.layout import WIDE, Place
from nnviz.tui.panels import units
from nnviz.tui.runner import Go
from nnviz.tui.screens.base import PanelScreen, key_bindings
from nnviz.tui.state import LAYER, Choice
from nnviz.tui.view import View, picture_shape
from nnviz.tui.widgets import PanelWidget

FACTS = 10
"""Rows that the facts about a unit take."""
FACTS_WIDTH = 17


class LayerScreen(PanelScreen, inherit_bindings=False):
    """The chosen layer. Arrows move among its units, j and k among the layers."""

    NAME = LAYER
    BINDINGS = key_bindings(LAYER)

    @classmethod
    def question(cls, choice: Choice) -> LayerQuestion:
        """All about the chosen layer."""
        return LayerQuestion(choice.layer)

    def places(self, view: View, choice: Choice, width: int, height: int) -> dict[str, Place]:
        """See `layer_places`."""
        return layer_places(view, choice, width, height)

    def action_unit(self, across: int, down: int) -> None:
        """Move the cursor; the units come up with it."""
        if self.view is None:
            return
        choice = replace(self.choice, pane="units")
        place = self.places(self.view, choice, *self.app.size)["units"]
        unit = units.beside_unit(self.view, choice, place.width, place.height, across, down)
        self.choose(pane="units", unit=unit)

    def action_marked(self) -> None:
        """Move the cursor to the next unit that is not well."""
        if self.view is not None:
            unit = units.next_marked(self.view, self.choice)
            self.choose(pane="units", unit=unit)

    def action_since(self) -> None:
        """Go to the iteration at which the unit died or was saturated."""
        if self.view is None:
            return
        since = units.since(self.view, self.choice)
        if since is not None:
            self.post_message(self.Ordered(Go(since)))

    def action_pane(self) -> None:
        """Show the other pane, where not both have room."""
        pane = "units" if self.choice.pane != "units" else "values"
        self.choose(pane=pane)

    def on_panel_widget_clicked(self, message: PanelWidget.Clicked) -> None:
        """Choose the unit that was clicked."""
        if self.view is None or message.panel != "units":
            return
        size = message.size
        unit = units.unit_at(
            self.view, self.choice, size.width, size.height, message.column, message.row
        )
        if unit is not None:
            self.choose(unit=unit)


def layer_places(view: View, choice: Choice, width: int, height: int) -> dict[str, Place]:
    """Where the panels of the layer screen stand; below 120 x 36 one pane of two is seen."""
    places = {"layer_head": Place(0, 1, width, 1)}
    room = Place(0, 2, width, height - 5)
    if width < WIDE or height < 36:
        return places | (
            _unit_places(view, choice, room) if choice.pane == "units" else _value_places(room)
        )
    left = width * 2 // 5
    values = _value_places(replace(room, width=left))
    right = replace(room, x=left + 1, width=width - left - 1)
    return places | values | _tall_unit_places(view, choice, right)


def _value_places(room: Place) -> dict[str, Place]:
    """Both histograms, one under the other where that leaves each some rows."""
    if room.height >= 14:
        top = room.height // 2
        below = replace(room, y=room.y + top, height=room.height - top)
        return {"z_values": replace(room, height=top), "a_values": below}
    half = room.width // 2
    return {
        "z_values": replace(room, width=half),
        "a_values": replace(room, x=room.x + half, width=room.width - half),
    }


def _natural_widths(view: View, choice: Choice) -> tuple[int, int]:
    """How wide the grid of units and the picture of a unit's weights like to be."""
    info = view.info.layers[choice.layer - 1]
    image = view.info.image_shape if choice.layer == 1 else None
    return max(24, 2 * math.isqrt(info.units - 1) + 2), picture_shape(info.fan_in, image)[1]


def _unit_places(view: View, choice: Choice, room: Place) -> dict[str, Place]:
    """Units, weights and facts beside each other over two rows of history."""
    history = 2 if room.height >= 12 else 0
    column = room.width >= 70
    line = 0 if column or room.height < 5 else 1
    rows = room.height - history - line
    free = room.width - 2 - (FACTS_WIDTH + 1 if column else 0)
    grid, picture = _natural_widths(view, choice)
    grid = min(grid, max(free - picture, free // 2))
    weights = Place(room.x + grid + 2, room.y, free - grid, rows)
    facts = (
        Place(room.x + room.width - FACTS_WIDTH, room.y, FACTS_WIDTH, rows)
        if column
        else Place(room.x + 1, room.y + rows, room.width - 2, line)
    )
    return {
        "units": Place(room.x + 1, room.y, grid, rows),
        "unit_weights": weights,
        "unit_facts": facts,
        "unit_history": Place(room.x + 1, room.y + rows + line, room.width - 2, history),
    }


def _tall_unit_places(view: View, choice: Choice, room: Place) -> dict[str, Place]:
    """Units over facts, the weights beside them as large as they get, and plots of the history."""
    history = max(2, min(15, room.height - 30))
    rows = room.height - history - int(history > 2)  # plots stand off the picture above them
    grid = min(_natural_widths(view, choice)[0], room.width // 2)
    below = room.y + rows - FACTS
    return {
        "units": Place(room.x + 1, room.y, grid, rows - FACTS - 1),
        "unit_facts": Place(room.x + 1, below, grid, FACTS),
        "unit_weights": Place(room.x + grid + 2, room.y, room.width - grid - 2, rows),
        "unit_history": Place(room.x, room.y + room.height - history, room.width, history),
    }
