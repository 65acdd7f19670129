"""Promises of `nnviz findings`."""

import json

import pytest

from nnviz.cli import main
from nnviz.debugger import self_test
from nnviz.debugger.findings import RULES

SMALL = ["--data", "digits", "--set", "hidden=16,12", "--iterations", "12"]


def test_cause_is_named_with_evidence_remedy_and_source(capsys):
    """The forgotten k: which derivative, by how much the gradients are off, and what to do."""
    assert main(["findings", "slope-forgotten-k", *SMALL]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "slope-forgotten-k on digits, iterations 0 to 12: loss" in out
    assert "1. RED gradient-check in L3, from iteration 0" in out
    assert "W1 0.94 (applied / right: 15.62)" in out  # k = 0.4 in three layers: 1 / 0.4^3
    assert "the factor k is forgotten" in out
    assert 'Try: correct the gradient [fault = ""]' in out
    assert "Source: CS231n" in out


def test_consequences_stand_under_their_cause(capsys):
    """Weights 20 times too large: one cause, and what follows from it under it, not beside it."""
    assert main(["findings", "best", *SMALL, "--set", "init_divisor=0.05"]) == 0
    out = capsys.readouterr().out
    assert out.count("poor-init in L1") == 1
    assert "\n2. " not in out
    assert "So: RED poor-init in L2" in out


def test_nothing_found_is_said(capsys):
    """A run that is well gets one line, and not an empty page."""
    assert main(["findings", "best", *SMALL]) == 0
    assert "Nothing found" in capsys.readouterr().out


def test_json_has_everything(capsys):
    """All fields of a finding, with the remedies as keys of the experiment."""
    assert main(["findings", "slope-forgotten-k", *SMALL, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["data"], told["iterations"]) == ("digits", 12)
    (found,) = told["findings"]
    assert found["id"] in RULES
    assert (found["level"], found["layer"], found["since"]) == ("red", 3, 0)
    assert found["remedies"] == [{"text": "correct the gradient", "changes": {"fault": ""}}]


def test_proof_follows_the_findings(capsys):
    """A rate 100 times too high: the remedy is tried on a fork, and its numbers stand beside."""
    words = ["findings", "best", *SMALL, "--set", "learning_rate=1e-3", "--prove", "10"]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "Proof of the remedies for update-high" in out
    assert "without: loss" in out
    assert "with: loss" in out
    assert "HELPED" in out


def test_proof_in_json(capsys):
    """What was tried, from where to where, with what outcome."""
    words = ["findings", "best", *SMALL, "--set", "learning_rate=1e-3", "--prove", "10", "--json"]
    assert main(words) == 0
    first = json.loads(capsys.readouterr().out)["findings"][0]
    trial = first["proof"]["trials"][0]
    assert trial["to"] - trial["from"] == 10
    assert trial["changes"] == {"learning_rate": pytest.approx(1e-4)}
    assert first["proof"]["proven"] is not None


def test_recorded_run_is_diagnosed_without_training(capsys, tmp_path):
    """A session's file gives the same findings as the run itself, gradient check included."""
    path = str(tmp_path / "run.nnviz")
    assert main(["train", "slope-forgotten-k", *SMALL, "--record", path, "--json"]) == 0
    capsys.readouterr()
    assert main(["findings", "slope-forgotten-k", *SMALL, "--json"]) == 0
    live = json.loads(capsys.readouterr().out)
    assert main(["findings", path, "--json"]) == 0
    recorded = json.loads(capsys.readouterr().out)
    assert recorded["findings"] == live["findings"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "nothing to diagnose: give a RUN"),
        (["corse"], "did you mean course?"),
        (["course", "--prove", "0"], "--prove 0: expected 1 iteration or more"),
        (["--self-test", "course"], "--self-test runs a catalogue of its own"),
        (["--self-test", "--set", "k=2"], "--self-test runs a catalogue of its own"),
        (["course", "--set", "fault=relu-slop"], "no fault 'relu-slop'"),
        (["course", "--set", "fault=relu-slope-missing"], "fault relu-slope-missing: it is in a"),
    ],
)
def test_bad_input_is_one_clear_error(words, message, capsys):
    """Exit code 2, and one line that says what to do."""
    assert main(["findings", *words]) == 2
    told = capsys.readouterr()
    assert message in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


@pytest.fixture
def two_cases(monkeypatch):
    """A catalogue of one healthy run and one fault, both on digits, so that a test can wait."""

    def use(healthy):
        cases = (
            self_test.Case(healthy, "", 0, self_test.CHOSEN),
            self_test.Case("digits-tanh", "ascent", 0, self_test.REPORTED),
        )
        monkeypatch.setattr(self_test, "catalogue", lambda: cases)

    return use


@pytest.mark.slow
def test_self_test_prints_its_table(two_cases, capsys):
    """One line per rule, the halves, and exit code 0 where every goal is reached."""
    two_cases("digits-tanh")
    assert main(["findings", "--self-test"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (
        lines[0].split() == "rule faults caught top cause of false alarms first iteration".split()
    )
    assert [line.split()[0] for line in lines[1 : len(RULES) + 1]] == list(RULES)
    assert lines[-1].split() == ["all", "1", "0", "1", "1", "1", "0"]


def test_missed_goal_is_exit_code_1(two_cases, monkeypatch, capsys):
    """A healthy run that does not train is no proof of anything: the self-test fails."""
    two_cases("digits-tanh")
    monkeypatch.setattr(self_test, "TARGET", 0.9999)
    assert main(["findings", "--self-test", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["failures"] == ["1 healthy runs did not get past 90 %"]
    assert told["named"] == told["faults"] == 1
