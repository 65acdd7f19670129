"""The part of the application that chooses what is looked at; the run is not touched."""

from dataclasses import replace

from nnviz.tui.driving import DrivingApp
from nnviz.tui.layout import PRINTED, tabs_of
from nnviz.tui.state import CURVES, PICTURES, Choice


class LookingApp(DrivingApp):
    """Owns the choice, and the keys that change it on the debugger's own screen."""

    choice: Choice

    def choose(self, choice: Choice) -> None:
        """Change what is looked at, and draw it."""
        raise NotImplementedError

    def action_layer(self, by: int) -> None:
        """Move the cursor to another layer."""
        if self.view is not None:
            layer = min(max(self.choice.layer + by, 1), self.view.info.depth)
            self.choose(replace(self.choice, layer=layer))

    def action_picture(self) -> None:
        """Show the next kind of picture, or of curve where these are looked at."""
        if self.choice.tab == "curves":
            here = CURVES.index(self.choice.curves)
            self.choose(replace(self.choice, curves=CURVES[(here + 1) % len(CURVES)]))
            return
        here = PICTURES.index(self.choice.picture)
        self.choose(replace(self.choice, picture=PICTURES[(here + 1) % len(PICTURES)]))

    def action_tab(self, number: int) -> None:
        """Show the tab with that number; a zoomed panel gives way to it."""
        tabs = self._tabs
        tab = tabs[(number - 1) % len(tabs)]
        self.choose(replace(self.choice, tab=tab, zoomed=tab if self.choice.zoomed else ""))

    def action_next_tab(self) -> None:
        """Show the next tab."""
        tabs = self._tabs  # another branch may print, or not
        self.action_tab(tabs.index(self.choice.tab) + 2 if self.choice.tab in tabs else 1)

    def action_printed(self) -> None:
        """Show what a program has printed."""
        if self.view is not None and self.view.prints:
            self.action_tab(self._tabs.index(PRINTED) + 1)
        else:
            self.notify("this run is the engine's own, which prints nothing")

    @property
    def _tabs(self) -> tuple[str, ...]:
        return tabs_of(self.view is not None and self.view.prints)

    def action_zoom(self) -> None:
        """Enlarge the panel of the chosen tab, or show all panels again."""
        self.choose(replace(self.choice, zoomed="" if self.choice.zoomed else self.choice.tab))
