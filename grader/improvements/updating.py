"""Checks of one update step, and of counting dead units.

The step is held against the trusted engine's optimisers, after one step and after three: with the
student's own state in between, which never leaves the student's process.
"""

from collections.abc import Callable, Generator, Mapping, Sequence

import numpy as np

from grader.checks import (
    Answer,
    Asking,
    CouldNotRun,
    Numbers,
    Passed,
    Trial,
    Wrong,
    check,
    numbers,
    returned_none,
)
from grader.improvements.comparing import equal, evidence, shown
from grader.improvements.slips import SLIPS
from grader.sandbox import Call, Ref
from nnviz.engine.optimizers import GRADIENT_DESCENT, MOMENTUM

Steps = Sequence[tuple[Numbers, float]]
"""The gradient and the learning rate of each step."""

Descent = Callable[[Numbers, Steps, float], Numbers]
"""W after all steps, from the first W, the steps and the momentum."""


def _reference(W: Numbers, steps: Steps, momentum: float) -> Numbers:
    optimizer = MOMENTUM if momentum else GRADIENT_DESCENT
    parameters: tuple[Numbers, ...] = (W,)
    state = optimizer.init(parameters)
    for dW, rate in steps:
        parameters, state = optimizer.update(parameters, (dW,), state, (rate,), momentum)
    return np.asarray(parameters[0], dtype=np.float64)


def _by(move: Callable[[Numbers, Numbers, float, float], tuple[Numbers, Numbers]]) -> Descent:
    """A descent by `move(v, dW, rate, momentum) -> (new v, what is added to W)`, v 0 at first."""

    def descend(W: Numbers, steps: Steps, momentum: float) -> Numbers:
        v = np.zeros_like(W)
        for dW, rate in steps:
            v, step = move(v, dW, rate, momentum)
            W = W + step
        return W

    return descend


def _rate_outside(v: Numbers, dW: Numbers, rate: float, mu: float) -> tuple[Numbers, Numbers]:
    v = mu * v + dW
    return v, -rate * v


def _exponential_mean(v: Numbers, dW: Numbers, rate: float, mu: float) -> tuple[Numbers, Numbers]:
    v = mu * v + (1 - mu) * dW
    return v, -rate * v


def _nesterov(v: Numbers, dW: Numbers, rate: float, mu: float) -> tuple[Numbers, Numbers]:
    v = mu * v - rate * dW
    return v, mu * v - rate * dW


def _last_gradient(v: Numbers, dW: Numbers, rate: float, mu: float) -> tuple[Numbers, Numbers]:
    return -rate * dW, mu * v - rate * dW


def _other_sign(v: Numbers, dW: Numbers, rate: float, mu: float) -> tuple[Numbers, Numbers]:
    v = -mu * v - rate * dW
    return v, v


def _minus_velocity(v: Numbers, dW: Numbers, rate: float, mu: float) -> tuple[Numbers, Numbers]:
    v = mu * v - rate * dW
    return v, -v


CONVENTIONS: Mapping[str, Descent] = {
    "": _reference,
    "the rate stands outside of the velocity": _by(_rate_outside),
    "the velocity is an exponential mean, so steps are 1 - momentum times as long": _by(
        _exponential_mean
    ),
    "Nesterov's momentum": _by(_nesterov),
}
"""What is called momentum in good books; each is right, and named where it is not the course's."""


def _scaled(factor: float) -> Descent:
    return lambda W, steps, mu: _reference(W, [(factor * dW, rate) for dW, rate in steps], mu)


def _transposed(W: Numbers, steps: Steps, mu: float) -> Numbers:
    turned = [
        (dW.T if dW.shape[0] == dW.shape[1] else dW.T.reshape(dW.shape), rate) for dW, rate in steps
    ]
    return _reference(W, turned, mu)


def _mean(axis: int | None) -> Descent:
    def descend(W: Numbers, steps: Steps, mu: float) -> Numbers:
        n = W.size if axis is None else W.shape[axis]
        return _scaled(1 / n)(W, steps, mu)

    return descend


_SLIPS: tuple[tuple[str, Descent], ...] = (
    ("ascent", _scaled(-1)),
    ("no-learning-rate", lambda W, steps, mu: _reference(W, [(dW, 1.0) for dW, _ in steps], mu)),
    ("update-zero", lambda W, steps, mu: W),
    ("update-transposed", _transposed),
    ("mean-for-sum", _mean(0)),
    ("mean-for-sum", _mean(1)),
    ("mean-for-sum", _mean(None)),
)
_MOMENTUM_SLIPS: tuple[tuple[str, Descent], ...] = (
    ("momentum-not-kept", lambda W, steps, mu: _reference(W, steps, 0)),
    ("momentum-sign", _by(_other_sign)),
    ("ascent", _by(_minus_velocity)),
    ("momentum-on-gradient", _by(_last_gradient)),
)


