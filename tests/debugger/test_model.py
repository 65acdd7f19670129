"""Asking the net about single samples agrees with the run, with differences, and with itself."""

import numpy as np
import pytest

from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.history import PAGE
from nnviz.debugger.model import TEST, TRAIN, curve, outputs, trace
from nnviz.debugger.timeline import Timeline
from nnviz.engine.activations import ACTIVATIONS, relu, softmax
from nnviz.engine.network import forward
from nnviz.engine.tiles import Cancelled

from .conftest import SMALL, small_dataset


def run(**changes):
    return Timeline(EngineSource(SMALL.with_changes(changes), small_dataset()))


def test_the_outputs_of_all_training_samples_are_those_that_training_saw():
    timeline = run(dtype="float64")
    timeline.seek(5)
    model = timeline.source.model
    seen = outputs(model, model.parts[TRAIN])
    np.testing.assert_allclose(seen, timeline.source.array(f"L{timeline.source.info.depth}"))


def test_it_stands_where_the_timeline_stands():
    timeline = run(dtype="float64")
    first = outputs(timeline.source.model, timeline.source.model.parts[TEST])
    timeline.seek(7)
    assert not np.allclose(first, outputs(timeline.source.model, timeline.source.model.parts[TEST]))
    timeline.seek(0)
    again = outputs(timeline.source.model, timeline.source.model.parts[TEST])
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"activation": "tanh", "biases": True},
        {"output": "softmax", "loss": "cross_entropy"},
        {"loss": "binary_cross_entropy", "k": 0.4},
    ],
    ids=["course", "tanh with biases", "softmax", "binary cross-entropy, k = 0.4"],
)
def test_the_gradient_of_the_inputs_is_the_centred_difference_of_the_objective(changes):
    timeline = run(dtype="float64", **changes)
    model = timeline.source.model
    part = model.parts[TRAIN]
    X, T = part.X[:, [3]], part.T[:, [3]]
    gradient = trace(model, X, T).input_gradient[:, 0]
    h = 1e-6
    for i in range(len(X)):
        step = np.zeros_like(X)
        step[i] = h
        high, low = (
            model.network.loss.objective(
                forward(model.network, model.parameters, X + s * step).activations[-1], T
            )
            for s in (1, -1)
        )
        assert gradient[i] == pytest.approx((high - low) / (2 * h), rel=1e-5, abs=1e-9)


def test_the_losses_of_single_samples_have_the_reported_loss_as_their_mean():
    timeline = run(dtype="float64")
    model = timeline.source.model
    part = model.parts[TRAIN]
    losses = [trace(model, part.X[:, [i]], part.T[:, [i]]).loss for i in range(part.samples)]
    assert np.mean(losses) == pytest.approx(timeline.frame.loss)


def test_a_pass_over_all_samples_can_be_stopped():
    model = run().source.model
    with pytest.raises(Cancelled):
        outputs(model, model.parts[TRAIN], lambda: True)


@pytest.mark.parametrize("name", [n for n, make in ACTIVATIONS.items() if make().elementwise])
def test_a_curve_has_the_slope_of_its_function(name):
    z = np.linspace(-3, 3, 60)  # does not touch the kink at 0
    a, slope = curve(ACTIVATIONS[name](), z)
    above, below = (curve(ACTIVATIONS[name](), z + h)[0] for h in (1e-6, -1e-6))
    np.testing.assert_allclose(slope, (above - below) / 2e-6, rtol=1e-4, atol=1e-8)
    assert len(a) == 60


def test_softmax_has_no_curve_and_relu_keeps_its_points():
    z = np.array([-1.0, 2.0])
    assert curve(softmax(), z)[0].size == 0
    np.testing.assert_array_equal(curve(relu(), z)[0], [0, 2])
    np.testing.assert_array_equal(z, [-1, 2])


def test_one_unit_of_all_iterations_is_what_each_iteration_has_of_it():
    timeline = run(activation="relu")
    timeline.seek(PAGE + 3)  # over the end of a page
    column = timeline.history.unit(1, 2)
    assert len(column) == PAGE + 4
    for index in (0, PAGE - 1, PAGE, PAGE + 3):
        assert column[index] == timeline.history.units(index)[0][2]
    for layer, unit in ((0, 0), (1, 10_000), (9, 0)):
        with pytest.raises(IndexError, match="no unit"):
            timeline.history.unit(layer, unit)
