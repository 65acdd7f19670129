"""A state of the engine in less memory is the same state, and says truly what it takes."""

from dataclasses import replace

import numpy as np
import pytest

from nnviz.debugger import engine_states
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.engine_states import EngineSnapshot, ShrunkSnapshot
from nnviz.debugger.source import fingerprint

from .conftest import SMALL, small_dataset

KINDS = {
    "plain": {},
    "float64": {"dtype": "float64", "momentum": 0.5},
    "momentum": {"momentum": 0.8},
    "biases": {"biases": True, "momentum": 0.9},
    "diverged": {"activation": "leaky_relu", "output": "identity", "learning_rate": 1e6},
    "wide": {"hidden": (300, 40), "momentum": 0.5, "biases": True},
}


def opened(kind: str, idle: int) -> EngineSource:
    """A run of 40 inputs, of which so many are 0 in every sample."""
    dataset = small_dataset(60, 40, 3)
    X = dataset.X.copy()
    X[10 : 10 + idle] = 0
    return EngineSource(SMALL.with_changes(KINDS[kind]), replace(dataset, X=X))


def kept(source: EngineSource, iterations: int) -> tuple[EngineSnapshot, ShrunkSnapshot]:
    """The state after so many iterations as it is, and in less memory."""
    for _ in range(iterations):
        source.advance()
    whole = source.snapshot()
    shrunk = whole.shrunk()
    assert isinstance(shrunk, ShrunkSnapshot)
    return whole, shrunk


@pytest.mark.parametrize("idle", [0, 20])
@pytest.mark.parametrize("least", [1, engine_states.WORTH_SPLITTING])
@pytest.mark.parametrize("kind", KINDS)
def test_a_shrunk_state_is_the_same_state(monkeypatch, kind, least, idle):
    """Weights and velocities bit for bit, with idle inputs or none, and the run goes on alike."""
    monkeypatch.setattr(engine_states, "WORTH_SPLITTING", least)
    source = opened(kind, idle)
    for _ in range(12):
        whole = source.snapshot()
        shrunk = whole.shrunk()
        assert isinstance(shrunk, ShrunkSnapshot) == bool(idle or least == 1 or kind == "wide")
        assert shrunk.index == whole.index
        assert shrunk.shrunk() is shrunk
        assert fingerprint(source.pack(shrunk)) == fingerprint(source.pack(whole))
        assert [a.flags.f_contiguous for a in shrunk.whole().arrays] == [True] * len(whole.arrays)
        source.advance()
        after = fingerprint(source.pack(source.snapshot()))
        source.restore(shrunk)
        source.advance()
        assert fingerprint(source.pack(source.snapshot())) == after


def test_a_state_takes_what_it_says():
    """Its parts are all that it holds: planes, idle columns, the start that it is held against."""
    whole, shrunk = kept(opened("wide", 20), 3)
    references = sum(array.nbytes for array in shrunk.shrinker.references)
    total = sum(shrunk.parts.values())
    assert total - references < 0.85 * sum(whole.parts.values())
    planes = [each for each in shrunk.kept if not isinstance(each, np.ndarray)]
    assert len(planes) == 4  # W1 and W2, and their velocities
    held = sum(len(plane) for each in planes for plane in each.planes)
    plain = [each for each in shrunk.kept if isinstance(each, np.ndarray)]
    plain += [*shrunk.idle.values(), *shrunk.active]
    assert total == references + held + sum(array.nbytes for array in plain)


def test_a_fork_takes_up_a_shrunk_state():
    """With a changed setting, and where the other run has velocities and this one has none."""
    source = opened("wide", 20)
    whole, shrunk = kept(source, 5)
    assert isinstance(whole, EngineSnapshot)
    for changes in ({"learning_rate": 1e-3}, {"momentum": 0.0}):
        states = []
        for snapshot in (whole, shrunk):
            fork = source.fork(snapshot, changes, {})
            fork.advance()
            states.append(fingerprint(fork.pack(fork.snapshot().shrunk())))
        assert states[0] == states[1]
