"""Promises of the typed commands and of the debugger behind them: where it stops, why, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.build import load_data
from nnviz.debugger.command_checks import Terms
from nnviz.debugger.commands import COMMANDS, SHORT, check, completions, execute
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.session import open_session
from nnviz.debugger.source import fingerprint
from nnviz.debugger.timeline import Timeline
from nnviz.errors import InputError
from nnviz.presets import PRESETS


@pytest.fixture(scope="module")
def digits():
    return load_data(PRESETS["course"].with_changes({"data": "digits"}))


@pytest.fixture
def debugger(digits):
    small = PRESETS["course"].with_changes({"data": "digits", "hidden": (16, 8)})
    return Debugger(Timeline(EngineSource(small, digits)))


def weights(debugger):
    source = debugger.timeline.source
    return fingerprint({name: source.array(name) for name in ("W1", "W2", "W3")})


def test_goto_goes_there_and_a_bare_number_does_too(debugger):
    execute(debugger, "goto 12")
    assert debugger.timeline.index == 12
    execute(debugger, "5")
    assert debugger.timeline.index == 5
    execute(debugger, "goto live")
    assert debugger.timeline.index == 12


def test_a_breakpoint_stops_where_it_becomes_true_and_not_where_it_stays_true(debugger):
    execute(debugger, "break iteration >= 7")
    assert execute(debugger, "run 30").startswith("breakpoint 1: iteration >= 7")
    assert debugger.timeline.index == 7
    assert execute(debugger, "run 30") == "reached iteration 37"
    assert debugger.breakpoints[0].hits == (7,)


def test_a_stop_names_the_values_that_the_predicate_saw(debugger):
    execute(debugger, "break loss < 100 and iteration > 3")
    said = execute(debugger, "run 10")
    loss = debugger.timeline.frame.loss
    assert debugger.timeline.index == 4
    assert said.endswith(f"- loss = {loss:.4g}")


def test_a_breakpoint_that_is_off_does_not_stop(debugger):
    execute(debugger, "break iteration >= 3")
    execute(debugger, "toggle 1")
    execute(debugger, "run 5")
    assert debugger.timeline.index == 5


def test_running_backwards_stops_at_the_last_hit_before_here_then_at_the_start(debugger):
    execute(debugger, "run 20")
    execute(debugger, "break iteration >= 6 and iteration < 8 or iteration >= 15")
    assert "breakpoint 1" in debugger.run_back().reason
    assert debugger.timeline.index == 15
    debugger.run_back()
    assert debugger.timeline.index == 6
    debugger.run_back()
    assert debugger.timeline.index == 0


def test_a_watch_has_the_value_at_the_present_iteration(debugger):
    execute(debugger, "watch loss * 2")
    execute(debugger, "run 3")
    ((_, value),) = debugger.watched()
    assert value == pytest.approx(2 * debugger.timeline.frame.loss)
    execute(debugger, "back 2")
    ((_, value),) = debugger.watched()
    assert value == pytest.approx(2 * debugger.timeline.frame.loss)
    assert debugger.timeline.index == 1


def test_when_finds_every_stretch_and_goes_to_the_first_or_last(debugger):
    execute(debugger, "run 20")
    assert execute(debugger, "when iteration > 3 and iteration < 6") == (
        "iteration > 3 and iteration < 6: at 2 iterations: 4-5"
    )
    execute(debugger, "when iteration > 3 and iteration < 6 --last")
    assert debugger.timeline.index == 5
    execute(debugger, "when iteration > 3 --first")
    assert debugger.timeline.index == 4
    assert "at none" in execute(debugger, "when loss > 1e9")


def test_why_goes_to_the_iteration_whose_update_made_it_true(debugger):
    execute(debugger, "run 20")
    said = execute(debugger, "why iteration > 12")
    assert debugger.timeline.index == 12
    assert "last false at 12" in said
    with pytest.raises(InputError, match="does not hold"):
        execute(debugger, "why iteration > 12")


def test_until_leaves_no_breakpoint_behind_and_ends_with_the_planned_run(debugger):
    execute(debugger, "until iteration >= 9")
    assert debugger.timeline.index == 9
    execute(debugger, "until loss > 1e9")
    assert debugger.timeline.index == debugger.timeline.source.info.iterations
    assert debugger.breakpoints == ()


def test_a_fork_leaves_the_original_as_it_was_and_says_what_changed(debugger):
    execute(debugger, "run 5")
    before = weights(debugger)
    assert "learning_rate 1e-05 -> 0.0001" in execute(debugger, "set learning_rate=1e-4")
    execute(debugger, "run 5")
    assert debugger.timeline.branch.name == "B"
    execute(debugger, "branch A")
    assert debugger.timeline.index == 5
    assert weights(debugger) == before


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("brek L1.dead > 1", "did you mean break?"),
        ("goto soon", "expected an iteration"),
        ("goto -1", "begins at iteration 0"),
        ("break L1.daed > 1", "did you mean L1.dead?"),
        ("watch loss >", "expected the end"),
        ("delete 9", "no breakpoint or watch 9"),
        ("set learning_rate", "KEY=VALUE"),
        ("set lerning_rate=1", "lerning_rate"),
        ("branch Z", "expected A"),
        ("when", "expected a number or a name"),
        ("", "no command"),
    ],
)
def test_a_wrong_line_is_refused_with_what_was_expected(debugger, line, says):
    with pytest.raises(InputError) as caught:
        execute(debugger, line)
    assert says in str(caught.value)
    assert debugger.timeline.index == 0


@given(line=st.text(max_size=40))
def test_any_text_is_carried_out_or_refused(line):
    with pytest.raises(InputError):
        execute(None, f"nosuch{line}")


def test_completion_offers_verbs_then_names():
    names = {"metric": ("loss", "L1.dead", "L1.mean"), "key": ("learning_rate=",)}
    assert "goto" in completions("g", names)
    assert completions("break L1.d", names) == ("break L1.dead",)
    assert completions("break loss > 1 and L1.m", names) == ("break loss > 1 and L1.mean",)
    assert completions("set lea", names) == ("set learning_rate=",)
    assert completions("goto 1", names) == ()


def test_help_names_every_command(debugger):
    said = execute(debugger, "help")
    assert all(command.usage in said for command in COMMANDS.values())
    assert execute(debugger, "help why").startswith("why PREDICATE")


def test_single_letters_are_the_keys_of_the_screen_and_capitals_go_back(debugger):
    """As in gdb: n over, s into, f out, c on; a capital is the exact inverse."""
    execute(debugger, "n")
    execute(debugger, "n")
    state = weights(debugger)
    assert debugger.timeline.index == 2
    assert execute(debugger, "s") == "after L1 forward"
    assert debugger.timeline.index == 3
    assert execute(debugger, "S") == "after update"
    assert (debugger.timeline.index, weights(debugger)) == (2, state)
    execute(debugger, "f")
    assert debugger.timeline.index == 12
    execute(debugger, "N")
    assert debugger.timeline.index == 11
    assert execute(debugger, "C").startswith("the first iteration")
    assert debugger.timeline.index == 0


def test_continue_stops_at_a_breakpoint_and_at_the_planned_end_and_says_so_there(debugger):
    end = debugger.timeline.source.info.iterations
    execute(debugger, "break iteration >= 4")
    assert execute(debugger, "c").startswith("breakpoint 1")
    assert execute(debugger, "c") == f"reached iteration {end}"
    assert "`run N` goes further" in execute(debugger, "c")
    assert debugger.timeline.index == end


def test_progress_sees_every_iteration_of_a_command(debugger):
    seen = []
    debugger.progress = lambda frame: seen.append(frame.index)
    execute(debugger, "run 3")
    execute(debugger, "goto 5")
    assert seen == [1, 2, 3, 4, 5]


TERMS = Terms(3, {"learning_rate": 1e-5}, ("vanishing",))


@pytest.mark.parametrize(
    "line",
    [
        "n",
        ":goto 120",
        "12",
        "phase back",
        "break L3.dead > 10%",
        "when finding(vanishing) --first",
        "watch loss * 2",
        "set learning_rate = 0.1",
        "set W1[3, 7] = 0.5",
        "fork",
        "branch B",
    ],
)
def test_a_line_that_can_be_meant_passes_the_check_before_the_run(line):
    check(line, TERMS)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nxt", "did you mean next?"),
        ("next 5", "stands alone"),
        ("phase forward", "expected back, or nothing"),
        ("goto soon", "expected an iteration"),
        ("run many", "expected how many iterations"),
        ("break L4.dead > 10%", "L4"),
        ("when", "expected"),
        ("why finding(vanisching)", "vanishing"),
        ("watch loss >", "expected the end"),
        ("set learning_rat = 1", "did you mean learning_rate?"),
        ("set W1[a] = 0.5", "expected a weight"),
        ("delete all", "whole number"),
    ],
)
def test_a_line_that_no_run_could_take_is_refused_before_there_is_one(line, says):
    with pytest.raises(InputError) as caught:
        check(line, TERMS)
    assert says in str(caught.value)


def test_every_short_letter_stands_for_a_line_that_passes_the_check():
    for letter, line in SHORT.items():
        assert len(letter) == 1
        check(line, TERMS)


def test_save_writes_what_was_done_so_far_and_it_opens_again(debugger, tmp_path):
    execute(debugger, "run 5")
    execute(debugger, "goto 2")
    file = tmp_path / "mine.nnviz"
    assert str(file) in execute(debugger, f"save {file}")
    session = open_session(file)
    assert session.complete
    assert session.history.last == 5
    execute(debugger, "goto 5")
    last = session.timeline()
    last.seek(5)
    for name in ("W1", "W2", "W3"):
        assert np.array_equal(last.source.array(name), debugger.timeline.source.array(name))
    execute(debugger, "run 3")
    assert open_session(file).history.last == 5


def test_save_never_overwrites_and_leaves_nothing_behind(debugger, tmp_path):
    file = tmp_path / "mine.nnviz"
    file.write_text("something else")
    with pytest.raises(InputError, match="exists already"):
        execute(debugger, f"save {file}")
    with pytest.raises(InputError, match=r"ends in .nnviz"):
        execute(debugger, "save mine.txt")
    with pytest.raises(InputError, match="can't be written"):
        execute(debugger, f"save {tmp_path}/none/mine.nnviz")
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.nnviz"]
    assert file.read_text() == "something else"
