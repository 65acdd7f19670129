"""Promises of the line mode: the same commands as on the screen, answered in words."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nnviz.debugger.command_checks import Terms
from nnviz.tui.plain import CtrlC, LineMode
from nnviz.tui.script import read_script

PLAIN = [sys.executable, "-m", "nnviz", "tui", "--plain"]


@pytest.fixture
def talk(open_debugger):
    """Gives lines to a small run's line mode; returns what it said and the exit code."""

    def say(*lines, script=(), **changes):
        out = io.StringIO()
        code = LineMode(open_debugger(**changes), CtrlC(), out).recite(script, iter(lines))
        return out.getvalue(), code

    return say


def answers(said):
    """What was said after each line, by line."""
    return dict(part.split("\n", 1) for part in said.split("(nnviz) ")[1:])


def test_it_says_where_the_run_stands_in_words_and_a_table_of_layers(talk, open_debugger):
    said, code = talk()
    loss = open_debugger().timeline.frame.loss
    sentence, header, *rows = said.splitlines()
    assert sentence.startswith(f"iteration 0 of 200: after update, LIVE, loss {loss:.6f}, ")
    assert "training accuracy" in sentence
    assert header.split()[:2] == ["layer", "units"]
    assert [row.split()[:3] for row in rows] == [
        ["L1", "sigmoid", "32"],
        ["L2", "sigmoid", "16"],
        ["L3", "sigmoid", "10"],
    ]
    assert code == 0


def test_steps_back_and_forth_say_the_same_and_live_or_history(talk):
    said, _ = talk("n", "N")
    before, after = said.split("(nnviz) n\n")[0], answers(said)["N"]
    assert after == before.replace("LIVE", "HISTORY, recorded 0 to 1")


def test_a_phase_is_its_formula_and_the_range_of_its_arrays(talk):
    lines = answers(talk("s")[0])["s"].splitlines()
    assert lines[0] == "after L1 forward"
    assert lines[2:4] == [
        "z1 = W1 X;  L1 = 1 / (1 + exp(-z1))",
        "shapes: (32 x 1438) = (32 x 64) (64 x 1438)",
    ]
    assert lines[4].startswith("z1, 32 x 1438: mean ")
    assert lines[5].endswith("max 1.00")


def test_a_wrong_line_is_answered_with_its_error_and_passed_over_but_exits_with_2(talk):
    said, code = talk("brek 1", "n")
    assert answers(said)["brek 1"] == ("error: there is no command 'brek'; did you mean break?\n")
    assert "iteration 1 of 200" in answers(said)["n"]
    assert code == 2


def test_quit_ends_it_before_the_lines_that_follow(talk):
    said, code = talk("quit", "brek")
    assert said.endswith("(nnviz) quit\n")
    assert code == 0


def test_a_breakpoint_and_a_watch_are_answered_as_on_the_screen(talk):
    said, _ = talk("break iteration >= 4", "watch iteration * 2", "c")
    assert answers(said)["c"].startswith("breakpoint 1: iteration >= 4\niteration 4 of 200")
    assert answers(said)["c"].endswith("watch iteration * 2 = 8.00\n")


def test_show_prints_any_panel_in_ascii(talk):
    panels = ("layers", "heat", "curves", "confusion", "phase", "breaks")
    said = answers(talk(*(f"show {name}" for name in panels), "show layer")[0])
    assert all(said[f"show {name}"].isascii() for name in panels)
    assert "right" in said["show confusion"]
    assert "did you mean layers?" in said["show layer"]


def test_numbers_that_overflow_are_words_too(talk):
    said, code = talk("n", "n", "n", activation="relu", learning_rate=1e9)
    assert "iteration 3 of 200" in answers(said)["n"]
    assert "NaN" in answers(said)["n"]
    assert code == 0


def test_an_empty_line_says_again_where_we_are_and_a_comment_nothing(talk):
    said = talk("", "# nothing")[0]
    assert said.split("(nnviz) ")[0] == answers(said)[""]
    assert answers(said)["# nothing"] == ""


