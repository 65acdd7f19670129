"""The closing table and the JSON object say what happened, in the same numbers."""

import json
from dataclasses import replace

import numpy as np
import pytest

from nnviz.debugger.engine_source import EngineSource
from nnviz.experiment import Experiment
from nnviz.headless import train_headless
from nnviz.summary import first_not_finite, percent, summary_json, summary_lines

SMALL = Experiment(name="small", data="digits", hidden=(12, 8), iterations=4)


def trained(experiment):
    return train_headless(EngineSource(experiment), experiment.iterations)


@pytest.fixture(scope="module")
def summary():
    return trained(SMALL)


@pytest.fixture(scope="module")
def diverged():
    wild = replace(SMALL, activation="leaky_relu", output="identity", learning_rate=1.0)
    return trained(replace(wild, iterations=8))


def test_json_has_the_documented_keys_and_no_others(summary):
    """Scripts rely on these names."""
    assert list(summary_json(summary)) == [
        "iterations",
        "loss",
        "train_accuracy",
        "test_accuracy",
        "seconds",
        "layers",
        "history",
    ]


def test_json_history_goes_from_the_untrained_net_to_the_last_update(summary):
    """A run of N iterations has records 0 to N, and its numbers are those of the last one."""
    result = summary_json(summary)
    assert [entry["iteration"] for entry in result["history"]] == [0, 1, 2, 3, 4]
    assert result["iterations"] == 4
    assert result["loss"] == result["history"][-1]["loss"]
    assert result["train_accuracy"] == result["history"][-1]["train_accuracy"]
    assert result["loss"] < result["history"][0]["loss"]


def test_json_accuracies_are_percent(summary):
    """The unit of claims in answers.toml: 49.06, not 0.4906."""
    result = summary_json(summary)
    assert result["train_accuracy"] == pytest.approx(100 * summary.frame.train_accuracy)
    assert result["test_accuracy"] == pytest.approx(100 * summary.test_accuracy)


def test_json_layers_count_units_and_repeat_the_statistics(summary):
    """One object per layer, in order."""
    layers = summary_json(summary)["layers"]
    assert [layer["layer"] for layer in layers] == ["L1", "L2", "L3"]
    assert [layer["units"] for layer in layers] == [12, 8, 10]
    for layer, statistics in zip(layers, summary.frame.layers, strict=True):
        assert layer["update_ratio"] == statistics.update_ratio
        assert layer["gradient_rms"] == statistics.gradient_rms
        assert isinstance(layer["dead_units"], int)


def test_json_of_a_run_that_diverged_is_json(diverged):
    """What is no finite number is null: NaN is not JSON, and other languages refuse it."""

    def refuse(constant):
        raise AssertionError(constant)

    result = json.loads(json.dumps(summary_json(diverged)), parse_constant=refuse)
    assert result["loss"] is None
    assert result["layers"][0]["mean"] is None


def test_a_run_that_diverged_says_since_when(diverged):
    """The iteration named is the first one without a finite loss."""
    loss = diverged.history.column("loss")
    first = first_not_finite(diverged.history)
    assert np.isfinite(loss[:first]).all()
    assert not np.isfinite(loss[first])
    assert f"no finite number from iteration {first} on" in summary_lines(diverged)[-1]


def test_lines_state_both_conventions_of_the_learning_rate_and_of_gradients(summary):
    """1e-5 per sum over 60,000 samples is 0.6 for gradients that are means; digits has 1,438."""
    text = "\n".join(summary_lines(summary))
    assert "1e-05 per sum over 60,000 = 0.6 per mean" in text
    assert "sums over 1,438 samples" in text


def test_lines_show_the_layers_and_both_accuracies(summary):
    """A row per layer, then training and test accuracy side by side."""
    lines = summary_lines(summary)
    assert [line.split()[0] for line in lines if line[:2] in ("L1", "L2", "L3")] == [
        "L1",
        "L2",
        "L3",
    ]
    assert f"training accuracy {percent(summary.frame.train_accuracy)}" in lines[-1]
    assert f"test accuracy {percent(summary.test_accuracy)}" in lines[-1]


def test_the_table_fits_a_small_terminal(summary, diverged):
    """80 columns, whatever the numbers are."""
    tiny = trained(replace(SMALL, activation="leaky_relu", learning_rate=1e-4, init_divisor=1e4))
    for run in (summary, diverged, tiny):
        table = [line for line in summary_lines(run) if line[:1] in ("L", " ")]
        assert max(map(len, table)) <= 80


def test_what_does_not_apply_is_a_dash_and_not_a_zero(summary):
    """A sigmoid unit can't be dead, a softmax output can't saturate: that is not "none"."""
    soft = trained(replace(SMALL, activation="relu", output="softmax", loss="cross_entropy"))
    rows = {line.split()[0]: line.split() for line in summary_lines(soft) if line[:1] == "L"}
    assert rows["L1"][5] == "0" or int(rows["L1"][5]) > 0
    assert rows["L1"][6:8] == ["-", "-"]
    assert rows["L3"][5:8] == ["-", "-", "-"]
    sigmoid_row = next(line.split() for line in summary_lines(summary) if line[:2] == "L1")
    assert sigmoid_row[5] == "-"
    assert sigmoid_row[7].endswith("%")
