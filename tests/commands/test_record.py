"""`nnviz train --record` writes a run that `nnviz show` finds the same numbers in."""

import json

import pytest

from nnviz.cli import main

QUICK = ["train", "relu", "--data", "digits", "--iterations", "12", "--json"]


def test_what_is_recorded_is_what_was_trained(capsys, tmp_path):
    """Loss by loss; recording changes no number of the summary."""
    path = tmp_path / "run.nnviz"
    assert main(QUICK) == 0
    alone = json.loads(capsys.readouterr().out)
    assert main([*QUICK, "--record", str(path)]) == 0
    printed = capsys.readouterr()
    assert f"nnviz: recorded in {path}" in printed.err
    trained = json.loads(printed.out)
    assert trained["history"] == alone["history"]
    for index in (0, 5, 12):
        assert main(["show", str(path), "--at", str(index), "--json"]) == 0
        shown = json.loads(capsys.readouterr().out)
        assert shown["iteration"]["loss"] == trained["history"][index]["loss"]
    assert (shown["last"], shown["complete"]) == (12, True)


def test_a_recording_is_refused_before_anything_is_trained(capsys, tmp_path):
    """Where the file exists, or can't be made; the file stays as it was."""
    path = tmp_path / "run.nnviz"
    path.write_text("mine")
    assert main([*QUICK, "--record", str(path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert main([*QUICK, "--record", str(tmp_path / "no" / "run.nnviz")]) == 2
    assert "can't be written" in capsys.readouterr().err


def test_a_disk_that_is_full_does_not_end_the_training(capsys, tmp_path, monkeypatch):
    """The summary is printed all the same; the message says up to where it was recorded."""
    from nnviz.debugger.records import RecordWriter

    append, calls = RecordWriter.append, []

    def append_until_full(self, kind, *pieces):
        calls.append(kind)
        if calls.count(b"iter") > 4:
            raise OSError(28, "No space left on device")
        append(self, kind, *pieces)

    monkeypatch.setattr(RecordWriter, "append", append_until_full)
    assert main([*QUICK, "--record", str(tmp_path / "run.nnviz")]) == 2
    printed = capsys.readouterr()
    assert json.loads(printed.out)["iterations"] == 12
    assert "the recording stopped after iteration 3: No space left on device" in printed.err
    assert calls.count(b"iter") == 5  # iterations 0 to 3, and the one that failed


@pytest.mark.parametrize("words", [["--iterations", "0"], ["--set", "learning_rate=1e9"]])
def test_short_and_diverged_runs_are_recorded(capsys, tmp_path, words):
    """A run of no updates, and one that ends in NaN."""
    path = str(tmp_path / "run.nnviz")
    assert main(["train", "relu", "--data", "digits", *words, "--record", path, "--json"]) == 0
    assert main(["show", path]) == 0
    assert "loss" in capsys.readouterr().out
