"""Promises about going from screen to screen, with keys and with the mouse."""

import subprocess
import sys

import pytest

from nnviz.tui.app import NnvizApp
from nnviz.tui.command_bar import CommandBar
from nnviz.tui.drawing.look import Look
from nnviz.tui.keys import KEYS
from nnviz.tui.screens import SCREENS
from nnviz.tui.state import COMPARE, DEBUGGER, LAYER, SAMPLE

from .helpers import at, seen, typed, until


@pytest.fixture
def app(open_debugger):
    return NnvizApp(open_debugger, Look())


async def test_one_screen_leads_to_another_and_escape_always_to_the_debugger(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        for key, screen in (("enter", LAYER), ("i", SAMPLE), ("x", COMPARE), ("enter", LAYER)):
            await pilot.press(key)
            await pilot.pause()
            assert app.choice.screen == screen
            assert len(app.screen_stack) == 2
            assert isinstance(app.screen, SCREENS[screen])
        await pilot.press("escape")
        await pilot.pause()
        assert app.choice.screen == DEBUGGER
        assert "tabs" in seen(app)


async def test_the_command_line_comes_also_while_a_screen_is_still_opening(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        app.action_open(SAMPLE)
        app.action_command("watch ")  # there are no widgets yet
        await until(pilot, lambda: isinstance(app.focused, CommandBar))
        assert app.focused.screen.NAME == SAMPLE
        await pilot.press(*"loss", "enter")
        await until(pilot, lambda: app.view.watches)
        assert app.focused is None


async def test_tab_shows_the_next_tab(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("tab")
        await pilot.pause()
        assert app.choice.tab == "curves"


async def test_keys_of_the_debuggers_tabs_change_nothing_behind_another_screen(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("enter", "3", "z", "tab")
        await pilot.pause()
        assert app.choice.tab == "heat"
        assert not app.choice.zoomed


@pytest.mark.parametrize("screen", SCREENS)
async def test_the_foot_and_the_help_of_a_screen_begin_with_its_own_keys(app, screen):
    async with app.run_test(size=(160, 50)) as pilot:
        await at(pilot, 0)
        app.action_open(screen)
        await pilot.pause()
        foot = seen(app)["keys"]
        own = [key for key in KEYS if screen in key.screens and key.footer]
        assert own
        assert all(f"{key.shown} {key.label}" in foot for key in own)
        await pilot.press("question_mark")
        await pilot.pause()
        first = app.screen.query_one("Static").content.splitlines()[0]
        assert first == own[0].group.upper()


async def test_the_palette_has_the_keys_of_the_screen_that_is_seen(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("i")
        await pilot.pause()
        commands = {c.title: c for c in app.get_system_commands(app.screen)}
        assert "the next misclassified sample (w)" in commands
        assert "show the curves (2)" not in commands
        await commands["training or test samples (t)"].callback()
        await pilot.pause()
        assert app.choice.sample.part == "test"


async def test_commands_are_typed_on_every_screen_with_one_memory(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await typed(pilot, "goto 2")
        await at(pilot, 2)
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("colon", "up", "enter")
        await pilot.pause()
        await pilot.press("n")
        await at(pilot, 3)
        await typed(pilot, "goto 1")
        await at(pilot, 1)
        assert app.choice.screen == LAYER


async def test_a_branch_with_fewer_layers_moves_the_cursor(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("j", "j", "enter")
        await pilot.pause()
        await typed(pilot, "set hidden=[8]")
        await until(pilot, lambda: app.view.branch.name == "B")
        await pilot.pause()
        assert app.choice.layer == 2
        assert "L2" in seen(app)["layer_head"]
        assert app.failure is None


async def test_keys_pressed_faster_than_the_app_are_all_counted(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("enter")
        await pilot.pause()
        for _ in range(5):
            app.screen.action_unit(1, 0)
        await pilot.pause()
        assert app.choice.unit == 5


async def test_clicks_on_the_debuggers_screen_do_what_keys_do(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("f")
        await at(pilot, 10)
        await pilot.click("#tabs", offset=(25, 0))
        await pilot.pause()
        assert app.choice.tab == "confusion"
        await pilot.click("#layers", offset=(4, 2))
        await pilot.pause()
        assert app.choice.layer == 2
        # the second of 62 columns after " course · 10/200 " is iteration 200 / 61
        await pilot.click("#timeline", offset=(18, 0))
        await at(pilot, 3)
        # seven columns of labels, then at least four a count; labels from the second row on
        await pilot.click("#confusion", offset=(7 + 4 + 3, 1 + 2))
        await pilot.pause()
        assert app.choice.screen == SAMPLE
        assert app.choice.cell == (2, 1)
        await pilot.press("escape")
        await pilot.pause()
        await pilot.click("#layers", offset=(4, 2))
        await pilot.pause()
        assert app.choice.screen == LAYER


def test_what_the_first_frame_does_not_show_is_not_imported_for_it():
    later = ["nnviz.tui.details", "nnviz.tui.panels.units", "nnviz.tui.screens.layer"]
    program = f"import sys, nnviz.tui.app; print([m for m in {later} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr


async def test_panels_that_are_not_seen_at_first_are_there_when_their_tab_is_chosen(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("4")
        await until(pilot, lambda: "wrong" in seen(app).get("findings", ""))
