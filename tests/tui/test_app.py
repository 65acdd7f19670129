"""Promises of the application, pressed as a person would: keys, sizes, states hard to show."""

import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from nnviz.debugger.commands import COMMANDS
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.timeline import Timeline
from nnviz.presets import PRESETS
from nnviz.tui.app import NnvizApp
from nnviz.tui.command_bar import CommandBar
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.keys import KEYS
from nnviz.tui.panels.bars import keys
from nnviz.tui.screens import SCREENS
from nnviz.tui.state import CURVES, DEBUGGER, Choice

from .helpers import at, seen, typed, until


@pytest.fixture
def app(open_debugger):
    return NnvizApp(open_debugger, Look())


async def test_it_opens_on_iteration_0_and_says_which_key_steps(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        text = seen(app)
        assert "0/200" in text["timeline"]
        assert "PAUSED" in text["status"]
        assert "LIVE" in text["status"]
        assert "press n to step" in text["message"]
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


async def test_space_in_the_middle_of_a_step_runs_on(app):
    """The step's view may still say that it goes on when the key is pressed."""
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("n")
        await at(pilot, 1)
        app.view = replace(app.view, mode="STEPPING")
        await pilot.press("space")
        await until(pilot, lambda: app.view.mode == "RUNNING")


async def test_ctrl_c_pauses_and_twice_within_a_second_quits(app, monkeypatch):
    """The clock stands still, so that a slow machine presses in time."""
    monkeypatch.setattr("nnviz.tui.driving.time", SimpleNamespace(monotonic=lambda: 0.0))
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


async def test_m_on_the_curves_shows_one_statistic_of_all_layers_after_the_other(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("2", "m")
        await pilot.pause()
        text = seen(app)["curves"]
        assert "|update| / |W|" in text
        assert all(layer in text for layer in ("L1", "L2", "L3"))
        await pilot.press(*["m"] * (len(CURVES) - 1))
        await pilot.pause()
        assert "train %" in seen(app)["curves"]


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (100, 16), (160, 50), (250, 80)])
async def test_every_size_shows_the_run_and_survives_a_resize(app, size):
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, 0)
        await pilot.resize_terminal(*size)
        text = seen(app)
        assert len(text["status"]) == size[0]
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
async def test_every_look_shows_every_tab(open_debugger, look):
    app = NnvizApp(open_debugger, look)
    async with app.run_test() as pilot:
        await at(pilot, 0)
        for key in "12345":
            await pilot.press(key)
            await pilot.pause()
        if look.ascii:
            assert {panel: text for panel, text in seen(app).items() if not text.isascii()} == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 1e9, "activation": "relu"},
        {"hidden": (1,)},
        {"hidden": (4,) * 9},
        pytest.param({"hidden": (5000,)}, marks=pytest.mark.slow),
        {"biases": True},
        {"batch_size": 64},
    ],
    ids=["NaN weights", "a 1-unit layer", "10 layers", "5,000 units", "biases", "mini-batches"],
)
async def test_states_that_are_hard_to_show_are_shown(open_debugger, changes):
    app = NnvizApp(lambda: open_debugger(**changes), Look())
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("n", "n", "n")
        await at(pilot, 3)
        for key in "12345":
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


@pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{key.keys} {'/'.join(key.screens)}")
def test_every_key_of_the_table_has_its_action_where_it_works(key):
    name = f"action_{key.action.partition('(')[0]}"
    for screen in key.screens or (DEBUGGER,):
        owner = NnvizApp if screen == DEBUGGER else SCREENS[screen]
        assert callable(getattr(owner, name, None))


@pytest.mark.parametrize("screen", [DEBUGGER, *SCREENS])
def test_no_two_actions_share_a_key_on_a_screen(screen):
    own = [name for key in KEYS if screen in key.screens for name in key.keys.split(",")]
    assert len(own) == len(set(own))
    general = [name for key in KEYS if not key.screens for name in key.keys.split(",")]
    assert len(general) == len(set(general))
    if screen == DEBUGGER:  # the other screens have a use of their own for some keys
        assert not set(own) & set(general)


