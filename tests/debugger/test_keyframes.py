"""Keyframes stay within their budget, evenly spread, and never refuse a state."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.debugger.keyframes import AROUND, FAR, MOST, NEAR, RECENT, REPLAY, Keyframes
from nnviz.debugger.timeline import Timeline


@dataclass(frozen=True)
class Kept:
    """A state of one piece of memory, or of pieces that others share."""

    index: int
    parts: dict[int, int]
    share: float = 0.9

    def shrunk(self):
        """A tenth less (or as `share` says), in other pieces; once only."""
        if min(self.parts) < 0:
            return self
        parts = {-part - 1: int(size * self.share) for part, size in self.parts.items()}
        return Kept(self.index, parts, self.share)


def kept(index: int, size: int = 100, share: float = 0.9) -> Kept:
    return Kept(index, {index: size}, share)


def gaps(keyframes: Keyframes, start: int, stop: int) -> int:
    """The largest distance between neighbours from `start` to `stop`."""
    inside = [i for i in keyframes.indices if start <= i <= stop]
    return int(np.diff(inside).max())


def trained(
    keyframes: Keyframes, iterations: int, size: int = 100, share: float = 0.9, seconds: float = 0
) -> Keyframes:
    """After the run went on to so many iterations, which took so long."""
    for index in range(1 + max(keyframes.indices, default=-1), iterations + 1):
        keyframes.add(kept(index, size, share))
        keyframes.iteration_took(seconds)
    return keyframes


def sought(keyframes: Keyframes, targets, size: int = 100, share: float = 0.9) -> list[int]:
    """How many iterations a timeline replays to go to each of the targets, one after the other."""
    replays = []
    for target in targets:
        start = keyframes.at_or_before(target).index
        for index in range(start, target):
            before = keyframes.at_or_before(index).index
            if index > before and index - before >= keyframes.gap(target - index):
                keyframes.add(kept(index, size, share), target)
        keyframes.add(kept(target, size, share), target)
        replays.append(target - start)
    return replays


def test_a_long_run_keeps_recent_states_close_and_old_ones_further_apart():
    """With memory enough, seeks replay less than 10 of the recent and 40 of the old iterations."""
    keyframes = trained(Keyframes(10**9), 5000)
    assert keyframes.indices[0] == 0
    assert gaps(keyframes, 5000 - NEAR, 5000) == 1
    assert gaps(keyframes, 5000 - RECENT, 5000 - NEAR) == MOST == 10
    assert gaps(keyframes, 0, 5000) == FAR * MOST == 40
    assert len(keyframes.indices) < NEAR + RECENT / 10 + 4000 / 40 + 6


@pytest.mark.parametrize(("seconds", "spacing"), [(0.025, 8), (0.03, 6), (0.001, MOST), (1.0, 1)])
def test_where_iterations_are_slow_states_lie_closer(seconds, spacing):
    """So that a seek among the last 1,000 replays for less than 0.2 s, any other for 0.8 s."""
    keyframes = trained(Keyframes(10**9), 3000, seconds=seconds)
    assert gaps(keyframes, 3000 - RECENT, 3000 - NEAR) == spacing
    assert gaps(keyframes, 0, 3000 - RECENT) == FAR * spacing
    assert spacing == 1 or spacing * seconds <= REPLAY


@pytest.mark.parametrize("room", [20, 60, 134])
def test_under_pressure_the_gaps_grow_and_the_budget_holds(room):
    """With room for fewer states, the largest gap stays within a factor 2 of an even spread."""
    keyframes = Keyframes(room * 100)
    for index in range(10_001):
        keyframes.add(kept(index))
        assert keyframes.nbytes <= room * 100
    assert gaps(keyframes, 0, 10_000) <= 2 * 10_000 / room


@pytest.mark.parametrize(("seconds", "share"), [(0.013, 0.7), (0.025, 0.8)])
def test_memory_is_shared_out_for_a_long_run(seconds, share):
    """With room for 170 of the 400 states that are wanted, many seeks replay 2.5 times as much.

    That is the starter with momentum in 256 MB, where states shrink by a fifth or more. The gaps
    don't suffer from looking around: what is kept of it goes first.
    """
    size = 1_585_000
    keyframes = Keyframes(170 * size)
    short = trained(keyframes, 10_000, size, share, seconds)
    assert gaps(short, 9_000, 10_000 - NEAR) <= 19
    assert gaps(short, 0, 9_000) <= 76
    rng = np.random.default_rng(0)
    assert max(sought(short, range(9_999, 9_979, -1), size, share)) <= 1
    assert max(sought(short, rng.integers(9_000, 10_001, 20).tolist(), size, share)) <= 18
    assert max(sought(short, rng.integers(0, 10_001, 60).tolist(), size, share)) <= 75
    assert gaps(short, 0, 9_000) <= 76


def test_while_memory_lasts_states_lie_closer_than_a_long_run_could_afford():
    """The spacing begins at 10 or less, and is doubled from 8 to what that run's memory allows."""
    size = 1_585_000
    keyframes = trained(Keyframes(170 * size), 1_500, size, 0.78, 0.02)
    assert gaps(keyframes, 500, 1_500 - NEAR) <= MOST
    trained(keyframes, 10_000, size, 0.78, 0.02)
    assert 16 <= gaps(keyframes, 9_000, 10_000 - NEAR) <= 17
    assert 64 <= gaps(keyframes, 0, 9_000) <= 68


def test_states_are_shrunk_only_where_memory_may_run_out():
    """Before a third of the budget is full nothing is, and then no state that is near."""
    keyframes = trained(Keyframes(300_000), 1_000)
    assert all(min(keyframes.get(i).parts) >= 0 for i in keyframes.indices)
    tight = trained(Keyframes(20_000), 1_000)
    whole = [i for i in tight.indices if min(tight.get(i).parts) >= 0]
    assert whole == [i for i in tight.indices if i >= 1_000 - AROUND]


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
    for index in range(200):
        keyframes.add(kept(index))
    assert keyframes.indices == (0, 199)
    keyframes.add(kept(40), focus=40)
    assert keyframes.indices == (0, 40, 199)
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