def _chain(W: Numbers, steps: Steps, momentum: float | None, behind: int = 0) -> list[Call]:
    """The calls of the steps, each with the weights and the state that the one before returned.

    They are asked `behind` that many others.
    """
    calls = []
    for i, (dW, rate) in enumerate(steps):
        before = behind + i - 1
        start = (W, dW, None) if i == 0 else (Ref(before, 0), dW, Ref(before, 1))
        more = (rate,) if momentum is None else (rate, momentum)
        calls.append(Call("update", (*start, *more)))
    return calls


def _draw_steps(trial: Trial, shape: tuple[int, int], count: int) -> tuple[Numbers, Steps]:
    W = trial.numbers(*shape)
    rate = trial.number(0.1, 0.3)
    return W, [(trial.numbers(*shape), rate) for _ in range(count)]


def _new_weights(answer: Answer, shape: tuple[int, ...]) -> Numbers:
    """W of what `update` returned: a pair (W, state)."""
    value = answer.value
    if value is None:
        raise returned_none("update")
    if not isinstance(value, list | tuple) or not value:
        raise Wrong(
            "update returns no pair; expected (W, state)", (("got", shown(value)),), "wrong-type"
        )
    return numbers(Answer(value[0]), shape, "update: W")


def _step_check(name: str, title: str, momentum: bool, count: int, needs: tuple[str, ...]) -> None:
    @check(name, ("update",), needs, title=title)
    def ask(trial: Trial) -> Asking:
        mu = trial.number(0.5, 0.9) if momentum else 0.0
        slips = (*_SLIPS, *_MOMENTUM_SLIPS) if momentum and count > 1 else _SLIPS
        conventions = dict(CONVENTIONS) if momentum else {"": _reference}
        given = mu if momentum else None
        drawn = [_draw_steps(trial, shape, count) for shape in ((3, 4), (3, 3))]
        try:
            calls = [call for i, one in enumerate(drawn) for call in _chain(*one, given, i * count)]
            both = (yield calls)[count - 1 :: count]
        except CouldNotRun:
            both = []
        said = ""
        for i, (W, steps) in enumerate(drawn):
            try:
                answer = both[i] if both else (yield _chain(W, steps, given))[-1]
            except CouldNotRun as problem:
                if not i:
                    yield from _turned(trial, given, problem)
                raise
            got = _new_weights(answer, W.shape)
            for convention, descend in conventions.items():
                if equal(got, descend(W, steps, mu)):
                    said = said or convention
                    break
            else:
                raise _wrong_step(got, W, steps, mu, slips)
        if said:
            raise Passed(f"right; {said}", (("convention", said),))
        return ""


def _turned(
    trial: Trial, momentum: float | None, problem: CouldNotRun
) -> Generator[Sequence[Call], list[Answer], None]:
    """Raise Wrong where a step that fails for 3 x 4 takes the gradient transposed for 3 x 3."""
    W, steps = _draw_steps(trial, (3, 3), 1)
    answers = yield _chain(W, steps, momentum)
    if equal(_new_weights(answers[-1], (3, 3)), _transposed(W, steps, momentum or 0.0)):
        shown_as = (("for W of 3 x 4", problem.message),)
        raise Wrong(SLIPS["update-transposed"], shown_as, "update-transposed") from problem


def _wrong_step(
    got: Numbers, W: Numbers, steps: Steps, mu: float, slips: Sequence[tuple[str, Descent]]
) -> Wrong:
    slip = next((name for name, descend in slips if equal(got, descend(W, steps, mu))), "")
    if not slip and not np.isfinite(got).all():
        slip = "not-finite"
    expected = _reference(W, steps, mu)
    at = np.unravel_index(int(np.argmax(np.abs(got - expected))), W.shape)
    gradients = ", ".join(f"{dW[at]:.6g}" for dW, _ in steps)
    start = f"W = {W[at]:.6g}, dW = {gradients}, learning_rate = {steps[0][1]:g}"
    return Wrong(
        SLIPS[slip] if slip else "not the right weights; no slip that is known",
        (
            ("input", f"one weight of {W.shape[0]} x {W.shape[1]}: {start}, momentum = {mu:g}"),
            ("got", f"{got[at]:.6g} after {len(steps)} step{'s' * (len(steps) > 1)}"),
            ("expected", f"{expected[at]:.6g}"),
        ),
        slip,
    )


