"""Promises of the table of layers: what stands in a cell is read as it is meant."""

from dataclasses import replace

import numpy as np
import pytest

from nnviz.tui.drawing.look import Look
from nnviz.tui.panels.layers import draw
from nnviz.tui.state import Choice
from nnviz.tui.view import make_view

from ..helpers import small_run


@pytest.fixture(scope="module")
def view(digits):
    return make_view(small_run(digits))


@pytest.mark.parametrize(
    ("silent", "units", "count", "told"),
    [
        ("", 256, 0, "-"),
        ("dead", 256, 0, "0"),
        ("dead", 256, 1, "1 (<1 %)"),
        ("dead", 256, 128, "128 (50 %)"),
        ("dead", 10, 10, "10 (all)"),
        ("dead", 5000, 4999, "4999"),  # the share has no room
        ("inactive", 256, 12, "12 inact"),
    ],
)
def test_silent_units_are_counted_and_their_share_stands_in_brackets(
    view, silent, units, count, told
):
    info = replace(view.info.layers[0], silent=silent, units=units)
    layer = replace(view.frame.layers[0], silent=np.arange(units) < count)
    shown = replace(
        view,
        info=replace(view.info, layers=(info, *view.info.layers[1:])),
        frame=replace(view.frame, layers=(layer, *view.frame.layers[1:])),
    )
    header, row = draw(shown, Choice(), 78, 2, Look()).lines
    end = header.index("dead") + len("dead")
    assert row[:end].endswith(f" {told}")
