"""Promises of the compare screen, pressed as a person would."""

import numpy as np
import pytest

from nnviz.debugger.recorder import save
from nnviz.debugger.session import open_session
from nnviz.tui.app import NnvizApp
from nnviz.tui.details.compare import CompareDetail
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.start import opener

from .helpers import at, seen, typed, until


async def answered(pilot):
    app = pilot.app
    await until(
        pilot,
        lambda: (
            isinstance(app.view.detail, CompareDetail)
            and not app.view.detail.unfinished
            and app.view.detail.index == app.view.frame.index
            and app.view.branch.name in app.view.detail.names
        ),
    )
    return app.view.detail


async def opened(pilot, line="set learning_rate=1e-4", start=3):
    """Fork at iteration 3, and compare."""
    app = pilot.app
    await at(pilot, 0)
    for index in range(start):
        await pilot.press("n")
        await at(pilot, index + 1)
    await typed(pilot, line)
    await until(pilot, lambda: app.view.branch.name == "B")
    await pilot.press("x")
    return await answered(pilot)


@pytest.fixture
def app(open_debugger):
    return NnvizApp(open_debugger, Look())


async def test_with_one_branch_it_says_how_to_fork(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("x")
        await until(pilot, lambda: app.view.detail is not None)
        assert ":set learning_rate=1e-4" in seen(app)["compare_head"]
        await pilot.press("o", "g", "m", "tab")  # nothing to do, and nothing breaks
        await pilot.press("escape")
        await pilot.pause()
        assert "tabs" in seen(app)


async def test_it_names_both_branches_and_where_they_part(app):
    async with app.run_test() as pilot:
        detail = await opened(pilot)
        head = seen(app)["compare_head"]
        assert "A: the run itself" in head
        assert "B: A from 3 on, learning_rate" in head
        assert (detail.parting.index, detail.parting.what) == (3, "W3.update")
        numbers = [side.history.row(3)["W3.update"] for side in (detail.a, detail.b)]
        assert numbers[1] == pytest.approx(10 * numbers[0], rel=1e-3)  # ten times the rate
        assert "they part at iteration 3: W3.update is" in head


async def test_a_step_takes_both_branches_along(app):
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("n", "n")
        await at(pilot, 5)
        detail = await answered(pilot)
        assert detail.a.live == detail.b.live == 5
        assert detail.comparison.layers[0].weights > 0
        losses = [side.frame.loss for side in (detail.a, detail.b)]
        assert losses == [*detail.comparison.losses]
        assert losses[0] != losses[1]
        await pilot.press("N", "N", "N")
        await at(pilot, 3)
        detail = await answered(pilot)
        assert detail.comparison.layers[0].weights == 0
        assert "same" in seen(app)["compare_table"]


async def test_before_the_fork_there_is_nothing_to_compare_and_g_goes_on(app):
    async with app.run_test() as pilot:
        await opened(pilot)
        await typed(pilot, "branch A")
        await until(pilot, lambda: app.view.branch.name == "A")
        await pilot.press("home")
        await at(pilot, 0)
        detail = await answered(pilot)
        assert detail.comparison is None
        assert "B begins at iteration 3" in seen(app)["compare_head"]
        await pilot.press("g")
        await at(pilot, 3)
        assert (await answered(pilot)).comparison is not None


@pytest.mark.slow
async def test_a_branch_that_is_far_behind_is_taken_along(app):
    async with app.run_test() as pilot:
        await opened(pilot)
        await typed(pilot, "branch A")
        await pilot.press("escape")
        await until(pilot, lambda: app.view.branch.name == "A")
        await typed(pilot, "goto 150")
        await at(pilot, 150)
        await pilot.press("x")
        detail = await answered(pilot)
        assert detail.b.live == 150
        assert detail.comparison.index == 150


async def test_m_changes_the_picture_and_e_the_scale_of_the_difference(app):
    async with app.run_test() as pilot:
        detail = await opened(pilot)
        assert "A W1 mean ±" in seen(app)["compare_pictures"]
        await pilot.press("m")
        await pilot.pause()
        text = seen(app)["compare_pictures"]
        assert "A W1 mean update ±" in text
        update = [side.pictures[0].update for side in (detail.a, detail.b)]
        said = float(text.split("at most ")[1].split()[0])
        assert said == pytest.approx(np.abs(update[0] - update[1]).max(), rel=0.02)
        await pilot.press("e")
        await pilot.pause()
        assert "its own scale" in seen(app)["compare_pictures"]
        await pilot.press("j", "m")
        await pilot.pause()
        assert "A L2 mean a" in seen(app)["compare_pictures"]


async def test_tab_shows_the_curves_over_each_other(app):
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("tab")
        await pilot.pause()
        text = seen(app)
        assert "A loss" in text["compare_curves"]
        assert "B loss" in text["compare_curves"]
        assert "A: loss" in text["compare_table"]
        await pilot.press("tab")
        await pilot.pause()
        assert "compare_curves" not in seen(app)


async def test_o_compares_with_the_next_branch(app):
    async with app.run_test() as pilot:
        await opened(pilot)
        await typed(pilot, "fork")
        await until(pilot, lambda: app.view.branch.name == "C")
        detail = await answered(pilot)
        assert detail.names == ("B", "C")
        assert not detail.parting.what
        assert "no recorded number differs" in seen(app)["compare_head"]
        await pilot.press("o")
        await until(pilot, lambda: app.view.detail.names == ("A", "C"))
        await pilot.press("o")
        await until(pilot, lambda: app.view.detail.names == ("B", "C"))


async def test_other_layers_are_compared_by_their_curves(app):
    async with app.run_test() as pilot:
        detail = await opened(pilot, "set hidden=[8]", start=0)
        assert detail.comparison is None
        assert "only the curves can be compared" in seen(app)["compare_head"]
        await pilot.press("n", "tab")
        await at(pilot, 1)
        await answered(pilot)
        assert "A loss" in seen(app)["compare_curves"]


async def test_it_follows_a_run_with_both_branches(app):
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("space")
        await until(pilot, lambda: app.view.mode == "RUNNING" and app.view.detail.index > 6)
        await pilot.press("space")
        await until(pilot, lambda: app.view.mode == "PAUSED")
        detail = await answered(pilot)
        assert detail.a.live >= detail.index


@pytest.fixture
def recorded(open_debugger, tmp_path):
    """Records a run of so many iterations; the file."""

    def record(name, iterations, **changes):
        timeline = open_debugger(**changes).timeline
        timeline.seek(iterations)
        save(timeline, tmp_path / name)
        return tmp_path / name

    return record


async def test_another_recorded_run_is_compared_beside_this_one(app, recorded):
    file = recorded("quick.nnviz", 3, learning_rate=1e-4)
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("n", "n")
        await at(pilot, 2)
        app.enter(f"compare {file}")
        detail = await answered(pilot)
        assert detail.names == ("A", "B")
        assert str(detail.b.branch) == "B: quick.nnviz"
        # the same start, and another learning rate: the first update is what differs
        assert (detail.parting.index, detail.parting.what) == (0, "W3.update")
        assert detail.comparison.index == 2
        await typed(pilot, "branch B")
        await until(pilot, lambda: app.view.branch.name == "B")
        assert app.view.recorded == 3


async def test_two_recorded_runs_open_in_lockstep_where_the_shorter_one_ends(recorded):
    files = [recorded("one.nnviz", 5), recorded("other.nnviz", 3, learning_rate=1e-4)]
    app = NnvizApp(
        opener(open_session(files[0]).timeline, beside=str(files[1])), Look(), compare=True
    )
    async with app.run_test() as pilot:
        await at(pilot, 3)
        detail = await answered(pilot)
        assert app.choice.screen == "compare"
        assert (detail.index, detail.a.live, detail.b.live) == (3, 5, 3)
        assert "B: other.nnviz" in seen(app)["compare_head"]
        await pilot.press("N")
        await at(pilot, 2)
        detail = await answered(pilot)
        assert detail.comparison.index == 2
        assert detail.comparison.losses[0] != detail.comparison.losses[1]


async def test_what_is_no_run_is_refused_with_its_name(app, tmp_path):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        app.enter(f"compare {tmp_path}/none.nnviz")
        await until(pilot, lambda: "none.nnviz" in app.view.reason)
        assert len(app.view.branches) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "look", [Look(), Look(ColorDepth.NONE, ascii=True)], ids=["colour", "ascii"]
)
async def test_every_size_and_look_shows_both(app, look):
    app.look = look
    async with app.run_test() as pilot:
        await opened(pilot)
        for size in ((40, 12), (60, 16), (80, 24), (100, 40), (120, 36), (160, 50)):
            await pilot.resize_terminal(*size)
            for _ in range(2):
                await pilot.press("tab")
                await pilot.pause()
                text = seen(app)
                assert "part at iteration" in text["compare_head"]
                if look.ascii:
                    assert all(part.isascii() for part in text.values())


async def test_a_branch_that_diverges_is_shown_beside_its_parent(open_debugger):
    app = NnvizApp(lambda: open_debugger(output="identity", learning_rate=1e-8), Look())
    async with app.run_test() as pilot:
        await opened(pilot, "set learning_rate=1e9")
        await pilot.press("n", "n", "n", "n")
        await at(pilot, 7)
        detail = await answered(pilot)
        assert not all(np.isfinite(layer.weights) for layer in detail.comparison.layers)
        await pilot.press("m", "e", "tab")
        await pilot.pause()
        assert app.failure is None
