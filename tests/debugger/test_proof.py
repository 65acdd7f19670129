"""A remedy is tried beside the run without it, and called a help only where it was one."""

from dataclasses import replace

import pytest

from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.examination import examine
from nnviz.debugger.findings import Remedy
from nnviz.debugger.proof import Outcome, Proof, Trial, prove
from nnviz.debugger.proof_text import proof_json, proof_lines, verdict
from nnviz.engine.tiles import Cancelled
from nnviz.healthy import HEALTHY

TOO_HIGH = replace(HEALTHY["digits-tanh"], learning_rate=1e-4)
FORGOTTEN_K = replace(HEALTHY["digits-slope"], fault="slope-forgotten-k")
SMALLER = Remedy("divide the learning rate by 20", factors={"learning_rate": 0.05})


def top_finding(experiment, iterations=15):
    """The first finding of a run."""
    return examine(EngineSource(experiment), iterations).spoken()[0]


def proof_of(experiment, finding, **options):
    """The proof of a finding's remedies, from the run's start."""
    source = EngineSource(experiment)
    return prove(source, source.snapshot(), finding, **{"iterations": 20, **options})


def test_remedy_is_proven():
    """A rate 20 times too high sends the loss up; a tenth of it trains, and the finding is gone."""
    finding = top_finding(TOO_HIGH)
    assert finding.id == "update-high"
    proof = proof_of(TOO_HIGH, finding)
    trial = proof.proven
    assert trial is proof.trials[0]
    assert (trial.start, trial.end) == (finding.since, finding.since + 20)
    assert trial.without.loss > 10 > 2 > trial.remedied.loss
    assert trial.remedied.accuracy > trial.without.accuracy + 0.3
    assert trial.remedied.stands == 0
    assert "HELPED: the finding is gone" in "\n".join(proof_lines(proof))
    assert len(proof_lines(proof, 30)) > len(proof_lines(proof))  # broken where it is told


def test_numbers_are_those_of_a_fork():
    """What a trial reports is what a fork from that iteration trains to, to the last bit."""
    finding = top_finding(TOO_HIGH)
    (trial,) = proof_of(TOO_HIGH, finding).trials
    source = EngineSource(TOO_HIGH)
    for _ in range(finding.since):
        source.advance()
    fork = source.fork(source.snapshot(), trial.changes, {})
    frames = [fork.advance() for _ in range(21)]
    assert frames[-1].index == trial.end
    assert (frames[-1].loss, frames[-1].train_accuracy) == (
        trial.remedied.loss,
        trial.remedied.accuracy,
    )


def test_remedy_is_refuted():
    """The right derivative (k = 0.5) makes steps 2 and 4 times smaller, and trains slower.

    The finding is gone, and yet it did not help: reported as such.
    """
    proof = proof_of(FORGOTTEN_K, top_finding(FORGOTTEN_K, 0), iterations=40)
    assert proof.proven is None
    (trial,) = proof.trials
    assert trial.changes == {"fault": ""}
    assert trial.remedied.stands == 0
    assert trial.remedied.accuracy < trial.without.accuracy
    text = "\n".join(proof_lines(proof))
    assert "did not help: the finding is gone, but" in text
    assert "points of accuracy are lost" in text
    assert "None of them helped." in text


def test_next_remedy_is_tried():
    """A useless remedy is reported, one that can't be tried says why, and the third one helps."""
    finding = replace(
        top_finding(TOO_HIGH),
        remedies=(
            Remedy("nothing to speak of", {"momentum": 1e-6}),
            Remedy("other data", {"data": "no-such-data"}),
            SMALLER,
            Remedy("never reached", {"momentum": 0.5}),
        ),
    )
    proof = proof_of(TOO_HIGH, finding)
    assert [trial.helped for trial in proof.trials] == [False, False, True]
    assert "no-such-data" in verdict(proof.trials[1])
    assert proof_json(proof)["proven"] == SMALLER.text


def test_remedy_that_changes_nothing_is_not_tried():
    """Drawing with Glorot what is drawn with Glorot is no experiment."""
    finding = replace(top_finding(TOO_HIGH), remedies=(Remedy("", {"initializer": "glorot"}),))
    proof = proof_of(TOO_HIGH, finding)
    assert proof.trials == ()
    assert (
        "none of them can be had by changing a setting or variable of this run"
        in proof_lines(proof)[0]
    )


def test_remedy_of_the_start_is_tried_from_the_start():
    """Other start weights mean another run from iteration 0, whenever the finding arose."""
    finding = replace(top_finding(TOO_HIGH), since=5, remedies=(Remedy("", {"seed": 3}),))
    (trial,) = proof_of(TOO_HIGH, finding, iterations=3).trials
    assert (trial.start, trial.end) == (0, 3)


