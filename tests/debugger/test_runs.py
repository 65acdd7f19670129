"""Whatever a command takes as RUN is opened by one function, recorded sessions too."""

import json

import pytest

from nnviz.cli import main
from nnviz.debugger.recorder import record
from nnviz.debugger.runs import experiment_of, open_run
from nnviz.errors import InputError
from nnviz.presets import PRESETS

CHANGES = {"data": "digits", "hidden": [8]}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A recording of 10 iterations on digits, and one of a fork of it."""
    folder = tmp_path_factory.mktemp("runs")
    timeline, _ = open_run("course", CHANGES)
    with record(timeline, folder / "run.nnviz"):
        timeline.seek(10)
    fork = timeline.fork({"learning_rate": 1e-4})
    with record(fork, folder / "fork.nnviz"):
        fork.seek(12)
    return timeline, folder


def test_a_recorded_run_opens_where_it_ended(files):
    """With all its iterations, and on it goes."""
    timeline, folder = files
    again, note = open_run(str(folder / "run.nnviz"))
    assert (again.index, again.live, note) == (10, 10, "")
    assert again.step().loss == timeline.seek(11).loss


def test_a_cut_recording_opens_with_a_note(files, tmp_path):
    """The note says what is wrong and how much there is."""
    content = (files[1] / "run.nnviz").read_bytes()
    path = tmp_path / "cut.nnviz"
    path.write_bytes(content[:-30])
    timeline, note = open_run(str(path))
    assert timeline.live == 10
    assert "cut off at byte" in note
    assert "iterations 0 to 10" in note


def test_a_recorded_experiment_can_be_run_again(files, capsys):
    """`nnviz train FILE.nnviz` is the same run, changes and all."""
    timeline, folder = files
    path = str(folder / "run.nnviz")
    assert experiment_of(path) == PRESETS["course"].with_changes(CHANGES)
    assert main(["train", path, "--iterations", "3", "--json"]) == 0
    losses = [each["loss"] for each in json.loads(capsys.readouterr().out)["history"]]
    assert losses == timeline.history.column("loss")[:4].tolist()


def test_what_a_recording_can_not_be_used_for_is_said(files):
    """A fork has no beginning to run from, and what is recorded is not changed."""
    folder = files[1]
    with pytest.raises(InputError, match=r"holds a fork .B: A from 10 on, learning_rate"):
        experiment_of(str(folder / "fork.nnviz"))
    with pytest.raises(InputError, match="is recorded, so seed can't be changed"):
        open_run(str(folder / "run.nnviz"), {"seed": 1})
    with pytest.raises(InputError, match="can't be read: No such file"):
        open_run(str(folder / "none.nnviz"))
    with pytest.raises(InputError, match="did you mean course"):
        open_run("cuorse")
