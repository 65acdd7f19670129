"""A recorded run opens as it was, after a crash too, and never trusts what a file says."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnviz.debugger.engine_source import EngineSource, source_from
from nnviz.debugger.recorder import Recorder, record
from nnviz.debugger.records import HEAD_SIZE
from nnviz.debugger.session import open_session
from nnviz.debugger.session_header import HEADER
from nnviz.debugger.source import fingerprint
from nnviz.debugger.timeline import Timeline
from nnviz.errors import InputError
from nnviz.experiment import Experiment

from .conftest import SMALL, small_dataset

DATASET = small_dataset()


def source_here(origin):
    """The small run again, as `source_from` makes a run whose data have a name."""
    return EngineSource(Experiment().with_changes(origin["experiment"]), DATASET)


def recorded(path, iterations=60, every=10, **changes):
    """Record a run whose states are written at every tenth iteration, and return its timeline."""
    timeline = Timeline(EngineSource(SMALL.with_changes(changes), DATASET))
    ticks = iter(range(10**6))
    first = [timeline.keyframes.get(0)]
    # a clock that goes on by so much at each look: 10 looks make half a second
    recorder = Recorder(path, timeline.source, first, clock=lambda: next(ticks) * 0.5 / every)
    recorder.write(timeline.history)
    timeline.on_iteration.append(lambda each: recorder.write(each.history))
    timeline.seek(iterations)
    return timeline, recorder


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


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a recording of 12 iterations, not ended: as after a crash."""
    path = tmp_path_factory.mktemp("whole") / "run.nnviz"
    recorder = recorded(path, iterations=12, every=4)[1]
    content = path.read_bytes()
    recorder.close()
    return content


def ends(whole):
    """Where each record ends in a file, with its kind: walked by the format's description."""
    place, found = 12, []
    while place < len(whole):
        kind = whole[place : place + 4]
        place += HEAD_SIZE + int.from_bytes(whole[place + 4 : place + 12], "little")
        found.append((place, kind))
    return found


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_cut_off_anywhere_all_iterations_before_are_there(whole, tmp_path_factory, data):
    """At most the record that was being written is lost, and the place is named."""
    records = ends(whole)
    edges = [end + off for end, _ in records for off in (-1, 0, 1)]
    length = data.draw(st.integers(0, len(whole) - 1) | st.sampled_from(edges[:-2]))
    path = tmp_path_factory.getbasetemp() / "cut.nnviz"
    path.write_bytes(whole[:length])
    if length < records[0][0]:
        with pytest.raises(InputError, match=r"cut\.nnviz: "):
            open_session(path)
        return
    session = open_session(path)
    complete = [(end, kind) for end, kind in records if end <= length]
    assert len(session.history) == [kind for _, kind in complete].count(b"iter")
    cut = f"cut off at byte {complete[-1][0]:,}" if length > complete[-1][0] else ""
    assert session.damage == cut


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.integers(0, 10**9), value=st.integers(1, 255), fix=st.booleans())
def test_one_wrong_byte_is_an_error_or_noticed_damage(whole, tmp_path_factory, place, value, fix):
    """Whatever a file holds, opening gives what is sound of it or one clear error.

    `fix` corrects the checksum of the header record, as somebody with bad intentions would.
    """
    wrong = bytearray(whole)
    wrong[place % len(wrong)] ^= value
    if fix:
        start = 12
        size = int.from_bytes(whole[start + 4 : start + 12], "little")
        content = wrong[start + HEAD_SIZE : start + HEAD_SIZE + size]
        wrong[start + 12 : start + 16] = zlib.crc32(content).to_bytes(4, "little")
        check = zlib.crc32(wrong[start : start + 16])
        wrong[start + 16 : start + 20] = check.to_bytes(4, "little")
    path = tmp_path_factory.getbasetemp() / "wrong.nnviz"
    path.write_bytes(bytes(wrong))
    try:
        session = open_session(path)
    except InputError:
        return
    assert fix or session.damage.startswith(("damaged at byte", "cut off at byte"))
    if not len(session.history) or session.header.first not in session.keyframes:
        return
    with suppress(InputError, IndexError):
        session.timeline(make_source=source_here).seek(3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"first": -1}, "the first iteration is -1"),
        ({"arrays": [{"name": "W1", "type": "O", "shape": [1]}]}, "type of array is unknown"),
        ({"arrays": [{"name": "W1", "type": "<f4", "shape": [10**12]}]}, "longer than the file"),
        ({"arrays": [{"name": "W1", "type": "<f4", "shape": [-1]}]}, "an array is empty"),
        ({"columns": [""] * 10**4}, "an iteration is longer than the file"),
        ({"columns": 7}, "header can't be read"),
        ({"phases": []}, "there are no phases"),
    ],
)
def test_a_header_that_asks_for_too_much_is_refused(whole, tmp_path, change, message):
    """With right checksums, as from somebody with bad intentions; nothing is allocated for it."""
    size = int.from_bytes(whole[16:24], "little")
    header = json.loads(whole[12 + HEAD_SIZE : 12 + HEAD_SIZE + size])
    content = json.dumps(header | change).encode()
    head = HEADER + len(content).to_bytes(8, "little") + zlib.crc32(content).to_bytes(4, "little")
    head += zlib.crc32(head).to_bytes(4, "little")
    path = tmp_path / "wrong.nnviz"
    path.write_bytes(whole[:12] + head + content + whole[12 + HEAD_SIZE + size :])
    with pytest.raises(InputError, match=message):
        open_session(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a recorded session"),
        (b"PK\x03\x04 something else", "is not a recorded session"),
        (b"\x89NNVIZ\r\n\x02\0\0\0", "version 2 of the format.*reads version 1"),
        (b"\x89NNVIZ\r\n\x01\0\0\0", "ends after its first bytes; nothing can be read"),
        (b"\x89NNVIZ\r\n\x01\0\0\0head\xff\xff", "cut off at byte 12; nothing can be read"),
        (b"\x89NNVIZ\r\n\x01\0\0\0" + b"x" * 100, "damaged at byte 12; nothing can be read"),
    ],
)
def test_foreign_files_and_other_versions_say_what_they_are(tmp_path, content, message):
    """One sentence with what was found and what was expected."""
    path = tmp_path / "file.nnviz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        open_session(path)


def test_a_recording_never_overwrites(tmp_path):
    """A file that is there is refused before anything is trained."""
    recorded(tmp_path / "run.nnviz", iterations=1)[1].close()
    before = (tmp_path / "run.nnviz").read_bytes()
    with pytest.raises(InputError, match="exists already"):
        Recorder(tmp_path / "run.nnviz", EngineSource(SMALL, DATASET))
    assert (tmp_path / "run.nnviz").read_bytes() == before
    with pytest.raises(InputError, match="can't be written: No such file or directory"):
        Recorder(tmp_path / "no" / "run.nnviz", EngineSource(SMALL, DATASET))


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
