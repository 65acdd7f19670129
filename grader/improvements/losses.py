"""Checks of softmax, cross-entropy and its delta.

Sums and means of the same loss are both in use, so any constant factor is right, and is named.
"""

from collections.abc import Callable, Mapping

import numpy as np

from grader.checks import Answer, Asking, Numbers, Passed, Trial, Wrong, check, numbers
from grader.improvements.comparing import (
    TOLERANCE,
    equal,
    evidence,
    judge,
    one_sample,
    shown,
)
from grader.improvements.slips import SLIPS
from grader.sandbox import Call
from nnviz.engine.activations import ACTIVATIONS
from nnviz.engine.losses import LOSSES

_SOFTMAX = ACTIVATIONS["softmax"]().function
_CROSS_ENTROPY = LOSSES["cross_entropy"]


def _exp(z: Numbers) -> Numbers:
    return np.exp(z)


_SOFTMAX_SLIPS = {
    "softmax-axis": lambda z: _exp(z) / _exp(z).sum(axis=1, keepdims=True),
    "softmax-whole": lambda z: _exp(z) / _exp(z).sum(),
    "softmax-not-normalised": _exp,
    "mean-for-sum": lambda z: _exp(z) / _exp(z).mean(axis=0),
}


@check("softmax", ("softmax",))
def _softmax(trial: Trial) -> Asking:
    """softmax(z) is exp(z) / sum(exp(z)) over the classes of each sample."""
    z = trial.numbers(3, 4)
    first, second = yield [Call("softmax", (z,)), Call("softmax", (z.astype(np.float32),))]
    for answer in (first, second):
        yield from judge("softmax", (z,), answer, _SOFTMAX, _SOFTMAX_SLIPS, one_sample(z))
    return ""


@check("softmax-extremes", ("softmax",), ("softmax",))
def _softmax_extremes(trial: Trial) -> Asking:
    """softmax is right for z of 10,000 and -10,000."""
    z = np.array([[1e4, -1e4, 0.0], [1e4 - 1, -1e4 - 2, 1e4], [0.0, -1e4, -1e4]])
    (answer,) = yield [Call("softmax", (z,))]
    got, expected = numbers(answer, z.shape, "softmax"), _SOFTMAX(z)
    if not equal(got, expected):
        slip = "overflow" if np.isnan(got).any() else ""
        column = next(i for i in range(3) if not equal(got[:, [i]], expected[:, [i]]))
        said = SLIPS[slip] if slip else "wrong far from 0"
        shown_column = (z[:, [column]], got[:, column], expected[:, column])
        raise Wrong(said, evidence("softmax", (shown_column[0],), *shown_column[1:]), slip)
    return ""


@check("softmax-keeps-z", ("softmax",), ("softmax",))
def _softmax_keeps(trial: Trial) -> Asking:
    """softmax leaves z as it is."""
    (answer,) = yield [Call("softmax", (trial.numbers(3, 2),))]
    return _keep(answer, ("z",))


def _probabilities(trial: Trial, samples: int) -> tuple[Numbers, Numbers]:
    """Outputs of a softmax and one-hot targets, 4 classes x samples; no output is near 0 or 1.

    Every class is the target of a sample, and there are more samples than classes.
    """
    a = np.round(_SOFTMAX(trial.numbers(4, samples, high=1.5)), 3)
    a[-1] = 1 - a[:-1].sum(axis=0)
    labels = trial.rng.permutation(np.arange(samples) % 4)
    return a, np.eye(4)[:, labels]


def _loss(a: Numbers, t: Numbers) -> float:
    return _CROSS_ENTROPY.objective(a, t)


_LOSS_SLIPS: Mapping[str, Callable[[Numbers, Numbers], float]] = {
    "loss-sign": lambda a, t: -_loss(a, t),
    "binary-cross-entropy": LOSSES["binary_cross_entropy"].objective,
    "squared-error": lambda a, t: float(((a - t) ** 2).sum()),
}
"""Up to a positive factor, like the loss itself."""


@check("cross_entropy", ("cross_entropy",))
def _cross_entropy(trial: Trial) -> Asking:
    """cross_entropy(a, t) is -sum(t log a), or this times a constant, such as 1/N."""
    sizes = (5, 11)
    batches = [_probabilities(trial, size) for size in sizes]
    # a constant need not be the same for another number of samples, but is for other samples
    others = [_probabilities(trial, size) for size in sizes]
    answers = yield [Call("cross_entropy", batch) for batch in (*batches, *others)]
    values = [_one_number(answer, "cross_entropy") for answer in answers]
    got, again = values[: len(sizes)], values[len(sizes) :]
    factors = [value / _loss(*batch) for value, batch in zip(got, batches, strict=True)]
    if all(
        factor > 0 and np.isclose(value, factor * _loss(*batch), rtol=1e-3)
        for value, factor, batch in zip(again, factors, others, strict=True)
    ):
        return _named_factor(factors, sizes, "the loss")
    slip = _loss_slip(got, again, batches, others)
    raise Wrong(
        SLIPS[slip] if slip else "not the cross-entropy, also not times a constant",
        evidence("cross_entropy", batches[0], got[0], _loss(*batches[0])),
        slip,
    )


def _loss_slip(
    got: list[float],
    again: list[float],
    batches: list[tuple[Numbers, Numbers]],
    others: list[tuple[Numbers, Numbers]],
) -> str:
    """The slip whose formula, times a constant for each number of samples, gives these losses."""
    if not np.isfinite([*got, *again]).all():
        return "not-finite"
    for slip, formula in _LOSS_SLIPS.items():
        ratios = [value / formula(*batch) for value, batch in zip(got, batches, strict=True)]
        if all(
            ratio > 0 and np.isclose(value, ratio * formula(*batch), rtol=1e-3)
            for value, ratio, batch in zip(again, ratios, others, strict=True)
        ):
            return slip
    return ""