def test_run_itself_stays_where_it_is():
    """The source may go on meanwhile: a proof neither moves nor changes it."""
    source = EngineSource(TOO_HIGH)
    start = source.snapshot()
    source.advance()
    expected = EngineSource(TOO_HIGH)
    expected.advance()
    prove(source, start, top_finding(TOO_HIGH), iterations=3)
    assert source.index == 1
    assert source.advance().loss == expected.advance().loss


def test_proof_can_be_cancelled():
    """A screen that is left doesn't wait for it."""
    with pytest.raises(Cancelled):
        proof_of(TOO_HIGH, top_finding(TOO_HIGH), cancelled=lambda: True)


def test_progress_is_reported():
    """Each run in turn, up to all of its iterations."""
    seen = []
    proof_of(
        TOO_HIGH,
        replace(top_finding(TOO_HIGH), remedies=(SMALLER,)),
        iterations=4,
        progress=lambda *report: seen.append(report),
    )
    assert {what for what, _, _ in seen} >= {"without the remedy", SMALLER.text}
    assert (SMALLER.text, 5, 5) in seen


@pytest.mark.parametrize(
    ("without", "remedied", "comparable", "helped"),
    [
        # a point more is a help, less than that is not
        (Outcome(1.0, 0.50, 0, 2), Outcome(1.0, 0.52, 0, 0), True, True),
        (Outcome(1.0, 0.50, 0, 2), Outcome(1.0, 0.505, 0, 0), True, False),
        # so is a loss 5 % lower, if it is the same loss, and not bought with accuracy
        (Outcome(1.0, 0.50, 0, 2), Outcome(0.9, 0.50, 0, 0), True, True),
        (Outcome(1.0, 0.50, 0, 2), Outcome(0.9, 0.50, 0, 0), False, False),
        (Outcome(1.0, 0.50, 0, 2), Outcome(0.5, 0.45, 0, 0), True, False),
        # a finding that still stands as it did was not remedied, however well it trains
        (Outcome(1.0, 0.50, 0, 2), Outcome(0.5, 0.90, 0, 2), True, False),
        (Outcome(1.0, 0.50, 0, 3), Outcome(0.5, 0.90, 0, 2), True, True),
        # numbers instead of NaN are a help, and NaN is none
        (Outcome(float("nan"), 0.10, 0, 3), Outcome(2.3, 0.10, 0, 0), True, True),
        (Outcome(1.0, 0.50, 0, 2), Outcome(float("nan"), 0.60, 0, 0), True, False),
    ],
)
def test_what_counts_as_help(without, remedied, comparable, helped):
    """The rules of the verdict, one by one."""
    trial = Trial(SMALLER, {}, 0, 50, without, remedied, comparable)
    assert trial.helped == helped


@pytest.mark.parametrize(
    ("without", "remedied", "comparable", "told"),
    [
        (
            Outcome(1.0, 0.50, 0, 3),
            Outcome(0.5, 0.90, 0, 2),
            True,
            "HELPED: the finding still stan",
        ),
        (
            Outcome(1.0, 0.50, 0, 2),
            Outcome(0.5, 0.90, 0, 2),
            True,
            "it trains better, but the find",
        ),
        (
            Outcome(1.0, 0.50, 0, 2),
            Outcome(1.0, 0.50, 0, 2),
            True,
            "help: the finding still stands",
        ),
        (
            Outcome(1.0, 0.90, 0, 2),
            Outcome(0.5, 0.80, 0, 0),
            True,
            "10.0 points of accuracy are lost",
        ),
        (Outcome(1.0, 0.50, 0, 2), Outcome(1.2, 0.50, 0, 0), True, "gone, but the loss is worse"),
        (
            Outcome(1.0, 0.50, 0, 2),
            Outcome(1.2, 0.50, 0, 0),
            False,
            "gone, but it trains no better",
        ),
        (
            Outcome(1.0, 0.50, 0, 2),
            Outcome(0.99, 0.50, 0, 0),
            True,
            "gone, but it trains no better",
        ),
        (Outcome(1.0, 0.50, 0, 2), Outcome(float("inf"), 0.6, 0, 0), True, "but the loss is inf"),
    ],
)
def test_verdict_says_what_speaks_against_a_remedy(without, remedied, comparable, told):
    """That the finding is gone is no reason why it did not help."""
    assert told in verdict(Trial(SMALLER, {}, 0, 50, without, remedied, comparable))


def test_proof_without_trials_proves_nothing():
    """No remedy, no proof."""
    assert Proof(top_finding(TOO_HIGH, 3), ()).proven is None
