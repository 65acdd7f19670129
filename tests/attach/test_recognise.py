"""What is not recognised says why, and what beside the training is not taken for it."""

import numpy as np
import pytest

from nnviz.attach.loops import choose, why_none
from nnviz.attach.program import read_program
from nnviz.errors import InputError

DATA = """
import numpy as np
rng = np.random.default_rng(0)
X = rng.random((40, 3))
Y = np.eye(2)[(X.sum(axis=1) > 1.5).astype(int)]
"""

ONE_BY_ONE = (
    DATA
    + """
class Network:
    def __init__(self):
        self.weights = [rng.normal(size=(5, 3)), rng.normal(size=(2, 5))]

    def train(self):
        for start in range(0, 40, 10):
            self.update([(X[[i]].T, Y[[i]].T) for i in range(start, start + 10)])

    def update(self, batch):
        sums = [np.zeros(W.shape) for W in self.weights]
        for x, y in batch:
            sums = [old + new for old, new in zip(sums, self.backward(x, y))]
        self.weights = [W - 0.3 * new for W, new in zip(self.weights, sums)]

    def backward(self, x, y):
        h = np.tanh(np.dot(self.weights[0], x))
        o = 1 / (1 + np.exp(-np.dot(self.weights[1], h)))
        d2 = (o - y) * o * (1 - o)
        d1 = np.dot(self.weights[1].T, d2) * (1 - h * h)
        return [np.dot(d1, x.T), np.dot(d2, h.T)]

Network().train()
"""
)

VECTORS = (
    DATA
    + """
W1, W2 = rng.normal(size=(3, 5)), rng.normal(size=(5, 2))
for i in range(40):
    h = np.tanh(X[i] @ W1)
    o = h @ W2
    d2 = o - Y[i]
    d1 = (W2 @ d2) * (1 - h * h)
    W2 -= 0.1 * np.outer(h, d2)
    W1 -= 0.1 * np.outer(X[i], d1)
"""
)

VALIDATED = (
    DATA
    + """
W1, W2 = rng.normal(size=(3, 5)), rng.normal(size=(5, 2))
def forward(X):
    h = np.tanh(X @ W1)
    return h, h @ W2
for i in range(40):
    seen = np.mean((forward(X[:10])[1] - Y[:10]) ** 2)
    h, o = forward(X[10:])
    d2 = (o - Y[10:]) / 30
    d1 = (d2 @ W2.T) * (1 - h * h)
    W2 -= 0.1 * h.T @ d2
    W1 -= 0.1 * X[10:].T @ d1
"""
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ONE_BY_ONE, r"line \d+ computes 10 gradients of self\.weights\[0\] one after another"),
        (VECTORS, r"line \d+ passes a vector through W1, a single sample"),
    ],
    ids=["one by one", "vectors"],
)
def test_samples_that_pass_alone_are_refused(text, told, start):
    """Numbers of the first sample would be shown where the update comes from ten."""
    with pytest.raises(InputError, match=told):
        start("alone.py", text)


def test_a_pass_that_only_looks_how_the_net_is_doing_is_not_the_training(start):
    found = start("validated.py", VALIDATED).recognition
    assert (found.samples, found.all_samples) == (30, 40)
    assert all({"L", "d", "dW"} <= layer.places.keys() for layer in found.layers)


def test_weights_may_change_in_a_list_comprehension(tmp_path):
    """The loop over the batch only adds up: the one around it is the training."""
    path = tmp_path / "network.py"
    path.write_text(ONE_BY_ONE)
    chosen = choose(read_program(path))
    assert "self.weights" in chosen.updates
    assert path.read_text().splitlines()[chosen.line - 1].strip().startswith("for start in")


@pytest.mark.parametrize(
    ("imports", "trains"),
    [
        ("from sklearn.datasets import load_digits", ()),
        ("import sklearn.metrics, numpy", ()),
        ("from sklearn import datasets, preprocessing", ()),
        ("from sklearn.neural_network import MLPClassifier", ("scikit-learn",)),
        ("from sklearn import datasets, neural_network", ("scikit-learn",)),
        ("import torch.nn as nn", ("PyTorch",)),
        ("from torch import nn\nimport jax", ("PyTorch", "JAX")),
    ],
)
def test_loading_data_with_a_library_is_not_training_with_it(imports, trains, tmp_path):
    path = tmp_path / "network.py"
    path.write_text(f"{imports}\nfor i in range(3):\n    pass\n")
    program = read_program(path)
    assert program.trains_with == trains
    assert ("computes the gradients out of sight" in why_none(program)) == bool(trains)


def test_zeros_to_begin_with_are_weights_like_any_others(start):
    """Softmax regression begins at 0, in a function that a loop calls."""
    found = start(
        "zeros.py",
        DATA
        + """
Y = np.eye(3)[rng.integers(0, 3, 40)]
def train(rate):
    W = np.zeros((3, 3))
    for i in range(20):
        e = np.exp(np.dot(X, W))
        P = e / e.sum(axis=1, keepdims=True)
        loss = -np.sum(Y * np.log(P))
        W -= rate * np.dot(X.T, P - Y)
for rate in (0.1, 0.01):
    train(rate)
""",
    ).recognition
    assert [layer.activation for layer in found.layers] == ["softmax"]
    assert np.isfinite(found.layers[0].confidence)
