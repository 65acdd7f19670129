"""A claim is judged by our own run: as it is, as near as promised, or left to a person."""

import math
from dataclasses import replace

import numpy as np
import pytest

import grader.claims
from grader.answers import Claim
from grader.claims import (
    MAX_LAYERS,
    Reached,
    TrustedRuns,
    claimed_experiment,
    estimated_seconds,
    mark_claim,
    mark_claims,
)
from nnviz.datasets import SOURCES
from nnviz.errors import InputError
from nnviz.experiment import Experiment
from nnviz.presets import PRESETS

SMALL = (
    'data = "digits"\nhidden = [16]\nactivation = "relu"\nlearning_rate = 1e-6\niterations = 5\n'
)
OURS = Reached(80.0, 70.0, 0.5, {"L1": 14, "L2": 0})


class PlannedRuns(TrustedRuns):
    """Runs whose results are given, one for each seed; nothing is computed.

    Those moved by rounding reach `rounded`, or what the first run did.
    """

    def __init__(self, *results, rounded=None):
        super().__init__(1e9)
        self.results = list(results)
        self.rounded = rounded or results[0]

    def reach(self, experiment, iteration):
        return self.results.pop(0) if self.results else self.rounded


@pytest.fixture
def folder(tmp_path):
    """A submission's folder with one small experiment."""
    (tmp_path / "small.toml").write_text(SMALL)
    return tmp_path


@pytest.fixture
def rules(rubric):
    """1 point of accuracy; dead units within 2 or a tenth."""
    return rubric.file.claims


def claim(experiment="small.toml", **numbers):
    return Claim(1, "3.4", experiment, **numbers)


def verdict(rules, folder, runs, **numbers):
    return mark_claim(claim(**numbers), folder, rules, PlannedRuns(*runs)).verdict


def test_what_the_engine_reaches_is_reproduced(folder, rules):
    """A claim with our own numbers passes: the run is real, and the same each time."""
    (first,) = mark_claims([claim(iteration=3)], folder, rules)
    assert first.verdict == "blank"  # nothing is claimed yet
    honest = claim(
        iteration=3,
        train_accuracy=first.ours.train_accuracy,
        test_accuracy=first.ours.test_accuracy,
        loss=first.ours.loss,
        dead=first.ours.dead,
    )
    (second,) = mark_claims([honest], folder, rules)
    assert second.verdict == "passed"
    assert second.ours == first.ours


def test_run_stops_at_the_claimed_iteration(folder, rules):
    """Iteration 0 is the untrained net, and without a number the experiment's own counts."""
    marks = mark_claims([claim(iteration=0), claim(iteration=5), claim()], folder, rules)
    assert marks[0].ours.loss > marks[1].ours.loss
    assert marks[1].ours == marks[2].ours


def test_invented_accuracy_is_not_reproduced(folder, rules):
    """Both numbers stand in the message."""
    (mark,) = mark_claims([claim(train_accuracy=99.9)], folder, rules)
    assert mark.verdict == "failed"
    assert mark.message.startswith("not reproduced: training accuracy 99.9 %, ours ")
    assert f"{mark.ours.train_accuracy:.2f} % training" in mark.message


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"train_accuracy": 80.0}, "passed"),
        ({"train_accuracy": 81.0}, "passed"),
        ({"train_accuracy": 79.0}, "passed"),
        ({"train_accuracy": 81.01}, "failed"),
        ({"test_accuracy": 68.9}, "failed"),
        ({"dead": {"L1": 16}}, "passed"),
        ({"dead": {"L1": 17}}, "failed"),
        ({"dead": {"L2": 2}}, "passed"),
        ({"dead": {"L9": 3}}, "failed"),
        ({"train_accuracy": 80.5, "dead": {"L1": 100}}, "failed"),
        ({"loss": 0.52}, "passed"),
        ({"loss": 30_000.0}, "needs-person"),
        ({"train_accuracy": 80.0, "loss": 30_000.0}, "needs-person"),
    ],
)
def test_tolerances(rules, folder, numbers, expected):
    """Within 1 point; within 2 dead units; a loss may have another factor, so a person looks."""
    assert verdict(rules, folder, [OURS] * 3, **numbers) == expected


def test_dead_units_within_a_tenth(rules, folder):
    """Of 100 dead units 10 more or less are the same finding."""
    ours = replace(OURS, dead={"L1": 100})
    assert verdict(rules, folder, [ours] * 3, dead={"L1": 110}) == "passed"
    assert verdict(rules, folder, [ours] * 3, dead={"L1": 111}) == "failed"


def test_spread_of_three_seeds_counts(rules, folder):
    """A net trained from other random weights may differ by more than a point."""
    others = [replace(OURS, train_accuracy=accuracy) for accuracy in (84.0, 79.0)]
    mark = mark_claim(claim(train_accuracy=83.5), folder, rules, PlannedRuns(OURS, *others))
    assert mark.verdict == "passed"
    assert mark.message.startswith("reproduced, within what 3 seeds span; ours at iteration 5: 80")
    assert verdict(rules, folder, [OURS, *others], train_accuracy=84.5) == "failed"


