"""The tour goes on when, and only when, its step was done: walked through with its own keys."""

import pytest

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.timeline import Timeline
from nnviz.presets import PRESETS
from nnviz.tui.drawing.look import Look
from nnviz.tui.lessons.steps import END, STEPS
from nnviz.tui.lessons.tour import TourApp
from nnviz.tui.text_screen import TextScreen

from ..helpers import at, seen, typed, until


def tour():
    """On the starter's images and weights, with fewer units: it is quicker."""
    experiment = PRESETS["course"].with_changes({"hidden": (32, 16)})
    return TourApp(lambda: Debugger(Timeline(EngineSource(experiment))), Look())


def test_fits_into_80_columns():
    for number, step in enumerate(STEPS, start=1):
        assert len(step.told) <= 78
        assert len(f"TOUR {number} of {len(STEPS)}: {step.task}") <= 78
    assert len(END) <= 78


@pytest.mark.slow
async def test_every_step_can_be_done_with_its_keys():
    """At 80x24; each step is announced, and only its keys bring the next."""
    app = tour()
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await until(pilot, lambda: app.view.findings)
        for number, step in enumerate(STEPS):
            assert app.step == number
            await until(pilot, lambda: f"TOUR {app.step + 1} of {len(STEPS)}" in seen(app)["keys"])
            assert step.told.partition("{reason}")[0][:60] in seen(app)["message"]
            for key in step.keys:
                if key.startswith(":"):
                    await typed(pilot, key[1:])
                else:
                    await pilot.press(key)
            await until(pilot, lambda done=number + 1: app.step == done)
            if isinstance(app.screen_stack[-1], TextScreen):
                await pilot.press("escape")
                await pilot.pause()
            await until(pilot, lambda: app.view.paused)
        assert "That was the tour" in seen(app)["message"]
        assert "next" in seen(app)["keys"]


async def test_other_keys_do_what_they_do_and_the_tour_waits():
    app = tour()
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("2", "j")
        await pilot.pause()
        assert app.choice.tab == "curves"
        assert app.step == 0