@check("cross_entropy-extremes", ("cross_entropy",), ("cross_entropy",))
def _cross_entropy_extremes(trial: Trial) -> Asking:
    """cross_entropy is a number where outputs are exactly 0 and 1."""
    sure = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    t = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    wrong = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    first, second = yield [Call("cross_entropy", (sure, t)), Call("cross_entropy", (wrong, t))]
    right, missed = _one_number(first, "cross_entropy"), _one_number(second, "cross_entropy")
    if not abs(right) < 0.01:
        raise Wrong(
            SLIPS["no-epsilon"] if np.isnan(right) else "a sure and right output has the loss 0",
            evidence("cross_entropy", (sure, t), right, 0.0),
            "no-epsilon" if np.isnan(right) else "",
        )
    if np.isnan(missed) or missed < 1:  # infinity is what the formula says
        raise Wrong(
            SLIPS["no-epsilon"] if np.isnan(missed) else "a sure and wrong output costs a lot",
            (*evidence("cross_entropy", (wrong, t), missed, 0.0)[:2], ("expected", "much")),
            "no-epsilon" if np.isnan(missed) else "",
        )
    return ""


@check("cross_entropy-keeps-a", ("cross_entropy",), ("cross_entropy",))
def _cross_entropy_keeps(trial: Trial) -> Asking:
    """cross_entropy leaves a and t as they are."""
    (answer,) = yield [Call("cross_entropy", _probabilities(trial, 5))]
    return _keep(answer, ("a", "t"))


_DELTA_SLIPS: Mapping[str, Callable[[Numbers, Numbers], Numbers]] = {
    "delta-reversed": lambda a, t: t - a,
    "delta-of-squared-error": lambda a, t: (a - t) * a * (1 - a),
    "delta-bare": lambda a, t: -t / a,
}


@check("cross_entropy_delta", ("cross_entropy_delta",))
def _delta(trial: Trial) -> Asking:
    """cross_entropy_delta(a, t) is a - t, or this times a constant, such as 1/N."""
    sizes = (5, 11)
    batches = [_probabilities(trial, size) for size in sizes]
    answers = yield [Call("cross_entropy_delta", batch) for batch in batches]
    factors = []
    for answer, (a, t) in zip(answers, batches, strict=True):
        got = numbers(answer, a.shape, "cross_entropy_delta")
        factor = _factor(got, a - t)
        if factor is None or factor < 0:
            raise _wrong_delta(got, a, t)
        factors.append(factor)
    return _named_factor(factors, sizes, "the delta", sums=True)


def _wrong_delta(got: Numbers, a: Numbers, t: Numbers) -> Wrong:
    slips = {name: formula(a, t) for name, formula in _DELTA_SLIPS.items()}
    slip = next(
        (name for name, value in slips.items() if (f := _factor(got, value)) is not None and f > 0),
        "",
    )
    if not slip and not np.isfinite(got).all():
        slip = "not-finite"
    one = (a[:, :1], t[:, :1])
    return Wrong(
        SLIPS[slip] if slip else "not a - t, also not times a constant",
        evidence("cross_entropy_delta", one, got[:, 0], (a - t)[:, 0]),
        slip,
    )


@check("cross_entropy_delta-keeps-a", ("cross_entropy_delta",), ("cross_entropy_delta",))
def _delta_keeps(trial: Trial) -> Asking:
    """cross_entropy_delta leaves a and t as they are."""
    (answer,) = yield [Call("cross_entropy_delta", _probabilities(trial, 5))]
    return _keep(answer, ("a", "t"))


def _keep(answer: Answer, names: tuple[str, ...]) -> str:
    """Raise Wrong where arguments were changed in place."""
    if answer.changed:
        which = [
            names[i] if isinstance(i, int) and i < len(names) else str(i) for i in answer.changed
        ]
        raise Wrong(SLIPS["in-place"], (("changed", ", ".join(which)),), "in-place")
    return ""


def _one_number(answer: Answer, of: str) -> float:
    """A loss: one number, also where it comes as an array that holds one."""
    value = numbers(answer, None, of)
    if value.size != 1:
        raise Wrong(
            f"{of} returns {value.size} numbers; expected the loss, one number",
            (("got", shown(value)), ("expected", "one number")),
            "wrong-shape",
        )
    return float(value.ravel()[0])


def _factor(got: Numbers, unit: Numbers) -> float | None:
    """c where got = c * unit, None where it isn't a multiple."""
    if not np.isfinite(got).all():
        return None
    c = float((got * unit).sum() / (unit * unit).sum())
    return c if c and np.abs(got / c - unit).max() <= 10 * TOLERANCE else None


def _named_factor(
    factors: list[float], sizes: tuple[int, ...], what: str, *, sums: bool = False
) -> str:
    """Say which factor it is: 1, 1/N, or another one; raise Passed where it is no usual one.

    `sums`: the course's own convention for this is the sum, else it is the mean.
    """
    if np.allclose(factors, 1, rtol=1e-3):
        if sums:
            return ""
        raise Passed(
            f"{what} is the sum over the samples; the course shows the mean",
            (("factor", "1"), ("the course's", "1/N")),
            "missing-1-over-n",
        )
    if np.allclose(np.multiply(factors, sizes), 1, rtol=1e-3):
        if not sums:
            return ""
        raise Passed(
            f"{what} is the mean over the samples; the course's is the sum",
            (("factor", "1/N"), ("the course's", "1")),
            "mean-for-sum",
        )
    told = " and ".join(f"{f:.4g} for {n} samples" for f, n in zip(factors, sizes, strict=True))
    return f"right times a constant: {told}"
