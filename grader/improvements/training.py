"""Checks of the student's whole `train`: it learns fresh data, and a seed decides everything.

Nobody knows which activation, loss or rate the student chose, so the weights are judged: by what
they make of the samples with the activation that suits them best. A program whose rate is meant for
60,000 samples is slow on the few here; that is no mistake, and a person decides.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from grader.checks import (
    Answer,
    Asking,
    Numbers,
    Trial,
    Undecided,
    Wrong,
    check,
    numbers,
    returned_none,
)
from grader.improvements.comparing import shown
from grader.improvements.initializers import HIDDEN, Hidden
from grader.improvements.slips import SLIPS
from grader.sandbox import Call, Limits
from nnviz.build import build
from nnviz.datasets import Dataset, one_hot
from nnviz.engine.training import Trainer
from nnviz.presets import BEST

FEATURES, CLASSES = 784, 10
"""As MNIST has them: a net whose first layer is fixed at that is no mistake."""

STAGES = ((20, 12), (60, 30), (200, 80))
"""Samples and iterations: what learns at once is quickly done, the others get more of both."""

ENOUGH = 90.0
"""Percent: the line that the course asks for. What gets there isn't held against the reference,
and in the first stage nothing else counts: the reference needs longer than that.
"""

TOLERANCE = 10.0
"""Percentage points below what the reference reaches that still count as reached."""

SAME = 1e-6
"""A loss that changes by less, as a share, stays as it is: even a tiny rate makes it fall more."""

LIMITS = Limits(wall_seconds=60, cpu_seconds=30)

LEARNED = 0.95
"""Of its first value the loss has to be at the end, at most, where the reference isn't reached."""


def draw_samples(trial: Trial, samples: int) -> tuple[Numbers, Numbers, Any]:
    """X (784 x samples, in [0, 1], a fifth of it not 0, as pictures are), T one-hot, and labels."""
    rng = trial.rng
    patterns = rng.random((FEATURES, CLASSES)) * (rng.random((FEATURES, CLASSES)) < 0.25)
    labels = rng.permutation(np.arange(samples) % CLASSES)
    visible = rng.random((FEATURES, samples)) < 0.8
    X = patterns[:, labels] * visible * rng.uniform(0.7, 1, (FEATURES, samples))
    return X, one_hot(labels, CLASSES).astype(np.float64), labels


def _draw_call(trial: Trial, samples: int, iterations: int) -> tuple[Numbers, Numbers, Any, Call]:
    """X, T and the labels of some samples, and the call that trains with them."""
    X, T, labels = draw_samples(trial, samples)
    seed = int(trial.rng.integers(1000))
    return X, T, labels, Call("train", (X, T, iterations, seed))


@check("train", ("train",), limits=LIMITS)
def _train(trial: Trial) -> Asking:
    """train learns data it has never seen."""
    for stage, (samples, iterations) in enumerate(STAGES):
        X, _, labels, call = _draw_call(trial, samples, iterations)
        (answer,) = yield [call]
        matrices, biases, losses = read_training(answer)
        accuracy = best_accuracy(matrices, biases, X, labels)
        target = ENOUGH
        if accuracy < ENOUGH and stage:
            target = min(ENOUGH, reference_accuracy(X, labels, iterations) - TOLERANCE)
        if accuracy >= target:
            return f"{accuracy:.0f} % of {samples} samples after {iterations} iterations"
    evidence = (
        ("got", f"{accuracy:.0f} % of {samples} samples right after {iterations} iterations"),
        ("expected", f"at least {target:.0f} %; the reference is given {TOLERANCE:.0f} points"),
        ("loss", f"from {losses[0]:.4g} to {losses[-1]:.4g}"),
    )
    if not np.isfinite(losses).all():
        raise Wrong("the loss is no number in the end: it diverged", evidence, "not-finite")
    change = losses[-1] / losses[0] - 1 if losses.size > 1 and losses[0] else np.nan
    for slip, made in (("train-ascent", change > SAME), ("train-not-learning", abs(change) < SAME)):
        if made:
            raise Wrong(SLIPS[slip], evidence, slip)
    if losses[-1] > LEARNED * losses[0]:
        raise Undecided("hardly learns these few samples: is the rate meant for more?", evidence)
    raise Undecided("learns, and slower than the reference: is the rate meant for more?", evidence)


