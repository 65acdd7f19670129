"""What a program printed is read as in a terminal: nothing of a line is lost."""

from dataclasses import replace

import pytest

from nnviz.tui.drawing.look import Look
from nnviz.tui.panels.printed import draw
from nnviz.tui.state import Choice
from nnviz.tui.view import make_view

from ..helpers import small_run


@pytest.fixture(scope="module")
def view(digits):
    return make_view(small_run(digits))


def drawn(view, lines, width, height):
    shown = replace(view, printed=lines, prints=True)
    return [line.rstrip() for line in draw(shown, Choice(), width, height, Look()).lines]


def test_a_long_line_goes_on_below_and_the_last_rows_are_seen(view):
    assert drawn(view, ("first", "abcdefghij", "", "end"), 8, 5) == [
        " first",
        " abcdef",
        " ghij",
        "",
        " end",
    ]
    assert drawn(view, ("first", "abcdefghij"), 8, 1) == [" ghij"]


def test_tabs_and_control_characters_take_their_room(view):
    assert drawn(view, ("a\tb\x1bc",), 20, 1) == [" a       b c"]


@pytest.mark.parametrize("width", [0, 1, 2, 3])
def test_no_room_is_no_error(view, width):
    assert len(drawn(view, ("漢字", "x"), width, 2)) == 2
    assert drawn(view, ("x",), width, 0) == []
