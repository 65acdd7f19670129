"""Where two runs part can be told from what was recorded, without a replay."""

import numpy as np
import pytest

from nnviz.debugger.compare import Lockstep, Parting, recorded_parting
from nnviz.debugger.history import History
from nnviz.debugger.timeline import Timeline


@pytest.fixture
def at_ten(run):
    """A run that has come to iteration 10."""

    def make(**changes):
        timeline = Timeline(run(**changes))
        timeline.seek(10)
        return timeline

    return make


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"learning_rate": [0.01, 0.02, 0.01]}, "W2.update"),
        ({"activation": ["sigmoid", "tanh"]}, "L2.mean"),
        ({"learning_rate": [0.02, 0.02, 0.02]}, "W3.update"),
    ],
    ids=["the rate of layer 2", "the activation of layer 2", "all rates: backwards from the last"],
)
def test_runs_part_where_lockstep_says_so(at_ten, changes, what):
    timeline = at_ten()
    fork = timeline.fork(changes)
    for run in (timeline, fork):
        run.seek(30)
    parting = recorded_parting(timeline.history, fork.history)
    assert (parting.index, parting.what) == (10, what)
    assert parting.difference > 1e-6
    assert Lockstep(timeline, fork).parting.index == 10


def test_a_change_that_takes_effect_later_parts_later(at_ten):
    """A step of the rate at iteration 20 is the first thing that differs."""
    timeline = at_ten()
    fork = timeline.fork({"schedule": "step", "step_every": 20})
    for run in (timeline, fork):
        run.seek(25)
    assert recorded_parting(timeline.history, fork.history).index == 20


def test_unchanged_runs_don_t_part_however_far_each_has_come(at_ten):
    timeline = at_ten()
    fork = timeline.fork()
    fork.seek(40)
    assert recorded_parting(timeline.history, fork.history) == Parting()


def test_nan_in_both_runs_is_no_difference_and_in_one_it_is(run):
    timeline = Timeline(run(learning_rate=1e18, activation="relu", output="identity"))
    timeline.seek(8)
    same = timeline.fork()
    same.seek(12)
    timeline.seek(12)
    assert np.isnan(timeline.frame.loss)
    assert recorded_parting(timeline.history, same.history) == Parting()
    other = Timeline(run(learning_rate=0.0, activation="relu", output="identity"))
    other.seek(12)
    assert recorded_parting(timeline.history, other.history).index == 0


def test_runs_of_other_depths_are_refused(at_ten):
    with pytest.raises(ValueError, match="3 and 2 layers"):
        recorded_parting(at_ten().history, History(2))
