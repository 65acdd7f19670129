"""Promises of the layer screen, pressed as a person would."""

import pytest

from nnviz.tui.app import NnvizApp
from nnviz.tui.details.layer import LayerDetail
from nnviz.tui.drawing.look import ColorDepth, Look

from .helpers import at, seen, typed, until


async def opened(pilot, keys=("enter",)):
    """Press Enter (or other keys), and wait for the answer about the chosen layer."""
    await at(pilot, 0)
    await pilot.press(*keys)
    await answered(pilot)


async def answered(pilot):
    app = pilot.app
    await until(
        pilot,
        lambda: (
            isinstance(app.view.detail, LayerDetail)
            and app.view.detail.layer == app.choice.layer
            and app.view.detail.index == app.view.frame.index
        ),
    )


@pytest.fixture
def app(open_debugger):
    return NnvizApp(open_debugger, Look())


async def test_enter_opens_the_chosen_layer_and_escape_goes_back(app):
    async with app.run_test() as pilot:
        await opened(pilot, ("j", "enter"))
        text = seen(app)
        assert "L2 sigmoid" in text["layer_head"]
        assert "z2: mean" in text["z_values"]
        await pilot.press("escape")
        await pilot.pause()
        assert "layer_head" not in seen(app)
        assert "tabs" in seen(app)
        await until(pilot, lambda: app.view.detail is None)


async def test_j_and_k_go_to_another_layer(app):
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("j", "j")
        await answered(pilot)
        assert "L3 sigmoid" in seen(app)["layer_head"]
        assert "z3: mean" in seen(app)["z_values"]
        await pilot.press("k")
        await answered(pilot)
        assert "z2: mean" in seen(app)["z_values"]


async def test_steps_go_on_and_the_screen_follows(app):
    async with app.run_test() as pilot:
        await opened(pilot)
        before = seen(app)["z_values"]
        await pilot.press("n")
        await at(pilot, 1)
        await answered(pilot)
        assert seen(app)["z_values"] != before
        await pilot.press("N")
        await at(pilot, 0)
        await answered(pilot)
        assert seen(app)["z_values"] == before


async def test_it_follows_a_run_and_says_how_old_the_picture_is(app):
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("space")
        await until(pilot, lambda: app.view.mode == "RUNNING" and app.view.detail.index > 0)
        await pilot.press("space")
        await until(pilot, lambda: app.view.mode == "PAUSED")
        await answered(pilot)
        assert "z1: mean" in seen(app)["z_values"]


async def test_arrows_move_the_cursor_and_stay_among_the_units(app):
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("left")
        assert app.choice.unit == 0
        await pilot.press("right", "right", "h", "l", "l", "down", "up")
        await pilot.pause()
        assert app.choice.unit == 3
        assert "W1[3]" in seen(app)["unit_weights"]
        assert "unit 3 of 0-31" in seen(app)["unit_facts"]
        for _ in range(12):
            await pilot.press("down")
        assert 26 <= app.choice.unit <= 31  # the last row of a square of 6 x 6


async def test_tab_changes_the_pane_where_not_both_have_room(app):
    async with app.run_test() as pilot:
        await opened(pilot)
        assert "units" not in seen(app)
        await pilot.press("tab")
        await pilot.pause()
        assert {"units", "unit_weights", "unit_facts", "unit_history"} <= set(seen(app))
        await pilot.press("tab")
        await pilot.pause()
        assert "units" not in seen(app)
        await pilot.resize_terminal(160, 50)
        await pilot.pause()
        assert {"units", "z_values", "a_values", "unit_history"} <= set(seen(app))


async def test_a_click_chooses_a_unit(app):
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("tab")
        await pilot.pause()
        # the first row says what the letters mean; each unit takes two cells
        await pilot.click("#units", offset=(2 * 4 + 1, 2))
        await pilot.pause()
        assert app.choice.unit == 6 + 4


async def test_u_finds_the_next_dead_unit_and_g_goes_to_where_it_died(open_debugger):
    relu = {"activation": "relu", "output": "softmax", "loss": "cross_entropy"}
    changes = {**relu, "learning_rate": 2e-5, "init_divisor": 3.0, "biases": True}
    app = NnvizApp(lambda: open_debugger(**changes), Look())
    async with app.run_test() as pilot:
        await opened(pilot)
        await typed(pilot, "goto 40")
        await at(pilot, 40)
        layer = app.view.frame.layers[0]
        await pilot.press("u")
        await pilot.pause()
        unit = app.choice.unit
        assert layer.silent[unit]
        died = int(layer.died_at[unit])
        assert 0 < died < 40
        assert f"died at {died} " in " ".join(seen(app)["unit_facts"].split())
        await pilot.press("g")
        await at(pilot, died)
        assert app.view.frame.layers[0].silent[unit]
        await pilot.press("N")
        await at(pilot, died - 1)
        assert not app.view.frame.layers[0].silent[unit]
        assert "died at" not in seen(app)["unit_facts"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "look", [Look(), Look(ColorDepth.NONE, ascii=True)], ids=["colour", "ascii"]
)
async def test_every_size_and_look_shows_the_layer(app, look):
    app.look = look
    async with app.run_test() as pilot:
        await opened(pilot)
        for size in ((40, 12), (60, 16), (80, 24), (100, 40), (120, 36), (160, 50)):
            await pilot.resize_terminal(*size)
            for _ in range(2):
                await pilot.press("tab")
                await pilot.pause()
                text = seen(app)
                assert "L1" in text["layer_head"]
                if look.ascii:
                    assert all(part.isascii() for part in text.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 1e9, "activation": "relu"},
        {"hidden": (1,)},
        pytest.param({"hidden": (5000,)}, marks=pytest.mark.slow),
        {"activation": "leaky_relu", "output": "softmax", "loss": "cross_entropy"},
        {"biases": True, "batch_size": 64, "activation": "tanh"},
    ],
    ids=["NaN weights", "one unit", "5,000 units", "softmax", "biases and mini-batches"],
)
async def test_layers_that_are_hard_to_show_are_shown(open_debugger, changes):
    app = NnvizApp(lambda: open_debugger(**changes), Look())
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("n", "n", "n")
        await at(pilot, 3)
        for key in ("tab", "right", "u", "g", "j", "tab", "right"):
            await pilot.press(key)
            await pilot.pause()
        await answered(pilot)
        assert app.failure is None