def test_a_number_that_rounding_alone_moves_takes_no_point(rules, folder):
    """The same run ends at 80 or at 60 % as the last bit of a product falls; somebody had 50 %."""
    unstable = replace(OURS, train_accuracy=60.0)
    for claimed, verdict, said in (
        (61.5, "passed", "reproduced, within what 3 seeds and rounding span; "),
        (50.0, "needs-person", "ours 80 %, and rounding alone moves it; "),
    ):
        runs = PlannedRuns(*[OURS] * 3, rounded=unstable)
        mark = mark_claim(claim(train_accuracy=claimed), folder, rules, runs)
        assert mark.verdict == verdict
        assert said in mark.message


def test_where_rounding_moves_one_number_another_may_still_be_wrong(rules, folder):
    unstable = replace(OURS, test_accuracy=60.0)
    wrong = claim(train_accuracy=50.0, test_accuracy=30.0)
    mark = mark_claim(wrong, folder, rules, PlannedRuns(*[OURS] * 3, rounded=unstable))
    assert mark.verdict == "failed"


def test_rounding_is_tried_with_rates_that_differ_in_the_seventh_digit(rules, folder):
    seen = []

    class Runs(PlannedRuns):
        def reach(self, experiment, iteration):
            seen.append(experiment)
            return OURS

    mark_claim(claim(train_accuracy=50.0), folder, rules, Runs(OURS))
    own, *_, more, less = seen
    assert [e.seed for e in seen] == [own.seed, own.seed + 1, own.seed + 2, own.seed, own.seed]
    for moved, sign in ((more, 1), (less, -1)):
        apart = np.array(moved.learning_rate) / own.learning_rate - 1
        np.testing.assert_allclose(sign * apart, 1e-6, rtol=0.1)


def test_share_instead_of_percent_is_noticed(rules, folder):
    """0.8 for 80 % is not reproduced, and the message asks."""
    mark = mark_claim(claim(train_accuracy=0.8), folder, rules, PlannedRuns(*[OURS] * 3))
    assert "training accuracy 0.8 % (in percent?), ours 80 %" in mark.message


def test_run_over_the_budget_needs_a_person(folder, rules):
    """No points lost and nothing guessed: the estimate and what is left are told."""
    big = claim("course", iteration=100_000, train_accuracy=50.0)
    (mark,) = mark_claims([big], folder, rules)
    assert mark.verdict == "needs-person"
    assert "100000 iterations on mnist-2k are estimated at" in mark.message


def test_budget_is_for_all_claims(rules, folder, monkeypatch):
    """Each run takes from it, and a run that is done already costs nothing."""
    monkeypatch.setattr(grader.claims, "trained", lambda experiment, cache, last: None)
    monkeypatch.setattr(grader.claims, "_reached", lambda run, iteration: OURS)
    cost = estimated_seconds(PRESETS["course"], SOURCES["mnist-2k"], 200)
    runs = TrustedRuns(1.5 * cost)
    names = ["course", "course", "tanh", "course"]
    marks = [mark_claim(claim(name, train_accuracy=80.0), folder, rules, runs) for name in names]
    assert [mark.verdict for mark in marks] == ["passed", "passed", "needs-person", "passed"]


def test_other_seeds_over_the_budget_need_a_person(rules, folder, monkeypatch):
    """One run that differs is no proof."""
    monkeypatch.setattr(grader.claims, "trained", lambda experiment, cache, last: None)
    monkeypatch.setattr(grader.claims, "_reached", lambda run, iteration: OURS)
    runs = TrustedRuns(1.5 * estimated_seconds(PRESETS["course"], SOURCES["mnist-2k"], 200))
    mark = mark_claim(claim("course", train_accuracy=90.0), folder, rules, runs)
    assert mark.verdict == "needs-person"
    assert "training accuracy 90 %, ours 80 %; other runs:" in mark.message


def test_missing_data_needs_a_person(folder, rules, monkeypatch, tmp_path):
    """Full MNIST is not fetched for a claim."""
    monkeypatch.setenv("NNVIZ_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    (folder / "full.toml").write_text('data = "mnist"\n')
    (mark,) = mark_claims([claim("full.toml", train_accuracy=90.0)], folder, rules)
    assert mark.verdict == "needs-person"
    assert "the data set mnist is not on this machine" in mark.message


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('data = "/etc/passwd.npz"', "the data set /etc/passwd.npz is not one of"),
        ('data = "own.npz"', "the data set own.npz is not one of"),
        ("hidden = [100000, 100000]", "too much memory"),
        (f"hidden = {[1] * (MAX_LAYERS + 1)}", "51 hidden layers"),
    ],
)
def test_run_that_we_do_not_do_needs_a_person(folder, rules, text, part):
    """Somebody's own file is not opened, and memory and depth are bounded before anything runs."""
    (folder / "own.toml").write_text(text)
    (mark,) = mark_claims([claim("own.toml", train_accuracy=90.0)], folder, rules)
    assert mark.verdict == "needs-person"
    assert part in mark.message


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("cours", "", "there is no preset 'cours'; did you mean course"),
        ("", "", "there is no preset"),
        ("../outside.toml", "", "leads out of the submission"),
        ("missing.toml", None, "there is no such file in the submission"),
        ("x.toml", "hiden = [3]", "x.toml: unknown key hiden; did you mean hidden"),
        ("x.toml", 'fault = "forgotten-k"', "x.toml: fault plants a mistake"),
        ("x.toml", "learning_rate = ", "x.toml: not valid TOML"),
        ("x.toml", "a = " + "[" * 5000, "x.toml: not valid TOML"),
        ("x.toml", "seed = 1" + "0" * 5000, "x.toml: not valid TOML"),
        ("x.toml", "#" * 200_000, "x.toml: is larger than 100 kB"),
    ],
)
def test_experiment_that_cannot_be_used_is_told(folder, rules, name, text, message):
    """The claim could not be run; file and key are named."""
    if text is not None and name == "x.toml":
        (folder / name).write_text(text)
    with pytest.raises(InputError, match=message):
        claimed_experiment(name, folder)
    (mark,) = mark_claims([claim(name, train_accuracy=90.0)], folder, rules)
    assert mark.verdict == "could-not-run"


