"""Promises about pages over the screen: closed twice in one moment, they take nothing along."""

import pytest

from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import Look
from nnviz.tui.state import LAYER
from nnviz.tui.text_screen import Palette, TextScreen

from .helpers import at


@pytest.mark.parametrize(
    "page", [lambda: TextScreen("Keys", "n"), Palette], ids=["text", "palette"]
)
async def test_a_page_closed_twice_leaves_the_screen_behind_it(open_debugger, page):
    app = NnvizApp(open_debugger, Look())
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("enter")
        await pilot.pause()
        over = page()
        app.push_screen(over)
        await pilot.pause()
        over.dismiss(None)
        over.dismiss(None)
        await pilot.pause()
        assert app.choice.screen == LAYER
        assert app.screen.NAME == LAYER
        # a screen that is left takes the page over it along
        app.push_screen(page())
        await pilot.pause()
        app.screen_stack[1].action_leave()
        await pilot.pause()
        assert len(app.screen_stack) == 1
