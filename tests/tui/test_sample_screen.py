"""Promises of the sample screen, pressed as a person would."""

import numpy as np
import pytest

from nnviz.build import load_data
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.model import TEST, TRAIN
from nnviz.debugger.timeline import Timeline
from nnviz.presets import PRESETS
from nnviz.tui.app import NnvizApp
from nnviz.tui.details.sample import SampleDetail
from nnviz.tui.drawing.look import ColorDepth, Look

from .helpers import at, seen, until


async def answered(pilot):
    app = pilot.app

    def there():
        detail, wanted = app.view.detail, app.choice.sample
        return (
            isinstance(detail, SampleDetail)
            and detail.outcomes.part == wanted.part
            and detail.number == wanted.number
            and detail.index == app.view.frame.index
        )

    await until(pilot, there)


async def opened(pilot, *keys):
    await at(pilot, 0)
    await pilot.press("i")
    await answered(pilot)
    for key in keys:
        await pilot.press(key)
        await answered(pilot)
    return pilot.app.view.detail


@pytest.fixture
def app(open_debugger):
    return NnvizApp(open_debugger, Look())


async def test_i_follows_a_sample_and_escape_goes_back(app):
    async with app.run_test() as pilot:
        detail = await opened(pilot)
        text = seen(app)
        assert f"train sample 0 of 0-1437 · label {detail.label}" in text["sample_head"]
        assert f"taken for {detail.predicted}" in text["sample_head"]
        assert "dLoss/dX" in text["sample_gradient"]
        await pilot.press("escape")
        await pilot.pause()
        assert "sample_head" not in seen(app)


async def test_what_is_shown_is_what_training_saw(app):
    async with app.run_test() as pilot:
        await opened(pilot, "right", "right", "n")
        await at(pilot, 1)
        await answered(pilot)
        detail = app.view.detail
        assert detail.number == 2
        assert detail.alone
        assert np.mean(~detail.outcomes.wrong) == pytest.approx(app.view.frame.train_accuracy)
        np.testing.assert_array_equal(detail.outcomes.confusion(), app.view.confusion)


async def test_arrows_walk_through_the_samples_and_round_the_ends(app):
    async with app.run_test() as pilot:
        await opened(pilot, "left")
        assert app.view.detail.number == 1437
        await pilot.press("right")
        await answered(pilot)
        assert app.view.detail.number == 0


async def test_w_goes_from_one_misclassified_sample_to_the_next(app):
    async with app.run_test() as pilot:
        first = await opened(pilot, "w")
        wrong = np.flatnonzero(first.outcomes.wrong)
        assert first.number == wrong[wrong > 0][0]
        await pilot.press("w")
        await answered(pilot)
        assert app.view.detail.number == wrong[wrong > 0][1]
        assert "WRONG" in seen(app)["sample_head"]
        await pilot.press("W")
        await answered(pilot)
        assert app.view.detail.number == first.number


async def test_t_changes_to_the_test_samples_and_says_so(app):
    async with app.run_test() as pilot:
        detail = await opened(pilot, "t")
        assert detail.outcomes.part == TEST
        text = seen(app)["sample_head"]
        assert "test sample 0 of 0-358" in text
        assert "never trained on" in text
        await pilot.press("t")
        await answered(pilot)
        assert app.view.detail.outcomes.part == TRAIN


async def test_a_cell_of_the_confusion_matrix_opens_its_samples(app):
    async with app.run_test() as pilot:
        detail = await opened(pilot)
        await pilot.press("tab", "down", "down", "right")
        await pilot.pause()
        assert "sample_confusion" in seen(app)
        counts = detail.outcomes.confusion()
        assert app.choice.cell == (2, 1)
        column = int(counts[2].argmax())
        await pilot.press(*["left"] * 9, *["right"] * column, "enter")
        await answered(pilot)
        numbers = detail.outcomes.among((2, column))
        assert app.view.detail.number == numbers[0]
        assert f"among the {len(numbers)} of label 2 taken for {column}" in seen(app)["sample_head"]
        await pilot.press("right")
        await answered(pilot)
        assert app.view.detail.number == numbers[1 % len(numbers)]
        await pilot.press("a", "right")
        await answered(pilot)
        assert app.view.detail.number == numbers[1 % len(numbers)] + 1


