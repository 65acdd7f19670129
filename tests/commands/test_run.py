"""Promises of `nnviz run --until` and `nnviz predicates`."""

import json

import pytest

from nnviz.cli import main
from nnviz.debugger.history import metric_names

SMALL = ["--data", "digits", "--set", "hidden=[16]"]


def test_it_stops_where_the_predicate_holds_and_prints_value_and_state(capsys):
    assert main(["run", "course", "--until", "iteration > 6 and loss < 100", *SMALL]) == 0
    out = capsys.readouterr().out
    assert out.startswith("iteration > 6 and loss < 100: holds at iteration 7 (iteration = 7, loss")
    assert "L1" in out


def test_json_has_the_predicate_and_the_summary(capsys):
    assert main(["run", "course", "--until", "iteration = 3", "--json", *SMALL]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["until"] == "iteration = 3"
    assert told["iterations"] == 3
    assert len(told["layers"]) == 2


def test_a_predicate_that_never_holds_is_exit_code_1(capsys):
    assert main(["run", "course", "--until", "loss > 1e9", "--iterations", "4", *SMALL]) == 1
    assert "at none of the iterations 0 to 4" in capsys.readouterr().out


def test_it_stops_where_a_finding_stands(capsys):
    weights = ["--set", "init_divisor=0.05"]
    assert main(["run", "course", "--until", "finding(poor-init)", *SMALL, *weights]) == 0
    assert "finding(poor-init): holds at iteration 0" in capsys.readouterr().out


def test_a_wrong_predicate_is_refused_with_a_mark(capsys):
    assert main(["run", "course", "--until", "L1.daed > 1", *SMALL]) == 2
    err = capsys.readouterr().err
    assert "did you mean L1.dead?" in err
    assert "^" in err


def test_predicates_lists_every_name_with_a_line(capsys):
    assert main(["predicates", "--layers", "1"]) == 0
    out = capsys.readouterr().out
    for name, metric in metric_names(1).items():
        assert any(line.split()[:1] == [name] and metric.help in line for line in out.splitlines())


@pytest.mark.parametrize("layers", ["0", "-1", "101"])
def test_predicates_of_no_layer_are_refused(layers):
    assert main(["predicates", "--layers", layers]) == 2
