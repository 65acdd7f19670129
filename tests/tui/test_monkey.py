"""Whatever is pressed in whatever order, nothing breaks and nothing piles up."""

import gc
import os
import random
from pathlib import Path

import pytest
from textual import events
from textual.widget import Widget

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.timeline import Timeline
from nnviz.presets import PRESETS
from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import Look
from nnviz.tui.keys import KEYS
from nnviz.tui.runner import Pause

from .helpers import until

EVENTS = 5000
WARM = 1500
"""After so many events everything has been seen once."""

GROWTH = 48 << 20
"""Bytes: the recorded numbers of some thousand iterations, and what the allocator keeps."""

BUDGET = 4 << 20
"""Bytes for states of the run, soon used up."""

ENDS = {"q", "ctrl+c"}
TYPED = [*"Lab01. =<", "backspace", "tab", "up", "down", "delete", "home"]


def resident():
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Monkey:
    """Presses, resizes and clicks, the same ones for a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        names = {name for key in KEYS for name in key.keys.split(",")}
        self.keys = [*sorted(names - ENDS), "escape", "escape", "ctrl+p"]

    async def act(self, pilot):
        chance, app = self.random.random(), pilot.app
        if chance < 0.02:
            await pilot.resize_terminal(self.random.randint(1, 170), self.random.randint(1, 55))
        elif chance < 0.06:
            width, height = app.size
            x, y = self.random.randrange(width), self.random.randrange(height)
            for kind in (events.MouseMove, events.MouseDown, events.MouseUp):
                app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))
        elif app.focused is not None and self.random.random() < 0.8:
            app.simulate_key(self.random.choice(TYPED))
        else:
            app.simulate_key(self.random.choice(self.keys))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
async def test_5000_random_events_break_nothing_and_memory_stays(digits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # `e` draws the screen into a file
    experiment = PRESETS["course"].with_changes({"data": "digits", "hidden": (12, 8)})
    source = EngineSource(experiment, digits)
    app = NnvizApp(lambda: Debugger(Timeline(source, BUDGET)), Look())
    monkey = Monkey(seed=0)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.view is not None)
        for number in range(EVENTS):
            await monkey.act(pilot)
            if number % 10 == 0:
                await pilot.pause()
            if number % 100 == 0:
                app.order(Pause())
            if number == WARM:
                gc.collect()
                before = resident()
            assert app.failure is None
            assert app.is_running
        app.order(Pause())
        await until(pilot, lambda: app.view.paused)
        gc.collect()
        assert resident() - before < GROWTH
        assert len(app.screen_stack) < 12
        widgets = sum(isinstance(each, Widget) for each in gc.get_objects())
        assert widgets < 500
