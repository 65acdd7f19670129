"""Promises of the lecture: the projector's view, echoed keys, themes, a script on the space key."""

import pytest

from nnviz.debugger.command_checks import Terms
from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.script import read_script

from .helpers import at, seen, typed, until


@pytest.fixture
def app(open_debugger):
    return NnvizApp(open_debugger, Look())


async def test_p_enlarges_the_chosen_panel_under_large_numbers_and_gives_everything_back(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        before = seen(app)
        await pilot.press("2", "p")
        await pilot.pause()
        shown = seen(app)
        assert set(shown) == {"timeline", "headline", "curves", "message", "status", "keys"}
        assert shown["headline"].split()[:4] == ["iteration", "loss", "train", "test"]
        assert "█▀█" in shown["headline"]
        assert "LIVE" in shown["status"]
        await pilot.press("p", "1")
        await pilot.pause()
        assert seen(app) == before


async def test_the_projectors_view_has_fewer_digits_and_says_which_key_was_pressed(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("p", "n")
        await at(pilot, 1)
        shown = seen(app)
        assert shown["keys"].split() == ["n", "do", "the", "next", "iteration"]
        loss = float(shown["status"].split("loss ")[1].split()[0])
        assert loss == float(f"{app.view.frame.loss:.2g}")


async def test_it_opens_for_a_projector_and_goes_light_and_dark(open_debugger):
    app = NnvizApp(open_debugger, Look(), present=True)
    async with app.run_test() as pilot:
        await at(pilot, 0)
        assert app.theme == "projector-dark"
        await pilot.press("T")
        await pilot.pause()
        assert app.theme == "projector-light"
        assert not app.look.dark
        await pilot.press("p")
        await pilot.pause()
        assert app.theme == "textual-light"
        await typed(pilot, "theme dark")
        assert app.look == Look()
        assert app.theme == "textual-dark"


async def test_drawings_follow_a_theme_chosen_in_the_palette(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        app.theme = "solarized-light"
        await pilot.pause()
        assert not app.look.dark


@pytest.mark.parametrize("depth", [ColorDepth.NONE, ColorDepth.ANSI16])
async def test_a_terminal_with_its_own_colours_keeps_them(open_debugger, depth):
    """An ansi theme chosen later is black on black: there is none to choose."""
    app = NnvizApp(open_debugger, Look(depth), present=True)
    async with app.run_test() as pilot:
        await at(pilot, 0)
        assert app.ansi_color
        theme = app.theme
        await pilot.press("T", "p")
        await pilot.pause()
        assert app.theme == theme
        assert not any(theme.ansi for theme in app.available_themes.values())


@pytest.mark.parametrize("dark", [True, False])
async def test_it_starts_on_the_ground_that_it_is_given(open_debugger, dark):
    app = NnvizApp(open_debugger, Look(dark=dark))
    async with app.run_test() as pilot:
        await at(pilot, 0)
        assert app.current_theme.dark == dark
        assert app.look.dark == dark


@pytest.mark.slow
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (160, 50)])
async def test_every_screen_can_be_presented_at_every_size(app, size):
    async with app.run_test(size=size) as pilot:
        await at(pilot, 0)
        await pilot.press("p")
        for keys in ("123456", ["enter", "escape", "i", "escape", "x", "escape"]):
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
        assert app.is_running


async def test_a_scripts_command_is_echoed_and_leaves_room_for_what_comes_next(
    open_debugger, tmp_path
):
    """The space key itself says nothing to those who look on."""
    file = tmp_path / "lecture"
    file.write_text("goto 2  # where are we now, and why?\nbreak iteration >= 400\nn\n")
    app = NnvizApp(open_debugger, Look(), script=read_script(file, Terms(3)), present=True)
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("space")
        await at(pilot, 2)
        assert (
            " ".join(seen(app)["keys"].split()) == ": goto 2 space break iteration >= 400 (2 of 3)"
        )
        await pilot.press("space")
        await until(pilot, lambda: app.view.breakpoints)
        assert seen(app)["keys"].split("space")[0].strip().endswith(">= 400")
        await pilot.press("space")
        await at(pilot, 3)
        assert "do the next iteration" in seen(app)["keys"]


async def test_space_does_the_scripts_next_line_and_its_hint_is_shown(open_debugger, tmp_path):
    file = tmp_path / "lecture"
    file.write_text(
        "# one iteration\nn\n2\nbreak iteration >= 4  # where does it stop?\nspace\ntheme light\n"
    )
    script = read_script(file, Terms(3))
    app = NnvizApp(open_debugger, Look(), script=script)
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.pause()
        assert "space one iteration (1 of 5)" in seen(app)["keys"]
        await pilot.press("space")
        await at(pilot, 1)
        assert "space 2 (2 of 5)" in seen(app)["keys"]
        await pilot.press("space")
        await pilot.pause()
        assert app.choice.tab == "curves"
        assert "where does it stop? (3 of 5)" in seen(app)["keys"]
        await pilot.press("space")
        await until(pilot, lambda: app.view.breakpoints)
        await pilot.press("space")
        await at(pilot, 4)
        await pilot.press("space")
        await pilot.pause()
        assert not app.look.dark
        assert "next" in seen(app)["keys"]  # the script is over: the keys are named again
        await pilot.press("space")
        await until(pilot, lambda: app.view.frame.index > 4)
        await pilot.press("c")