def test_run_that_can_not_be_built_is_told(folder, rules):
    """What only the data set shows, such as more classes than it has."""
    (folder / "x.toml").write_text('labels = "random"\nlabel_classes = 11\n')
    (mark,) = mark_claims([claim("x.toml", train_accuracy=90.0)], folder, rules)
    assert mark.verdict == "could-not-run"
    assert "11 classes" in mark.message


def test_run_that_diverges_is_an_answer(folder, rules):
    """NaN stops nothing, and reproduces no accuracy that a net could have."""
    (folder / "x.toml").write_text(SMALL.replace("1e-6", "1e6") + 'output = "identity"\n')
    (mark,) = mark_claims([claim("x.toml", train_accuracy=95.0)], folder, rules)
    assert mark.verdict == "failed"
    assert not math.isfinite(mark.ours.loss)


def test_estimate_grows_with_what_a_run_costs():
    """More iterations, more samples, larger layers: more seconds; a mini-batch: fewer."""
    source = SOURCES["mnist-2k"]
    base = estimated_seconds(Experiment(), source, 100)
    assert estimated_seconds(Experiment(), source, 200) > 1.8 * base
    assert estimated_seconds(Experiment(), SOURCES["mnist"], 100) > 20 * base
    assert estimated_seconds(Experiment(hidden=(512, 256)), source, 100) > 2 * base
    assert estimated_seconds(Experiment(batch_size=100), source, 100) < base / 5


def neighbours_of(rules, folder, accuracies, best_of, **numbers):
    """What stands beside a claim of the best value, where runs reach these accuracies in turn."""
    runs = PlannedRuns(*(Reached(value, 0.0, 0.5, {}) for value in accuracies))
    made = [claim(train_accuracy=accuracies[0], **numbers)]
    (mark,) = mark_claims(made, folder, rules, runs, best_of)
    assert mark.verdict == "passed"
    return mark.evidence


def test_claim_of_the_best_stands_beside_its_neighbours(folder, rules):
    """Half, 0.8, 1.25 and twice the value, in order; the best of the five is named."""
    found = neighbours_of(rules, folder, (80, 60, 75, 85, math.nan), {"3.4": "learning_rate"})
    (told,) = found
    assert told == (
        "neighbours",
        "learning_rate x 0.5: 60.00 %, x 0.8: 75.00 %, x 1: 80.00 %, x 1.25: 85.00 %, "
        "x 2: nan %; the best is x 1.25",
    )


def test_claim_that_is_the_best_is_told_so_where_it_ties(folder, rules):
    """Nobody is sent to another value for nothing."""
    ((_, told),) = neighbours_of(rules, folder, (80, 80, 75, 80, 10), {"3.4": "learning_rate"})
    assert told.endswith("; the claimed value is the best of these")


def test_other_claims_have_no_neighbours(folder, rules):
    """Only where the rubric says that a best value is asked for."""
    assert neighbours_of(rules, folder, (80,), {"2.1": "learning_rate"}) == ()


def test_rates_of_the_layers_are_multiplied_together(folder, rules):
    """Each layer's own rate, by the same factor; and what the engine really reaches."""
    text = SMALL.replace("learning_rate = 1e-6", "learning_rate = [1e-6, 2e-6]")
    (folder / "rates.toml").write_text(text)
    seen = []

    class Watched(TrustedRuns):
        def reach(self, experiment, iteration):
            seen.append(experiment.learning_rate)
            return super().reach(experiment, iteration)

    made = claim("rates.toml", train_accuracy=0.0)
    (mark,) = mark_claims([made], folder, rules, Watched(1e9), {"3.4": "learning_rate"})
    expected = [(5e-7, 1e-6), (8e-7, 1.6e-6), (1.25e-6, 2.5e-6), (2e-6, 4e-6)]
    assert np.allclose(seen[-4:], expected, rtol=1e-12, atol=0)
    assert mark.evidence[0][1].count(" %") == 5
