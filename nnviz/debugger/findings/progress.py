"""Rules about how the training gets on: not at all, backwards, out of all bounds, or too well."""

import numpy as np

from nnviz.debugger.findings.limits import CHECK_AFTER, LIMITS, RUNNING
from nnviz.debugger.findings.rates import patience, unsolved
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
from nnviz.engine.arrays import Array, Mask

SMALLER_STEPS = (
    Remedy("divide the learning rate by 10", factors={"learning_rate": 0.1}),
    Remedy("divide the learning rate by 100", factors={"learning_rate": 0.01}),
)


def stuck(view: View) -> Mask:
    """Where the loss has fallen by less than 1 % for long, with a lot left to learn."""
    standing = fall(view.smoothed_loss(), patience(view)) < LIMITS["stuck-drop"].red
    return standing & unsolved(view)


def exploding(view: View) -> Reading | None:
    """Numbers that are not finite any more."""
    names = ["loss", *(f"L{i.number}.z_std" for i in view.info.layers)]
    names += [f"dW{i.number}.norm" for i in view.info.layers]
    broken = ~np.isfinite([view.column(name) for name in names])

    def evidence() -> str:
        whole = ~np.isfinite([view.whole(name) for name in names])
        first = int(np.argmax(whole.any(axis=0)))
        where_first = [name for name, row in zip(names, whole, strict=True) if row[first]]
        later = [name for name in where_first if name != "loss"]
        place = (later or where_first)[0].split(".")[0]
        return f"{place} was the first to hold NaN or infinity"

    return Reading(
        where(view.constant(Level.RED), broken.any(axis=0)),
        evidence,
        "Numbers have outgrown what can be computed with, and everything after them is lost: steps "
        "or start weights are far too large.",
        lambda: SMALLER_STEPS,
        metric="loss",
    )


def diverging(view: View) -> Reading | None:
    """A loss that has climbed far above where it began."""
    start, loss = view.at_start("loss"), view.smoothed_loss()
    return Reading(
        running(graded(loss / start, "diverging"), RUNNING),
        lambda: (
            f"the loss is {loss[-1]:.3g}, {loss[-1] / start:.1f} times what it was at the start"
        ),
        "Training makes it worse: the steps overshoot, each further than the one before.",
        lambda: SMALLER_STEPS,
        metric="loss",
        delay=RUNNING - 1,
    )


def no_gradient(view: View) -> Reading | None:
    """No layer gets a gradient: nothing will ever change again."""
    norms = view.each("dW", "norm").max(axis=0)
    return Reading(
        graded(norms, "no-gradient"),
        lambda: f"the largest gradient norm of all layers is {norms[-1]:.1g}",
        "No gradient arrives anywhere, so nothing will ever change again.",
        lambda: (Remedy("use leaky ReLU", {"activation": "leaky_relu"}),),
        metric="dW1.norm",
    )


def vanishing(view: View) -> Reading | None:
    """The first layer has had next to no gradient compared with the last, and the loss is stuck.

    Once the output layer has found the constant answer, its own gradient is small as well: what
    counts is the smallest ratio so far.
    """
    depth = view.info.depth
    ratio = view.whole("dW1.rms") / view.whole(f"dW{depth}.rms")
    least = np.minimum.accumulate(np.nan_to_num(ratio, nan=np.inf))
    at = int(np.argmin(np.nan_to_num(ratio, nan=np.inf)))
    levels = graded(least, "vanishing")[len(least) - len(view) :]
    return Reading(
        where(levels, stuck(view)),
        lambda: (
            f"the gradient of W1 was {least[-1]:.2g} of that of W{depth} (RMS, iteration "
            f"{view.history.first + at}), and the loss fell by less than 1 % in {patience(view)} "
            "iterations"
        ),
        "Going back, the gradient is multiplied by each layer's slope and weights, and little is "
        "left of it at the first layer.",
        lambda: (
            Remedy("use ReLU with He's weights", {"activation": "relu", "initializer": "he"}),
            Remedy("draw weights that fit the fan-in (Glorot)", {"initializer": "glorot"}),
            Remedy("use tanh, whose slope at 0 is 1", {"activation": "tanh"}),
        ),
        metric="dW1.rms",
        delay=patience(view),
    )


def stuck_at_chance(view: View) -> Reading | None:
    """The loss stays where a constant answer would put it: nothing is learnt."""
    loss, chance = view.smoothed_loss(), view.info.chance_loss
    return Reading(
        where(running(graded(loss / chance, "stuck-at-chance"), patience(view)), stuck(view)),
        lambda: (
            f"the loss is {loss[-1]:.4g}, a constant answer has {chance:.4g}, and it fell by "
            f"less than 1 % in {patience(view)} iterations"
        ),
        "The net has learnt nothing that a constant answer wouldn't know.",
        lambda: (
            Remedy("multiply the learning rate by 10", factors={"learning_rate": 10.0}),
            Remedy("divide the learning rate by 10", factors={"learning_rate": 0.1}),
        ),
        metric="loss",
        delay=patience(view),
    )


