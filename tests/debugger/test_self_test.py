"""The self-test counts what it says it counts, and its goals can be missed."""

import pytest

from nnviz.debugger.findings import Level
from nnviz.debugger.findings.records import Finding
from nnviz.debugger.self_test import (
    CHOSEN,
    FIRST_REPORTED_SEED,
    REPORTED,
    Case,
    Result,
    catalogue,
    run_case,
    run_cases,
    score,
    score_json,
    score_lines,
)
from nnviz.faults import FAULTS
from nnviz.healthy import HEALTHY


def finding(name, layer=0, spoke=0, cause=None):
    """A red finding."""
    return Finding(name, Level.RED, layer, 0, spoke, None, "", "", (), "", consequence_of=cause)


def faulty(*findings, fault="init-one-layer-large", half=CHOSEN):
    """A run with a fault (W2 starts too large: poor-init in layer 2), and what was found."""
    return Result(Case("tanh", fault, 0, half), findings, 0.5)


def healthy(*findings, accuracy=0.95):
    """A healthy run, and what was found."""
    return Result(Case("tanh", "", 0, REPORTED), findings, accuracy)


NAMED = faulty(finding("poor-init", 2, 3), finding("saturated", 2, 9, ("poor-init", 2)))


def test_catalogue_is_what_was_promised():
    """12 healthy configurations or more, three seeds each; 30 faults or more, on both data sets."""
    cases = catalogue()
    seeds = {name: {c.seed for c in cases if c.name == name and not c.fault} for name in HEALTHY}
    assert len(seeds) >= 12
    assert all(len(each) == 3 for each in seeds.values())
    data = {name: {c.experiment.data for c in cases if c.fault == name} for name in FAULTS}
    assert len(data) >= 30
    assert all(each == {"mnist-2k", "digits"} for each in data.values())


def test_halves_are_apart_and_of_a_size():
    """No fault is in both; each has at least a third; the reported half has seeds of its own."""
    halves = {half: {c.fault for c in catalogue() if c.half == half} for half in (CHOSEN, REPORTED)}
    assert halves[CHOSEN] & halves[REPORTED] == {""}
    assert min(map(len, halves.values())) > len(FAULTS) / 3
    assert all((c.seed >= FIRST_REPORTED_SEED) == (c.half == REPORTED) for c in catalogue())


@pytest.mark.parametrize(
    ("result", "named"),
    [
        (NAMED, True),
        # another layer, another cause, the right one as a mere consequence, nothing at all
        (faulty(finding("poor-init", 1)), False),
        (faulty(finding("update-high", 2)), False),
        (faulty(finding("update-high", 2), finding("poor-init", 2, 0, ("update-high", 2))), False),
        (faulty(), False),
        # a fault that is in no single layer is named whichever layer the finding is in
        (faulty(finding("poor-init", 3), fault="init-too-large"), True),
    ],
)
def test_named_is_the_right_cause_in_the_right_layer(result, named):
    """The top finding that isn't a consequence has to be what was planted, where it was."""
    assert result.named == named


def test_score_counts():
    """Two of three faults noticed, one named, at iteration 3; healthy runs are counted apart."""
    counted = score([NAMED, faulty(finding("update-high", 2, 5)), faulty(), healthy(), healthy()])
    assert (counted.healthy_runs, counted.faults) == (2, 3)
    assert (counted.detected, counted.named, counted.median_iteration) == (2, 1, 3)
    rules = {rule.id: rule for rule in counted.rules}
    poor = rules["poor-init"]
    assert (poor.caught, poor.named, poor.planted, poor.first) == (1, 1, 3, 3)
    assert (rules["saturated"].caught, rules["saturated"].planted) == (1, 0)


@pytest.mark.parametrize(
    ("results", "failure"),
    [
        ([NAMED, healthy(finding("saturated", 1))], "1 healthy runs raised amber or red"),
        ([NAMED, healthy(accuracy=0.9)], "1 healthy runs did not get past 90 %"),
        ([NAMED, faulty()], "50% of the faults named"),
        ([faulty(finding("poor-init", 2, 20))], "named at iteration 20 in the median"),
    ],
)
def test_goals_can_be_missed(results, failure):
    """Each goal of its own is enough to fail, and the table says which."""
    assert any(failure in text for text in score(results).failures)
    assert any(line.startswith("MISSED") and failure in line for line in score_lines(results))


def test_nothing_is_missed_where_all_is_right():
    """Exactly nine of ten is enough, and so is iteration 19."""
    results = [healthy(), faulty()] + [faulty(finding("poor-init", 2, 19))] * 9
    assert score(results).failures == ()


def test_json_has_the_promised_keys():
    """The keys that scripts rely on, with numbers in them, for all runs and for each half."""
    told = score_json([NAMED, healthy()])
    keys = "healthy_runs false_alarms faults detected named median_iteration rules".split()
    assert [told[key] for key in keys[:-1]] == [1, 0, 1, 1, 1, 3]
    assert told["rules"]["poor-init"]["named"] == 1
    assert [told["halves"][half]["faults"] for half in (CHOSEN, REPORTED)] == [1, 0]


def test_table_names_what_went_wrong():
    """A fault taken for another, one not noticed, and an alarm on a healthy run, one line each."""
    text = "\n".join(
        score_lines([faulty(finding("update-high", 2)), faulty(), healthy(finding("plateau"))])
    )
    assert "init-one-layer-large in tanh: taken for update-high L2" in text
    assert "init-one-layer-large in tanh: not noticed" in text
    assert "tanh, seed 0, is healthy: plateau" in text


def test_one_case_of_each_kind_for_real():
    """Trained and diagnosed on digits: the healthy one without alarm, the fault by its cause."""
    sound = run_case(Case("digits-tanh", "", 7, REPORTED))
    assert sound.accuracy > 0.9
    assert sound.findings == ()
    wrong = run_case(Case("digits-slope", "slope-forgotten-k", 7, REPORTED))
    assert wrong.named


@pytest.mark.slow
def test_goals_are_reached():
    """No alarm on any healthy run, 90 % of the faults named, in the median before iteration 20."""
    assert score(run_cases(catalogue())).failures == ()
