"""A diagnosis is the same however it grows, dates what it finds, and folds consequences."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.debugger.findings import RULES, Diagnosis, Facts, Level
from nnviz.debugger.findings.diagnosis import folded
from nnviz.debugger.findings.facts import InputFacts
from nnviz.debugger.findings.records import Finding
from nnviz.debugger.history import History

i = np.arange(60)


def finding(name, layer=0, since=0, level=Level.RED, spoke=None):
    """A finding with nothing in it but what folding looks at."""
    spoke = since if spoke is None else spoke
    return Finding(name, level, layer, since, spoke, None, "", "", (), "")


def test_at_and_spoken_agree_at_the_end(diagnose):
    """What stands at the last iteration is found either way, with the same numbers."""
    diagnosis = diagnose("relu", {"L1.dead": np.where(i < 37, 0, 0.7)})
    assert diagnosis.at(59) == diagnosis.spoken()


def test_finding_is_dated(diagnose):
    """Dead from 37 to 49 on: silent before and after, and reported with its span and its worst."""
    shares = np.where((i >= 37) & (i < 50), 0.45 + 0.3 * (i == 40), 0)
    diagnosis = diagnose("relu", {"L1.dead": shares})
    assert diagnosis.at(36) == diagnosis.at(50) == ()
    (now,) = diagnosis.at(45)
    assert (now.since, now.until, now.level) == (37, None, Level.AMBER)
    (whole,) = diagnosis.spoken()
    assert (whole.since, whole.until, whole.level) == (37, 49, Level.RED)
    assert "75 of 100 units" in whole.evidence


def test_delay_is_taken_off(diagnose):
    """Saturated since iteration 3, which can be said once it has held for ten: at 12."""
    columns = {"L1.saturated": np.where(i < 3, 0, 0.4), "loss": 2.3 * 0.996**i}
    (found,) = diagnose("tanh", columns).spoken()
    assert (found.since, found.spoke) == (3, 12)


def test_amber_is_not_dated_from_when_it_was_info(diagnose):
    """One dead unit at first is worth knowing; the trouble begins when half of them are."""
    (found,) = diagnose("relu", {"L1.dead": np.where(i < 20, 0.01, 0.7)}).spoken()
    assert (found.since, found.level) == (20, Level.RED)


def test_standing_is_a_column(diagnose):
    """For breakpoints and searches: whether a finding of that id stands, for each iteration."""
    diagnosis = diagnose("relu", {"L1.dead": np.where(i < 37, 0, 0.7)})
    np.testing.assert_array_equal(diagnosis.standing("dead-units"), i >= 37)
    assert not diagnosis.standing("exploding").any()
    assert len(diagnosis.standing("saturated")) == 60  # a rule that a ReLU net doesn't have


def test_outside_of_the_history_is_an_index_error(diagnose):
    """An iteration that hasn't been done has no findings, and not an empty list of them."""
    with pytest.raises(IndexError, match="iteration 60 is not in 0 to 59"):
        diagnose().at(60)


def numbers():
    """Any column: healthy values, huge ones, none at all."""
    one = st.sampled_from([0.0, 0.05, 0.3, 0.6, 1.0, 2.3, 5.0, 1e-6, 1e3, np.nan, np.inf])
    return st.lists(one, min_size=130, max_size=130)


NAMES = ["loss", "accuracy", "test_loss", "L1.dead", "L1.saturated", "W1.update_ratio", "dW1.rms"]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    columns=st.dictionaries(st.sampled_from(NAMES), numbers(), max_size=4),
    hidden=st.sampled_from(["relu", "tanh"]),
    cuts=st.lists(st.integers(1, 129), max_size=6, unique=True).map(sorted),
    batches=st.sampled_from([1, 7, 50]),
)
def test_growing_in_stretches_changes_nothing(by_hand, columns, hidden, cuts, batches):
    """Diagnosed now and then while it trains, or once at the end: the same levels everywhere."""
    run_info, history_of = by_hand
    info = run_info(hidden, batches_per_epoch=batches)
    whole = history_of(info, columns, rows=130)
    growing = History(info.depth)
    stretched = Diagnosis(info, growing)
    for row in range(130):
        growing.append_row(whole.values(row))
        if row in cuts:
            stretched.update()
    at_once = Diagnosis(info, whole)
    for name in RULES:
        np.testing.assert_array_equal(stretched.standing(name), at_once.standing(name))


def test_consequences_are_folded_under_their_root():
    """Large inputs make large z, that saturates units, and that lets gradients vanish."""
    found = folded(
        [
            finding("vanishing", since=0, spoke=20),
            finding("saturated", 2),
            finding("poor-init", 1),
            finding("input-scale"),
        ]
    )
    assert [f.id for f in found if not f.folded] == ["input-scale"]
    assert {f.consequence_of for f in found if f.folded} == {("input-scale", 0)}


def test_what_comes_later_explains_nothing():
    """Units that were dead before the steps became too large did not die of them."""
    dead, high = finding("dead-units", 1, since=3), finding("update-high", 1, since=9)
    assert not any(f.folded for f in folded([dead, high]))
    earlier = replace(high, since=2)
    assert [f.id for f in folded([dead, earlier]) if f.folded] == ["dead-units"]


def test_info_explains_nothing():
    """What isn't a fault is nobody's cause."""
    high = finding("update-high", 1, level=Level.INFO)
    assert not any(f.folded for f in folded([finding("dead-units", 1, since=3), high]))


def test_same_trouble_in_several_layers_is_one():
    """All layers drawn too large is one mistake: the first layer's finding stands for it."""
    found = folded([finding("poor-init", layer) for layer in (3, 1, 2)])
    assert [(f.layer, f.consequence_of) for f in found] == [
        (1, None),
        (2, ("poor-init", 1)),
        (3, ("poor-init", 1)),
    ]


def test_cause_of_something_red_comes_before_something_amber():
    """A finding is as serious as what follows from it."""
    found = folded(
        [
            finding("label-mismatch", level=Level.AMBER),
            finding("poor-init", 1, level=Level.AMBER),
            finding("loss-at-init", level=Level.RED),
        ]
    )
    assert [f.id for f in found] == ["poor-init", "label-mismatch", "loss-at-init"]


def test_inputs_explain_what_follows(diagnose):
    """The evidence for raw pixels is at the top, the large z that they make under it."""
    facts = Facts(inputs=InputFacts(255, 79, 0))
    top, other = diagnose("tanh", {"L1.z_std": 100.0}, facts).spoken()
    assert (top.id, other.id, other.consequence_of) == (
        "input-scale",
        "poor-init",
        ("input-scale", 0),
    )
    assert "255" in top.evidence
