"""A remedy is an edit of an experiment: exactly these keys, and nothing where nothing changes."""

import pytest

from nnviz.debugger.findings import Remedy
from nnviz.experiment import Experiment


def test_settings_are_set():
    """Only what differs is a change: this experiment draws without a divisor already."""
    remedy = Remedy("draw better", {"initializer": "glorot", "init_divisor": 1.0})
    assert remedy.changes(Experiment()) == {"initializer": "glorot"}


def test_factor_keeps_one_rate_one_rate():
    """A tenth of 1e-5 for all layers stays one number."""
    remedy = Remedy("smaller steps", factors={"learning_rate": 0.1})
    assert remedy.changes(Experiment()) == {"learning_rate": pytest.approx(1e-6)}


def test_factor_goes_to_each_rate():
    """Where each layer has its own rate, each is multiplied."""
    remedy = Remedy("smaller steps", factors={"learning_rate": 0.5})
    changes = remedy.changes(Experiment(learning_rate=(4.0, 2.0, 1.0)))
    assert changes == {"learning_rate": (2.0, 1.0, 0.5)}


def test_factor_of_one_layer():
    """Dividing W2 gives each layer a divisor, the others as they were."""
    remedy = Remedy("divide W2", factors={"init_divisor": 5.0}, layer=2)
    assert remedy.changes(Experiment()) == {"init_divisor": (1.0, 5.0, 1.0)}


def test_same_rate_for_all():
    """A layer with a rate of 0 gets what the others have."""
    remedy = Remedy("same rate", same=("learning_rate",))
    assert remedy.changes(Experiment(learning_rate=(1.0, 0.0, 1.0))) == {"learning_rate": 1.0}


def test_remedy_that_is_taken_already_changes_nothing():
    """Leaky ReLU can't be the cure of a net that has it."""
    remedy = Remedy("use leaky ReLU", {"activation": "leaky_relu"})
    assert remedy.changes(Experiment(activation="leaky_relu")) == {}


def test_changes_make_an_experiment():
    """What a remedy says can be done: the experiment takes it."""
    remedy = Remedy("divide W1", factors={"init_divisor": 2.7}, layer=1)
    changed = Experiment().with_changes(remedy.changes(Experiment()))
    assert changed.init_divisor == (2.7, 1.0, 1.0)
