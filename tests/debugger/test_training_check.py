"""What a training applies is held against its loss: sound runs pass, whatever their numbers."""

from dataclasses import replace

import numpy as np
import pytest

from nnviz.build import build, load_data
from nnviz.debugger.training_check import check_training
from nnviz.healthy import HEALTHY
from nnviz.presets import PRESETS

DIGITS = {name: run for name, run in HEALTHY.items() if name.startswith("digits-")}
MATHS_IS_RIGHT = (
    *("init-course", "init-relu-too-large", "init-zero", "init-constant", "init-all-positive"),
    *("unscaled-input", "unscaled-input-relu", "input-scaled-twice", "dead-relu-bias"),
    *("dead-relu-signs", "rate-far-too-high", "rate-one-layer-zero", "frozen-layer-1"),
    *("labels-shuffled", "targets-next-class", "nan-in-input"),
)


def checked(experiment):
    """The check of an experiment's first updates."""
    return check_training(build(experiment, load_data(experiment)))


@pytest.mark.parametrize("name", DIGITS)
def test_sound_run_passes(name):
    """At most 1e-7 off, the limit of a gradient check that passes; every array is looked at."""
    check = checked(DIGITS[name])
    assert check.error <= 1e-7
    assert len(check.first) == len(DIGITS[name].hidden) + 1 + 3 * DIGITS[name].biases
    assert all(result.checked >= 5 for result in (*check.first, *check.second))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_pass_but_for_the_planted_one(name):
    """The course's runs are right in their maths; one has forgotten k, on purpose."""
    experiment = replace(PRESETS[name], data="digits", hidden=(20, 10))
    assert (checked(experiment).error > 1e-2) == bool(experiment.fault)


@pytest.mark.parametrize("fault", MATHS_IS_RIGHT)
def test_other_faults_are_no_wrong_gradients(fault):
    """Huge or tiny numbers, dead units, no rate at all: the derivatives are right all the same."""
    from nnviz.faults import FAULTS

    check = checked(replace(DIGITS[f"digits-{FAULTS[fault].on}"], fault=fault))
    assert check.error <= 1e-5


def test_forgotten_k_is_one_factor_per_layer():
    """Each layer's slope lacks k = 0.5: on the way to W2 one, on the way to W1 two; W3 has none."""
    check = checked(replace(DIGITS["digits-slope"], fault="slope-forgotten-k"))
    ratios = [result.ratio for result in check.first]
    np.testing.assert_allclose(ratios, [4, 2, 1], rtol=1e-6)
    assert max(result.error_but_ratio for result in check.first) < 1e-7


def test_layer_that_the_update_leaves_out_is_not_judged():
    """Its gradient is there and right, so a wrong derivative is not what is wrong."""
    check = checked(replace(DIGITS["digits-relu"], fault="frozen-layer-1"))
    assert [result.name for result in check.first] == ["W2", "W3"]


def test_momentum_is_checked_at_the_second_update():
    """The first update is the same with any momentum: it has nothing to go on with."""
    check = checked(replace(DIGITS["digits-momentum"], fault="momentum-sign"))
    assert max(result.error for result in check.first) <= 1e-7
    assert min(result.error for result in check.second) > 0.1
