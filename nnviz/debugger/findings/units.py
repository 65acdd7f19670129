"""Rules about units: dead, saturated."""

import numpy as np

from nnviz.debugger.findings.limits import RUNNING
from nnviz.debugger.findings.rates import patience, unsolved
from nnviz.debugger.findings.records import Level, Remedy
from nnviz.debugger.findings.view import Levels, Reading, View, fall, graded, running, where

SMALLER_START = Remedy(
    "draw weights that fit fan-in and activation (Glorot)",
    {"initializer": "glorot", "init_divisor": 1.0, "init_bias": 0.0},
)


def dead_units(view: View) -> Reading | None:
    """ReLU units that are silent on every sample: no gradient reaches them any more."""
    share = view.own("L", "dead")

    def evidence() -> str:
        count = round(float(share[-1]) * view.layer.units)
        return f"{count} of {view.layer.units} units of L{view.number} are dead ({share[-1]:.0%})"

    return Reading(
        graded(share, "dead-units"),
        evidence,
        "These units give 0 on every sample, so no gradient reaches them and they can't come back: "
        "a step that was too large, or start weights and biases, pushed them below 0.",
        lambda: (
            Remedy("use leaky ReLU, which keeps a gradient", {"activation": "leaky_relu"}),
            Remedy("divide the learning rate by 10", factors={"learning_rate": 0.1}),
            Remedy(
                "start with weights for ReLU and no bias",
                {"initializer": "he", "init_divisor": 1.0, "init_bias": 0.0},
            ),
        ),
        metric=f"L{view.number}.dead",
    )


def held_up(view: View, levels: Levels) -> Levels:
    """The levels that hold where they hold the training up.

    A net that learns fast may be as saturated as it likes. One that learns slowly (the loss falls
    by less than 5 % in 10 iterations) is worth a note, and a finding only if it goes on for long:
    many nets leave such a stretch behind by themselves.
    """
    if not levels.any():
        return levels
    long, loss = patience(view), view.smoothed_loss()
    slow, standing = (graded(fall(loss, n), "saturated-slow") > 0 for n in (RUNNING, long))
    noted = where(np.minimum(running(levels, RUNNING), Level.INFO), slow & unsolved(view))
    return np.maximum(noted, where(running(levels, long), standing & unsolved(view)))


def saturated(view: View) -> Reading | None:
    """Values far out on the curve, where the slope is under 6 % and gradients all but stop."""
    share = view.own("L", "saturated")
    levels = graded(share, "saturated")
    return Reading(
        held_up(view, levels),
        lambda: (
            f"{share[-1]:.0%} of the values of L{view.number} have under 6 % of the largest slope"
        ),
        "The units are saturated: far from 0 the curve is flat, so hardly any gradient passes.",
        lambda: (
            SMALLER_START,
            Remedy("divide the learning rate by 10", factors={"learning_rate": 0.1}),
        ),
        metric=f"L{view.number}.saturated",
        holds=levels > 0,
    )


def saturated_units(view: View) -> Reading | None:
    """Units that are saturated on nearly every sample: they say the same whatever they see."""
    share = view.own("L", "saturated_units")
    levels = graded(share, "saturated-units")

    def evidence() -> str:
        count = round(float(np.nan_to_num(share[-1])) * view.layer.units)
        return (
            f"{count} of {view.layer.units} units of L{view.number} are saturated on more than "
            "95 % of the samples"
        )

    return Reading(
        held_up(view, levels),
        evidence,
        "These units are stuck at one end of their curve, whatever the input.",
        lambda: (
            SMALLER_START,
            Remedy("divide the learning rate by 10", factors={"learning_rate": 0.1}),
        ),
        metric=f"L{view.number}.saturated_units",
        holds=levels > 0,
    )
