"""Promises of `nnviz compare`: the same numbers as the runs themselves, and where they part."""

import json

import pytest

from nnviz.cli import main

SMALL = ["--data", "digits", "--set", "hidden=[8]", "--iterations", "6"]


def told(capsys, *words):
    assert main(["compare", *words, *SMALL]) == 0
    return capsys.readouterr().out


def test_each_run_has_the_numbers_of_nnviz_train(capsys):
    both = json.loads(told(capsys, "course", "cross-entropy", "--json"))["runs"]
    for row, name in zip(both, ("course", "cross-entropy"), strict=True):
        assert main(["train", name, "--json", *SMALL]) == 0
        alone = json.loads(capsys.readouterr().out)
        assert row["loss"] == pytest.approx(alone["loss"])
        assert row["train_accuracy"] == pytest.approx(alone["train_accuracy"])


def test_runs_of_two_rates_part_at_the_first_update(capsys):
    """Equal weights until then, so what differs first is an update, and the forward pass not."""
    parting = json.loads(told(capsys, "course", "learning-rate", "--json"))["parting"]
    assert parting["iteration"] == 0
    assert "update" in parting["what"]
    assert "part at iteration 0: W" in told(capsys, "course", "learning-rate")


def test_a_run_does_not_part_from_itself(capsys):
    assert "the same numbers at every iteration" in told(capsys, "course", "course")


def test_nets_of_other_layers_have_curves_only(tmp_path, capsys):
    other = tmp_path / "deep.toml"
    other.write_text("hidden = [9, 9]\n")
    words = ["compare", "course", str(other), "--data", "digits", "--iterations", "3"]
    assert main(words) == 0
    assert "different layers" in capsys.readouterr().out


def test_a_figure_is_drawn_beside_the_table(tmp_path, capsys):
    out = tmp_path / "both.svg"
    told(capsys, "course", "cross-entropy", "--out", str(out))
    assert "cross-entropy: training" in out.read_text()


def test_one_run_alone_is_refused(capsys):
    assert main(["compare", "course", *SMALL]) == 2
    assert "expected two or more" in capsys.readouterr().err
