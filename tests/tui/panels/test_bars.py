"""Promises of the rows that are always seen: where one is can be read on any of them."""

from dataclasses import replace

import pytest

from nnviz.debugger.timeline import Position
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.panels.bars import breadcrumb
from nnviz.tui.state import Choice
from nnviz.tui.view import make_view

from ..helpers import small_run

ASCII = Look(ColorDepth.NONE, ascii=True)


@pytest.fixture(scope="module")
def view(digits):
    return make_view(small_run(digits, hidden=(4,) * 9))


def crumbs(view, phase, width, look=ASCII):
    position = Position(1, phase, len(view.phases), 1)
    return breadcrumb(replace(view, position=position), Choice(), width, 1, look).text.rstrip()


def test_all_phases_are_seen_where_they_have_room(view):
    assert crumbs(view, 0, 400).startswith(" X > [L1 forward] > L2 forward > L3 forward > ")
    assert crumbs(view, 0, 160) == (
        " X > [L1] > L2 > L3 > L4 > L5 > L6 > L7 > L8 > L9 > L10 > loss > d10 > d9 > d8 > d7 > d6 "
        "> d5 > d4 > d3 > d2 > d1 > update"
    )


def test_of_a_deep_net_those_around_the_present_one_are_seen(view):
    assert crumbs(view, 0, 30) == " X > [L1] > L2 > L3 > L4 > ~"
    assert crumbs(view, 10, 30) == " ~ > L10 > [loss] > d10 > ~"
    assert crumbs(view, 21, 30) == " ~ > d3 > d2 > d1 > [update]"


@pytest.mark.parametrize("width", range(24, 121, 6))
def test_the_present_phase_is_never_cut_off(view, width):
    for look in (ASCII, Look()):
        for phase in range(len(view.phases)):
            text = crumbs(view, phase, width, look)
            assert len(text) < width
            assert text.count("[") == text.count("]") == 1
