"""Rules about units: dead, saturated."""

import numpy as np

from nnviz.debugger.findings.limits import RUNNING
from nnviz.debugger.findings.rates import unsolved
from nnviz.debugger.findings.records import Remedy
from nnviz.debugger.findings.view import Reading, View, graded, running, where

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


def saturated(view: View) -> Reading | None:
    """Values far out on the curve, where the slope is under 6 % and gradients all but stop."""
    share = view.own("L", "saturated")
    return Reading(
        running(where(graded(share, "saturated"), unsolved(view)), RUNNING),
        lambda: (
            f"{share[-1]:.0%} of the values of L{view.number} have under 6 % of the largest slope"
        ),
        "The units are saturated: far from 0 the curve is flat, so hardly any gradient passes.",
        lambda: (
            SMALLER_START,
            Remedy("divide the learning rate by 10", factors={"learning_rate": 0.1}),
        ),
        metric=f"L{view.number}.saturated",
        delay=RUNNING - 1,
    )


def saturated_units(view: View) -> Reading | None:
    """Units that are saturated on nearly every sample: they say the same whatever they see."""
    share = view.own("L", "saturated_units")

    def evidence() -> str:
        count = round(float(np.nan_to_num(share[-1])) * view.layer.units)
        return (
            f"{count} of {view.layer.units} units of L{view.number} are saturated on more than "
            "95 % of the samples"
        )

    return Reading(
        running(where(graded(share, "saturated-units"), unsolved(view)), RUNNING),
        evidence,
        "These units are stuck at one end of their curve, whatever the input.",
        lambda: (
            SMALLER_START,
            Remedy("divide the learning rate by 10", factors={"learning_rate": 0.1}),
        ),
        metric=f"L{view.number}.saturated_units",
        delay=RUNNING - 1,
    )
