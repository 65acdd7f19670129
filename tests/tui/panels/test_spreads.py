"""The values of a layer are drawn with their numbers, and say when they are old or unusual."""

from dataclasses import replace

import numpy as np
import pytest

from nnviz.tui.detail import Trouble
from nnviz.tui.details.layer import LayerQuestion, spread
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.panels import spreads
from nnviz.tui.state import Choice
from nnviz.tui.view import make_view

from ..helpers import small_run

LOOK = Look()
ASCII = Look(ColorDepth.NONE, ascii=True)


@pytest.fixture(scope="module")
def view(digits):
    debugger = small_run(digits, hidden=(9,))
    return replace(make_view(debugger), detail=LayerQuestion(1).answer(debugger, None))


def test_the_head_names_the_layer_and_what_is_wrong_with_it(view):
    layer = replace(view.frame.layers[0], saturated=0.4321, z_std=2.5)
    shown = replace(view, frame=replace(view.frame, layers=(layer, view.frame.layers[1])))
    assert spreads.head(shown, Choice(), 78, 1, ASCII).text.rstrip() == (
        " L1 sigmoid - 9 units - 43 % of values saturated - std of z 2.50 - 64 inputs"
    )
    relu = replace(view.info.layers[0], activation="relu", silent="dead", saturates=False)
    dead = replace(layer, silent=np.array([True] * 3 + [False] * 6))
    shown = replace(
        shown,
        info=replace(view.info, layers=(relu, view.info.layers[1])),
        frame=replace(view.frame, layers=(dead, view.frame.layers[1])),
    )
    assert " L1 relu · 9 units · 3 dead · " in spreads.head(shown, Choice(), 78, 1, LOOK).text


def test_both_histograms_have_their_curves_by_name(view):
    z = spreads.z_values(view, Choice(), 70, 12, LOOK).text
    assert z.startswith(" z1: mean ")
    assert "a = f(z)" in z
    assert "slope" in z
    a = spreads.a_values(view, Choice(), 70, 12, LOOK)
    assert a.text.startswith(" L1: mean ")
    assert "slope" in a.text
    keys = {key for row in a.rows for _, key in row}
    assert {"bar", "flagged"} <= keys


def test_an_old_histogram_says_of_which_iteration_it_is(view):
    later = replace(view, frame=replace(view.frame, index=9))
    assert "z1: at iteration 0" in spreads.z_values(later, Choice(), 70, 12, LOOK).lines[0]


def test_what_is_no_number_is_counted_beside_the_bars(view):
    values = np.array([[0.0, 0.0, 0.5, np.nan, np.inf]])
    detail = replace(view.detail, a=spread(values, (0.0, 1.0)), zeros=2)
    line = spreads.a_values(replace(view, detail=detail), Choice(), 70, 9, LOOK).lines[0]
    assert "40 % are 0" in line
    assert "2 NaN or Inf" in line
    nothing = replace(view.detail, z=spread(np.full((2, 2), np.nan), None))
    drawn = spreads.z_values(replace(view, detail=nothing), Choice(), 70, 9, LOOK)
    assert "no values" in drawn.text


def test_until_the_answer_is_there_it_says_so_and_why_if_it_never_comes(view):
    for other in (None, replace(view.detail, layer=2)):
        waiting = spreads.z_values(replace(view, detail=other), Choice(), 40, 9, LOOK)
        assert "working it out" in waiting.text
    trouble = replace(view, detail=Trouble(0, text="the data of this run are not here, so " * 4))
    drawn = spreads.z_values(trouble, Choice(), 40, 3, ASCII)
    assert "the data of this run are not here" in drawn.lines[0]
    assert drawn.lines[2].rstrip().endswith("~")
