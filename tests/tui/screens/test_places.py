"""Promises of the other screens' layouts: whatever the size, nothing overlaps or overhangs."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnviz.tui.layout import framed
from nnviz.tui.panels import panels_on
from nnviz.tui.screens import SCREENS
from nnviz.tui.screens.compare import compare_places
from nnviz.tui.screens.layer import layer_places
from nnviz.tui.screens.sample import sample_places
from nnviz.tui.state import COMPARE, LAYER, SAMPLE, Choice
from nnviz.tui.view import make_view

from ..helpers import small_run

PLACES = {LAYER: layer_places, SAMPLE: sample_places, COMPARE: compare_places}
PANES = {LAYER: ("", "units"), SAMPLE: ("", "confusion"), COMPARE: ("", "curves")}


@pytest.fixture(scope="module")
def views(digits):
    """Views of small nets that differ in depth and width, and in being of pictures."""
    made = []
    for hidden in ((), (1,), (300, 7), (4,) * 9):
        made.append(make_view(small_run(digits, hidden=hidden)))
    info = replace(made[0].info, image_shape=None)
    return [*made, replace(made[0], info=info)]


@pytest.mark.parametrize("screen", SCREENS)
@given(width=st.integers(40, 250), height=st.integers(12, 80), data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_panel_overlaps_another_or_leaves_the_screen(views, screen, width, height, data):
    view = data.draw(st.sampled_from(views))
    layer = data.draw(st.integers(1, view.info.depth))
    choice = Choice(layer=layer, pane=data.draw(st.sampled_from(PANES[screen])))
    places = framed(PLACES[screen](view, choice, width, height), width, height)
    assert set(places) <= set(panels_on(screen))
    assert {"timeline", "status", "keys"} < set(places)
    for place in places.values():
        assert place.x >= 0
        assert place.y >= 0
        assert place.x + place.width <= width
        assert place.y + place.height <= height
    for one, other in combinations(places.values(), 2):
        apart = (
            one.x + one.width <= other.x
            or other.x + other.width <= one.x
            or one.y + one.height <= other.y
            or other.y + other.height <= one.y
        )
        assert apart, (one, other)


@pytest.mark.parametrize("screen", SCREENS)
def test_both_panes_together_show_every_panel_at_80x24_and_one_does_at_160x50(views, screen):
    view = views[2]
    small = {
        name
        for pane in PANES[screen]
        for name in framed(PLACES[screen](view, Choice(pane=pane), 80, 24), 80, 24)
    }
    large = set(framed(PLACES[screen](view, Choice(), 160, 50), 160, 50))
    assert small == large == set(panels_on(screen))


def test_a_28x28_picture_has_its_14_rows_at_80x24_on_every_screen(views):
    info = replace(views[2].info, image_shape=(28, 28), features=784)
    layers = tuple(
        replace(layer, units=units, fan_in=fan_in)
        for layer, (units, fan_in) in zip(
            info.layers, ((256, 784), (128, 256), (10, 128)), strict=True
        )
    )
    view = replace(views[2], info=replace(info, layers=layers))
    # each stands below a row with its name
    weights = layer_places(view, Choice(pane="units"), 80, 24)["unit_weights"]
    sample = sample_places(view, Choice(), 80, 24)["sample_input"]
    compared = compare_places(view, Choice(), 80, 24)["compare_pictures"]
    assert weights.height >= 15
    assert weights.width >= 28
    assert sample.height >= 15
    assert sample.width >= 28
    assert compared.height >= 15