def plateau(view: View) -> Reading | None:
    """The loss has come to stand, neither at chance nor solved; a zigzag is no standing."""
    loss = view.column("loss")
    drop = fall(loss, CHECK_AFTER)
    flat = np.minimum(graded(np.abs(drop), "plateau"), graded(_spread(loss), "plateau-spread"))
    return Reading(
        where(flat, unsolved(view) & ~(np.abs(slope_t(loss, CHECK_AFTER)) >= 2)),
        lambda: (
            f"the loss is {loss[-1]:.4g} and fell by {drop[-1]:.2%} in {CHECK_AFTER} iterations"
        ),
        "Training stands still with a lot left to learn.",
        lambda: (
            Remedy("multiply the learning rate by 3", factors={"learning_rate": 3.0}),
            Remedy("divide the learning rate by 3", factors={"learning_rate": 1 / 3}),
            Remedy("add momentum", {"momentum": 0.9}, {"learning_rate": 0.2}),
        ),
        metric="loss",
        delay=CHECK_AFTER,
    )


def _spread(values: Array) -> Array:
    """The largest of the last 20 values over the smallest, less 1; NaN before there are so many."""
    if len(values) < CHECK_AFTER:
        return np.full(len(values), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(values, CHECK_AFTER)
    spread = windows.max(axis=1) / windows.min(axis=1) - 1
    return np.concatenate([np.full(CHECK_AFTER - 1, np.nan), spread])


def slope_t(values: Array, count: int) -> Array:
    """Student's t of the slope of a line through the last `count` values.

    NaN before there are so many, and where they are all the same.
    """
    x = np.arange(count) - (count - 1) / 2
    if len(values) < count:
        return np.full(len(values), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(values, count)
    spread = float(x @ x)
    slope = windows @ x / spread
    rest = ((windows - windows.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) - slope**2 * spread
    t = slope / np.sqrt(np.maximum(rest, 0) / (count - 2) / spread)
    return np.concatenate([np.full(count - 1, np.nan), t])


def overfit(view: View) -> Reading | None:
    """The test loss rises and test answers get worse while the training loss falls.

    A test loss alone that rises is info (the net only gets surer of the same answers), and so is a
    gap between the accuracies, which any good net shows on few samples. Where training answers
    have got worse as well, the run is unsteady, and learns nothing by heart.
    """
    train, test = view.whole("loss"), _filled(view.whole("test_loss"))
    accuracy = _filled(view.whole("test_accuracy"))
    best = np.minimum.accumulate(np.nan_to_num(test, nan=np.inf))
    batches = min(view.info.batches_per_epoch, CHECK_AFTER)
    falling, right = (trailing_mean(x, batches) for x in (train, view.whole("accuracy")))
    gains = (falling < _at_new_best(best, falling)) & (right >= _at_new_best(best, right))
    worse = running(graded(np.where(gains, test / best, np.nan), "overfit"), CHECK_AFTER)
    lost = np.maximum.accumulate(np.nan_to_num(accuracy)) - accuracy
    # not a test sample more or less, nor one bad moment
    fewer = running(graded(lost, "accuracy-lost"), CHECK_AFTER) > 0
    gap = _filled(view.whole("accuracy") - view.whole("test_accuracy"))
    levels = np.maximum(
        np.where(fewer & (gap > 0), worse, np.minimum(worse, Level.INFO)),
        graded(gap, "accuracy-gap"),
    )
    return Reading(
        levels[len(levels) - len(view) :].astype(np.int8),
        lambda: (
            f"test loss {test[-1]:.3g} (best {best[-1]:.3g}), test accuracy {accuracy[-1]:.1%} "
            f"(best {accuracy[-1] + lost[-1]:.1%}), {gap[-1]:.1%} below that on training samples"
        ),
        "The net learns the training samples by heart: what it still gains there, it doesn't gain "
        "on others.",
        lambda: (
            Remedy("train on more data", {"data": "mnist"}),
            Remedy("use fewer hidden units", {"hidden": (32,)}),
        ),
        metric="test_loss",
    )


def _filled(values: Array) -> Array:
    """Each NaN replaced by the last number before it."""
    known = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(len(values))))
    return values[known]


def _at_new_best(best: Array, values: Array) -> Array:
    """For each iteration the value at the last one where `best` improved."""
    improved = np.concatenate([[True], best[1:] < best[:-1]])
    return values[np.maximum.accumulate(np.where(improved, np.arange(len(best)), 0))]
