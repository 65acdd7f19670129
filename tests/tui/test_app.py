"""Promises of the application, pressed as a person would: keys, sizes, states hard to show."""

import pytest

from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.keys import KEYS
from nnviz.tui.widgets import PanelWidget


@pytest.fixture
def app(open_timeline):
    return NnvizApp(open_timeline, Look())


async def until(pilot, holds):
    """Wait for what the runner's thread does."""
    for _ in range(400):
        if holds():
            await pilot.pause()
            return
        await pilot.pause(0.02)
    raise AssertionError(f"still waiting: {pilot.app.view}, {pilot.app.failure!r}")


async def at(pilot, index):
    app = pilot.app
    await until(
        pilot, lambda: app.view and app.view.frame.index == index and app.view.mode == "PAUSED"
    )


def seen(app):
    """The text of the whole screen, panel by panel."""
    widgets = [widget for widget in app.query(PanelWidget) if widget.display]
    return {widget.panel: widget.cells(widget.size).text for widget in widgets}


async def test_it_opens_on_iteration_0_and_says_which_key_steps(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        text = seen(app)
        assert "0/200" in text["timeline"]
        assert "PAUSED" in text["status"]
        assert "LIVE" in text["status"]
        assert "press n to step" in text["status"]
        assert "L1 sigmoid" in text["layers"]


async def test_n_steps_and_capital_n_steps_back_to_the_same_screen(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("n")
        await at(pilot, 1)
        layers = seen(app)["layers"]
        await pilot.press("n")
        await at(pilot, 2)
        assert seen(app)["layers"] != layers
        await pilot.press("N")
        await at(pilot, 1)
        assert seen(app)["layers"] == layers
        assert "HISTORY 1 of 0-2" in seen(app)["status"]


async def test_f_runs_ten_iterations_and_arrows_never_train_further(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("f")
        await at(pilot, 10)
        await pilot.press("pageup")
        await at(pilot, 0)
        await pilot.press("pagedown")
        await at(pilot, 10)
        await pilot.press("right")
        await pilot.pause(0.2)
        assert app.view.recorded == 10
        await pilot.press("home")
        await at(pilot, 0)
        await pilot.press("end")
        await at(pilot, 10)


async def test_space_runs_and_pauses(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("space")
        await until(pilot, lambda: app.view.mode == "RUNNING")
        await pilot.press("space")
        await until(pilot, lambda: app.view.mode == "PAUSED")
        assert app.view.frame.index > 0


async def test_ctrl_c_pauses_and_twice_within_a_second_quits(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("space")
        await until(pilot, lambda: app.view.mode == "RUNNING")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: app.view.mode == "PAUSED")
        assert app.is_running
        await pilot.press("ctrl+c")
        await pilot.pause()
    assert app.return_code == 0


@pytest.mark.parametrize(("key", "panel"), [("1", "heat"), ("2", "curves"), ("3", "confusion")])
async def test_number_keys_show_their_tab(app, key, panel):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press(key)
        await pilot.pause()
        assert panel in seen(app)


async def test_z_enlarges_the_panel_and_gives_it_back(app):
    async with app.run_test(size=(160, 50)) as pilot:
        await at(pilot, 0)
        await pilot.press("2", "z")
        await pilot.pause()
        assert "heat" not in seen(app)
        await pilot.press("z")
        await pilot.pause()
        assert "heat" in seen(app)


async def test_m_shows_one_kind_of_picture_of_all_layers(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("m")
        await pilot.pause()
        text = seen(app)["heat"]
        assert all(f"L{layer} mean a" in text for layer in (1, 2, 3))


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (100, 16), (160, 50), (250, 80)])
async def test_every_size_shows_the_run_and_survives_a_resize(app, size):
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, 0)
        await pilot.resize_terminal(*size)
        await pilot.press("n")
        await at(pilot, 1)
        text = seen(app)
        assert "1/200" in text["timeline"]
        assert "PAUSED" in text["status"]


@pytest.mark.parametrize(
    "look",
    [
        Look(ColorDepth.NONE),
        Look(ColorDepth.ANSI16),
        Look(ColorDepth.EIGHT_BIT),
        Look(dark=False),
        Look(ColorDepth.NONE, ascii=True),
    ],
    ids=["no colour", "16 colours", "256 colours", "light", "ascii"],
)
async def test_every_look_shows_every_tab(open_timeline, look):
    app = NnvizApp(open_timeline, look)
    async with app.run_test() as pilot:
        await at(pilot, 0)
        for key in "1234":
            await pilot.press(key)
            await pilot.pause()
        if look.ascii:
            assert all(text.isascii() for text in seen(app).values())


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 1e9, "activation": "relu"},
        {"hidden": (1,)},
        {"hidden": (4,) * 9},
        {"hidden": (5000,)},
        {"biases": True},
        {"batch_size": 64},
    ],
    ids=["NaN weights", "a 1-unit layer", "10 layers", "5,000 units", "biases", "mini-batches"],
)
async def test_states_that_are_hard_to_show_are_shown(open_timeline, changes):
    app = NnvizApp(lambda: open_timeline(**changes), Look())
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("n", "n", "n")
        await at(pilot, 3)
        for key in "1234":
            await pilot.press(key)
            await pilot.pause()
        assert app.is_running


async def test_what_goes_wrong_in_the_run_ends_the_app_with_its_error():
    def broken():
        raise OSError("no such thing")

    app = NnvizApp(broken, Look())
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.failure is not None)
    assert isinstance(app.failure, OSError)


def test_every_key_of_the_table_has_its_action():
    for key in KEYS:
        name = f"action_{key.action.partition('(')[0]}"
        assert callable(getattr(NnvizApp, name, None)), key


def test_no_two_actions_share_a_key():
    keys = [name for key in KEYS for name in key.keys.split(",")]
    assert len(keys) == len(set(keys))
