"""Promises of the curves: loss and accuracy on one time axis, statistics of all layers."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnviz.tui.drawing.look import Look
from nnviz.tui.panels.curves import TITLES, draw
from nnviz.tui.state import CURVES, Choice

ITERATIONS = np.arange(21.0)


def run(layers=3, **columns):
    """What the panel needs of a view: 21 iterations, numbers made up to be told apart."""
    known = {"iteration": ITERATIONS, "loss": 5 - ITERATIONS / 5, "accuracy": ITERATIONS / 40}
    known["test_accuracy"] = np.where(ITERATIONS % 10 == 0, ITERATIONS / 50, np.nan)
    for n in range(1, layers + 1):
        known |= {f"W{n}.update_ratio": 10.0**-n + 0 * ITERATIONS, f"dW{n}.rms": ITERATIONS + n}
        known |= {f"L{n}.{name}": ITERATIONS / 20 for name in ("saturated", "z_std", "std")}
        known[f"L{n}.dead"] = np.full(21, np.nan)  # sigmoids have none
    known |= columns
    return SimpleNamespace(
        column=known.__getitem__,
        frame=SimpleNamespace(index=20),
        history=SimpleNamespace(first=0),
        recorded=20,
        info=SimpleNamespace(layers=[SimpleNamespace(number=n) for n in range(1, layers + 1)]),
    )


def cursor_columns(cells):
    return {line.index("▲") for line in cells.lines if "▲" in line}


def test_loss_and_accuracy_have_their_time_axes_under_each_other():
    drawn = draw(run(), Choice(), 78, 20, Look())
    assert len(cursor_columns(drawn)) == 1
    assert all(name in drawn.text for name in ("loss", "train %", "test %"))


@pytest.mark.parametrize("name", [name for name in CURVES if name not in ("", "L.dead")])
def test_a_statistic_has_a_curve_for_every_layer_and_says_what_it_is(name):
    drawn = draw(run(), Choice(curves=name), 78, 14, Look())
    assert TITLES[name] in drawn.lines[0]
    assert all(f"L{n}" in drawn.text for n in (1, 2, 3))
    assert ("log" in drawn.lines[0]) == (name not in ("L.saturated", "L.dead"))


def test_update_ratios_far_apart_are_all_seen_on_the_log_axis():
    drawn = draw(run(), Choice(curves="W.update_ratio"), 78, 14, Look())
    rows = [next(y for y, line in enumerate(drawn.lines) if f"L{n}" in line) for n in (1, 2, 3)]
    assert rows[0] < rows[1] < rows[2]


def test_what_an_activation_can_not_be_has_no_curve():
    drawn = draw(run(), Choice(curves="L.dead"), 78, 14, Look())
    assert "no data yet" in drawn.text
    assert "NaN" not in drawn.text


def test_of_many_layers_the_first_and_the_last_are_drawn():
    drawn = draw(run(layers=10), Choice(curves="dW.rms"), 78, 20, Look())
    assert all(f"L{n}" in drawn.text for n in (1, 2, 3, 8, 9, 10))
    assert "L5" not in drawn.text


def test_a_layer_that_becomes_nan_is_a_gap_with_a_name():
    values = np.where(ITERATIONS < 12, ITERATIONS + 1, np.nan)
    drawn = draw(run(**{"dW2.rms": values}), Choice(curves="dW.rms"), 78, 14, Look())
    assert "L2: NaN at 12" in drawn.text
