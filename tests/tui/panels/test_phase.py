"""Promises of the phase pane: formula, shapes, and arrays of which nothing is hidden."""

from types import SimpleNamespace

import numpy as np

from nnviz.tui.drawing.look import Look
from nnviz.tui.panels.phase import draw
from nnviz.tui.state import Choice


def view(**arrays):
    phase = SimpleNamespace(label="update", formula="W = W - lr * dW", shapes="", kind="update")
    return SimpleNamespace(phase=phase, phase_arrays=arrays, frame=SimpleNamespace(loss=1.0))


def test_a_matrix_of_weights_is_shown_as_a_whole_also_where_its_first_columns_are_zero():
    """As those of W1 are for MNIST, whose pictures have an empty rim."""
    update = np.zeros((16, 784))
    update[:, 400] = 0.25
    text = draw(view(update1=update), Choice(), 40, 14, Look()).text
    assert "update1 16 x 784" in text
    assert "±0.250" in text


def test_of_samples_so_many_are_shown_as_there_are_columns_and_that_is_said():
    z = np.ones((16, 2000))
    z[:, 1000:] = 7.0
    text = draw(view(z1=z), Choice(), 40, 14, Look()).text
    assert "z1 16 x 2000, samples 0-37" in text
    assert "±1.00" in text


def test_narrow_numbers_are_left_out_and_not_cut():
    arrays = {f"update{n}": np.full((4, 4), 0.125) for n in (1, 2, 3)}
    lines = draw(view(**arrays), Choice(), 50, 10, Look()).lines
    assert not any("…" in line for line in lines)
    assert "±0.125" in lines[4]
