"""A fork changes what it is told to, leaves the original alone, and is on record."""

import numpy as np
import pytest

from nnviz.debugger.compare import Lockstep, Parting
from nnviz.debugger.engine_source import START_KEYS, EngineSource
from nnviz.debugger.forks import Edit, Tree, branch_name, branch_number, parse_edit
from nnviz.debugger.source import fingerprint
from nnviz.debugger.timeline import Timeline
from nnviz.errors import InputError

from .conftest import SMALL, small_dataset


def losses(timeline: Timeline, until: int) -> list[float]:
    timeline.seek(until)
    return timeline.history.column("loss").tolist()


def test_a_fork_goes_its_own_way_and_the_original_does_not_notice(run):
    """The original's next iterations have the bits of a run that was never forked."""
    untouched = Timeline(run(momentum=0.5))
    original = Timeline(run(momentum=0.5))
    original.seek(20)
    fork = original.fork({"learning_rate": 0.1})
    assert losses(fork, 40)[0] == losses(untouched, 40)[20]
    assert losses(original, 40) == losses(untouched, 40)
    assert losses(fork, 40)[2:] != losses(untouched, 40)[22:]
    assert original.branch.name == "A"
    assert str(fork.branch) == "B: A from 20 on, learning_rate 0.01 -> 0.1"


def test_a_fork_that_changes_nothing_is_the_same_run(run):
    """All bits are equal, velocities and batches included."""
    original = Timeline(run(momentum=0.5, batch_size=7))
    original.seek(20)
    original.step_back()
    fork = original.fork()
    fork.seek(60)
    original.seek(60)
    states = [t.source.pack(t.keyframes.get(60)) for t in (fork, original)]
    assert fingerprint(states[0]) == fingerprint(states[1])


def test_setting_a_weight_to_what_it_is_changes_no_bit():
    """A copy of an array may lie in memory in another order, which must not change products."""
    experiment = SMALL.with_changes({"hidden": [8], "learning_rate": 1e-3})
    original = Timeline(EngineSource(experiment, small_dataset(1000, 64, 10)))
    original.seek(5)
    fork = original.edit(f"W1[3, 4] = {float(original.source.array('W1')[3, 4])!r}")
    for timeline in (fork, original):
        timeline.seek(25)
    states = [timeline.source.pack(timeline.keyframes.get(25)) for timeline in (fork, original)]
    assert fingerprint(states[0]) == fingerprint(states[1])


@pytest.mark.parametrize(
    "changes",
    [
        {"activation": "tanh"},
        {"momentum": 0.9},
        {"output": "softmax", "loss": "cross_entropy"},
        {"batch_size": 5},
        {"schedule": "cosine"},
        {"learning_rate": [0.1, 0.2, 0.3]},
        {"k": 0.4},
    ],
)
def test_what_can_change_on_the_way_starts_from_the_same_weights(run, changes):
    """The fork's first weights are those of the iteration it was made at."""
    original = Timeline(run())
    original.seek(10)
    fork = original.fork(changes)
    for name in ("W1", "W2", "W3"):
        np.testing.assert_array_equal(fork.source.array(name), original.source.array(name))
    fork.seek(15)
    assert fork.live == 15
    assert set(fork.branch.changes) == set(changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden": [7]},
        {"initializer": "he"},
        {"seed": 3},
        {"data": "digits"},
        {"labels": "random"},
        {"dtype": "float64"},
        {"biases": True},
    ],
)
def test_what_is_decided_at_the_start_says_where_to_fork_instead(run, changes):
    """After iteration 0 such a fork is refused with what to do."""
    timeline = Timeline(run())
    timeline.seek(3)
    with pytest.raises(InputError, match=f"{next(iter(changes))}.*go to iteration 0"):
        timeline.fork(changes)
    assert set(changes) <= START_KEYS
    assert timeline.tree.branches.keys() == {"A"}


def test_at_iteration_0_anything_can_change(run):
    """The fork draws its own weights there, of its own shape."""
    timeline = Timeline(run())
    timeline.seek(4)
    timeline.seek(0)
    fork = timeline.fork({"hidden": [7], "initializer": "he", "seed": 3})
    assert fork.source.array("W1").shape == (7, 6)
    fork.seek(5)
    with pytest.raises(InputError, match=r"A has layers of 5, 4, 3 units and B of 7, 3"):
        Lockstep(timeline, fork)


def test_impossible_values_are_refused_and_leave_no_branch(run):
    """The experiment's own messages say what was expected."""
    timeline = Timeline(run())
    for changes, message in (
        ({"learning_rat": 1.0}, "did you mean learning_rate"),
        ({"loss": "cross_entropy"}, "does not belong with a sigmoid output"),
        ({"activation": ["tanh"]}, "one per hidden layer"),
    ):
        with pytest.raises(InputError, match=message):
            timeline.fork(changes)
    assert timeline.tree.branches.keys() == {"A"}


def test_a_branch_begins_where_it_was_forked(run):
    """What was before is in its parent, and the error says so."""
    timeline = Timeline(run())
    timeline.seek(20)
    fork = timeline.fork()
    with pytest.raises(IndexError, match="branch B begins at 20; what was before is in A"):
        fork.step_back()