async def test_a_typed_breakpoint_stops_the_run_and_is_named(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await typed(pilot, "break iteration >= 7 and loss < 100")
        await pilot.press("space")
        await at(pilot, 7)
        assert "breakpoint 1: iteration >= 7 and loss < 100 - loss = " in seen(app)["message"]
        await pilot.press("f", "C")
        await at(pilot, 7)


async def test_a_wrong_command_shows_the_place_and_keeps_the_line_to_mend(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await typed(pilot, "break L1.daed > 1")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        shown = app.screen.query_one("Static").content
        assert "did you mean L1.dead?" in shown
        assert "^" in shown
        await pilot.press("escape")
        await pilot.pause()
        assert app.query_one(CommandBar).value == "break L1.daed > 1"


async def test_set_forks_and_says_so_and_the_original_stays(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("f")
        await at(pilot, 10)
        await typed(pilot, "set learning_rate=1e-4")
        await until(pilot, lambda: app.view.branch.name == "B")
        assert "a fork: B: A from 10 on, learning_rate" in app.view.reason
        assert "[B]" in seen(app)["timeline"]
        await pilot.press("n")
        await at(pilot, 11)
        await typed(pilot, "branch A")
        await until(pilot, lambda: app.view.branch.name == "A")
        assert app.view.recorded == 10


async def test_tab_completes_a_name_and_up_brings_the_last_line_back(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("colon", *"watch", "space", *"L1.sat", "tab")
        assert app.query_one(CommandBar).value == "watch L1.saturated"
        await pilot.press("enter")
        await until(pilot, lambda: app.view.watches)
        await pilot.press("colon", "up")
        assert app.query_one(CommandBar).value == "watch L1.saturated"
        await pilot.press("escape")
        await pilot.pause()
        assert not app.query_one(CommandBar).display


async def test_phases_step_forwards_and_backwards_with_formula_and_arrays(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("s")
        await at(pilot, 1)
        text = seen(app)["phase"]
        assert "z1 = W1 X" in text
        assert "z1 32 x 1438" in text
        await pilot.press("s", "s", "s", "s")
        await until(pilot, lambda: app.view.phase.label == "L3 backward")
        assert "d3 = (L3 - T)" in seen(app)["phase"]
        assert "[d3]" in seen(app)["breadcrumb"]
        await pilot.press("S")
        await until(pilot, lambda: app.view.phase.label == "loss")
        assert app.view.frame.index == 1


async def test_the_help_lists_every_key(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("question_mark")
        await pilot.pause()
        shown = " ".join(app.screen.query_one("Static").content.split())
        assert all(key.help in shown for key in KEYS)


async def test_every_action_and_command_is_in_the_palette(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert {f"{key.help} ({key.shown})" for key in KEYS if key.works_on(DEBUGGER)} <= titles
        assert {f":{command.usage}" for command in COMMANDS.values()} <= titles


async def test_findings_say_what_is_wrong_with_the_starter_and_the_keys_go_there():
    source = EngineSource(PRESETS["course"])
    app = NnvizApp(lambda: Debugger(Timeline(source)), Look())
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("f")
        await at(pilot, 10)
        await pilot.press("f")
        await at(pilot, 20)
        await pilot.press("4")
        await pilot.pause()
        text = seen(app)["findings"]
        # the variance of W1 X is near 28 at the starter's initialisation (measured on MNIST)
        assert "poor-init" in text
        assert "L2 saturated" in text
        await pilot.press("comma")
        await until(pilot, lambda: app.view.frame.index < 20)
        assert app.view.frame.index in app.view.spoken


async def test_where_it_got_worse_the_layer_is_chosen_and_the_numbers_are_told(open_debugger):
    """Weights of W2 ten times too large are the cause of all else from the start on."""
    app = NnvizApp(lambda: open_debugger("relu", init_divisor=(14.0, 0.1, 1.0)), Look())
    async with app.run_test(size=(160, 50)) as pilot:
        await at(pilot, 0)
        await pilot.press("n")
        await at(pilot, 1)
        await pilot.press("comma")
        await until(pilot, lambda: app.choice.layer == 2)
        assert app.view.frame.index == 0
        first = app.view.findings[0]
        assert (first.id, first.layer) == ("poor-init", 2)
        await until(pilot, lambda: first.evidence[:60] in seen(app)["message"])


async def test_a_run_that_takes_long_to_open_says_so_until_there_are_numbers(open_debugger):
    """A program of one's own first runs up to its loop, which may take as long as it likes."""
    gate = threading.Event()

    def slow():
        gate.wait()
        return open_debugger()

    app = NnvizApp(slow, Look())
    async with app.run_test() as pilot:
        try:
            await until(pilot, lambda: "opening" in seen(app)["message"])
        finally:
            gate.set()
        await at(pilot, 0)
        assert "opening" not in seen(app)["message"]


@pytest.mark.parametrize("screen", ["debugger", "layer", "sample", "compare"])
def test_the_foot_of_every_screen_names_the_key_of_the_help_however_narrow(screen):
    for width in range(12, 200):
        foot = keys(None, Choice(screen=screen), width, 1, Look()).text
        assert "? help" in foot
        assert len(foot) == width


async def test_a_key_that_complains_and_is_held_down_says_it_once_and_the_latest_thing_alone(app):
    async with app.run_test(notifications=True) as pilot:
        await at(pilot, 0)
        await pilot.press(*["plus"] * 5)
        await until(pilot, lambda: len(app.screen.query("Toast")) > 0)
        assert len(app.screen.query("Toast")) == 1
        await pilot.press("minus", "minus")
        await until(pilot, lambda: [n.message for n in app._notifications] == ["10 iterations/s"])
        assert len(app.screen.query("Toast")) == 1
