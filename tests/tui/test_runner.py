"""Promises of the runner: commands in order, views handed over, interruption at once."""

import queue
import threading
import time

import pytest

from nnviz.tui import runner as module
from nnviz.tui.runner import Ask, Go, Pause, PhaseStep, Play, Runner, Speed

NEVER, ALWAYS = 1e-9, float("inf")
"""Rates at which views on the way are shown."""
ASKED = object()
"""Stands for a question among orders."""


@pytest.fixture
def running(open_debugger):
    """Starts a runner and gives it with the queue of its views."""
    runners = []

    def start(**changes):
        views = queue.Queue()
        runner = Runner(lambda: open_debugger(**changes), views.put)
        runners.append(runner)
        runner.start()
        runner.painted()
        return runner, views

    yield start
    for runner in runners:
        runner.stop(timeout=120)
        assert not runner.alive


def paused(views, index=None, says=""):
    """The next view of a run that has stopped (at `index`, for a reason that `says` this)."""
    while True:
        view = views.get(timeout=120)
        if isinstance(view, Exception):
            raise view
        here = index is None or view.frame.index == index
        if view.mode == "PAUSED" and here and says in view.reason:
            return view


@pytest.fixture
def queued(running, monkeypatch):
    """Gives orders that all wait before the first is done; the views that come of them."""

    def carry_out(*orders, rate=NEVER):
        runner, views = running()
        busy, go_on = threading.Event(), threading.Event()

        def wait(debugger):
            busy.set()
            go_on.wait(timeout=120)
            return "waited"

        runner.send(Ask(wait))
        assert busy.wait(timeout=120)
        monkeypatch.setattr(module, "VIEWS_PER_SECOND", rate)
        monkeypatch.setattr(module, "STEPS_SHOWN_PER_SECOND", rate)
        for order in orders:
            if order is ASKED:
                runner.attend(None)
            else:
                runner.send(order)
        go_on.set()
        paused(views, says="waited")
        while not runner.idle:
            time.sleep(0.001)
        return [views.get() for _ in range(views.qsize())]

    return carry_out


def test_it_opens_at_iteration_0_and_says_which_key_steps(running):
    _, views = running()
    view = paused(views)
    assert view.frame.index == 0
    assert view.position.is_live
    assert "n" in view.reason.split()


def test_steps_go_forwards_and_backwards_to_the_same_numbers(running):
    runner, views = running()
    start = paused(views, 0)
    for index in (1, 2, 3):
        runner.send(Go(1, relative=True))
        paused(views, index)
    for _ in range(3):
        runner.send(Go(-1, relative=True))
    view = paused(views, 0)
    assert view.frame.loss == start.frame.loss
    assert not view.position.is_live
    assert view.recorded == 3


def test_of_steps_that_wait_each_is_done_and_only_the_last_one_has_to_be_shown(queued):
    made = queued(*[Go(1, relative=True)] * 30, *[Go(-1, relative=True)] * 10)
    assert [(view.frame.index, view.recorded, view.mode) for view in made] == [(20, 30, "PAUSED")]


def test_a_single_step_makes_one_view_however_fast_views_may_follow_each_other(queued):
    made = queued(Go(1, relative=True), rate=ALWAYS)
    assert [(view.frame.index, view.mode) for view in made] == [(1, "PAUSED")]


def test_phase_steps_that_wait_are_all_done_and_do_not_interrupt_an_iteration(queued):
    made = queued(*[PhaseStep(1)] * 40)
    count = made[-1].position.phases
    index, phase = divmod(count - 1 + 40, count)
    assert [(view.position.index, view.position.phase) for view in made] == [(index, phase)]
    assert index > 1


def test_held_down_phases_are_seen_with_their_arrays(queued):
    made = queued(*[PhaseStep(-1)] * 3, rate=ALWAYS)
    assert len(made) == 3
    assert all(view.phase_arrays for view in made)


