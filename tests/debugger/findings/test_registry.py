"""Each rule speaks where its condition holds, and only there, on histories made by hand."""

import math

import numpy as np
import pytest

from nnviz.debugger.findings import RULES, Facts, Level
from nnviz.debugger.findings.facts import EqualUnits, InputFacts, LabelFacts
from nnviz.debugger.training_check import TrainingCheck
from nnviz.engine.gradcheck import GradientCheck
from nnviz.faults import FAULTS

INFO, AMBER, RED = Level.INFO, Level.AMBER, Level.RED
LN10 = math.log(10)
i = np.arange(60)


def check(error, ratio=1.0):
    """A gradient check of one array with that relative error."""
    return TrainingCheck((GradientCheck("W1", error, ratio, error, 10, 0),), (), samples=2_000)


def after(start, value, before=0.0):
    """`before` up to iteration `start`, `value` from there on."""
    return np.where(i >= start, value, before)


LOST = 2.3 * 0.97**i  # the falling loss of a run that is well
SLOW = 2.3 * 0.998**i  # falls by 3.9 % in twenty iterations
STUCK = np.full(60, LN10)

# (rule, hidden layers, columns, facts, level, layer, since): what is expected where it speaks.
SPEAKS = [
    # relative error over 1e-4 is amber, over 1e-2 red (CS231n)
    ("gradient-check", "tanh", {}, Facts(check=check(2e-4)), AMBER, 0, 0),
    ("gradient-check", "tanh", {}, Facts(check=check(0.6, 0.4)), RED, 0, 0),
    # 12 % agreement where labels at random give 10 % +- 1.2 %: 1.7 deviations, under 3
    ("label-mismatch", "tanh", {}, Facts(labels=LabelFacts(0.12, 0.1, 0.012, 0)), RED, 0, 0),
    ("label-mismatch", "tanh", {}, Facts(labels=LabelFacts(0.9, 0.1, 0.012, 1)), RED, 0, 0),
    # raw pixels: up to 255, root mean square near 79 on MNIST
    ("input-scale", "tanh", {}, Facts(inputs=InputFacts(255, 79, 0)), RED, 0, 0),
    ("input-scale", "tanh", {}, Facts(inputs=InputFacts(1 / 255, 0.001, 0)), AMBER, 0, 0),
    ("input-scale", "tanh", {}, Facts(inputs=InputFacts(1, 0.3, 1)), RED, 0, 0),
    # ten of a hundred units repeat others, once with what comes after them, once without
    ("symmetry", "tanh", {}, Facts(equal_units=(EqualUnits(10, 10),)), RED, 1, 0),
    ("symmetry", "tanh", {}, Facts(equal_units=(EqualUnits(10, 0),)), AMBER, 1, 0),
    # tanh' at 2 is 0.07; the course's starter has 5.3, a sigmoid there is tanh at 2.65
    ("poor-init", "tanh", {"L2.z_std": 2.1}, Facts(), AMBER, 2, 0),
    ("poor-init", "sigmoid", {"L1.z_std": 5.3}, Facts(), AMBER, 1, 0),
    ("poor-init", "relu", {"L1.z_std": 11.0}, Facts(), RED, 1, 0),
    ("poor-init", "relu", {"L1.z_std": 0.02}, Facts(), RED, 1, 0),
    ("poor-init", "relu", {"L1.z_mean": -5.0}, Facts(), AMBER, 1, 0),
    # more than its own norm in one update is red at once, in an output layer after three; so is
    # amber for 60 %
    ("update-high", "relu", {"W1.update_ratio": after(7, 1.5)}, Facts(), RED, 1, 7),
    ("update-high", "relu", {"W2.update_ratio": after(7, 0.6)}, Facts(), AMBER, 2, 9),
    ("update-high", "relu", {"W3.update_ratio": after(7, 1.5)}, Facts(), RED, 3, 9),
    # ten running above 1.5 times the first loss; 9.9 is more than 3 times 2.3
    ("diverging", "tanh", {"loss": after(5, 3.6, 2.3)}, Facts(), AMBER, 0, 5),
    ("diverging", "tanh", {"loss": after(5, 9.9, 2.3)}, Facts(), RED, 0, 5),
    ("exploding", "tanh", {"loss": after(5, np.nan, 2.3)}, Facts(), RED, 0, 5),
    ("exploding", "tanh", {"dW2.norm": after(5, np.inf, 2.3)}, Facts(), RED, 0, 5),
    # one dead unit of 100 is worth knowing; healthy small layers lose up to a third
    ("dead-units", "relu", {"L1.dead": after(37, 0.01)}, Facts(), INFO, 1, 37),
    ("dead-units", "relu", {"L1.dead": after(37, 0.45)}, Facts(), AMBER, 1, 37),
    ("dead-units", "relu", {"L1.dead": after(37, 0.7)}, Facts(), RED, 1, 37),
    # twenty iterations running, in a run that learns slowly; worth knowing after ten
    (
        "saturated",
        "tanh",
        {"L1.saturated": np.where((i > 2) & (i < 15), 0.4, 0), "loss": SLOW},
        Facts(),
        INFO,
        1,
        3,
    ),
    ("saturated", "tanh", {"L1.saturated": after(3, 0.4), "loss": SLOW}, Facts(), AMBER, 1, 3),
    ("saturated", "sigmoid", {"L2.saturated": after(3, 0.6), "loss": SLOW}, Facts(), RED, 2, 3),
    (
        "saturated-units",
        "tanh",
        {"L1.saturated_units": after(3, 0.2), "loss": SLOW},
        Facts(),
        AMBER,
        1,
        3,
    ),
    (
        "saturated-units",
        "tanh",
        {"L1.saturated_units": after(3, 0.5), "loss": SLOW},
        Facts(),
        RED,
        1,
        3,
    ),
    # fast at first and slow from 30 on: said then, of what began at 3
    (
        "saturated",
        "tanh",
        {"L1.saturated": after(3, 0.4), "loss": np.where(i < 30, LOST, LOST[30])},
        Facts(),
        AMBER,
        1,
        3,
    ),
    ("frozen-layer", "tanh", {"W1.update_norm": after(4, 0, 0.1)}, Facts(), RED, 1, 4),
    # under 1e-4 of the weights in all layers for eleven iterations, and the loss stands
    (
        "update-low",
        "tanh",
        {"loss": STUCK} | {f"W{n}.update_ratio": 5e-5 for n in (1, 2, 3)},
        Facts(),
        AMBER,
        0,
        0,
    ),
    (
        "update-low",
        "tanh",
        {"loss": STUCK} | {f"W{n}.update_ratio": 5e-6 for n in (1, 2, 3)},
        Facts(),
        RED,
        0,
        0,
    ),
    # a two-hundredth of the last layer's gradient, and the loss fell by nothing in 20 iterations
    ("vanishing", "sigmoid", {"loss": STUCK, "dW1.rms": 0.05 / 200}, Facts(), RED, 0, 0),
    # the same at the first iteration only: the last layer's gradient has shrunk since
    ("vanishing", "sigmoid", {"loss": STUCK, "dW3.rms": after(1, 0.05, 50)}, Facts(), RED, 0, 0),
    ("no-gradient", "relu", {f"dW{n}.norm": after(9, 0, 1) for n in (1, 2, 3)}, Facts(), RED, 0, 9),
    # 2 ln 10 is 4.6, 3 ln 10 is 6.9
    ("loss-at-init", "relu", {"loss": 4.7 * 0.97**i}, Facts(), AMBER, 0, 0),
    ("loss-at-init", "relu", {"loss": 30 * 0.9**i}, Facts(), RED, 0, 0),
    ("stuck-at-chance", "relu", {"loss": STUCK}, Facts(), RED, 0, 0),
    # standing at 1.0, which is neither ln 10 = 2.3 nor 0.2 ln 10 = 0.46
    ("plateau", "relu", {"loss": after(10, 1.0, 2.3)}, Facts(), AMBER, 0, 10),
    # 10 % above its best for 20 iterations, test answers 3 points worse, training loss falling
    (
        "overfit",
        "relu",
        {
            "accuracy": after(30, 0.87, 0.6),
            "test_loss": after(30, 0.55, 0.5),
            "test_accuracy": after(30, 0.8, 0.83),
        },
        Facts(),
        AMBER,
        0,
        49,
    ),
    # the same loss with the same answers is worth knowing; and so is a gap of 10 points, and a
    # test set on which all is worse for a moment, or as bad as on the training samples
    (
        "overfit",
        "relu",
        {
            "test_loss": after(30, 0.55, 0.5),
            "test_accuracy": np.where(i % 20 == 19, 0.76, 0.8),
        },
        Facts(),
        INFO,
        0,
        49,
    ),
    (
        "overfit",
        "relu",
        {
            "accuracy": after(30, 0.7, 0.6),
            "test_loss": after(30, 0.55, 0.5),
            "test_accuracy": after(30, 0.8, 0.83),
        },
        Facts(),
        INFO,
        0,
        49,
    ),
    ("overfit", "relu", {"test_loss": after(30, 0.55, 0.5)}, Facts(), INFO, 0, 49),
    ("overfit", "relu", {"accuracy": 0.95, "test_accuracy": 0.85}, Facts(), INFO, 0, 0),
    ("overshoot", "relu", {"loss": LOST * after(20, 1.5, 1)}, Facts(), INFO, 0, 20),
]

