"""Every planted fault does something, from outside, and only where it can."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nnviz.build import build, load_data
from nnviz.datasets import load_dataset
from nnviz.engine.training import Trainer
from nnviz.errors import InputError
from nnviz.experiment import Experiment, from_toml, to_toml
from nnviz.faults import FAULTS, find_fault
from nnviz.healthy import HEALTHY, SEEDS
from nnviz.presets import PRESETS

ENGINE = Path(__file__).parents[1] / "nnviz" / "engine"


def weights_after(experiment, updates):
    """All weights after some updates, flat; what a fault does to the numbers is expected here."""
    trainer = Trainer(build(experiment, load_data(experiment)))
    with np.errstate(all="ignore"):
        for _ in range(updates):
            trainer.iterate()
    return np.concatenate([W.ravel() for W in trainer.state.parameters.arrays])


def test_catalogues_are_large_enough():
    """At least 30 faults, and 12 healthy configurations from 3 seeds each."""
    assert len(FAULTS) >= 30
    assert len(HEALTHY) >= 12
    assert len(set(SEEDS)) == 3


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_fault_changes_the_run(fault):
    """Four updates with the fault lead to other weights than without (same seed, digits)."""
    sound = HEALTHY[f"digits-{fault.on}"]
    assert not np.array_equal(
        weights_after(replace(sound, fault=fault.name), 4), weights_after(sound, 4), equal_nan=True
    )


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_fault_says_what_it_is(fault):
    """A name for files, a line for people, a cause, and a healthy run on both data sets."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fault.name)
    assert fault.description
    assert fault.causes
    assert {fault.on, f"digits-{fault.on}"} <= HEALTHY.keys()


def test_engine_does_not_know_of_faults():
    """A fault is planted from outside: no file of the engine imports or names the catalogue."""
    for path in ENGINE.glob("*.py"):
        assert "nnviz.faults" not in path.read_text()
        assert ".fault" not in path.read_text()


def test_planting_leaves_the_registries_alone():
    """A sound run after a faulty one in the same process trains to the same bits as before."""
    sound = HEALTHY["digits-slope"]
    before = weights_after(sound, 2)
    weights_after(replace(sound, fault="slope-forgotten-k"), 2)
    np.testing.assert_array_equal(weights_after(sound, 2), before)


def test_unknown_fault_names_the_nearest():
    """A typing slip is answered with the name that was meant."""
    with pytest.raises(InputError, match=r"no fault 'slope-forgoten-k'; did you mean slope-forg"):
        Experiment(fault="slope-forgoten-k")


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("slope-forgotten-k", {}, "set k = 0.5"),
        ("relu-slope-missing", {}, "the layers are sigmoid, sigmoid, sigmoid"),
        ("dead-relu-bias", {}, "set biases = true"),
        ("momentum-sign", {}, "set momentum = 0.9"),
        ("softmax-squared-delta", {}, "this run's loss is squared_error"),
        ("init-one-layer-large", {"hidden": ()}, "it is in layer 2, and this run has 1"),
        ("frozen-layer-2", {"hidden": ()}, "it is in layer 2, and this run has 1"),
    ],
)
def test_fault_that_does_not_fit_is_refused(name, changes, reason):
    """A fault needs something to be wrong with; the error names the fault and what is missing."""
    experiment = Experiment(data="digits", fault=name, **changes)
    with pytest.raises(InputError, match=f"fault {name}: .*{re.escape(reason)}"):
        build(experiment, load_data(experiment))


def test_fault_survives_toml():
    """An experiment with a fault can be saved, and read again."""
    experiment = PRESETS["slope-forgotten-k"]
    assert from_toml(to_toml(experiment), experiment.name) == experiment


def test_forgotten_k_of_the_course_differs_in_the_derivative_only():
    """Both rows of the published table stay: slope, and slope with L (1 - L) as its derivative."""
    changes = PRESETS["slope-forgotten-k"].changes_from(PRESETS["slope"])
    assert changes == {"fault": ("", "slope-forgotten-k")}
    assert find_fault("slope-forgotten-k").causes == ("gradient-check",)


def test_shuffled_labels_keep_their_frequencies():
    """The labels are the same ones in another order, and the targets go with them."""
    sound = load_dataset("digits")
    shuffled = FAULTS["labels-shuffled"].plant_data(sound)
    np.testing.assert_array_equal(np.bincount(shuffled.labels), np.bincount(sound.labels))
    np.testing.assert_array_equal(shuffled.T.argmax(axis=0), shuffled.labels)
    np.testing.assert_array_equal(shuffled.labels_test, sound.labels_test)


@pytest.mark.slow
def test_forgotten_k_reaches_the_published_accuracy(mnist_dir):
    """81.39 % after 200 iterations on full MNIST, as published: by the wrong derivative only."""
    experiment = replace(PRESETS["slope-forgotten-k"], data="mnist")
    trainer = Trainer(build(experiment, load_data(experiment)))
    *_, last = trainer.run(200)
    assert 100 * last.train_accuracy == pytest.approx(81.39, abs=0.05)