def test_a_step_is_done_though_phases_and_questions_wait_behind_it(queued):
    made = queued(Go(1, relative=True), PhaseStep(1), ASKED)
    assert (made[-1].position.index, made[-1].position.phase) == (2, 0)


def test_while_nothing_is_asked_for_it_works_ahead_for_steps_back(running):
    """Gone to an old iteration, states behind it come to lie close, and it stays what is shown."""
    runner, views = running()
    runner.send(Go(300))
    paused(views, 300)
    runner.send(Go(100))
    paused(views, 100)
    timeline, deadline = runner.debugger.timeline, time.monotonic() + 120
    while timeline.keyframes.gap_behind(100) is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert timeline.keyframes.gap_behind(100) is None
    runner.send(Go(-1, relative=True))
    assert paused(views).frame.index == 99


@pytest.mark.parametrize("asked", [False, True], ids=["order", "question"])
def test_work_ahead_stops_for_whatever_is_asked_for(asked, running, monkeypatch):
    runner, views = running()
    paused(views)
    paused(views)  # the second time with all that is known of the run
    ahead = threading.Event()

    def prepare(seconds):
        ahead.set()
        while not runner.debugger.timeline.source.cancelled():
            time.sleep(0.001)

    monkeypatch.setattr(runner.debugger.timeline, "prepare", prepare)
    for _ in range(3):
        assert ahead.wait(timeout=120)
        ahead.clear()
        if asked:
            runner.attend(None)
        else:
            runner.send(Go(1, relative=True))
    assert ahead.wait(timeout=120)
    assert runner.debugger.timeline.index == (0 if asked else 3)


def test_going_before_the_first_iteration_stays_there_and_says_so(running):
    runner, views = running()
    paused(views)
    runner.send(Go(-1, relative=True))
    paused(views, 0, says="the first one")


def test_playing_stops_where_it_was_told_to(running):
    runner, views = running()
    runner.send(Play(until=25))
    assert paused(views, 25).recorded == 25


def test_pause_interrupts_an_endless_run(running):
    runner, views = running()
    runner.send(Play())
    while views.get(timeout=120).mode != "RUNNING":
        pass
    runner.send(Pause())
    view = paused(views)
    assert view.frame.index == view.recorded > 0


def test_a_slow_speed_still_answers_a_pause(running):
    runner, views = running()
    paused(views)
    runner.send(Speed(0.01))
    runner.send(Play())
    runner.send(Pause())
    assert paused(views).frame.index <= 1


def test_scales_stand_still_while_it_runs_and_confusion_counts_every_sample(running):
    runner, views = running()
    first = paused(views)
    assert first.confusion.sum() == first.info.samples
    runner.send(Play(until=200))
    still = first
    while (view := views.get(timeout=120)).mode != "RUNNING":
        still = view
    assert view.scales is still.scales
    assert paused(views, 200).scales is not still.scales


def test_the_first_view_is_the_only_one_until_it_is_painted(open_debugger):
    views, gathered, painted = queue.Queue(), [], threading.Event()

    def open_watched():
        debugger = open_debugger()
        debugger.gather_facts = lambda: gathered.append(painted.is_set())
        return debugger

    runner = Runner(open_watched, views.put)
    runner.start()
    first = paused(views)
    time.sleep(0.2)
    assert views.empty()
    painted.set()
    runner.painted()
    assert paused(views) is not first
    assert gathered == [True]
    runner.stop(timeout=120)


def test_what_goes_wrong_on_the_thread_is_handed_over():
    views = queue.Queue()

    def broken():
        raise OSError("no such thing")

    runner = Runner(broken, views.put)
    runner.start()
    assert isinstance(views.get(timeout=120), OSError)


def test_a_runner_that_never_began_is_stopped_at_once():
    runner = Runner(lambda: None, lambda news: None)
    runner.stop(timeout=120)
    assert not runner.alive
