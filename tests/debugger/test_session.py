"""A recorded run opens as it was, after a crash too, and never trusts what a file says."""

import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from nnviz.debugger.engine_source import EngineSource, source_from
from nnviz.debugger.recorder import record
from nnviz.debugger.session import open_session
from nnviz.debugger.source import fingerprint
from nnviz.debugger.timeline import Timeline
from nnviz.errors import InputError

from .conftest import SMALL
from .recordings import DATASET, recorded, source_here


def bits(timeline):
    return fingerprint(timeline.source.pack(timeline.keyframes.get(timeline.index)))


@pytest.mark.parametrize(
    "changes",
    [{}, {"momentum": 0.5, "batch_size": 7}, {"dtype": "float64", "biases": True}],
    ids=["plain", "batches", "float64"],
)
def test_a_recording_gives_the_run_back(tmp_path, changes):
    """Numbers at once, states bit for bit, and the run goes on as it would have."""
    timeline, recorder = recorded(tmp_path / "run.nnviz", **changes)
    recorder.close()
    session = open_session(tmp_path / "run.nnviz")
    assert (session.damage, session.complete) == ("", True)
    assert session.extent == "iterations 0 to 60"
    for name in timeline.history.names:
        np.testing.assert_array_equal(session.history.column(name), timeline.history.column(name))
    again = session.timeline(make_source=source_here)
    assert (again.index, again.live) == (60, 60)
    for index in (60, 0, 33, 5, 59, 75):
        again.seek(index)
        timeline.seek(index)
        assert bits(again) == bits(timeline)
        assert again.frame.loss == timeline.frame.loss
        np.testing.assert_array_equal(again.source.array("d1"), timeline.source.array("d1"))
    assert again.drifts == ()
    assert again.source.info == timeline.source.info
    assert again.source.phases() == timeline.source.phases()


def test_recording_changes_nothing(tmp_path):
    """The bits after 60 iterations are those of a run that nobody records."""
    alone = Timeline(EngineSource(SMALL, DATASET))
    alone.seek(60)
    timeline, recorder = recorded(tmp_path / "run.nnviz")
    recorder.close()
    assert bits(timeline) == bits(alone)


def test_a_run_can_be_recorded_from_any_moment_on(tmp_path):
    """What it did before is in the file, too."""
    timeline = Timeline(EngineSource(SMALL, DATASET))
    timeline.seek(20)
    timeline.seek(5)
    recorder = record(timeline, tmp_path / "run.nnviz")
    timeline.seek(30)
    recorder.close()
    timeline.seek(40)
    session = open_session(tmp_path / "run.nnviz")
    assert session.extent == "iterations 0 to 30"
    again = session.timeline(make_source=source_here)
    again.seek(12)
    timeline.seek(12)
    assert bits(again) == bits(timeline)


def test_a_fork_is_recorded_with_its_origin(tmp_path):
    """Parent, iteration, changes and edits come back; it begins where it was forked."""
    timeline = Timeline(EngineSource(SMALL, DATASET))
    timeline.seek(20)
    fork = timeline.edit("W1[0, 0] = nan").fork({"learning_rate": [0.1, 0.2, 0.3]})
    recorder = record(fork, tmp_path / "fork.nnviz")
    fork.seek(25)
    recorder.close()
    edited = open_session(tmp_path / "fork.nnviz")
    assert str(edited.header.branch) == str(fork.branch)
    again = edited.timeline(make_source=source_here)
    again.seek(24)
    fork.seek(24)
    assert bits(again) == bits(fork)
    assert again.history.first == 20
    assert again.branch.name == "C"
    assert again.fork().branch.name == "D"


def test_an_interrupted_write_leaves_no_half_record(tmp_path, monkeypatch):
    """Ctrl-C in the middle of a state: what is written after it can be read."""
    timeline, recorder = recorded(tmp_path / "run.nnviz", iterations=20)
    monkeypatch.setattr("nnviz.debugger.records.GATHERED", 0)
    file, writes = recorder._writer._file, []

    class Interrupted:
        def __getattr__(self, name):
            return getattr(file, name)

        def write(self, piece):
            writes.append(len(piece))
            if len(writes) == 3:
                raise KeyboardInterrupt
            return file.write(piece[:7])

    recorder._writer._file = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        timeline.step()
    recorder.close()
    session = open_session(tmp_path / "run.nnviz")
    assert (session.damage, session.complete, session.history.last) == ("", True, 20)


