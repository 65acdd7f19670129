"""Keyframes stay within their budget, evenly spread, and never refuse a state."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.debugger.keyframes import FAR_GAP, GAPS, NEAR, Keyframes
from nnviz.debugger.timeline import Timeline


@dataclass(frozen=True)
class Kept:
    """A state of one piece of memory, or of pieces that others share."""

    index: int
    parts: dict[int, int]

    def shrunk(self):
        """A tenth less, in other pieces; once only."""
        if min(self.parts) < 0:
            return self
        return Kept(self.index, {-part - 1: size * 9 // 10 for part, size in self.parts.items()})


def kept(index: int, size: int = 100) -> Kept:
    return Kept(index, {index: size})


def gaps(keyframes: Keyframes, start: int, stop: int) -> int:
    """The largest distance between neighbours from `start` to `stop`."""
    inside = [i for i in keyframes.indices if start <= i <= stop]
    return int(np.diff(inside).max())


def test_a_long_run_keeps_recent_states_close_and_old_ones_further_apart():
    """With memory enough, seeks replay less than 10 of the recent and 50 of the old iterations."""
    keyframes = Keyframes(10**9)
    for index in range(5001):
        keyframes.add(kept(index))
    assert keyframes.indices[0] == 0
    for distance, gap in GAPS:
        assert gaps(keyframes, 5000 - distance, 5000) == gap
    assert gaps(keyframes, 0, 5000) == FAR_GAP
    spread = np.diff([0, *(distance for distance, _ in GAPS)]) / [gap for _, gap in GAPS]
    assert len(keyframes.indices) < 4000 / FAR_GAP + spread.sum() + 6


@pytest.mark.parametrize("room", [20, 60, 134])
def test_under_pressure_the_gaps_grow_and_the_budget_holds(room):
    """With room for fewer states, the largest gap stays within a factor 4 of an even spread."""
    keyframes = Keyframes(room * 100)
    for index in range(10_001):
        keyframes.add(kept(index))
        assert keyframes.nbytes <= room * 100
    assert gaps(keyframes, 0, 10_000) <= 4 * 10_000 / room


def test_half_the_memory_that_is_wanted_costs_the_old_iterations_least():
    """With room for 160 of the 316 states, seeks replay at most 45 of the last 1,000, else 100."""
    keyframes = Keyframes(160 * 100)
    for index in range(10_001):
        keyframes.add(kept(index))
    assert gaps(keyframes, 10_000 - NEAR, 10_000) <= 4
    assert gaps(keyframes, 9_000, 10_000 - 60) <= 45
    assert gaps(keyframes, 0, 9_000) <= 100


def test_states_around_the_position_are_kept_while_one_looks_there():
    """Going back from an old position is as quick as from the end."""
    keyframes = Keyframes(10**9)
    for index in range(2001):
        keyframes.add(kept(index))
    for index in range(497 - NEAR, 500):
        keyframes.add(kept(index), focus=499)
    assert set(range(499 - NEAR, 500)) <= set(keyframes.indices)
    keyframes.add(kept(2001))
    assert len([i for i in keyframes.indices if 450 < i < 550]) <= 3


def test_a_state_larger_than_the_budget_is_kept_all_the_same():
    """First, last and focus stay, so that a run can go on whatever its size."""
    keyframes = Keyframes(50)
    for index in range(100):
        keyframes.add(kept(index))
    assert keyframes.indices == (0, 99)
    keyframes.add(kept(40), focus=40)
    assert keyframes.indices == (0, 40, 99)
    assert keyframes.nbytes == 290  # the old one is shrunk


def test_pieces_that_states_share_are_counted_once():
    """Two states with the same weights cost one state and what differs."""
    keyframes = Keyframes(10**9, [Kept(0, {7: 1000, 1: 10}), Kept(1, {7: 1000, 2: 10})])
    assert keyframes.nbytes == 1020
    keyframes.add(Kept(2, {7: 1000}))
    assert keyframes.nbytes == 1020


def test_a_fork_shares_its_first_state_with_its_parent(run):
    """Nothing is copied where nothing is changed."""
    timeline = Timeline(run())
    fork = timeline.fork()
    shared = timeline.keyframes.get(0)
    assert shared is not None
    assert fork.keyframes.get(0).parts == shared.parts


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 50), st.integers(0, 300)), min_size=1),
    st.integers(0, 3000),
)
def test_accounts_are_right_after_any_additions(additions, budget):
    """Bytes are the sum over the states that are kept; more than three only within the budget."""
    keyframes = Keyframes(budget)
    for index, size, focus in additions:
        keyframes.add(kept(index, size), focus)
        parts = [keyframes.get(i).parts for i in keyframes.indices]
        assert keyframes.nbytes == sum(sum(each.values()) for each in parts)
        assert keyframes.nbytes <= budget or len(keyframes.indices) <= 3
        assert list(keyframes.indices) == sorted(set(keyframes.indices))
        assert keyframes.at_or_before(300).index == keyframes.indices[-1]
