"""How the tests of the application open runs, press keys, wait, and read the screen."""

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.timeline import Timeline
from nnviz.presets import PRESETS
from nnviz.tui.screens.base import PanelScreen
from nnviz.tui.widgets import PanelWidget


def small_run(digits, preset="course", **changes):
    """A debugger of a small run on digits, with changes of the experiment."""
    experiment = PRESETS[preset].with_changes({"data": "digits", "hidden": (32, 16), **changes})
    return Debugger(Timeline(EngineSource(experiment, digits)))


async def until(pilot, holds):
    """Wait for what the runner's thread does: long, since a machine may be busy."""
    for _ in range(3000):
        if holds():
            await pilot.pause()
            return
        await pilot.pause(0.02)
    view = pilot.app.view
    where = view and (view.frame.index, view.mode, view.reason, view.branch.name)
    raise AssertionError(f"still waiting: {where}, {pilot.app.failure!r}")


async def at(pilot, index):
    app = pilot.app
    await until(
        pilot, lambda: app.view and app.view.frame.index == index and app.view.mode == "PAUSED"
    )


def seen(app):
    """The text of the whole screen, panel by panel."""
    screen = next((s for s in app.screen_stack[1:] if isinstance(s, PanelScreen)), app)
    widgets = [widget for widget in screen.query(PanelWidget) if widget.display]
    return {widget.panel: widget.cells(widget.size).text for widget in widgets}


async def typed(pilot, line):
    """Open the command line, type, press Enter."""
    await pilot.press("colon")
    await pilot.pause()
    await pilot.press(*["space" if c == " " else c for c in line], "enter")
    await pilot.pause()
