"""A program that can't be copied runs forward only: what goes back, and what does not."""

import os

import numpy as np
import pytest

from nnviz.attach.forward import ForwardSource
from nnviz.debugger.commands import execute
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.recorder import save
from nnviz.debugger.session import open_session
from nnviz.debugger.source import UnkeptError
from nnviz.debugger.timeline import Timeline
from nnviz.engine.tiles import Cancelled
from nnviz.errors import InputError
from nnviz.tui.view import make_view
from tests.attach.slips import RIGHT

SHORT = RIGHT.replace("range(30)", "range(9)") + "    print('round', i)\n"
THREAD = """
import threading
threading.Thread(target=threading.Event().wait, args=(20,), daemon=True, name="clock").start()
"""
THREADED = SHORT.replace("k = 0.4", THREAD + "k = 0.4")
WINDOW = SHORT.replace(
    "k = 0.4",
    "import sys, types\nsys.modules['tkinter'] = types.SimpleNamespace(_default_root=1)\nk = 0.4",
)


def test_numbers_and_arrays_go_back_and_are_those_of_a_program_that_can_be_copied(start):
    there, here = (Timeline(start(n, t)) for n, t in (("a.py", SHORT), ("b.py", THREADED)))
    assert isinstance(here.source, ForwardSource)
    for timeline in (there, here):
        timeline.seek(6)
        timeline.seek(2)
    assert here.index == 2
    assert here.frame.loss == there.frame.loss
    assert here.frame.layers[0].gradient_rms == there.frame.layers[0].gradient_rms
    for name in here.source.names:
        assert np.array_equal(here.source.array(name), there.source.array(name)), name
    assert np.array_equal(here.source.labels(), there.source.labels())
    here.seek(8)
    assert here.history.last == 8
    assert here.source.printed(20).splitlines() == [f"round {i}" for i in range(9)]
    with pytest.raises(InputError, match="has ended after iteration 8"):
        here.step()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (THREADED, r"the program runs threads \(clock\), which a copy would lack"),
        pytest.param(WINDOW, r"the program has a window open \(tkinter\)", marks=pytest.mark.slow),
    ],
    ids=["threads", "window"],
)
def test_why_it_runs_forward_only_is_said_and_what_takes_copies_is_refused(text, why, start):
    debugger = Debugger(Timeline(start("mine.py", text)))
    debugger.timeline.seek(3)
    source = debugger.timeline.source
    for line in ("set lr=0.1", "gradients", "reference", "reload"):
        with pytest.raises(InputError, match=why):
            execute(debugger, line)
    assert source.forward_only in source.info.options["going back"]


def test_what_was_not_kept_is_said_and_drawn_as_nothing(start):
    timeline = Timeline(start("mine.py", THREADED))
    timeline.source.begin("a reason", budget=0)
    timeline.seek(6)
    timeline.seek(3)
    with pytest.raises(UnkeptError, match="not kept of iteration 3: a reason"):
        timeline.source.array("W1")
    view = make_view(Debugger(timeline))
    assert view.reason == "not kept of iteration 3: a reason"
    assert np.isnan(view.pictures[0].weight).all()
    assert np.isfinite(view.pictures[0].activation).all()
    assert view.confusion.size == 0
    timeline.seek(6)
    assert make_view(Debugger(timeline)).confusion.sum() == 300


@pytest.mark.slow
def test_it_pauses_between_two_iterations(start):
    timeline = Timeline(start("mine.py", THREADED))
    timeline.source.cancelled = lambda: True
    with pytest.raises(Cancelled):
        timeline.step()
    timeline.source.cancelled = lambda: False
    assert timeline.step().index == 1


@pytest.mark.slow
def test_it_can_be_recorded(start, tmp_path):
    timeline = Timeline(start("mine.py", THREADED))
    timeline.seek(4)
    save(timeline, tmp_path / "run.nnviz")
    session = open_session(tmp_path / "run.nnviz")
    assert session.complete
    assert np.array_equal(session.arrays(4)["W1"], timeline.source.array("W1"))


def test_where_there_is_no_fork_the_process_calls_back_and_runs_forward(start, monkeypatch):
    monkeypatch.delattr(os, "fork")
    source = start("mine.py", SHORT.replace("k = 0.4", "import os\ndel os.fork\nk = 0.4"))
    assert source.forward_only == "this system can't copy processes"
    timeline = Timeline(source)
    timeline.seek(5)
    timeline.seek(1)
    assert source.array("W1").shape == (12, 20)
    assert source.printed(3) == "round 0\nround 1"
