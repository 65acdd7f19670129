"""Each known slip, planted in a right solution, is called by its name and by no other."""

from pathlib import Path

import pytest

from grader.checking import run_checks
from grader.improvements import CHECKS
from grader.improvements.slips import SLIPS
from tests.grader.in_process import InProcess

RIGHT = (Path(__file__).parents[1] / "solutions" / "textbook.py").read_text()
QUICK = [check for check in CHECKS.values() if check.limits is None]

ONE_LINERS = {
    # slip -> function with its arguments, and what it returns instead
    "forgotten-k": ("sigmoid_derivative(z, k=1)", "sigmoid(z, k) * (1 - sigmoid(z, k))"),
    "k-ignored": ("sigmoid_derivative(z, k=1)", "sigmoid(z) * (1 - sigmoid(z))"),
    "derivative-formula-of-a-on-z": ("sigmoid_derivative(z, k=1)", "k * z * (1 - z)"),
    "derivative-at-a": (
        "sigmoid_derivative(z, k=1)",
        "k * sigmoid(sigmoid(z, k), k) * (1 - sigmoid(sigmoid(z, k), k))",
    ),
    "value-for-derivative": ("tanh_derivative(z)", "np.tanh(z)"),
    "sigmoid-factor-missing": ("sigmoid_derivative(z, k=1)", "k * sigmoid(z, k)"),
    "exponent-sign": ("sigmoid(z, k=1)", "1 / (1 + np.exp(k * z))"),
    "tanh-not-squared": ("tanh_derivative(z)", "1 - np.tanh(z)"),
    "tanh-is-sigmoid": ("tanh(z)", "1 / (1 + np.exp(-z))"),
    "tanh-half": ("tanh(z)", "2 / (1 + np.exp(-z)) - 1"),
    "absolute-value": ("relu(z)", "np.abs(z)"),
    "reversed": ("relu_derivative(z)", "np.where(z < 0, 1.0, 0.0)"),
    "relu-slope-ge": ("relu_derivative(z)", "np.where(relu(z) >= 0, 1.0, 0.0)"),
    "leak-ignored": ("leaky_relu(z, slope=0.01)", "np.where(z > 0, z, 0.01 * z)"),
    "leak-is-zero": ("leaky_relu_derivative(z, slope=0.01)", "np.where(z > 0, 1.0, 0.0)"),
    "leak-times-z": ("leaky_relu_derivative(z, slope=0.01)", "np.where(z > 0, 1.0, slope * z)"),
    "overflow": ("tanh(z)", "(np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))"),
    "softmax-axis": (
        "softmax(z)",
        "np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=1, keepdims=True)",
    ),
    "softmax-whole": ("softmax(z)", "np.exp(z - z.max()) / np.exp(z - z.max()).sum()"),
    "softmax-not-normalised": ("softmax(z)", "np.exp(z)"),
    "missing-1-over-n": ("cross_entropy(a, t)", "-np.sum(t * np.log(a + 1e-12))"),
    "no-epsilon": ("cross_entropy(a, t)", "-np.sum(t * np.log(a)) / a.shape[1]"),
    "loss-sign": ("cross_entropy(a, t)", "np.sum(t * np.log(a + 1e-12)) / a.shape[1]"),
    "binary-cross-entropy": (
        "cross_entropy(a, t)",
        "-np.mean(t * np.log(a + 1e-12) + (1 - t) * np.log(1 - a + 1e-12))",
    ),
    "squared-error": ("cross_entropy(a, t)", "np.sum((a - t) ** 2) / a.shape[1]"),
    "delta-reversed": ("cross_entropy_delta(a, t)", "t - a"),
    "delta-of-squared-error": ("cross_entropy_delta(a, t)", "(a - t) * a * (1 - a)"),
    "delta-bare": ("cross_entropy_delta(a, t)", "-t / a"),
    "init-shape": ("init_he(fan_out, fan_in, rng)", "init_normal(fan_in, fan_out, rng)"),
    "init-constant": ("init_normal(fan_out, fan_in, rng)", "np.ones((fan_out, fan_in))"),
    "init-not-centred": ("init_normal(fan_out, fan_in, rng)", "rng.random((fan_out, fan_in))"),
    "init-missing-fan": (
        "init_he(fan_out, fan_in, rng)",
        "rng.standard_normal((fan_out, fan_in))",
    ),
    "init-std-for-variance": (
        "init_he(fan_out, fan_in, rng)",
        "2 / fan_in * rng.standard_normal((fan_out, fan_in))",
    ),
    "init-limit-for-std": (
        "init_he(fan_out, fan_in, rng)",
        "np.sqrt(2 / fan_in) * rng.uniform(-1, 1, (fan_out, fan_in))",
    ),
    "init-fans-swapped": (
        "init_he(fan_out, fan_in, rng)",
        "np.sqrt(2 / fan_out) * rng.standard_normal((fan_out, fan_in))",
    ),
    "init-other-rule": (
        "init_he(fan_out, fan_in, rng)",
        "np.sqrt(2 / (fan_in + fan_out)) * rng.standard_normal((fan_out, fan_in))",
    ),
    "init-uniform-for-normal": (
        "init_normal(fan_out, fan_in, rng)",
        "rng.uniform(-1, 1, (fan_out, fan_in))",
    ),
    "init-not-orthogonal": (
        "init_orthogonal(fan_out, fan_in, rng)",
        "rng.standard_normal((fan_out, fan_in)) / fan_in**0.5",
    ),
    "own-randomness": (
        "init_normal(fan_out, fan_in, rng)",
        "np.random.default_rng().standard_normal((fan_out, fan_in))",
    ),
    "fixed-randomness": (
        "init_normal(fan_out, fan_in, rng)",
        "np.random.default_rng(0).standard_normal((fan_out, fan_in))",
    ),
    "dead-ge": ("count_dead(a)", "np.all(a >= 0, axis=1).sum()"),
    "dead-values": ("count_dead(a)", "(a == 0).sum()"),
    "dead-any": ("count_dead(a)", "np.any(a == 0, axis=1).sum()"),
    "dead-axis": ("count_dead(a)", "np.all(a == 0, axis=0).sum()"),
    "dead-share": ("count_dead(a)", "np.all(a == 0, axis=1).mean()"),
    "dead-alive": ("count_dead(a)", "np.any(a != 0, axis=1).sum()"),
    "returns-none": ("tanh(z)", "None"),
    "wrong-type": ("relu(z)", "np.maximum(z, 0).tolist()"),
    "wrong-shape": ("relu_derivative(z)", "(z > 0).astype(float).T"),
    "not-finite": ("leaky_relu(z, slope=0.01)", "np.where(z > 0, z, np.nan)"),
}

