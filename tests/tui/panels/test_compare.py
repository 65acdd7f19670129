"""Two branches are drawn on one scale, with their names, numbers and where they part."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.debugger.compare import Comparison, LayerDifference, Parting
from nnviz.tui.details.compare import CompareQuestion
from nnviz.tui.drawing.heat_maps import zoom_to_fit
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.panels import compare
from nnviz.tui.state import Choice
from nnviz.tui.view import make_view

from ..helpers import small_run

LOOK = Look()
ASCII = Look(ColorDepth.NONE, ascii=True)


@pytest.fixture(scope="module")
def view(digits):
    """B was forked from A at 2 with ten times the rate; both stand at 4."""
    debugger = small_run(digits, hidden=(9,), learning_rate=1e-6)
    debugger.timeline.seek(2)
    debugger.fork("learning_rate = 1e-5")
    debugger.timeline.seek(4)
    return replace(make_view(debugger), detail=CompareQuestion("").answer(debugger, None))


def test_the_head_names_the_branches_and_the_first_difference(view):
    lines = compare.head(view, Choice(), 90, 3, ASCII).lines
    assert lines[0].rstrip() == " A: the run itself"
    assert lines[1].rstrip() == " B: A from 2 on, learning_rate 1e-06 -> 1e-05"
    assert lines[2].startswith(" they part at iteration 2: W2.update is ")
    assert compare.head(view, Choice(), 90, 1, LOOK).lines[0].startswith(" they part at")


def test_the_head_says_what_keeps_them_from_being_compared(view):
    detail = replace(view.detail, problem="B begins at iteration 2", comparison=None)
    assert "B begins at" in compare.head(replace(view, detail=detail), Choice(), 60, 3, LOOK).text
    same = replace(view.detail, parting=Parting())
    text = compare.head(replace(view, detail=same), Choice(), 60, 3, LOOK).text
    assert "no recorded number differs up to iteration 4" in text


def test_the_table_has_a_row_for_each_layer_and_both_results(view):
    layers = (LayerDifference(0.0, 0.25, 9.0), LayerDifference(1e-5, float("inf"), 1.0))
    detail = replace(view.detail, comparison=Comparison(4, (0.5, 0.25), layers))
    lines = compare.table(replace(view, detail=detail), Choice(layer=2), 60, 6, ASCII).lines
    assert lines[:3] == [
        " relative        weights activations     updates            ",
        " L1                 same       0.250        9.00            ",
        ">L2               1.0e-5         Inf        1.00            ",
    ]
    rows = [detail.a.history.row(4), detail.b.history.row(4)]
    for line, name, row in zip(lines[3:5], "AB", rows, strict=True):
        assert line.startswith(f" {name}: loss ")
        assert f"{100 * row['accuracy']:.1f} % right" in line
    assert "norm(B - A) / norm(A)" in lines[5]


def test_a_branch_that_is_not_there_yet_has_no_results(view):
    behind = replace(view, frame=replace(view.frame, index=99))
    assert "A: not at 99" in compare.table(behind, Choice(), 60, 6, LOOK).text


def test_three_pictures_share_one_scale_and_the_difference_may_have_its_own(view):
    choice = Choice(compared="update")
    sides = [side.pictures[0].update for side in (view.detail.a, view.detail.b)]
    difference = sides[0] - sides[1]
    title = compare.pictures(view, choice, 100, 9, LOOK).lines[0]
    scale = float(title.split("±")[1].split()[0])
    assert scale == pytest.approx(np.abs([*sides, difference]).max(), rel=0.05)
    assert float(title.split("at most ")[1]) == pytest.approx(np.abs(difference).max(), rel=0.05)
    own = compare.pictures(view, replace(choice, magnified=True), 100, 9, LOOK).lines[0]
    assert float(own.split("its own scale ±")[1]) == pytest.approx(
        np.abs(difference).max(), rel=0.05
    )
    assert own[:60] == title[:60]  # A and B stay as they were


def test_what_both_have_alike_is_nothing_in_the_difference(view):
    alike = replace(view.detail, b=replace(view.detail.a, branch=view.detail.b.branch))
    drawn = compare.pictures(replace(view, detail=alike), Choice(), 100, 9, ASCII)
    assert set("".join(line[-33:] for line in drawn.lines[1:])) == {".", " "}
    assert "at most 0" in drawn.lines[0]


@given(
    rows=st.integers(1, 60),
    columns=st.integers(1, 60),
    width=st.integers(1, 90),
    height=st.integers(1, 40),
)
def test_columns_are_left_out_only_where_the_rest_is_drawn_larger(rows, columns, width, height):
    first, last = compare.kept_columns((rows, columns), width, height)
    assert first == columns - last
    assert last - first >= 0.9 * columns
    if first:
        whole, kept = (
            zoom_to_fit((rows, shown), width, height) for shown in (columns, last - first)
        )
        assert kept.up > whole.up or kept.columns < whole.columns


def test_28_columns_are_cut_to_26_at_80_cells():
    assert compare.kept_columns((28, 28), 26, 14) == (1, 27)
    assert compare.kept_columns((28, 28), 28, 14) == (0, 28)


def test_the_curves_of_both_lie_over_each_other(view):
    text = compare.curves(view, Choice(), 90, 12, ASCII).text
    assert all(name in text for name in ("* A loss", "o B loss", "* A % right", "o B % right"))