def test_weights_of_kept_states_are_there_without_the_data(tmp_path):
    """On a machine without the data, the record, its numbers and kept weights can be seen."""
    timeline, recorder = recorded(tmp_path / "run.nnviz")
    recorder.close()

    def nothing_here(origin):
        raise InputError("the data are not here")

    again = open_session(tmp_path / "run.nnviz").timeline(make_source=nothing_here)
    kept = [index for index in again.keyframes.indices if 0 < index < 60]
    assert len(kept) >= 4
    again.seek(kept[1])
    timeline.seek(kept[1])
    np.testing.assert_array_equal(again.source.array("W2"), timeline.source.array("W2"))
    assert again.frame.loss == timeline.frame.loss
    with pytest.raises(InputError, match="the data are not here"):
        again.seek(kept[1] + 1)
    assert again.frame.index == again.index == kept[1]
    with pytest.raises(InputError, match="the data are not here"):
        again.seek(90)
    assert again.frame.index == again.index <= 60


def test_other_data_of_the_same_name_are_noticed(tmp_path):
    """Replaying on other data would give wrong weights: the checksum tells them apart."""
    digits = EngineSource(SMALL.with_changes({"data": "digits"}))
    mark = digits.origin
    assert source_from(mark).setup.samples == digits.setup.samples
    other = {**mark, "data": {**mark["data"], "crc32": 1}}
    with pytest.raises(InputError, match="other data than those called 'digits'"):
        source_from(other)


def test_a_replay_with_other_bits_is_noticed_measured_and_ends_at_the_next_state(tmp_path):
    """As where another machine's BLAS rounds differently: one weight is a little off here."""
    timeline, recorder = recorded(tmp_path / "run.nnviz")
    recorder.close()
    session = open_session(tmp_path / "run.nnviz")
    again = session.timeline(make_source=source_here)
    kept = [i for i in again.keyframes.indices if 0 < i < 60]
    run = again.source.running()
    unpack = run.unpack

    def slightly_off(index, arrays):
        W1 = arrays["W1"].copy()
        W1[0, 0] = np.nextafter(W1[0, 0], np.float32(9))
        return unpack(index, {**arrays, "W1": W1})

    run.unpack = slightly_off
    again.seek(kept[1] + 4)
    loss, state = again.drifts
    assert (loss.what, loss.since) == ("loss", kept[1])
    assert kept[1] <= loss.index <= kept[1] + 4
    assert 0 < loss.difference < 1e-5
    assert (state.index, state.since) == (kept[2], kept[1])
    assert state.what in ("W1", "W2", "W3")
    assert 0 < state.difference < 1e-5
    assert f"replayed from {kept[1]} on, loss at iteration {loss.index} differs by" in str(loss)
    run.unpack = unpack
    again.seek(kept[2])
    timeline.seek(kept[2])
    np.testing.assert_array_equal(again.source.array("W1"), timeline.source.array("W1"))


def run_python(code, tmp_path):
    """Start a Python program beside the tests."""
    start = (
        "import sys; from pathlib import Path\n"
        "from nnviz.debugger.engine_source import EngineSource\n"
        "from nnviz.debugger.recorder import record\n"
        "from nnviz.debugger.timeline import Timeline\n"
        "from nnviz.presets import PRESETS\n"
        "from nnviz.datasets import load_dataset\n"
        "run = PRESETS['course'].with_changes({'data': 'digits', 'hidden': [8]})\n"
        "timeline = Timeline(EngineSource(run))\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", start + textwrap.dedent(code)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_killed_run_has_lost_at_most_its_last_iteration(tmp_path):
    """Killed with SIGKILL, which nothing can catch, at a moment of its own."""
    process = run_python(
        """
        recorder = record(timeline, Path("run.nnviz"))
        while True:
            timeline.step()
            print(timeline.index, flush=True)
        """,
        tmp_path,
    )
    for line in process.stdout:
        if int(line) >= 40:
            break
    process.send_signal(signal.SIGKILL)
    rest = process.communicate()[0].split()
    last = int(rest[-1]) if rest else 40
    session = open_session(tmp_path / "run.nnviz")
    assert session.history.last >= last - 1
    assert not session.complete
    again = session.timeline()
    again.seek(session.history.last)
    assert again.drifts == ()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of file sizes are a Unix matter")
def test_a_full_disk_ends_the_recording_and_not_the_run(tmp_path):
    """With a limit of 60 kB on files, the run reaches its end, and both sides say what happened."""
    process = run_python(
        """
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
        recorder = record(timeline, Path("run.nnviz"))
        timeline.seek(200)
        recorder.close()
        print(timeline.index, recorder.problem)
        """,
        tmp_path,
    )
    said = process.communicate()[0]
    assert process.returncode == 0
    session = open_session(tmp_path / "run.nnviz")
    assert said.startswith("200 run.nnviz: the recording stopped after iteration ")
    assert said.strip().endswith("File too large")
    assert f"iteration {session.history.last}:" in said
    assert 0 < session.history.last < 200
    assert (session.damage, session.complete) == ("", False)
