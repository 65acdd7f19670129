"""What is recognised in programs that are written differently, and that all of them run backwards.

The expected columns were read off the programs by hand.
"""

from typing import NamedTuple

import numpy as np
import pytest

from nnviz.attach.namespace import path_text
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.model import class_outputs
from nnviz.debugger.source import fingerprint
from nnviz.debugger.timeline import Timeline
from nnviz.engine.network import predictions
from nnviz.errors import InputError
from nnviz.figures.classes import confusion, samples, tsne
from nnviz.figures.curves import curves
from nnviz.figures.moment import moment_at
from nnviz.tui.details.sample import SampleQuestion
from nnviz.tui.view import confusion_matrix


class Expected(NamedTuple):
    """What a reader of the program says of it."""

    columns: bool
    weights: tuple[str, ...]
    activations: tuple[str, ...]
    loss: str
    computed: str
    rate: str
    slow: bool = False


TABLE = {
    "script_columns.py": Expected(
        True, ("W1", "W2"), ("sigmoid", "sigmoid"), "squared_error", "loss", "lr"
    ),
    "functions_rows.py": Expected(
        False, ("W1", "W2"), ("tanh", "softmax"), "cross_entropy", "cost", "learning_rate", True
    ),
    "class_network.py": Expected(
        True, ("net.W1", "net.W2"), ("relu", "softmax"), "cross_entropy", "loss", "net.rate"
    ),
    "dict_minibatch.py": Expected(
        False,
        ("params['W1']", "params['W2']"),
        ("relu", "softmax"),
        "cross_entropy",
        "loss",
        "lr",
    ),
    "momentum_rebinding.py": Expected(
        True, ("w1", "w2"), ("tanh", "sigmoid"), "squared_error", "error", "eta", True
    ),
    "einsum_while.py": Expected(
        False, ("A", "B"), ("sigmoid", "sigmoid"), "squared_error", "loss", "alpha", True
    ),
    "list_of_layers.py": Expected(
        True,
        tuple(f"W[{i}]" for i in range(6)),
        ("leaky_relu",) * 5 + ("softmax",),
        "cross_entropy",
        "J",
        "lr",
        True,
    ),
    "layer_objects.py": Expected(
        False,
        ("net[0].W", "net[2].W", "net[4].W"),
        ("relu", "relu", "softmax"),
        "cross_entropy",
        "loss",
        "learning_rate",
        True,
    ),
    "slope_k.py": Expected(
        True, ("W1", "W2", "W3"), ("sigmoid",) * 3, "squared_error", "loss", "rate", True
    ),
    "no_loss.py": Expected(
        True, ("W1", "W2"), ("tanh", "softmax"), "cross_entropy", "", "step", True
    ),
    "train_function.py": Expected(
        False, ("w", "v"), ("sigmoid", "sigmoid"), "binary_cross_entropy", "bce", "RATE", True
    ),
    "mean_squares_regression.py": Expected(
        True, ("W1", "W2"), ("tanh", "identity"), "squared_error", "mse", "lr", True
    ),
    "autoencoder.py": Expected(
        True, ("W1", "W2"), ("tanh", "identity"), "squared_error", "loss", "lr", True
    ),
    "bias_column.py": Expected(
        False,
        ("theta1", "theta2"),
        ("sigmoid", "sigmoid"),
        "binary_cross_entropy",
        "cost",
        "alpha",
        True,
    ),
}
CASES = [
    pytest.param(name, expected, marks=[pytest.mark.slow] * expected.slow, id=name)
    for name, expected in TABLE.items()
]


@pytest.mark.parametrize(("name", "expected"), CASES)
def test_a_program_is_recognised_and_runs_backwards_to_the_same_bits(name, expected, start):
    source = start(name)
    found = source.recognition
    assert found.columns == expected.columns
    assert tuple(path_text(layer.weights) for layer in found.layers) == expected.weights
    assert tuple(layer.activation for layer in found.layers) == expected.activations
    assert found.loss.family == expected.loss
    assert (found.loss.place.text if found.loss.place else "") == expected.computed
    assert path_text(found.rate.path) == expected.rate

    timeline = Timeline(source)
    seen = []
    for index in range(5):
        timeline.seek(index)
        arrays = {name: np.array(source.array(name)) for name in source.names}
        assert np.isfinite(timeline.frame.loss)
        assert timeline.frame.layers[0].gradient_rms > 0
        seen.append((timeline.frame.loss, fingerprint(arrays)))
    for index in reversed(range(4)):
        timeline.step_back()
        arrays = {name: np.array(source.array(name)) for name in source.names}
        assert (timeline.frame.loss, fingerprint(arrays)) == seen[index]
    assert timeline.drifts == ()