STEP = "update(W, dW, state, learning_rate, momentum=0)"
VELOCITY = "-learning_rate * dW + momentum * (0 if state is None else state)"
ONE_LINERS |= {
    "update-transposed": (
        STEP,
        "(W - learning_rate * dW.T + momentum * (0 if state is None else state), "
        "-learning_rate * dW.T + momentum * (0 if state is None else state))",
    ),
    "ascent": (STEP, f"(W - ({VELOCITY}), {VELOCITY})"),
    "no-learning-rate": (
        STEP,
        "(W - dW + momentum * (0 if state is None else state), "
        "-dW + momentum * (0 if state is None else state))",
    ),
    "update-zero": (STEP, "(W, state)"),
    "momentum-not-kept": (STEP, f"(W + {VELOCITY}, None)"),
    "momentum-on-gradient": (STEP, f"(W + {VELOCITY}, -learning_rate * dW)"),
}

STATEMENTS = {
    # the same where it takes more than one line
    "in-place": f"""
def {STEP}:
    velocity = -learning_rate * dW + (0 if state is None else momentum * state)
    W += velocity
    return W, velocity
""",
    "momentum-sign": f"""
def {STEP}:
    velocity = -learning_rate * dW
    if state is not None:
        velocity = velocity - momentum * state
    return W + velocity, velocity
""",
    "mean-for-sum": """
def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.mean(axis=0)
""",
    "lsuv-not-scaled": """
def init_lsuv(sizes, X, rng):
    return [init_orthogonal(b, a, rng) for a, b in zip(sizes[:-1], sizes[1:])]
""",
    "lsuv-first-layer-only": """
def init_lsuv(sizes, X, rng):
    weights = [init_orthogonal(b, a, rng) for a, b in zip(sizes[:-1], sizes[1:])]
    return [weights[0] / np.std(weights[0] @ X), *weights[1:]]
""",
    "lsuv-by-variance": """
def init_lsuv(sizes, X, rng):
    weights, a = [], X
    for fan_in, fan_out in zip(sizes[:-1], sizes[1:]):
        W = init_orthogonal(fan_out, fan_in, rng)
        weights.append(W / np.var(W @ a))
        a = leaky_relu(weights[-1] @ a)
    return weights
""",
    "lsuv-without-activation": """
def init_lsuv(sizes, X, rng):
    weights, a = [], X
    for fan_in, fan_out in zip(sizes[:-1], sizes[1:]):
        W = init_orthogonal(fan_out, fan_in, rng)
        weights.append(W / np.std(W @ a))
        a = weights[-1] @ a
    return weights
""",
}