def test_help_names_the_single_keys_and_the_commands(talk):
    said = answers(talk("help")[0])["help"]
    assert "N     " in said
    assert "break [PREDICATE]" in said


def test_a_script_comes_before_the_pipe_and_passes_over_the_screens_keys(talk, tmp_path):
    file = tmp_path / "lecture"
    file.write_text("n\nbreak iteration >= 3\nspace\n2\n")
    said, code = talk("N", script=read_script(file, Terms(3)))
    given = [line for line in said.splitlines() if line.startswith("(nnviz)")]
    assert given == [
        "(nnviz) n",
        "(nnviz) break iteration >= 3",
        "(nnviz) continue",
        "(nnviz) # 2: a key of the screen only",
        "(nnviz) N",
    ]
    assert "iteration 2 of 200" in said.split("(nnviz) N")[1]
    assert code == 0


def test_a_person_is_told_what_enter_does_and_an_empty_line_does_it(open_debugger, tmp_path):
    file = tmp_path / "lecture"
    file.write_text("# first look\nn\nn\n")
    out = io.StringIO()
    mode = LineMode(open_debugger(), CtrlC(), out)
    mode.converse(iter(["", "N", ""]), list(read_script(file, Terms(3))))
    assert "Enter does: n - first look" in out.getvalue()
    assert mode.debugger.timeline.index == 1
    assert mode.debugger.timeline.live == 1


def test_ctrl_c_pauses_what_runs_after_a_whole_iteration(open_debugger):
    ctrl_c, out = CtrlC(), io.StringIO()
    debugger = open_debugger()
    mode = LineMode(debugger, ctrl_c, out)
    told = debugger.progress

    def press(frame):
        if frame.index == 5:
            ctrl_c.press(signal.SIGINT, None)
        told(frame)

    debugger.progress = press
    assert mode.answer("run 50")
    assert "paused" in out.getvalue()
    assert debugger.timeline.index == 5
    assert mode.answer("n")
    assert debugger.timeline.index == 6


def test_ctrl_c_with_nothing_running_and_twice_within_a_second_interrupts():
    ctrl_c = CtrlC()
    with pytest.raises(KeyboardInterrupt):
        ctrl_c.press(signal.SIGINT, None)
    assert not ctrl_c.twice
    ctrl_c.running = True
    with pytest.raises(KeyboardInterrupt):
        ctrl_c.press(signal.SIGINT, None)
    assert ctrl_c.twice


def test_a_pipe_gets_lines_and_no_control_characters_and_the_end_of_input_ends_it():
    environment = {**os.environ, "TERM": "xterm-256color", "FORCE_COLOR": "1"}
    done = subprocess.run(
        [*PLAIN, "--data", "digits", "--set", "hidden=8,8"],
        input="n\n",
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert "iteration 1 of 200" in done.stdout
    assert done.stdout.replace("\n", "").isprintable()
    assert done.stderr == ""


def test_a_script_with_a_wrong_line_is_refused_before_anything_is_done(tmp_path: Path):
    file = tmp_path / "lecture.txt"
    file.write_text("n\n\nbreak L9.dead > 1\n")
    done = subprocess.run(
        [*PLAIN, "--script", file], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"{file}:3: " in done.stderr


def test_what_is_wrong_is_said_and_its_remedy_proven_without_a_screen(talk):
    """Start weights five times too large, and the findings say so."""
    said, code = talk("findings", "prove", "help", init_divisor=0.2)
    answered = answers(said)
    assert "poor-init in L1, from iteration 0" in answered["findings"]
    assert "Proof of the remedies for poor-init in L1" in answered["prove"]
    assert "HELPED" in answered["prove"] or "did not help" in answered["prove"]
    assert "try the remedies of the gravest finding" in answered["help"]
    assert code == 0


def test_where_nothing_is_wrong_there_is_nothing_to_prove(talk):
    healthy = {"initializer": "glorot", "rng": "generator", "activation": "tanh"}
    said, code = talk("prove", **healthy, output="softmax", loss="cross_entropy")
    assert "nothing is wrong here" in said
    assert code == 2
