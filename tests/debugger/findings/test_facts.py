"""What is gathered from a run's arrays: inputs, labels, equal units, and which slip it is."""

from dataclasses import replace

import numpy as np
import pytest

from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.findings import Facts, gather
from nnviz.debugger.findings.facts import input_facts, label_facts, repeated
from nnviz.engine.arrays import by_samples
from nnviz.healthy import HEALTHY

RNG = np.random.default_rng(0)


def facts_of(fault):
    """The facts of a healthy run on digits with a fault planted, after its first iteration."""
    from nnviz.faults import find_fault

    run = HEALTHY[f"digits-{find_fault(fault).on}"]
    source = EngineSource(replace(run, fault=fault))
    with np.errstate(all="ignore"):
        source.advance()
    return gather(source)


def one_hot(labels, classes):
    """Targets, classes x samples."""
    return np.eye(classes)[:, labels]


def test_inputs_are_measured():
    """3 and -4 in one column: largest 4, root mean square sqrt(25 / 2)."""
    facts = input_facts(np.array([[3.0], [-4.0]], np.float32))
    assert (facts.largest, facts.not_finite) == (4, 0)
    assert facts.rms == pytest.approx(np.sqrt(12.5))


def test_what_is_no_number_is_counted():
    """NaN and infinity are two; the others are measured without them."""
    facts = input_facts(np.array([[1.0, np.nan], [np.inf, -2.0]], np.float32))
    assert (facts.largest, facts.not_finite) == (2, 2)


def test_clusters_agree_with_their_labels():
    """Four tight clusters, four labels: every neighbour has the same one; chance is a quarter."""
    labels = np.arange(200) % 4
    X = np.eye(4)[:, labels] + 0.01 * RNG.normal(size=(4, 200))
    facts = label_facts(X, one_hot(labels, 4), labels)
    assert facts.agreement == 1
    assert facts.chance == pytest.approx(0.25)
    assert facts.mistargeted == 0


def test_parity_is_no_mismatch():
    """In a parity the nearest neighbours, one bit away, all differ: far from chance as well."""
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    labels = bits.sum(axis=1) % 2
    facts = label_facts(bits.T.astype(float), one_hot(labels, 2), labels)
    assert facts.agreement == 0
    assert (facts.chance - facts.agreement) / facts.deviation > 3


def test_few_samples_tell_nothing():
    """From 20 samples nobody can say whether labels go with inputs."""
    labels = np.arange(20) % 2
    assert label_facts(RNG.random((3, 20)), one_hot(labels, 2), labels) is None


def test_targets_of_minus_one_and_one_are_fine():
    """With tanh outputs, targets of -1 and 1 are usual: only the place of the largest counts."""
    labels = np.arange(200) % 2
    facts = label_facts(RNG.random((3, 200)), 2 * one_hot(labels, 2) - 1, labels)
    assert facts.mistargeted == 0


def test_repeated_rows_are_counted():
    """Of rows a, b, a, a two repeat an earlier one; however they lie in memory."""
    rows = np.array([[1.0, 2], [3, 4], [1, 2], [1, 2]])
    assert repeated(rows) == repeated(by_samples(rows)) == 2


def test_rows_that_are_lost_are_not_called_equal():
    """Where a NaN has spread over all weights, all rows look the same: that is no symmetry."""
    assert repeated(np.array([[np.nan, 1], [np.nan, 1], [1, 1], [1, 1]])) == 1


@pytest.mark.parametrize("name", [name for name in HEALTHY if name.startswith("digits-")])
def test_healthy_runs_have_healthy_facts(name):
    """Inputs up to 1, neighbours that agree, no equal units, and gradients that check."""
    source = EngineSource(HEALTHY[name])
    source.advance()
    facts = gather(source)
    assert facts.inputs.largest == 1
    assert facts.labels is None or facts.labels.agreement > 0.6  # a batch of 100 has fewer near
    assert all(units.rows == 0 for units in facts.equal_units)
    assert facts.check.error < 1e-7
    assert facts.slip is None


def test_gathering_changes_nothing():
    """Looking doesn't touch the run: the next iteration has the same numbers as without."""
    looked, alone = (EngineSource(HEALTHY["digits-momentum"]) for _ in range(2))
    looked.advance()
    alone.advance()
    gather(looked)
    assert looked.advance().loss == alone.advance().loss


def test_source_without_arrays_gives_no_facts():
    """Whoever runs it gives what it can: nothing is asked twice, nothing fails."""

    class Bare:
        info = EngineSource(HEALTHY["digits-tanh"]).info

        def array(self, name):
            raise KeyError(name)

        def labels(self):
            raise KeyError("labels")

    assert gather(Bare()) == Facts()


def test_twins_are_seen():
    """Units in pairs, in and out: half of each hidden layer repeats the other half."""
    facts = facts_of("init-twins")
    assert [units.rows_and_columns for units in facts.equal_units] == [32, 16]


SLIPS = {
    "slope-forgotten-k": (2, "the factor k is forgotten"),
    "tanh-slope-not-squared": (2, "the square is forgotten"),
    "tanh-slope-of-a": (2, "taken at the activation a, not at z"),
    "tanh-slope-of-z": (2, "the formula 1 - a^2 is used on z"),
    "sigmoid-slope-of-a": (2, "taken at the activation a, not at z"),
    "sigmoid-slope-missing-output": (3, "it is left out"),
    "sigmoid-slope-missing-hidden": (2, "it is left out"),
    "sigmoid-slope-half": (2, "the factor (1 - a) is forgotten"),
    "relu-slope-missing": (2, "it is 1 everywhere"),
    "relu-slope-reversed": (2, "it is 1 where the unit is silent"),
    "leaky-slope-of-relu": (2, "it is 0 where z < 0"),
    "softmax-squared-delta": (3, "it is that of squared error"),
    "softmax-bare-delta": (3, "the derivative of the softmax is left out"),
    "softmax-wrong-axis": (3, "over the samples and not over the classes"),
    "sigmoid-squared-delta": (3, "it is that of squared error"),
    "delta-reversed": (0, "The sign is wrong"),
    "ascent": (0, "The sign is wrong"),
    "mean-for-sum": (0, "divided by N = 1,438"),
    "momentum-sign": (0, "the momentum is wrong"),
    "momentum-too-large": (0, "the momentum is wrong"),
    "gradient-transposed": (0, "d3 is right, and what is applied to W3 is not"),
}


@pytest.mark.parametrize("fault", SLIPS)
def test_slip_is_named(fault):
    """Each planted slip of the maths is named as that slip, in the layer nearest to the output."""
    layer, words = SLIPS[fault]
    slip = facts_of(fault).slip
    assert slip.layer == layer
    assert words in slip.text


def test_every_slip_of_the_catalogue_is_tested():
    """A new fault in the maths comes with the words that name it."""
    from nnviz.faults import FAULTS

    named = {f.name for f in FAULTS.values() if "gradient-check" in f.causes}
    assert named == set(SLIPS)