PLANTED = STATEMENTS | {
    slip: f"\ndef {function}:\n    return {instead}\n"
    for slip, (function, instead) in ONE_LINERS.items()
}

TRAINING = {
    "train-not-learning": """
    return [rng.standard_normal((T.shape[0], X.shape[0])) / 30], [2.3] * iterations
""",
    "train-ascent": """
    W, losses = rng.standard_normal((T.shape[0], X.shape[0])) / 30, []
    for i in range(iterations):
        p = softmax(W @ X)
        losses.append(cross_entropy(p, T))
        W = W + 0.2 * (p - T) @ X.T / X.shape[1]
    return [W], losses
""",
    "train-not-repeatable": """
    return [np.random.standard_normal((T.shape[0], X.shape[0]))], [1.0, 0.5]
""",
}

MORE = [
    # other places for the same slips: function, instead, slip
    ("tanh_derivative(z)", "1 - z**2", "derivative-formula-of-a-on-z"),
    ("tanh_derivative(z)", "1 - np.tanh(np.tanh(z)) ** 2", "derivative-at-a"),
    ("relu_derivative(z)", "np.maximum(z, 0)", "value-for-derivative"),
    ("relu(z)", "np.minimum(z, 0)", "reversed"),
    ("leaky_relu(z, slope=0.01)", "np.maximum(z, 0)", "leak-is-zero"),
    ("sigmoid(z, k=1)", "1 / (1 + np.exp(-z))", "k-ignored"),
    ("softmax(z)", "np.exp(z) / np.exp(z).sum(axis=0)", "overflow"),
    ("cross_entropy_delta(a, t)", "(a - t) / a.shape[1]", "mean-for-sum"),
    (
        "init_glorot(fan_out, fan_in, rng)",
        "rng.standard_normal((fan_out, fan_in))",
        "init-missing-fan",
    ),
    (STEP, "(W + learning_rate * dW, state)", "ascent"),
    (STEP, "(W - learning_rate * dW / dW.shape[1], state)", "mean-for-sum"),
]


def near(function):
    """The checks that a slip in this function could also show in."""
    name = function.split("(")[0].removesuffix("_derivative")
    group = "initializers" if name.startswith("init_") else name
    return [check for check in QUICK if check.name.split("-")[0].startswith(group)]


FUNCTION = {slip: text.split("def ")[1].split("(")[0] for slip, text in PLANTED.items()}


def slips_of(source, checks=QUICK, seed=0):
    results = run_checks(InProcess(source), checks, seed)
    return {result.slip for result in results.values() if result.slip}, results


@pytest.mark.parametrize("slip", PLANTED)
def test_planted_slip_is_named(slip):
    """With evidence: what came back, and what was expected."""
    found, results = slips_of(RIGHT + PLANTED[slip], near(FUNCTION[slip]))
    named = [result for result in results.values() if result.slip]
    assert found == {slip}, named
    assert all(result.message and result.evidence for result in named) or slip in (
        "returns-none",
        "wrong-type",
    )


@pytest.mark.parametrize(("function", "instead", "slip"), MORE)
def test_same_slip_in_another_place(function, instead, slip):
    """The derivative of another function, the whole softmax, the step without momentum."""
    found, _ = slips_of(f"{RIGHT}\ndef {function}:\n    return {instead}\n", near(function))
    assert found == {slip}


@pytest.mark.parametrize("slip", TRAINING)
def test_slip_in_training_is_named(slip):
    """By what comes of it: the loss grows, or the same seed gives other weights."""
    source = RIGHT + "\ndef train(X, T, iterations, seed):\n    rng = np.random.default_rng(seed)"
    name = "train-repeats" if slip == "train-not-repeatable" else "train"
    found, _ = slips_of(source + TRAINING[slip], [CHECKS[name]])
    assert found == {slip}


def test_every_known_slip_is_planted():
    """A slip that nobody can make would be a name for nothing."""
    assert set(PLANTED) | set(TRAINING) == set(SLIPS)


@pytest.mark.slow
@pytest.mark.parametrize("slip", PLANTED)
def test_planted_slip_is_named_among_all_checks(slip):
    """By its name alone, for three draws of all inputs."""
    for seed in range(1, 4):
        assert slips_of(RIGHT + PLANTED[slip], seed=seed)[0] == {slip}
