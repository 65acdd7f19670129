"""Runs are the same whoever does them: this process, several, or the workers of a Dask cluster."""

import json
import socket
from contextlib import suppress

import numpy as np
import pytest

from nnviz.cli import main
from nnviz.errors import InputError
from nnviz.experiment import Experiment
from nnviz.parallel import train_all
from nnviz.trained import NO_CACHE

EXPERIMENTS = [
    Experiment(name=f"rate {rate}", data="digits", hidden=(8,), learning_rate=rate, iterations=3)
    for rate in (1e-5, 2e-5, 4e-5)
]
WAYS = ({}, {"jobs": 2}, {"jobs": 2, "cluster": "local"})


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS[1:], ids=("jobs", "cluster"))
def test_runs_are_the_same_and_each_is_told(way):
    """In the order of the experiments, to the last digit; told once each, in any order."""
    alone = train_all(EXPERIMENTS, NO_CACHE, lambda place, run: None)
    told = {}
    runs = train_all(EXPERIMENTS, NO_CACHE, told.__setitem__, **way)
    assert [run.experiment for run in runs] == EXPERIMENTS
    for one, other in zip(alone, runs, strict=True):
        assert one.columns.keys() == other.columns.keys()
        for name, column in one.columns.items():
            assert np.array_equal(column, other.columns[name], equal_nan=True), name
    assert [told[place] is run for place, run in enumerate(runs)] == [True] * 3


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS[1:], ids=("jobs", "cluster"))
def test_run_that_is_impossible_is_told(way):
    """As it is where one process does everything."""
    bad = Experiment(data="digits", labels="random", label_classes=11, iterations=1)
    with pytest.raises(InputError, match="11 classes"):
        train_all([*EXPERIMENTS, bad], NO_CACHE, lambda place, run: None, **way)


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
def test_two_clusters_on_one_machine_are_not_in_each_others_way():
    """The port that Dask takes where nothing is said, 8787, is somebody else's."""
    with socket.socket() as taken:
        with suppress(OSError):  # if it is taken already, so much the better
            taken.bind(("", 8787))
            taken.listen()
        runs = train_all(EXPERIMENTS[:1], NO_CACHE, lambda place, run: None, **WAYS[2])
    assert len(runs) == 1


SWEEP = ["sweep", "course", "learning_rate=1e-5,2.5e-5"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "way"),
    [
        (SWEEP, ["--jobs", "2"]),
        (SWEEP, ["--cluster", "local"]),
        (["reference", "course", "learning-rate"], ["--jobs", "2"]),
    ],
    ids=("sweep-jobs", "sweep-cluster", "reference-jobs"),
)
def test_command_prints_the_same(tmp_path, monkeypatch, capsys, words, way):
    """The table that one process makes, with nothing kept from before."""
    words = [*words, "--data", "digits", "--iterations", "2", "--json"]
    printed = []
    for number, more in enumerate(([], way)):
        monkeypatch.setenv("NNVIZ_CACHE_DIR", str(tmp_path / str(number)))
        assert main([*words, *more]) == 0
        printed.append(json.loads(capsys.readouterr().out))
    assert printed[0] == printed[1]


@pytest.mark.slow
def test_cluster_that_is_not_there_is_told(capsys):
    """With the address, and what is expected."""
    words = ["sweep", "course", "seed=1,2", "--data", "digits", "--iterations", "1"]
    assert main([*words, "--cluster", "tcp://127.0.0.1:9"]) == 2
    assert "--cluster tcp://127.0.0.1:9: can't be reached" in capsys.readouterr().err
