"""A phase shows its formula in the course's notation, true shapes, and the training's arrays."""

import re

import numpy as np
import pytest

from nnviz.debugger.timeline import Timeline
from nnviz.engine.network import backward, forward

KINDS = {
    "course": {},
    "biases": {"biases": True, "momentum": 0.5, "activation": "relu"},
    "softmax": {"output": "softmax", "loss": "cross_entropy", "activation": "tanh"},
    "batches": {"batch_size": 8, "activation": "leaky_relu", "loss": "binary_cross_entropy"},
}


def test_the_formulas_are_the_courses(run):
    """As on the course's pages: sums over samples, * elementwise, ^T transposed."""
    phases = run().phases()
    assert [phase.formula for phase in phases] == [
        "z1 = W1 X;  L1 = 1 / (1 + exp(-z1))",
        "z2 = W2 L1;  L2 = 1 / (1 + exp(-z2))",
        "z3 = W3 L2;  L3 = 1 / (1 + exp(-z3))",
        "loss = sum((L3 - T)^2) / N",
        "d3 = (L3 - T) * L3 (1 - L3);  dW3 = d3 L2^T",
        "d2 = W3^T d3 * L2 (1 - L2);  dW2 = d2 L1^T",
        "d1 = W2^T d2 * L1 (1 - L1);  dW1 = d1 X^T",
        "W = W - lr * dW",
    ]
    assert phases[0].shapes == "(5 x 30) = (5 x 6) (6 x 30)"


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_are_those_of_the_plain_formulation(run, kind):
    """At every phase of an epoch's last, smaller batch too: shapes as stated, values as derived."""
    timeline = Timeline(run(**KINDS[kind]))
    timeline.seek(11)  # of batches of 8 of 30 samples, the last one of the third epoch
    source = timeline.source
    network, parameters = source.setup.network, source.iteration.state.parameters
    passed = forward(network, parameters, source.array("X"))
    back = backward(network, parameters, passed, source.array("T"))
    plain = {
        **{f"z{i}": z for i, z in enumerate(passed.pre_activations, 1)},
        **{f"L{i}": a for i, a in enumerate(passed.activations, 1)},
        **{f"d{i}": d for i, d in enumerate(back.deltas, 1)},
        **{
            f"d{name}": dW for name, dW in zip(parameters.names, back.gradients.arrays, strict=True)
        },
    }
    seen = {}
    for phase in source.phases():
        for name in phase.arrays:
            if name == "loss":
                continue
            seen[name] = source.array(name)
            rows, columns = seen[name].shape
            assert f"{rows} x {columns}" in phase.shapes or columns == 1
            if name in plain:
                np.testing.assert_allclose(seen[name], plain[name], rtol=2e-4, atol=1e-5)
    assert plain.keys() <= seen.keys()
    assert {f"update{i}" for i in (1, 2, 3)} <= seen.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_the_update_takes_the_weights_to_the_next_iteration(run, kind):
    """Bit for bit: from the gradients shown come the velocity and the next weights."""
    timeline = Timeline(run(**KINDS[kind]))
    timeline.seek(6)
    source = timeline.source
    rates = source.iteration.rates
    W2, dW2, update = (source.array(name) for name in ("W2", "dW2", "update2"))
    step = -(dW2 * rates[1])
    if KINDS[kind].get("momentum"):
        V2 = source.array("V2")
        timeline.step_back()
        np.testing.assert_array_equal(V2, 0.5 * source.array("V2") + step)
        timeline.step()
        step = V2
    np.testing.assert_array_equal(update, (W2 + step) - W2)
    timeline.step()
    np.testing.assert_array_equal(source.array("W2"), W2 + step)


def test_an_array_that_is_not_there_names_those_that_are(run):
    """All names, as they are typed."""
    with pytest.raises(KeyError, match=re.escape("W9: expected one of X, T, W1, dW1, update1")):
        run().array("W9")
