"""The other branch is chosen, taken along, and never further than it has to be."""

import numpy as np
import pytest

from nnviz.engine.tiles import Cancelled
from nnviz.tui.detail import Trouble
from nnviz.tui.details import compare
from nnviz.tui.details.compare import CompareQuestion, other_branch


@pytest.fixture
def forked(open_debugger):
    """A is at 10, B was forked there with another rate, C from B."""
    debugger = open_debugger()
    debugger.timeline.seek(10)
    debugger.fork("learning_rate = 1e-4")
    debugger.fork()
    return debugger


def test_without_a_name_it_is_the_parent_or_else_any_other_branch(forked):
    assert other_branch(forked, "").branch.name == "B"
    assert other_branch(forked, "A").branch.name == "A"
    assert other_branch(forked, "no such").branch.name == "B"
    forked.look_at("A")
    assert other_branch(forked, "").branch.name == "B"
    assert other_branch(forked, "A").branch.name == "B"  # not with itself


def test_one_branch_is_told_how_to_fork(open_debugger):
    answer = CompareQuestion("").answer(open_debugger(), None)
    assert isinstance(answer, Trouble)
    assert ":fork" in answer.text


def test_the_older_branch_comes_first_wherever_one_looks(forked):
    assert CompareQuestion("A").answer(forked, None).names == ("A", "C")
    forked.look_at("A")
    assert CompareQuestion("C").answer(forked, None).names == ("A", "C")


def test_a_branch_far_behind_is_taken_along_bit_by_bit(forked, monkeypatch):
    monkeypatch.setattr(compare, "SLICE", 0.0)  # one iteration at a time
    forked.look_at("A")
    forked.timeline.seek(14)
    seen, answer = [], None
    while answer is None or answer.unfinished:
        answer = CompareQuestion("B").answer(forked, answer)
        seen.append(answer.b.live)
        assert (answer.comparison is None) == answer.unfinished
        assert bool(answer.problem) == answer.unfinished
    assert seen == [11, 12, 13, 14]
    assert answer.comparison.index == 14


def test_an_order_that_waits_stops_it_and_nothing_is_lost(forked, monkeypatch):
    monkeypatch.setattr(compare, "SLICE", 0.0)
    forked.look_at("A")
    forked.timeline.seek(14)
    other = forked.branches["B"]
    forked.timeline.source.cancelled = lambda: True
    with pytest.raises(Cancelled):
        CompareQuestion("B").answer(forked, None)
    forked.timeline.source.cancelled = lambda: False
    assert other.live in (10, 11)
    monkeypatch.undo()
    assert CompareQuestion("B").answer(forked, None).comparison.index == 14


def test_the_pictures_are_those_of_both_branches(forked):
    forked.timeline.seek(13)
    answer = CompareQuestion("A").answer(forked, None)
    for side in (answer.a, answer.b):
        timeline = forked.branches[side.branch.name]
        expected = timeline.source.array("W1").mean(axis=0)
        np.testing.assert_array_equal(side.pictures[0].weight, expected)
    assert answer.parting.index == 10


def test_where_they_part_is_found_once(forked):
    first = CompareQuestion("A").answer(forked, None)
    assert CompareQuestion("A").answer(forked, first).parting is first.parting
    assert CompareQuestion("B").answer(forked, first).parting is not first.parting