# (rule, hidden layers, columns, facts, changes of the run): near misses, which say nothing.
SILENT = [
    ("gradient-check", "tanh", {}, Facts(check=check(9e-5)), {}),
    # 15 % is 4 deviations above chance; a parity is 0 %, as far below it
    ("label-mismatch", "tanh", {}, Facts(labels=LabelFacts(0.15, 0.1, 0.012, 0)), {}),
    ("label-mismatch", "tanh", {}, Facts(labels=LabelFacts(0.0, 0.5, 0.02, 0)), {}),
    # standardised pixels: a rare one reaches 40, the root mean square is 1
    ("input-scale", "tanh", {}, Facts(inputs=InputFacts(40, 1, 0)), {}),
    ("symmetry", "tanh", {}, Facts(equal_units=(EqualUnits(0, 0), EqualUnits(0, 0))), {}),
    # Glorot for sigmoids gives 2.9, which is tanh at 1.45; with k = 0.4 the starter's 5.3 is 1.06
    ("poor-init", "sigmoid", {"L1.z_std": 2.9}, Facts(), {}),
    ("poor-init", "tanh", {"L1.z_std": 0.2}, Facts(), {}),
    # an output layer may begin with weights of 0
    ("poor-init", "tanh", {"L3.z_std": 0.0}, Facts(), {}),
    # the first steps of an output layer that begins near 0 are large: two are not three
    ("update-high", "relu", {"W3.update_ratio": np.where(i < 2, 5.9, 0.01)}, Facts(), {}),
    # a spike over eight iterations, as healthy runs have; and 1.4 times the first loss for good
    ("diverging", "tanh", {"loss": np.where((i > 4) & (i < 13), 7, 2.3)}, Facts(), {}),
    ("diverging", "tanh", {"loss": after(5, 3.2, 2.3)}, Facts(), {}),
    ("exploding", "tanh", {"loss": after(5, 1e30, 2.3)}, Facts(), {}),
    # a leaky unit that is silent on every sample keeps a gradient: it is not dead
    ("dead-units", "leaky", {"L1.inactive": 0.9}, Facts(), {}),
    # a healthy net with sigmoids has up to 26 %; one that learns fast, or is done, may have more
    ("saturated", "sigmoid", {"L2.saturated": 0.3, "loss": SLOW}, Facts(), {}),
    ("saturated", "tanh", {"L1.saturated": 0.9}, Facts(), {}),
    ("saturated", "tanh", {"L1.saturated": 0.9, "loss": 0.1}, Facts(), {}),
    ("saturated", "tanh", {"L1.saturated": 0.9, "loss": SLOW, "accuracy": 0.91}, Facts(), {}),
    # an output layer is to be sure of its answers
    ("saturated", "tanh", {"L3.saturated": 0.9, "loss": SLOW}, Facts(), {}),
    ("saturated-units", "tanh", {"L1.saturated_units": 0.1, "loss": SLOW}, Facts(), {}),
    (
        "saturated-units",
        "tanh",
        {"L1.saturated_units": np.where(i < 9, 0.9, 0), "loss": SLOW},
        Facts(),
        {},
    ),
    # the others move by 1e-7 of their norm: a step so small that rounding decides which layer moves
    (
        "frozen-layer",
        "tanh",
        {"W1.update_norm": 0} | {f"W{n}.update_ratio": 1e-7 for n in (1, 2, 3)},
        Facts(),
        {},
    ),
    # the same tiny updates where the loss falls, and where it is solved
    ("update-low", "tanh", {f"W{n}.update_ratio": 5e-5 for n in (1, 2, 3)}, Facts(), {}),
    (
        "update-low",
        "tanh",
        {"loss": 0.1} | {f"W{n}.update_ratio": 5e-6 for n in (1, 2, 3)},
        Facts(),
        {},
    ),
    # one layer that still moves is enough
    (
        "update-low",
        "tanh",
        {"loss": STUCK} | {f"W{n}.update_ratio": 5e-6 for n in (1, 2)},
        Facts(),
        {},
    ),
    # small gradients are healthy where the loss falls, and where it is solved
    ("vanishing", "sigmoid", {"dW1.rms": 0.05 / 200}, Facts(), {}),
    ("vanishing", "sigmoid", {"loss": 0.1, "dW1.rms": 0.05 / 200}, Facts(), {}),
    ("no-gradient", "relu", {f"dW{n}.norm": 1e-9 for n in (1, 2, 3)}, Facts(), {}),
    ("loss-at-init", "relu", {"loss": 4.5 * 0.97**i}, Facts(), {}),
    # ten sigmoids at 1/2 have 10 ln 2 = 6.9 in binary cross-entropy, and 2.5 in squared error
    ("loss-at-init", "relu", {"loss": 10 * 0.97**i}, Facts(), {"loss": "binary_cross_entropy"}),
    ("loss-at-init", "relu", {"loss": 9.0 * 0.97**i}, Facts(), {"loss": "squared_error"}),
    ("stuck-at-chance", "relu", {"loss": LN10 * (1 - 0.001 * i)}, Facts(), {}),
    # squared error stands at chance for 39 iterations, and goes on: 40 would be too many
    (
        "stuck-at-chance",
        "relu",
        {"loss": np.where(i < 40, 0.9, 0.5)},
        Facts(),
        {"loss": "squared_error", "chance_loss": 0.9},
    ),
    # the same numbers, of a loss whose constant prediction has 4
    ("stuck-at-chance", "relu", {"loss": STUCK}, Facts(), {"chance_loss": 4.0}),
    ("stuck-at-chance", "relu", {"loss": STUCK}, Facts(), {"chance_loss": math.nan}),
    ("plateau", "relu", {"loss": 1 + 0.1 * (i % 2)}, Facts(), {}),
    ("plateau", "relu", {"loss": 0.1}, Facts(), {}),
    ("plateau", "relu", {"loss": 1.0}, Facts(), {"batches_per_epoch": 20}),
    ("overfit", "relu", {"test_loss": np.where(i % 10, np.nan, 0.5)}, Facts(), {}),
    ("overfit", "relu", {"test_loss": np.nan, "test_accuracy": np.nan}, Facts(), {}),
    ("overshoot", "relu", {"loss": 2.3 + 0.1 * (i % 2)}, Facts(), {"batches_per_epoch": 20}),
]


