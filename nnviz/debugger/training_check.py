"""A gradient check of what a training really applies: its updates, against its own objective.

A check of `backward` alone would pass a forgotten minus in the update. So a few samples are
trained on for one update in float64, and the step, divided by the rate, is held against centred
differences; with momentum a second step shows what became of the first.
"""

from dataclasses import dataclass, replace

import numpy as np

from nnviz.engine.arrays import Array
from nnviz.engine.gradcheck import GradientCheck, check_gradients
from nnviz.engine.initializers import lsuv
from nnviz.engine.network import Parameters
from nnviz.engine.training import Iteration, Setup, Trainer

SAMPLES = 100
"""As many samples show a wrong derivative as well as all of them do, and take milliseconds."""

ENTRIES = 10
"""Entries of each array that are compared."""


@dataclass(frozen=True)
class TrainingCheck:
    """The arrays' results at the first update, and at the second one with momentum (else empty).

    `samples` is how many a full batch of the run has: gradients that are means for sums are wrong
    by its inverse. Left out are arrays that can't be judged: with a rate of 0, or with a gradient
    that the update passes over.
    """

    first: tuple[GradientCheck, ...]
    second: tuple[GradientCheck, ...]
    samples: int

    @property
    def error(self) -> float:
        """The largest relative error; 0 where nothing was compared."""
        return max((check.error for check in (*self.first, *self.second)), default=0.0)


def check_training(setup: Setup) -> TrainingCheck:
    """Compare the first updates of a run with differences of its objective.

    Empty where inputs or objective are not finite: there are no differences to take then.
    """
    small = _on_few_samples(setup)
    trainer = Trainer(small)
    with np.errstate(all="ignore"):
        first = trainer.iterate()
        applied = [-u / _or_nan(r) for u, r in zip(first.update.arrays, first.rates, strict=True)]
        results = _compare(small, first, applied)
        if not setup.momentum or not results:
            return TrainingCheck(results, (), setup.samples)
        second = trainer.iterate()
        applied = [
            (setup.momentum * before - now) / _or_nan(rate)
            for before, now, rate in zip(
                first.update.arrays, second.update.arrays, second.rates, strict=True
            )
        ]
        return TrainingCheck(results, _compare(small, second, applied), setup.samples)


def _or_nan(rate: float) -> float:
    return rate or float("nan")


def _on_few_samples(setup: Setup) -> Setup:
    """The run in float64 on its first samples, with numbers of a size at which slopes are seen.

    Whether a derivative is right doesn't depend on inputs and weights; whether that can be measured
    does: not where units are saturated or dead, nor where a loss is cut off to stay finite.
    """
    count = min(SAMPLES, setup.samples)
    X = setup.X[:, :count].astype(np.float64)
    X = X / (np.abs(X).max(initial=0.0) or 1.0)
    weights = [W.astype(np.float64) for W in setup.start.weights]
    return replace(
        setup,
        start=Parameters(
            lsuv(weights, setup.network.activations, X),
            tuple(np.zeros(b.shape) for b in setup.start.biases),
        ),
        X=X,
        T=setup.T[:, :count].astype(np.float64),
        labels=setup.labels[:count],
        rates=tuple(rate * count / setup.samples for rate in setup.rates),
        batch_size=0,
    )


def _compare(setup: Setup, iteration: Iteration, applied: list[Array]) -> tuple[GradientCheck, ...]:
    if not np.isfinite(iteration.objective):
        return ()
    parameters = iteration.state.parameters
    results = check_gradients(
        setup.network,
        parameters,
        setup.X,
        setup.T,
        rng=np.random.default_rng(0),
        entries=ENTRIES,
        gradients=parameters.with_arrays(applied),
    )
    fair = [
        np.isfinite(step).all() and (step.any() or not gradient.any())
        for step, gradient in zip(applied, iteration.gradients.arrays, strict=True)
    ]
    return tuple(result for result, ok in zip(results, fair, strict=True) if ok)