def test_branches_share_out_the_memory(run):
    """Three branches have a third of the budget each, and all of it again when two are gone."""
    timeline = Timeline(run(), budget=30_000)
    forks = [timeline.fork(), timeline.fork()]
    forks.append(forks[1].fork())
    assert [fork.branch.name for fork in forks] == ["B", "C", "D"]
    assert forks[2].branch.parent == "C"
    assert timeline.keyframes.budget == 7500
    for each in (timeline, *forks):
        each.seek(200)
    assert timeline.tree.nbytes <= 30_000
    del forks, each
    timeline.fork()
    assert timeline.keyframes.budget == 15_000


def test_branches_have_names_for_ever():
    """After Z comes A1; a name is given once."""
    tree = Tree()
    tree.branches = dict.fromkeys(branch_name(number) for number in range(27))
    assert tree.next_name == "B1"
    tree.branches = dict.fromkeys(["C", "my own"])
    assert tree.next_name == "D"
    assert [branch_number(branch_name(n)) for n in range(100)] == list(range(100))


@pytest.mark.parametrize(
    ("command", "edit"),
    [
        ("W1[3, 5] = 0.5", Edit("W1", 3, 5, 0.5)),
        ("W1[3]=-1e-3", Edit("W1", 3, None, -1e-3)),
        ("W2[0, :] = 1, 2, 3, 4, 5", Edit("W2", 0, None, (1.0, 2.0, 3.0, 4.0, 5.0))),
        ("W3 = 0", Edit("W3", None, None, 0.0)),
    ],
)
def test_weights_are_set_by_a_command_on_a_fork(run, command, edit):
    """A weight, a unit's row or a whole array gets its value, the others keep theirs."""
    timeline = Timeline(run())
    timeline.seek(5)
    before = timeline.source.array(edit.name).copy()
    fork = timeline.edit(command)
    expected = before.copy()
    row = slice(None) if edit.row is None else edit.row
    expected[row, slice(None) if edit.column is None else edit.column] = edit.value
    np.testing.assert_array_equal(fork.source.array(edit.name), expected.astype(np.float32))
    np.testing.assert_array_equal(timeline.source.array(edit.name), before)
    assert fork.branch.edits == (edit,)
    assert parse_edit(str(edit)) == edit
    fork.seek(9)


def test_a_learning_rate_is_set_by_a_command(run):
    """It is a fork with the change on record."""
    timeline = Timeline(run())
    assert timeline.edit("learning_rate = 0.5").branch.changes == {"learning_rate": (0.01, 0.5)}


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("W9 = 0", "W9 = 0: there is no W9"),
        ("W1[99, 0] = 1", r"W1\[99, 0\] = 1: W1 is 5 x 6, counted from 0"),
        ("W1[0, 6] = 1", "W1 is 5 x 6"),
        ("W1[0] = 1, 2", "2 values for a row of 6"),
        ("W1[0] = much", "expected numbers"),
        ("W1[-1] = 1", "expected a weight and its value"),
        ("W1[0, 0]", "expected a weight and its value"),
        ("momentum = 7", "momentum = 7.0: expected"),
        ("learning_rat = 7", "did you mean learning_rate"),
        ("learning_rate", "expected KEY=VALUE"),
        ("b1 = 0", "there is no b1 in this run"),
    ],
)
def test_an_edit_that_is_impossible_says_why(run, command, message):
    """One clear error, and no branch."""
    timeline = Timeline(run())
    with pytest.raises(InputError, match=message):
        timeline.edit(command)
    assert timeline.tree.branches.keys() == {"A"}


def test_lockstep_names_the_first_iteration_and_layer_that_differ(run):
    """A rate of layer 2 alone parts at its update, then at W2, then everywhere behind it."""
    timeline = Timeline(run())
    timeline.seek(10)
    fork = timeline.fork({"learning_rate": [0.01, 0.02, 0.01]})
    pair = Lockstep(timeline, fork)
    assert pair.parting.index == 10
    assert pair.parting.what == "update2"
    assert pair.comparison.layers[1].updates == pytest.approx(1, rel=1e-5)
    later = pair.step()
    assert later.layers[0].weights == 0
    assert later.layers[0].activations == 0
    assert later.layers[1].weights > 0
    assert later.layers[2].activations > 0
    assert later.losses[0] != later.losses[1]


def test_lockstep_of_another_activation_parts_at_its_layer(run):
    """The same weights give other values from L2 on."""
    timeline = Timeline(run())
    timeline.seek(10)
    pair = Lockstep(timeline, timeline.fork({"activation": ["sigmoid", "tanh"]}))
    assert (pair.parting.index, pair.parting.what) == (10, "L2")


def test_lockstep_of_an_edit_long_after(run):
    """The tolerance decides when a small change counts: one weight by 1e-4 is below 1 %."""
    timeline = Timeline(run())
    before = timeline.source.array("W1")[0, 0]
    fork = timeline.edit(f"W1[0, 0] = {before + 1e-4}")
    assert Lockstep(timeline, fork, tolerance=0.01).parting == Parting()
    pair = Lockstep(timeline, fork)
    assert pair.parting.what == "W1"
    assert [comparison.index for comparison in pair.run(3)] == [0, 1, 2, 3]


def test_equal_runs_never_part_even_where_they_diverge(run):
    """The same NaN on both sides is no difference."""
    changes = {"activation": "leaky_relu", "output": "identity", "learning_rate": 1e6}
    timeline = Timeline(run(**changes))
    timeline.seek(30)
    pair = Lockstep(timeline, timeline.fork())
    for _ in pair.run(33):
        pass
    assert pair.parting == Parting()
