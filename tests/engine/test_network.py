"""Promises of the plain passes: gradients of every pair that belongs together, and the shapes."""

import numpy as np
import pytest

from nnviz.engine.activations import ACTIVATIONS, leaky_relu, sigmoid
from nnviz.engine.gradcheck import check_gradients
from nnviz.engine.losses import LOSSES
from nnviz.engine.network import Network, Parameters, accuracy, backward, forward

HIDDEN = [make() for make in ACTIVATIONS.values() if make().elementwise]
HIDDEN += [sigmoid(0.4), leaky_relu(0.2)]
PAIRS = [(loss, name) for loss in LOSSES.values() for name in loss.partners]


def random_case(network, rng, samples=7):
    weights = tuple(rng.normal(scale=0.4, size=shape) for shape in network.shapes)
    biases = tuple(rng.normal(scale=0.3, size=(n, 1)) for n in network.sizes[1:])
    X = rng.normal(size=(network.sizes[0], samples))
    T = np.eye(network.sizes[-1])[:, rng.integers(network.sizes[-1], size=samples)]
    return Parameters(weights, biases if network.has_biases else ()), X, T


@pytest.mark.parametrize("has_biases", [False, True], ids=["no biases", "biases"])
@pytest.mark.parametrize("hidden", HIDDEN, ids=lambda a: f"{a.name}{dict(a.parameters)}")
@pytest.mark.parametrize(("loss", "output"), PAIRS, ids=lambda x: getattr(x, "name", x))
def test_every_pair_that_belongs_together_passes_the_gradient_check(
    loss, output, hidden, has_biases
):
    rng = np.random.default_rng(3)
    network = Network((5, 6, 4, 3), (hidden, hidden, ACTIVATIONS[output]()), loss, has_biases)
    results = check_gradients(network, *random_case(network, rng), rng=rng)
    assert len(results) == (6 if has_biases else 3)
    for result in results:
        assert result.passed, result


def test_a_forgotten_k_fails_the_check_with_its_ratio_in_the_first_layer():
    right = sigmoid(0.4)
    forgotten = type(right)(
        "sigmoid", right.function, sigmoid().derivative, "", "", parameters=right.parameters
    )
    network = Network((5, 4, 3), (forgotten, forgotten), LOSSES["squared_error"])
    rng = np.random.default_rng(0)
    first, last = check_gradients(network, *random_case(network, rng), rng=rng)
    assert not first.passed
    assert last.ratio == pytest.approx(1 / 0.4)
    assert first.ratio == pytest.approx(1 / 0.4**2)


def test_gradients_are_sums_over_the_samples():
    network = Network((5, 4, 3), (sigmoid(), sigmoid()), LOSSES["squared_error"])
    parameters, X, T = random_case(network, np.random.default_rng(0))
    once = backward(network, parameters, forward(network, parameters, X), T)
    X2, T2 = np.hstack([X, X]), np.hstack([T, T])
    twice = backward(network, parameters, forward(network, parameters, X2), T2)
    for dW, double in zip(once.gradients.arrays, twice.gradients.arrays, strict=True):
        np.testing.assert_allclose(2 * dW, double)


def test_shapes_are_units_by_samples():
    network = Network((5, 4, 3), (sigmoid(), sigmoid()), LOSSES["squared_error"])
    parameters, X, T = random_case(network, np.random.default_rng(0), samples=7)
    passed = forward(network, parameters, X)
    assert [a.shape for a in passed.activations] == [(4, 7), (3, 7)]
    assert [d.shape for d in backward(network, parameters, passed, T).deltas] == [(4, 7), (3, 7)]


def test_accuracy_is_the_share_of_largest_outputs_that_are_the_label():
    outputs = np.array([[0.9, 0.2, 0.4], [0.1, 0.8, 0.6]])
    assert accuracy(outputs, np.array([0, 1, 0])) == pytest.approx(2 / 3)


def test_softmax_in_a_hidden_layer_is_refused():
    with pytest.raises(ValueError, match="L1 is a hidden layer"):
        Network(
            (5, 4, 3),
            (ACTIVATIONS["softmax"](), ACTIVATIONS["softmax"]()),
            LOSSES["cross_entropy"],
        )
