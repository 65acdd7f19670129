"""Findings on a program of one's own: its gradients, and remedies as far as its variables go."""

import pytest

from nnviz.attach.proving import changes_for, prove_on_program
from nnviz.cli import main
from nnviz.debugger.examination import examine
from nnviz.debugger.findings import Remedy
from tests.attach.slips import RIGHT, planted


def test_a_wrong_gradient_is_a_finding_that_names_the_slip(tmp_path, capsys):
    path = tmp_path / "mine.py"
    path.write_text(planted("forgotten k").replace("range(30)", "range(4)"))
    assert main(["findings", str(path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "RED gradient-check in L3" in said
    assert "the factor k is forgotten" in said


@pytest.mark.slow
def test_a_rate_that_is_too_large_is_proven_with_the_programs_own_variable(start):
    source = start("steep.py", RIGHT.replace("lr = 0.01", "lr = 30.0"))
    first = source.fork(source.snapshot(), {}, {})
    diagnosis = examine(source, 12)
    cause = next(f for f in diagnosis.spoken() if f.id == "update-high")
    proof = prove_on_program(first, cause, 20)
    assert proof.trials
    assert proof.trials[0].changes == {"lr": pytest.approx(3.0)}


def test_only_variables_are_changed(start):
    source = start("mine.py", RIGHT)
    rate = Remedy("", factors={"learning_rate": 0.1})
    assert changes_for(source, rate)[0] == {"lr": pytest.approx(0.001)}
    weights = Remedy("", factors={"init_divisor": 10.0}, layer=2)
    _, arrays, words = changes_for(source, weights)
    assert words == {"W2": "W2 / 10"}
    assert arrays["W2"] == pytest.approx(source.array("W2") / 10)
    assert changes_for(source, Remedy("", settings={"hidden_activation": "tanh"}))[2] == {}
