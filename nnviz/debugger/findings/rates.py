"""Rules about the updates: layers that don't move, move too far, or hardly at all."""

import numpy as np

from nnviz.debugger.findings.limits import (
    CHECK_AFTER,
    LIMITS,
    RUNNING,
    SETTLED,
    SOLVED,
    SOLVED_ACCURACY,
)
from nnviz.debugger.findings.records import Level, Remedy
from nnviz.debugger.findings.view import (
    Reading,
    View,
    fall,
    graded,
    running,
    trailing_mean,
    where,
)
from nnviz.engine.arrays import Mask


def unsolved(view: View) -> Mask:
    """Where there is a lot left to learn.

    The loss is more than a fifth of a constant prediction's, and fewer than 90 % are right.
    """

    def made() -> Mask:
        batches = min(view.info.batches_per_epoch, CHECK_AFTER)
        right = trailing_mean(view.column("accuracy"), batches) >= SOLVED_ACCURACY
        return (view.smoothed_loss() > SOLVED * view.info.chance_loss) & ~right

    return view.once("unsolved", made)


def patience(view: View) -> int:
    """Over how many iterations a loss is called stuck.

    Twice as many where every output is held against 0 or 1 by itself: such nets often stand for a
    while where all outputs are equal, and then go on.
    """
    return CHECK_AFTER * (2 if view.info.loss in ("squared_error", "binary_cross_entropy") else 1)


def frozen_layer(view: View) -> Reading | None:
    """One layer's weights stay the same while others really change, and not by rounding only."""
    mine, gradient = view.own("W", "update_norm"), view.own("dW", "norm")

    def moving() -> Mask:
        ratios = np.nan_to_num(view.each("W", "update_ratio"))
        return ratios.max(axis=0) > LIMITS["update-low"].red

    still = where(view.constant(Level.RED), (mine == 0) & view.once("moving", moving))
    passed_over = len(gradient) > 0 and gradient[-1] > 0
    number = view.number
    return Reading(
        running(still, SETTLED),
        lambda: (
            f"the update of W{number} is 0, its gradient has norm {gradient[-1]:.2g}, and "
            "other layers move"
        ),
        f"W{number} is left out of the update, or its learning rate is 0."
        if passed_over
        else f"No gradient at all reaches W{number}.",
        lambda: (
            Remedy(f"give W{number} the learning rate of the others", same=("learning_rate",)),
            Remedy(f"update W{number} too", {"fault": ""}),
        ),
        metric=f"W{number}.update_norm",
        delay=SETTLED - 1,
    )


def update_high(view: View) -> Reading | None:
    """Updates as large as the weights themselves: what was learnt is thrown away.

    An output layer may begin with weights of almost 0: there, one large step throws nothing away.
    """
    ratio, number = view.own("W", "update_ratio"), view.number
    levels = graded(ratio, "update-high")
    if levels.any():
        at_once = where(levels, (levels == Level.RED) & view.hidden)
        levels = np.maximum(at_once, running(levels, SETTLED))
    return Reading(
        levels,
        lambda: (
            f"one update changes W{number} by {ratio[-1]:.0%} of its norm; healthy is 0.1 to 10 %"
        ),
        "The steps are too large: the learning rate is too high for these gradients.",
        lambda: (
            Remedy("divide the learning rate by 10", factors={"learning_rate": 0.1}),
            Remedy("divide the learning rate by 100", factors={"learning_rate": 0.01}),
        ),
        metric=f"W{number}.update_ratio",
    )


def update_low(view: View) -> Reading | None:
    """Hardly any change in any layer, while there is a lot left to learn."""
    largest = view.each("W", "update_ratio").max(axis=0)
    standing = fall(view.smoothed_loss(), RUNNING) < LIMITS["stuck-drop"].red
    levels = running(graded(largest, "update-low"), RUNNING + 1)
    return Reading(
        where(levels, unsolved(view) & (standing | (levels == Level.RED))),
        lambda: (
            f"no layer's update is more than {largest[-1]:.2g} of its weights' norm; healthy "
            "is 1e-3 to 1e-1"
        ),
        "The steps are too small to get anywhere: the learning rate is too low.",
        lambda: (
            Remedy("multiply the learning rate by 10", factors={"learning_rate": 10.0}),
            Remedy("multiply the learning rate by 1,000", factors={"learning_rate": 1000.0}),
        ),
        metric="W1.update_ratio",
        delay=RUNNING,
    )


def overshoot(view: View) -> Reading | None:
    """The loss went up in a full-batch step: the rate is past what the slope's curvature bears."""
    rise = -fall(view.column("loss"), 1)
    return Reading(
        graded(rise, "overshoot"),
        lambda: f"the loss rose by {rise[-1]:.1%} in one step on all samples",
        "The step went past the bottom of the valley. Now and then this is how a good rate looks "
        "(training at the edge of stability).",
        lambda: (Remedy("halve the learning rate", factors={"learning_rate": 0.5}),),
        metric="loss",
    )