@pytest.mark.parametrize("name", ["autoencoder.py", "mean_squares_regression.py"])
def test_targets_that_are_numbers_make_no_answer_right_or_wrong(name, start):
    """No class is made of the largest number: no accuracy, no labels, no loss of a guess."""
    source = start(name)
    timeline = Timeline(source)
    timeline.seek(3)
    assert np.isnan(timeline.frame.train_accuracy)
    assert (source.info.classes, np.isnan(source.info.chance_loss)) == (0, True)
    with pytest.raises(InputError, match="name no classes"):
        source.labels()
    assert not confusion_matrix(timeline).size
    moment = moment_at(timeline)
    for figure in (confusion, samples, tsne):
        said = {text.get_text() for axes in figure(moment).axes for text in axes.texts}
        assert said == {"the targets name no classes: nothing is right or wrong"}
    assert any("training -" in axes.get_title() for axes in curves(moment).axes)


XOR = """
import numpy as np
rng = np.random.default_rng(1)
X = np.array([[0, 0, 1, 1], [0, 1, 0, 1]], dtype=float)
Y = np.array([TARGETS], dtype=float)
W1, W2 = rng.normal(size=(4, 2)), rng.normal(size=(1, 4))
b1, b2 = rng.normal(size=(4, 1)), np.zeros((1, 1))
for epoch in range(500):
    A1 = np.tanh(W1 @ X + b1)
    A2 = OUTPUT(W2 @ A1 + b2)
    loss = np.mean((A2 - Y) ** 2)
    d2 = (A2 - Y) * SLOPE
    d1 = W2.T @ d2 * (1 - A1 * A1)
    W2 -= 0.5 * d2 @ A1.T
    b2 -= 0.5 * d2.sum(axis=1, keepdims=True)
    W1 -= 0.5 * d1 @ X.T
    b1 -= 0.5 * d1.sum(axis=1, keepdims=True)
"""


@pytest.mark.parametrize(
    ("targets", "output", "slope"),
    [
        ("[0, 1, 1, 0]", "(lambda z: 1 / (1 + np.exp(-z)))", "A2 * (1 - A2)"),
        ("[-1, 1, 1, -1]", "np.tanh", "(1 - A2 * A2)"),
    ],
    ids=["sigmoid", "tanh"],
)
def test_a_single_output_says_yes_or_no(targets, output, slope, start):
    """XOR: two classes, each seen on the sample screen and in the matrix, before and after."""
    text = XOR.replace("TARGETS", targets).replace("OUTPUT", output).replace("SLOPE", slope)
    source = start("xor.py", text)
    timeline = Timeline(source)
    timeline.seek(499)
    assert source.info.classes == 2
    assert source.labels().tolist() == [0, 1, 1, 0]
    assert timeline.frame.train_accuracy == 1
    assert confusion_matrix(timeline).tolist() == [[2, 0], [0, 2]]
    detail = SampleQuestion("train", 1).answer(Debugger(timeline), None)
    assert (detail.label, detail.predicted, detail.alone) == (1, 1, True)
    assert detail.outcomes.confusion().tolist() == [[2, 0], [0, 2]]
    for figure in (confusion, samples):
        figure(moment_at(timeline))
    timeline.seek(0)
    taken = predictions(class_outputs(source.array("L2"), source.info.layers[-1].activation))
    right = np.mean(taken == [0, 1, 1, 0])
    assert timeline.frame.train_accuracy == right < 1


def test_the_slope_of_a_sigmoid_is_found_from_its_numbers(start):
    layers = start("slope_k.py").recognition.layers
    assert [layer.parameters["k"] for layer in layers] == [0.4, 0.4, 0.4]
