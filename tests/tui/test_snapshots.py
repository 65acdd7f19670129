"""The screens as they were looked at and found good: nothing of them changes unnoticed.

A change that is meant: look at the report that pytest names, then `pytest --snapshot-update` here.
Colours and letters are Textual's drawing of them; 16 colours and none are tested as text elsewhere.
"""

from importlib.metadata import version

import pytest

from nnviz.commands.circuit import find_circuit
from nnviz.tui.app import NnvizApp
from nnviz.tui.circuit.app import CircuitApp
from nnviz.tui.drawing.look import Look

from .helpers import at, until

DRAWN_WITH = "8.2.8"
"""The version of Textual whose drawing was looked at; pyproject.toml asks for it in `dev`."""

drawn_as_looked_at = pytest.mark.skipif(
    version("textual") != DRAWN_WITH, reason=f"snapshots are Textual {DRAWN_WITH}'s drawing"
)
pytestmark = drawn_as_looked_at
SMALL, LARGE = (80, 24), (160, 50)
ITERATIONS = 4


@pytest.fixture
def taken(snap_compare, open_debugger):
    """Takes a snapshot after a few iterations and some keys; float64 rounds alike everywhere."""

    def take(*keys, size=SMALL, look=None, line="", **changes):
        changes = {"dtype": "float64", "hidden": (16, 8), **changes}
        app = NnvizApp(lambda: open_debugger(**changes), look or Look())

        async def before(pilot):
            await at(pilot, 0)
            for index in range(ITERATIONS):
                await pilot.press("n")
                await at(pilot, index + 1)
            if line:
                app.enter(line)
                await until(pilot, lambda: len(app.view.branches) > 1)
                await pilot.press("n")
                await at(pilot, ITERATIONS + 1)
            await pilot.press(*keys)
            await until(pilot, lambda: app.runner.idle)

        return snap_compare(app, terminal_size=size, run_before=before)

    return take


@pytest.mark.parametrize("key", "123456")
def test_the_debuggers_tabs(taken, key):
    assert taken(key)


def test_a_statistic_of_all_layers(taken):
    assert taken("2", "m", "m")


def test_the_debugger_in_phases(taken):
    assert taken("s", "s", "s", "s")


def test_the_debugger_on_a_large_screen(taken):
    assert taken(size=LARGE)


def test_the_debugger_on_a_light_ground(taken):
    assert taken(look=Look(dark=False))


def test_the_debugger_for_a_projector(taken):
    assert taken("2", "p")


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_the_layer(taken, activation):
    assert taken("enter", activation=activation, learning_rate=1e-5)


def test_the_sample(taken):
    assert taken("i")


def test_the_samples_confusion_matrix(taken):
    assert taken("i", "tab")


def test_two_branches(taken):
    assert taken("x", line="set learning_rate=1e-4")


def test_the_keys(taken):
    assert taken("question_mark")


def test_the_circuit(snap_compare):
    assert snap_compare(CircuitApp(find_circuit(None), Look()), terminal_size=SMALL)
