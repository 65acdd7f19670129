"""A sample's panels say what the net made of it, whatever its data are."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnviz.debugger.model import TEST, TRAIN
from nnviz.tui.details.sample import SampleQuestion
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.panels import sample
from nnviz.tui.state import Choice, SampleChoice
from nnviz.tui.view import make_view

from ..helpers import small_run

LOOK = Look()
ASCII = Look(ColorDepth.NONE, ascii=True)


@pytest.fixture(scope="module")
def view(digits):
    debugger = small_run(digits)
    detail = SampleQuestion(TRAIN, 4).answer(debugger, None)
    return replace(make_view(debugger), detail=detail)


def answered(view, output, label=0):
    """The view as if the sample had this answer and label."""
    trace = view.detail.trace
    activations = (*trace.activations[:-1], np.array(output, dtype=float)[:, None])
    outcomes = view.detail.outcomes
    outputs, labels, predicted = (
        outcomes.outputs.copy(),
        outcomes.labels.copy(),
        outcomes.predicted.copy(),
    )
    number = view.detail.number
    outputs[:, number], labels[number], predicted[number] = output, label, np.argmax(output)
    known = replace(outcomes, outputs=outputs, labels=labels, predicted=predicted)
    trace = replace(trace, activations=activations, loss=0.5)
    return replace(view, detail=replace(view.detail, trace=trace, outcomes=known))


def test_the_head_says_sample_label_answer_and_loss(view):
    wrong = answered(view, [0.1, 0.75, *[0.0] * 8])
    assert sample.head(wrong, Choice(), 80, 1, LOOK).text.rstrip() == (
        " train sample 4 of 0-1437 · label 0 · taken for 1 (0.750) · WRONG · loss 0.500"
    )
    short = sample.head(wrong, Choice(), 46, 1, ASCII).text.rstrip()
    assert short == " train 4 - 0 taken for 1 - WRONG - loss 0.500"
    right = answered(view, [0.75, 0.1, *[0.0] * 8])
    assert " · right · " in sample.head(right, Choice(), 80, 1, LOOK).text


def test_the_head_says_among_which_samples_one_walks(view):
    choice = Choice(sample=SampleChoice(TRAIN, 4, (2, 3)))
    count = len(view.detail.outcomes.among((2, 3)))
    text = sample.head(view, choice, 80, 2, LOOK).lines[1]
    assert f"among the {count} of label 2 taken for 3" in text


def test_it_says_when_the_answer_is_of_an_earlier_iteration(view):
    later = replace(view, frame=replace(view.frame, index=7))
    assert "at iteration 0" in sample.head(later, Choice(), 100, 1, LOOK).text


def test_the_answer_names_label_and_prediction(view):
    """One row a class; bars are shares of 1."""
    drawn = sample.answer(answered(view, [0.5, 1.0, *[0.0] * 8]), Choice(), 37, 11, ASCII)
    assert drawn.lines[:5] == [
        "L3, the answer".ljust(37),
        "  0 ##########           0.500 label ",
        "  1 ####################  1.00 taken ",
        "  2                          0       ",
        "  3                          0       ",
    ]


def test_with_few_rows_the_label_and_the_largest_outputs_are_kept(view):
    drawn = sample.answer(answered(view, np.arange(10) / 10), Choice(), 30, 4, LOOK)
    assert [line.split()[0] for line in drawn.lines[1:]] == ["0", "8", "9"]
    nan = answered(view, [np.nan, *[0.5] * 9])
    assert "NaN" in sample.answer(nan, Choice(), 30, 11, LOOK).text


def test_a_vector_of_few_numbers_is_listed_with_signs_that_need_no_colour(view):
    info = replace(view.info, image_shape=None)
    detail = replace(view.detail, x=np.array([1.0, -0.5, 0.0]))
    drawn = sample.inputs(replace(view, info=info, detail=detail), Choice(), 21, 5, ASCII)
    assert drawn.lines[1:] == [
        "x0    1.00 ##########",
        "x1  -0.500 -----     ",
        "x2       0           ",
    ]


@given(
    count=st.integers(1, 600),
    columns=st.integers(1, 150),
    rows=st.integers(1, 20),
)
def test_a_folded_vector_keeps_its_order(count, columns, rows):
    values = np.arange(float(count))
    folded = sample._folded(values, columns, rows)
    np.testing.assert_array_equal(folded.ravel(), values)
    if folded.shape[1] <= columns and folded.shape[0] <= 2 * rows:
        assert folded.size == count


@given(height=st.integers(1, 40), width=st.integers(20, 160))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_strips_never_need_more_rows_than_there_are(view, height, width):
    drawn = sample.layers(view, Choice(layer=2), width, height, LOOK)
    assert drawn.height <= height
    assert "L2" in drawn.text


def test_hidden_layers_go_before_the_last_one_which_is_the_answer(view):
    names = [line[:3].strip() for line in sample.layers(view, Choice(), 80, 2, LOOK).lines]
    assert names == ["L1", "L2"]
    tall = sample.layers(view, Choice(), 80, 12, LOOK).text
    assert all(name in tall for name in ("L1", "d1", "L2", "d2", "L3", "d3"))


def test_the_cell_under_the_mouse_is_the_cell_that_is_drawn(view):
    choice = Choice(cell=(3, 2))
    drawn = sample.confusion(view, choice, 70, 13, LOOK)
    ((column, row),) = [
        (line.index("▸"), row) for row, line in enumerate(drawn.lines) if "▸" in line
    ]
    assert sample.cell_at(view, choice, 70, 13, column + 1, row) == (3, 2)
    assert "all 1438 train samples" in drawn.lines[0]
    assert sample.chosen_cell(view, Choice(cell=(99, 2))) == (9, 2)


def test_test_samples_are_said_to_be_test_samples(open_debugger):
    debugger = open_debugger()
    detail = SampleQuestion(TEST, 0).answer(debugger, None)
    view = replace(make_view(debugger), detail=detail)
    lines = sample.head(view, Choice(), 80, 2, LOOK).lines
    assert lines[0].startswith(" test sample 0 of 0-358")
    assert "never trained on" in lines[1]
    odd = replace(view, detail=replace(detail, alone=False))
    assert "alone differs" in sample.head(odd, Choice(), 120, 2, LOOK).lines[1]