def name_of(case):
    """A case's rule, for the list of tests."""
    return case[0]


@pytest.mark.parametrize("case", SPEAKS, ids=name_of)
def test_rule_speaks(diagnose, case):
    """The finding is there at the end of the run, at its level, in its layer, since it began."""
    rule, hidden, columns, facts, level, layer, since = case
    diagnosis = diagnose(hidden, columns, facts)
    found = [f for f in diagnosis.spoken() if (f.id, f.layer) == (rule, layer)]
    assert [(f.level, f.since) for f in found] == [(level, since)]
    assert found[0].evidence
    assert found[0].source


@pytest.mark.parametrize("case", SILENT, ids=name_of)
def test_rule_stays_silent(diagnose, case):
    """A near miss, or a run that the rule is not made for: not a word at any iteration."""
    rule, hidden, columns, facts, changes = case
    assert rule not in {f.id for f in diagnose(hidden, columns, facts, **changes).spoken()}


def test_every_rule_is_tested_both_ways():
    """A new rule comes with a run on which it speaks, and with one on which it doesn't."""
    assert {case[0] for case in SPEAKS} == {case[0] for case in SILENT} == set(RULES)


@pytest.mark.parametrize("hidden", ["relu", "leaky", "tanh", "sigmoid"])
def test_nothing_is_found_where_all_is_well(diagnose, hidden):
    """The run by hand is well, so whatever a test above finds comes from the numbers it names."""
    facts = Facts(
        InputFacts(1, 0.3, 0), LabelFacts(0.9, 0.1, 0.01, 0), (EqualUnits(0, 0),), check(0)
    )
    assert diagnose(hidden, facts=facts).spoken() == ()


