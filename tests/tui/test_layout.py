"""Promises of the layout: every screen from 40x12 on shows the run, without overlap or overhang."""

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from nnviz.tui.drawing.look import Look
from nnviz.tui.layout import TABS, layout, presented, tabs_of
from nnviz.tui.panels import PANELS


@given(
    width=st.integers(40, 250),
    height=st.integers(12, 80),
    tab=st.sampled_from(tabs_of(prints=True)),
    depth=st.integers(1, 10),
    zoomed=st.booleans(),
    prints=st.booleans(),
)
def test_no_panel_overlaps_another_or_leaves_the_screen(width, height, tab, depth, zoomed, prints):
    places = layout(width, height, tab, depth, tab if zoomed else "", prints=prints)
    for place in places.values():
        assert place.x >= 0
        assert place.y >= 0
        assert place.width > 0
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


@given(width=st.integers(40, 250), height=st.integers(12, 80), tab=st.sampled_from(TABS))
def test_position_status_layers_and_keys_are_seen_on_every_screen(width, height, tab):
    assert {"timeline", "layers", "status", "keys"} <= set(layout(width, height, tab, 3))


def test_at_80x24_the_pictures_have_the_14_rows_that_28x28_needs():
    assert layout(80, 24, "heat", 3)["heat"].height == 14


def test_at_160x50_every_tab_is_seen_at_once():
    assert set(TABS) <= set(layout(160, 50, "heat", 3))
    assert set(tabs_of(prints=True)) <= set(layout(160, 50, "heat", 3, prints=True))


def test_the_text_of_a_program_leaves_the_confusion_matrix_its_eleven_rows():
    assert layout(160, 50, "heat", 3, prints=True)["confusion"].height >= 12


@given(width=st.integers(40, 250), height=st.integers(12, 80), tab=st.sampled_from(TABS))
def test_every_place_belongs_to_a_panel_that_exists(width, height, tab):
    assert set(layout(width, height, tab, 3)) <= set(PANELS)


@given(width=st.integers(1, 250), height=st.integers(1, 80), tab=st.sampled_from(TABS))
def test_a_presented_panel_stands_under_the_headline_and_nothing_overlaps(width, height, tab):
    places = presented(width, height, tab, Look(present=True))
    if height >= 16:
        assert places["headline"].height >= 4
    if height >= 5:
        assert places[tab].width == width
    rows = sorted((place.y, place.y + place.height) for place in places.values())
    assert all(end <= start for (_, end), (start, _) in pairwise(rows)) or height < 5
