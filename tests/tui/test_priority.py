"""Promises about who goes first: keys before training."""

import os
import sys
import threading

import pytest

from nnviz.engine.threads import BEHIND
from nnviz.tui.priority import SWITCH_SECONDS, screen_first


@pytest.fixture
def interval():
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("interval")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
def test_the_runners_thread_gives_way_and_the_screens_does_not():
    found = {}

    def run():
        screen_first()
        found["runner"] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=run, name="nnviz-runner")
    thread.start()
    thread.join()
    assert found["runner"] == min(19, before + BEHIND)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
    assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
