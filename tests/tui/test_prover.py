"""Promises of proving a remedy from the screen: in the background, and with a verdict."""

import pytest

from nnviz.attach.attaching import attach
from nnviz.attach.program import read_program
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.timeline import Timeline
from nnviz.errors import InputError
from nnviz.presets import PRESETS
from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import Look
from nnviz.tui.panels import PANELS
from nnviz.tui.prover import Prover
from nnviz.tui.runner import Said
from tests.attach.slips import RIGHT

from .helpers import at, until


def broken_run():
    """A net on digits that starts with weights far too large."""
    experiment = PRESETS["course"].with_changes(
        {"data": "digits", "hidden": (16, 8), "init_divisor": (0.1, 0.1, 0.1)}
    )
    return EngineSource(experiment)


async def test_a_remedy_is_tried_in_the_background_and_its_verdict_comes_up():
    source = broken_run()
    app = NnvizApp(lambda: Debugger(Timeline(source)), Look())
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await until(pilot, lambda: app.view.findings)
        await pilot.press("P")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        shown = app.screen.query_one("Static").content
        assert "Proof of the remedies" in shown
        assert "HELPED" in shown or "did not help" in shown
        assert "from iteration 0 to 50" in shown
        assert app.view.frame.index == app.view.recorded == 0
        assert len(app.view.branches) == 1


def test_where_nothing_is_wrong_there_is_nothing_to_prove():
    source = EngineSource(PRESETS["best"].with_changes({"data": "digits", "hidden": (32, 16)}))
    debugger = Debugger(Timeline(source))
    debugger.gather_facts()
    assert debugger.diagnosis.at(0) == ()
    with pytest.raises(InputError, match="nothing is wrong here"):
        Prover(lambda news: None).begin(debugger)


async def test_a_remedy_is_proven_on_a_program_of_ones_own_with_its_own_variable(tmp_path):
    path = tmp_path / "steep.py"
    path.write_text(RIGHT.replace("lr = 0.01", "lr = 30.0") + "    print('round', i)\n")
    source = attach(read_program(path))
    try:
        app = NnvizApp(lambda: Debugger(Timeline(source)), Look())
        async with app.run_test() as pilot:
            await at(pilot, 0)
            await pilot.press("n")
            await at(pilot, 1)
            await until(pilot, lambda: app.view.findings)
            await pilot.press("P")
            await until(pilot, lambda: len(app.screen_stack) == 2)
            shown = app.screen.query_one("Static").content
            assert "Proof of the remedies" in shown
            assert "[lr = 15]" in shown
            assert "from iteration 0 to 29" in shown
            assert app.view.frame.index == app.view.recorded == 1
            await pilot.press("escape", "7")
            await until(pilot, lambda: app.choice.tab == "printed")
            assert app.view.printed == ("round 0", "round 1")
            drawn = PANELS["printed"].draw(app.view, app.choice, 12, 3, app.look)
            assert [line.rstrip() for line in drawn.lines] == [" round 0", " round 1", ""]
        assert source.printed(9) == "round 0\nround 1"
    finally:
        source.close()


def test_a_proof_that_is_given_up_says_nothing():
    said = []
    debugger = Debugger(Timeline(broken_run()))
    prover = Prover(said.append)
    assert "on a fork" in prover.begin(debugger)
    prover.stop(timeout=120)
    assert not any(isinstance(news, Said) for news in said)