async def test_an_empty_cell_stays_where_it_is(app):
    async with app.run_test() as pilot:
        detail = await opened(pilot)
        empty = np.argwhere(detail.outcomes.confusion() == 0)[0].tolist()
        await pilot.press("tab", *["down"] * empty[0], *["right"] * empty[1], "enter")
        await pilot.pause()
        assert app.choice.sample.cell is None
        assert app.choice.pane == "confusion"


async def test_a_click_on_a_cell_opens_it(app):
    async with app.run_test(size=(160, 50)) as pilot:
        detail = await opened(pilot)
        counts = detail.outcomes.confusion()
        label, predicted = (int(i) for i in np.unravel_index(counts.argmax(), counts.shape))
        cell = max(len(str(int(counts.max()))), 3) + 1
        # a title and the row of names above, seven columns of labels at the left
        place = (7 + (predicted + 1) * cell - 1, 2 + label)
        await pilot.click("#sample_confusion", offset=place)
        await answered(pilot)
        assert app.choice.sample.cell == (label, predicted)


async def test_a_sample_is_watched_while_the_net_learns(app):
    async with app.run_test() as pilot:
        before = await opened(pilot)
        await pilot.press("f")
        await at(pilot, 10)
        await answered(pilot)
        after = app.view.detail
        assert after.number == before.number
        assert after.trace.loss != before.trace.loss


@pytest.mark.slow
@pytest.mark.parametrize(
    "look", [Look(), Look(ColorDepth.NONE, ascii=True)], ids=["colour", "ascii"]
)
async def test_every_size_and_look_shows_the_sample(app, look):
    app.look = look
    async with app.run_test() as pilot:
        await opened(pilot)
        for size in ((40, 12), (60, 16), (80, 24), (100, 40), (120, 36), (160, 50)):
            await pilot.resize_terminal(*size)
            for _ in range(2):
                await pilot.press("tab")
                await pilot.pause()
                text = seen(app)
                name = "train sample 0" if size[0] >= 80 else "train 0"  # in short
                assert name in text["sample_head"]
                assert "taken for" in text["sample_head"]
                if look.ascii:
                    assert all(part.isascii() for part in text.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 1e9, "activation": "relu"},
        {"hidden": ()},
        {"hidden": (4,) * 9},
        pytest.param({"hidden": (5000,)}, marks=pytest.mark.slow),
        {"biases": True, "batch_size": 64, "output": "softmax", "loss": "cross_entropy"},
    ],
    ids=["NaN weights", "no hidden layer", "10 layers", "5,000 units", "mini-batches"],
)
async def test_nets_that_are_hard_to_show_are_shown(open_debugger, changes):
    app = NnvizApp(lambda: open_debugger(**changes), Look())
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("n", "n", "n")
        await at(pilot, 3)
        await answered(pilot)
        for key in ("w", "tab", "down", "tab"):
            await pilot.press(key)
            await pilot.pause()
        await answered(pilot)
        assert app.failure is None


async def test_data_without_pictures_are_listed(tmp_path):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 3)).astype(np.float32)
    np.savez(tmp_path / "own.npz", X=X, y=(X[:, 0] > 0).astype(int))
    changes = {"data": str(tmp_path / "own.npz"), "hidden": (4,)}
    experiment = PRESETS["course"].with_changes(changes)
    source = EngineSource(experiment, load_data(experiment))
    app = NnvizApp(lambda: Debugger(Timeline(source)), Look())
    async with app.run_test() as pilot:
        detail = await opened(pilot)
        lines = seen(app)["sample_input"].splitlines()
        assert [line.split()[0] for line in lines[1:4]] == ["x0", "x1", "x2"]
        for line, value in zip(lines[1:4], detail.x, strict=True):
            assert float(line.split()[1]) == pytest.approx(value, rel=0.01)
