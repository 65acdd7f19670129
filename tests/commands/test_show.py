"""`nnviz show` tells what a recorded run was at any iteration, and how much of a file is sound."""

import json
import re

import numpy as np
import pytest

from nnviz.cli import main
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.findings import Diagnosis
from nnviz.debugger.recorder import Recorder
from nnviz.debugger.timeline import Timeline
from nnviz.presets import PRESETS


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """Digits on ReLU units, driven so hard that some die; its timeline, and the file."""
    path = tmp_path_factory.mktemp("show") / "run.nnviz"
    experiment = PRESETS["relu"].with_changes(
        {"data": "digits", "hidden": [16], "init_divisor": 1.0, "learning_rate": 1e-4}
    )
    timeline = Timeline(EngineSource(experiment))
    with Recorder(path, timeline.source, [timeline.keyframes.get(0)]) as recorder:
        recorder.write(timeline.history)
        timeline.on_iteration.append(lambda each: recorder.write(each.history))
        timeline.seek(40)
    return timeline, path


def shown(capsys, *words, code=0):
    assert main(["show", *map(str, words)]) == code
    return capsys.readouterr()


def test_shows_the_last_iteration_or_any_other(capsys, recording):
    """The numbers are those of the run."""
    timeline, path = recording
    last, tenth = (shown(capsys, path, *words).out for words in ([], ["--at", 10]))
    assert "run.nnviz: relu, iterations 0 to 40; the recording was ended" in last
    assert "64-16-10, cross_entropy" in last
    assert f"loss {timeline.frame.loss:.6g}, training accuracy" in last
    assert f"loss {timeline.history.frame(10).loss:.6g}, training accuracy" in tenth
    assert "iteration 10; " in tenth
    assert all(len(line) <= 200 for line in last.splitlines())


def test_names_the_dead_units_and_since_when(capsys, recording):
    """As the statistics have them."""
    timeline, path = recording
    layer = timeline.frame.layers[0]
    assert len(layer.silent_units) > 0
    unit = layer.silent_units[0]
    assert f"L1: dead units: {unit} since {layer.died_at[unit]}" in shown(capsys, path).out
    units = json.loads(shown(capsys, path, "--json").out)["silent_units"]["L1"]
    assert units == {str(i): int(layer.died_at[i]) for i in layer.silent_units}


def test_json_holds_every_number_by_name(capsys, recording):
    """What is no finite number is null."""
    timeline, path = recording
    result = json.loads(shown(capsys, path, "--json", "--at", 7).out)
    assert result["iteration"]["W1.update_ratio"] == timeline.history.row(7)["W1.update_ratio"]
    assert result["iteration"]["test_loss"] is None
    assert (result["first"], result["last"], result["complete"]) == (0, 40, True)
    assert result["origin"]["experiment"]["hidden"] == [16]
    assert result["keyframes"][0] == 0


def test_searches_forwards_and_backwards(capsys, recording):
    """Stretches agree with the column; --first and --last show an iteration, --at looks back."""
    timeline, path = recording
    dead = timeline.history.column("L1.dead") > 0.5
    first = int(dead.argmax())
    assert first > 0
    assert dead[first:].all()
    predicate = ["--when", "L1.dead > 50%"]
    out = shown(capsys, path, *predicate).out
    assert f"L1.dead > 50%: at {dead.sum()} iterations: {first}-40" in out
    assert f"\niteration {first}; " in shown(capsys, path, *predicate, "--first").out
    assert "\niteration 40; " in shown(capsys, path, *predicate, "--last").out
    back = shown(capsys, path, *predicate, "--at", 40).out
    assert f"before 40 it was last false at {first - 1}, whose update did it" in back
    victim = np.flatnonzero(timeline.history.frame(first).layers[0].died_at == first)[0]
    killer = f"fell silent with the update of iteration {first - 1}: its own weights moved by "
    for out in (back, shown(capsys, path, *predicate, "--first").out):
        assert f"L1 unit {victim} {killer}" in out
    result = json.loads(shown(capsys, path, *predicate, "--json").out)
    assert result["when"] == {"predicate": "L1.dead > 50%", "stretches": [[first, 40]]}
    assert "at none of the iterations 0 to 40" in shown(capsys, path, "--when", "loss > 9e9").out


def test_findings_can_be_searched_for(capsys, recording):
    """`finding(dead-units)` holds where the debugger's diagnosis of the run has it."""
    timeline, path = recording
    diagnosis = Diagnosis(timeline.source.info, timeline.history)
    standing = [any(f.id == "dead-units" for f in diagnosis.at(i)) for i in range(41)]
    found = json.loads(shown(capsys, path, "--when", "finding(dead-units)", "--json").out)["when"]
    assert [i for a, b in found["stretches"] for i in range(a, b + 1)] == [
        i for i in range(41) if standing[i]
    ]
    top = diagnosis.at(40)[0]
    assert f"{top.id} since {top.since}: {top.evidence}" in shown(capsys, path).out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--at", "41"], "--at 41: .*run.nnviz has iterations 0 to 40"),
        (["--at", "-1"], "--at -1"),
        (["--first"], "give --when"),
        (["--when", "L1.daed > 0"], "L1.dead"),
    ],
)
def test_what_is_not_there_says_what_is(capsys, recording, words, message):
    """Exit code 2 and one sentence."""
    error = shown(capsys, recording[1], *words, code=2).err
    assert error.startswith("nnviz: ")
    assert re.search(message, error)


def test_a_file_cut_off_is_shown_as_far_as_it_goes(capsys, recording, tmp_path):
    """What is missing is said on standard error; that is how a crash leaves it, so exit code 0."""
    content = recording[1].read_bytes()
    cut = tmp_path / "cut.nnviz"
    cut.write_bytes(content[: len(content) * 2 // 3])
    said = shown(capsys, cut)
    assert "cut off at byte" in said.err
    assert "the recording was not ended" in said.out
    assert "iteration" in said.out


def test_a_damaged_file_is_shown_as_far_as_it_is_sound(capsys, recording, tmp_path):
    """The error names place and extent; exit code 2, as the file is not what was written."""
    content = bytearray(recording[1].read_bytes())
    content[len(content) * 2 // 3] ^= 1
    damaged = tmp_path / "damaged.nnviz"
    damaged.write_bytes(bytes(content))
    said = shown(capsys, damaged, code=2)
    assert "damaged at byte" in said.err
    assert "iterations 0 to " in said.err
    assert "loss" in said.out


@pytest.mark.parametrize("content", [b"", b"not a recording"])
def test_a_foreign_file_is_refused(capsys, tmp_path, content):
    """One sentence, exit code 2."""
    path = tmp_path / "foreign.nnviz"
    path.write_bytes(content)
    assert "is not a recorded session" in shown(capsys, path, code=2).err
    assert "can't be read" in shown(capsys, tmp_path / "none.nnviz", code=2).err
