"""Tests that a confusion matrix shows every count, its mistakes, and what is under the cursor."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.drawing.matrices import confusion_matrix, matrix_layout

LOOK = Look()
COUNTS = np.array([[50.0, 0, 3], [2, 40, 1], [0, 0, 0]])


def test_labels_stand_at_the_left_and_predictions_above():
    """Shares by hand: 50 of 53 and 40 of 43; the third class has no samples."""
    assert confusion_matrix(COUNTS, 30, 4, LOOK).lines == [
        " label    0   1   2  right    ",
        "     0   50   .   3*  94 %    ",
        "     1    2* 40   1   93 %    ",
        "     2    .   .   .           ",
    ]


def test_a_blank_stands_after_a_star_where_there_is_room():
    counts = 10 * COUNTS
    assert "  20* 400 " in confusion_matrix(counts, 30, 4, LOOK).lines[2]
    assert "  20*400 " in confusion_matrix(counts, 29, 4, LOOK).lines[2]


def test_an_arrow_stands_at_the_cursor():
    assert (
        confusion_matrix(COUNTS, 30, 4, LOOK, (0, 2)).lines[1] == "     0   50   .  ▸3*  94 %    "
    )
    ascii_look = Look(ColorDepth.NONE, ascii=True)
    assert (
        confusion_matrix(COUNTS, 30, 4, ascii_look, (2, 1)).lines[3].startswith("     2    .  >.")
    )


def test_where_not_all_fits_what_is_around_the_cursor_is_shown_and_it_is_said():
    counts = np.arange(10_000.0).reshape(100, 100)
    drawn = confusion_matrix(counts, 40, 8, LOOK, (50, 99))
    assert "   99" in drawn.lines[0]
    assert "▸5099" in drawn.text
    assert drawn.lines[-1].startswith(" labels 47 to 52 of 100")


@given(
    classes=st.integers(1, 30),
    width=st.integers(0, 100),
    height=st.integers(0, 40),
    data=st.data(),
)
def test_the_cell_that_is_drawn_is_the_cell_that_is_found(classes, width, height, data):
    counts = np.arange(float(classes**2)).reshape(classes, classes) + 1
    cursor = (data.draw(st.integers(0, classes - 1)), data.draw(st.integers(0, classes - 1)))
    drawn = confusion_matrix(counts, width, height, LOOK, cursor)
    assert [cell_len(line) for line in drawn.lines] == [width] * height
    layout = matrix_layout(counts, width, height, cursor)
    arrows = [(line.index("▸"), row) for row, line in enumerate(drawn.lines) if "▸" in line]
    if layout.labels and layout.predictions:
        ((column, row),) = arrows
        assert layout.cell_at(column + 1, row) == cursor
    assert layout.cell_at(0, 1) is None
    assert layout.cell_at(width, height) is None