_step_check("update", "update takes one step of gradient descent", False, 1, ())
_step_check("update-3", "update goes down in three steps", False, 3, ("update",))
_step_check("update-momentum", "the first step with momentum is right", True, 1, ("update",))
_step_check(
    "update-momentum-3", "after three steps the momentum is right", True, 3, ("update-momentum",)
)


@check("update-rates", ("update",), ("update",))
def _rates(trial: Trial) -> Asking:
    """Layers of other shapes, each with its own learning rate, which changes, and its own state."""
    mu = trial.number(0.5, 0.9)
    shapes, rates, decay = ((4, 5), (3, 4), (2, 3)), (0.3, 0.2, 0.02), -0.1
    layers = []
    for shape, rate in zip(shapes, rates, strict=True):
        W, steps = _draw_steps(trial, shape, 3)
        changing = [(dW, rate * (1 - decay * i)) for i, (dW, _) in enumerate(steps)]
        layers.append((W, changing))
    calls: list[Call] = []
    for i in range(3):  # layer by layer within each step, as a training loop does
        for number, (W, steps) in enumerate(layers):
            dW, rate = steps[i]
            before = len(calls) - len(layers)
            start = (W, dW, None) if i == 0 else (Ref(before, 0), dW, Ref(before, 1))
            calls.append(Call("update", (*start, rate, mu)))
            assert i == 0 or before == (i - 1) * len(layers) + number
    answers = yield calls
    for (W, steps), answer in zip(layers, answers[-len(layers) :], strict=True):
        got = _new_weights(answer, W.shape)
        if not any(equal(got, descend(W, steps, mu)) for descend in CONVENTIONS.values()):
            raise _wrong_step(got, W, steps, mu, (*_SLIPS, *_MOMENTUM_SLIPS))
    return ""


@check("update-keeps-W", ("update",), ("update",))
def _kept(trial: Trial) -> Asking:
    """update leaves W and dW as they are."""
    W, steps = _draw_steps(trial, (2, 3), 1)
    (answer,) = yield _chain(W, steps, None)
    changed = [("W", "dW")[i] for i in answer.changed if i in (0, 1)]
    if changed:
        raise Wrong(SLIPS["in-place"], (("changed", ", ".join(changed)),), "in-place")
    return ""


# Dead units ---------------------------------------------------------------------------------------


def _activations(trial: Trial) -> tuple[Numbers, int]:
    """Outputs of 12 ReLUs on 7 samples, 3 to 5 of them dead, one sample without any activity."""
    a = np.abs(trial.numbers(12, 7)) * (trial.rng.random((12, 7)) < 0.6)
    dead = int(trial.rng.integers(3, 6))
    a[:, -1] = 0
    a[:, 0] = np.abs(trial.numbers(12, 1))[:, 0]  # nobody is silent by chance
    a[trial.rng.permutation(12)[:dead]] = 0
    return a, dead


_DEAD_SLIPS: Mapping[str, Callable[[Numbers], float]] = {
    "dead-ge": len,
    "dead-values": lambda a: (a == 0).sum(),
    "dead-any": lambda a: (a == 0).any(axis=1).sum(),
    "dead-axis": lambda a: (a == 0).all(axis=0).sum(),
    "dead-share": lambda a: (a == 0).all(axis=1).mean(),
    "dead-alive": lambda a: (a != 0).any(axis=1).sum(),
}


@check("count_dead", ("count_dead",))
def _count_dead(trial: Trial) -> Asking:
    """count_dead(a) is the number of units that are 0 on every sample."""
    a, dead = _activations(trial)
    none = np.abs(trial.numbers(3, 5))
    first, second = yield [Call("count_dead", (a,)), Call("count_dead", (none,))]
    counts = []
    for answer in (first, second):
        value = numbers(answer, None, "count_dead")
        if value.size != 1:
            told = f"count_dead returns {value.size} numbers; expected how many units are dead"
            raise Wrong(told, (("got", shown(value)),), "wrong-shape")
        counts.append(float(value.reshape(())))
    if counts == [dead, 0]:
        return ""
    slips = (s for s, count in _DEAD_SLIPS.items() if [count(a), count(none)] == counts)
    slip = next(slips, "")
    wrong = 0 if counts[0] != dead else 1
    given, expected = (a, none)[wrong], (dead, 0)[wrong]
    raise Wrong(
        SLIPS[slip] if slip else "not the number of dead units",
        evidence("count_dead", (given,), counts[wrong], expected),
        slip,
    )
