"""The units of a layer: each has its letter, its place under the mouse, and its dates."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnviz.tui.details.layer import LayerQuestion
from nnviz.tui.drawing.heat_maps import Mark
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.panels import units
from nnviz.tui.panels.marks import marked_since, unit_marks
from nnviz.tui.state import Choice
from nnviz.tui.view import make_view

from ..helpers import small_run

LOOK = Look()
ASCII = Look(ColorDepth.NONE, ascii=True)


@pytest.fixture(scope="module")
def view(digits):
    debugger = small_run(digits, hidden=(9, 300), biases=True)
    detail = LayerQuestion(1).answer(debugger, None)
    return replace(make_view(debugger), detail=detail)


def with_units(view, layer=1, **fields):
    """The view with other numbers of one layer's units."""
    layers = list(view.frame.layers)
    arrays = {name: np.array(values) for name, values in fields.items()}
    layers[layer - 1] = replace(layers[layer - 1], **arrays)
    return replace(view, frame=replace(view.frame, layers=tuple(layers)))


def test_every_unit_has_the_letter_of_its_state(view):
    saturated = with_units(
        view,
        unit_saturated=[0, 0.96, 0.95, 1, 0, 0, 0, 0, 0],
        unit_mean=[0, 0, 0, 0, np.nan, np.inf, 0, 0, 0],
        silent=[False] * 9,
    )
    assert units.grid(saturated, Choice(unit=6), 60, 4, LOOK).lines == [
        "· 5 alive  s 2 saturated  ∞ 1 infinite  N 1 NaN".ljust(60),
        " · s ·".ljust(60),
        " s N ∞".ljust(60),
        "▸· · ·".ljust(60),
    ]


def test_a_unit_is_dead_rather_than_saturated_and_not_a_number_rather_than_dead(view):
    relu = replace(view.info.layers[0], activation="relu", silent="dead")
    info = replace(view.info, layers=(relu, *view.info.layers[1:]))
    silent = [True, True, False, False, False, False, False, False, False]
    means = [0, np.nan, 1, 1, 1, 1, 1, 1, 1]
    dead = with_units(replace(view, info=info), silent=silent, unit_mean=means)
    assert unit_marks(dead, 1)[:3].tolist() == [Mark.DEAD, Mark.NAN, Mark.NONE]
    leaky = replace(relu, silent="inactive")
    info = replace(view.info, layers=(leaky, *view.info.layers[1:]))
    assert unit_marks(replace(dead, info=info), 1)[0] == Mark.INACTIVE


@given(
    width=st.integers(2, 80),
    height=st.integers(3, 40),
    unit=st.integers(0, 299),
    ascii_only=st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_unit_under_the_arrow_is_the_unit_that_a_click_there_chooses(
    view, width, height, unit, ascii_only
):
    choice = Choice(layer=2, unit=unit)
    drawn = units.grid(view, choice, width, height, ASCII if ascii_only else LOOK)
    arrow = ">" if ascii_only else "▸"
    ((column, row),) = [
        (line.index(arrow), row) for row, line in enumerate(drawn.lines[1:], 1) if arrow in line
    ]
    assert units.unit_at(view, choice, width, height, column, row) == unit


def test_arrows_stay_in_the_layer(view):
    """Nine units are a square of three rows."""
    beside = [
        units.beside_unit(view, Choice(unit=4), 60, 10, across, down)
        for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    assert beside == [5, 3, 7, 1]
    assert units.beside_unit(view, Choice(unit=8), 60, 10, 0, 1) == 8
    assert units.beside_unit(view, Choice(unit=0), 60, 10, -1, 0) == 0
    assert units.chosen_unit(view, Choice(unit=200)) == 8  # from a layer with more units


def test_the_next_marked_unit_goes_round(view):
    marked = with_units(view, unit_saturated=[0, 1, 0, 0, 0, 1, 0, 0, 0])
    assert units.next_marked(marked, Choice(unit=0)) == 1
    assert units.next_marked(marked, Choice(unit=1)) == 5
    assert units.next_marked(marked, Choice(unit=5)) == 1
    none = with_units(view, unit_saturated=[0] * 9)
    assert units.next_marked(none, Choice(unit=3)) == 3


def test_a_saturated_unit_is_so_since_the_last_iteration_at_which_it_was_not(open_debugger):
    debugger = open_debugger(hidden=(3,), learning_rate=0.0)
    debugger.timeline.seek(8)
    view = make_view(debugger)
    past = view.history.unit(1, 1)
    past["saturated"][:] = 0  # a copy: what follows is written into the pages
    for page in view.history._pages:
        page["saturated"][:, 1] = [0, 1, 1, 0, 0, 1, 1, 1, 1, *[0] * (len(page) - 9)]
    saturated = with_units(view, unit_saturated=[0, 1, 0])
    assert marked_since(saturated, 1, 1) == 5
    assert marked_since(saturated, 1, 0) is None
    assert units.since(saturated, Choice(unit=1)) == 5


def test_facts_are_a_column_or_a_line(view):
    choice = Choice(unit=3)
    alive = with_units(view, unit_saturated=[0.25] * 9, unit_mean=[0.5] * 9)
    lines = units.facts(alive, choice, 17, 10, LOOK).lines
    assert [line.split()[0] for line in lines[:4]] == ["unit", "alive", "mean", "saturated"]
    assert lines[0].rstrip() == "unit 3 of 0-8"
    assert lines[3] == "saturated    25 %"
    weights = view.detail.weights[3]
    assert float(lines[5].split()[-1]) == pytest.approx(weights.std(), rel=0.01)
    assert lines[8].split() == ["bias", "0"]
    line = units.facts(alive, choice, 60, 1, ASCII).text
    assert line.startswith("unit 3 of 0-8   alive   mean a 0.500   saturated 25 %")
    assert line.rstrip().endswith("~")


def test_weights_are_drawn_on_the_scale_of_all_units(view):
    drawn = units.weights(view, Choice(unit=2), 20, 5, LOOK)
    scale = float(drawn.lines[0].split("±")[1])
    assert scale == pytest.approx(np.abs(view.detail.weights).max(), rel=0.01)
    assert drawn.height == 5
    other = replace(view, detail=None)
    assert units.weights(other, Choice(unit=2), 20, 5, LOOK).text.strip() == ""


@pytest.mark.parametrize("height", [1, 2, 5, 6, 20])
def test_the_history_names_what_it_draws_at_every_height(view, height):
    drawn = units.history(view, Choice(unit=2), 70, height, LOOK)
    assert "mean a" in drawn.text
    assert drawn.height <= height