@check("train-repeats", ("train",), limits=LIMITS, inputs="train")
def _repeats(trial: Trial) -> Asking:
    """train gives the same weights for the same seed, and leaves X and T as they are."""
    *_, call = _draw_call(trial, *STAGES[0])
    first, second = yield [call, call]
    changed = [("X", "T")[i] for i in first.changed if i in (0, 1)]
    if changed:
        raise Wrong(SLIPS["in-place"], (("changed", ", ".join(changed)),), "in-place")
    one, two = (read_training(answer)[0] for answer in (first, second))
    if not all(np.array_equal(a, b) for a, b in zip(one, two, strict=True)):
        off = max(float(np.abs(a - b).max()) for a, b in zip(one, two, strict=True))
        raise Wrong(
            SLIPS["train-not-repeatable"],
            (("got", f"weights that differ by up to {off:.3g}"), ("expected", "the same")),
            "train-not-repeatable",
        )
    return ""


def read_training(answer: Answer) -> tuple[list[Numbers], list[Numbers], Numbers]:
    """W1, W2, ... (fan_out x fan_in), biases (n x 1; none, or one each), and the losses.

    Weights may come as a list or a dict, with biases among them, or transposed. Raises Wrong where
    they make no net for 784 inputs and 10 classes.
    """
    value = answer.value
    if value is None:
        raise returned_none("train")
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Wrong(
            "train returns no pair; expected (weights, losses)",
            (("got", shown(value)),),
            "wrong-type",
        )
    arrays = [numbers(Answer(part), None, "train: weights") for part in _flat(value[0])]
    matrices = [array for array in arrays if array.ndim == 2 and min(array.shape) > 1]
    others = [array.reshape(-1, 1) for array in arrays if array.ndim < 2 or min(array.shape) == 1]
    losses = np.concatenate(
        [
            np.empty(0),
            *(numbers(Answer(v), None, "train: losses").ravel() for v in _flat(value[1])),
        ]
    )
    if not losses.size:
        raise Wrong(
            "train returns no losses", (("expected", "one for each iteration"),), "wrong-shape"
        )
    turned, width = [], FEATURES
    for W in matrices:
        W = W if W.shape[1] == width else W.T
        width = W.shape[0]
        turned.append(W)
    chained = all(b.shape[1] == a.shape[0] for a, b in pairwise(turned))
    if not turned or turned[0].shape[1] != FEATURES or width != CLASSES or not chained:
        got = ", ".join(f"{W.shape[0]} x {W.shape[1]}" for W in matrices)
        raise Wrong(
            f"the weights make no net from {FEATURES} inputs to {CLASSES} classes",
            (
                ("got", got or "no matrix"),
                ("expected", f"... x {FEATURES} first, {CLASSES} x ... last"),
            ),
            "wrong-shape",
        )
    fitting = [b.shape[0] for b in others] == [W.shape[0] for W in turned]
    return turned, others if fitting else [], losses


def _flat(value: Any) -> list[Any]:
    """The arrays in nested lists, tuples and dicts, in order."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in _flat(part)]
    return [value]


@np.errstate(all="ignore")
def best_accuracy(matrices: list[Numbers], biases: list[Numbers], X: Numbers, labels: Any) -> float:
    """Training accuracy in percent, with the hidden activation that suits the weights best."""
    shifts = biases or [np.zeros((1, 1))] * len(matrices)
    best = 0.0
    linear: Hidden = np.positive
    first = matrices[0] @ X + shifts[0]
    for function in (*HIDDEN.values(), linear):
        z = first
        for W, b in zip(matrices[1:], shifts[1:], strict=True):
            z = W @ function(z) + b
        if np.isfinite(z).all():
            best = max(best, 100 * float((z.argmax(axis=0) == labels).mean()))
        if best == 100:
            break
    return best


def reference_accuracy(X: Numbers, labels: Any, iterations: int) -> float:
    """What the course's own best run reaches on these samples, in percent."""
    T = one_hot(labels, CLASSES)
    samples = X.astype(np.float32)
    data = Dataset(
        "fresh", samples, labels, T, samples[:, :0], labels[:0], T[:, :0], None, CLASSES, ""
    )
    trainer = Trainer(build(BEST, data))
    *_, last = trainer.run(iterations)
    return 100 * last.train_accuracy
