"""Going back gives the same bits, however one got there; looking changes nothing."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from threadpoolctl import threadpool_limits

from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.engine_states import ShrunkSnapshot
from nnviz.debugger.source import fingerprint
from nnviz.debugger.timeline import Timeline
from nnviz.engine.tiles import Cancelled

from .conftest import SMALL, small_dataset
from .states import bits, hashes, state_at

KINDS = {
    "plain": {},
    "float64": {"dtype": "float64"},
    "momentum": {"momentum": 0.8},
    "cosine": {"schedule": "cosine", "iterations": 150},
    "step": {"schedule": "step", "step_every": 30, "momentum": 0.5},
    "batches": {"batch_size": 7},
    "all": {
        "batch_size": 8,
        "momentum": 0.9,
        "schedule": "linear",
        "decay": 1e-3,
        "biases": True,
        "activation": "relu",
        "output": "softmax",
        "loss": "cross_entropy",
        "labels": "random",
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_of_going_back_gives_the_bits_of_a_straight_run(run, kind):
    """Over 250 iterations the hash of all weights (and velocities) is that of a straight run."""
    straight = hashes(run(**KINDS[kind]), 301)
    timeline = Timeline(run(**KINDS[kind]))
    timeline.seek(250)
    rng = np.random.default_rng(0)
    for index in [0, 250, 249, 17, 16, 100, *rng.integers(0, 300, 25)]:
        timeline.seek(int(index))
        assert timeline.index == index
        assert state_at(timeline) == straight[index]
    timeline.seek(50)
    for index in range(49, 20, -1):
        timeline.step_back()
        assert state_at(timeline) == straight[index]
    timeline.seek(300)
    assert state_at(timeline) == straight[300]
    assert timeline.drifts == ()


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_number_of_threads_changes_no_bit(threads):
    """A run on 784 inputs and 2,000 samples gives the same bits on 1, 2 and 3 BLAS threads."""
    dataset = small_dataset(2000, 784, 10)
    experiment = SMALL.with_changes({"hidden": [64, 32], "learning_rate": 1e-4, "momentum": 0.5})
    with threadpool_limits(1, user_api="blas"):
        straight = hashes(EngineSource(experiment, dataset), 30)
    with threadpool_limits(threads, user_api="blas"):
        timeline = Timeline(EngineSource(experiment, dataset))
        timeline.seek(29)
        for index in (29, 3, 0, 20):
            timeline.seek(index)
            assert state_at(timeline) == straight[index]


def test_a_frame_of_the_past_is_what_it_was(run):
    """All numbers of an earlier iteration come back as they were, those of single units too."""
    timeline = Timeline(run(activation="relu", batch_size=10))
    then = [timeline.frame, *(timeline.step() for _ in range(40))]
    for index in (40, 0, 23):
        now = timeline.seek(index)
        assert (now.index, now.loss, now.test_loss) == pytest.approx(
            (index, then[index].loss, then[index].test_loss), rel=0, abs=0, nan_ok=True
        )
        for old, new in zip(then[index].layers, now.layers, strict=True):
            assert new.z_std == old.z_std
            np.testing.assert_array_equal(new.unit_mean, old.unit_mean)
            np.testing.assert_array_equal(new.died_at, old.died_at)


def test_arrays_of_the_past_are_those_that_training_used(run):
    """Looked at later, every array has the bits it had when its iteration was done."""
    timeline = Timeline(run(biases=True, batch_size=10, momentum=0.5))
    timeline.seek(30)
    names = [
        *("X", "T", "W1", "W3", "b2", "z1", "L3", "d1", "d3"),
        *("dW1", "dW2", "db3", "update1", "updateb1"),
    ]
    then = {name: timeline.source.array(name).copy() for name in names}
    update = timeline.source.array("update2")
    W2 = timeline.source.array("W2")
    timeline.step()
    np.testing.assert_array_equal(timeline.source.array("W2") - W2, update)
    for index in (0, 30):
        timeline.seek(index)
    for name in names:
        np.testing.assert_array_equal(timeline.source.array(name), then[name])


def test_looking_at_phases_changes_nothing(run):
    """A run that is looked at phase by phase, arrays and all, ends with the same hash."""
    straight = hashes(run(momentum=0.5), 12)
    timeline = Timeline(run(momentum=0.5))
    timeline.step_phase()
    while timeline.index < 11:
        for name in timeline.phase.arrays:
            if name != "loss":
                timeline.source.array(name)
        timeline.step_phase()
    assert state_at(timeline) == straight[11]


def test_phases_are_stepped_through_in_order_and_back(run):
    """Forward, loss, backward, update; then the next iteration; and the same way back."""
    timeline = Timeline(run())
    assert timeline.phase.kind == "update"  # a seek stops when the iteration is complete
    seen = []
    for _ in range(8):
        phase = timeline.step_phase()
        seen.append((timeline.index, phase.kind, phase.layer))
    assert seen == [
        *((1, "forward", layer) for layer in (1, 2, 3)),
        (1, "loss", 0),
        *((1, "backward", layer) for layer in (3, 2, 1)),
        (1, "update", 0),
    ]
    for expected in seen[-2::-1]:
        phase = timeline.step_phase_back()
        assert (timeline.index, phase.kind, phase.layer) == expected
    assert timeline.step_phase_back().kind == "update"
    assert timeline.index == 0
    for _ in range(7):
        timeline.step_phase_back()
    with pytest.raises(IndexError, match="begins at iteration 0"):
        timeline.step_phase_back()


def test_before_the_beginning_there_is_nothing(run):
    """The error names the first iteration, and the position stays."""
    timeline = Timeline(run())
    timeline.seek(3)
    with pytest.raises(IndexError, match="-1: the run begins at iteration 0"):
        timeline.seek(-1)
    assert timeline.index == 3


@pytest.mark.parametrize("after", [0, 1, 5])
def test_cancelling_leaves_everything_consistent(run, after):
    """A seek that is stopped stays where it came to, going back or on, and can be repeated."""
    straight = hashes(run(), 121)
    timeline = Timeline(run(), budget=1)
    timeline.seek(100)
    for target in (40, 120):
        asked = 0

        def stop():
            nonlocal asked
            asked += 1
            return asked > after

        timeline.source.cancelled = stop
        with pytest.raises(Cancelled):
            timeline.seek(target)
        timeline.source.cancelled = lambda: False
        assert timeline.frame.index == timeline.index <= timeline.live
        timeline.fork()  # the state that is looked at is there
        assert fingerprint({"W": timeline.source.array("W1")}) != ""
        timeline.seek(target)
        assert state_at(timeline) == straight[target]


@pytest.mark.parametrize("changes", [{}, {"momentum": 0.9}, {"learning_rate": 1e6}])
def test_old_states_are_kept_in_less_memory_with_the_same_bits(changes):
    """Weights of inputs that are always 0 never change: states share them, whatever they are."""
    dataset = small_dataset(60, 40, 3)
    X = dataset.X.copy()
    X[10:30] = 0
    dataset = replace(dataset, X=X)
    experiment = SMALL.with_changes({**changes, "activation": "leaky_relu", "output": "identity"})
    straight = hashes(EngineSource(experiment, dataset), 301)
    source = EngineSource(experiment, dataset)
    timeline = Timeline(source, budget=70 * sum(source.snapshot().parts.values()))
    timeline.seek(300)
    kept = [timeline.keyframes.get(index) for index in timeline.keyframes.indices]
    sizes = [sum(each.whole().parts.values()) for each in kept]
    shrunk = [each for each in kept if isinstance(each, ShrunkSnapshot)]
    assert len(set(sizes)) == 1
    idle = sum(array.nbytes for array in shrunk[0].idle.values())
    assert idle == (1 + bool(experiment.momentum)) * 20 * 5 * 4
    assert len(shrunk) > 10
    start = sum(array.nbytes for array in shrunk[0].shrinker.references)
    saved = (len(shrunk) - 5) * idle - start  # some have NaN in idle columns of their own
    assert timeline.keyframes.nbytes < sum(sizes) - saved
    for index in (60, 131, 0, 280, 299):
        timeline.seek(index)
        assert state_at(timeline) == straight[index]


def test_a_diverged_run_goes_on_being_looked_at(run):
    """NaN weights are no reason to stop, and going back over them gives the same bits."""
    changes = {"activation": "leaky_relu", "output": "identity", "learning_rate": 1e6}
    straight = hashes(run(**changes), 60)
    timeline = Timeline(run(**changes))
    timeline.seek(59)
    assert np.isnan(timeline.source.array("W1")).any()
    assert not timeline.frame.finite
    for index in (30, 2, 58):
        timeline.seek(index)
        timeline.source.array("dW1")
        assert state_at(timeline) == straight[index]
    assert timeline.drifts == ()


DATASET = small_dataset()


@cache
def straight_run(kind: str) -> list[str]:
    """The hashes of a straight run of 130 iterations."""
    return hashes(EngineSource(SMALL.with_changes(KINDS[kind]), DATASET), 130)


class Travel(RuleBasedStateMachine):
    """Any sequence of moves, looks, interruptions and forks leaves the run as it is."""

    @initialize(
        kind=st.sampled_from(sorted(KINDS)), budget=st.sampled_from([1, 3000, 20_000, 2**20])
    )
    def open(self, kind, budget):
        """Open a run, with a budget from nothing at all to plenty."""
        self.straight = straight_run(kind)
        self.timeline = Timeline(EngineSource(SMALL.with_changes(KINDS[kind]), DATASET), budget)

    @rule(index=st.integers(0, 120))
    def seek(self, index):
        self.timeline.seek(index)
        assert self.timeline.index == index

    @rule()
    def step(self):
        if self.timeline.index < 120:
            self.timeline.step()

    @rule()
    def step_back(self):
        if self.timeline.index:
            self.timeline.step_back()

    @rule(steps=st.integers(-9, 9))
    def step_phases(self, steps):
        for _ in range(abs(steps)):
            if steps < 0 and (self.timeline.index or self.timeline.position.phase):
                self.timeline.step_phase_back()
            elif self.timeline.index < 120:
                self.timeline.step_phase()

    @rule(name=st.sampled_from(["W1", "z2", "L3", "d1", "dW2", "update3", "X", "T"]))
    def look(self, name):
        self.timeline.source.array(name)

    @rule(index=st.integers(0, 120), patience=st.integers(0, 40))
    def interrupted_seek(self, index, patience):
        left = patience

        def stop():
            nonlocal left
            left -= 1
            return left < 0

        self.timeline.source.cancelled = stop
        try:
            self.timeline.seek(index)
        except Cancelled:
            assert self.timeline.index <= self.timeline.live
        finally:
            self.timeline.source.cancelled = lambda: False

    @rule(rate=st.floats(0, 1))
    def fork(self, rate):
        branch = self.timeline.fork({"learning_rate": rate})
        branch.step()
        assert branch.history.first == self.timeline.index

    @precondition(lambda self: hasattr(self, "timeline"))
    @invariant()
    def same_bits(self):
        timeline = self.timeline
        assert timeline.frame.index == timeline.index == timeline.position.index
        straight = self.straight[timeline.source.index]
        assert bits(timeline.source) == straight
        assert timeline.drifts == ()


class FarTravel(Travel):
    """The same with more moves."""


Travel.TestCase.settings = settings(max_examples=10, stateful_step_count=20, deadline=None)
FarTravel.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestTravel = Travel.TestCase
TestFarTravel = pytest.mark.slow(FarTravel.TestCase)