def test_rules_about_the_start_need_the_start(diagnose):
    """A history that begins at iteration 50 says nothing of how large z was at iteration 0."""
    columns = {"L1.z_std": 20.0, "loss": 30 * 0.9**i}
    found = {f.id for f in diagnose("relu", columns, first=50).spoken()}
    assert found.isdisjoint({"poor-init", "loss-at-init", "diverging"})


def test_explanations_run_one_way():
    """A rule follows rules that stand before it, or itself: no finding explains its own cause."""
    order = list(RULES)
    for rule in RULES.values():
        assert set(rule.follows) <= set(order[: order.index(rule.id) + 1])


def test_every_fault_is_named_by_a_rule():
    """The causes that the catalogue of faults expects are findings that exist."""
    assert {cause for fault in FAULTS.values() for cause in fault.causes} <= set(RULES)


@pytest.mark.parametrize(
    ("loss", "level"),
    [("binary_cross_entropy", INFO), ("squared_error", INFO), ("cross_entropy", RED)],
)
def test_sigmoid_outputs_may_stand_longer_where_they_begin(diagnose, loss, level):
    """A layer saturated for 35 iterations is a note where the loss then falls by itself.

    So did a healthy run on digits (64-64-16-10, sigmoids, binary cross-entropy, 99.3 %).
    """
    falls = np.where(i < 35, 3.25, 3.25 * 0.94 ** (i - 35.0))
    columns = {"loss": falls, "L2.saturated": np.where(i < 38, 0.62, 0.1)}
    found = diagnose("sigmoid", columns, Facts(), loss=loss, chance_loss=3.25).spoken()
    assert [f.level for f in found if f.id == "saturated"] == [level]
