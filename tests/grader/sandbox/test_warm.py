"""A worker that came into its sandbox from outside is as shut in as one that was started there."""

import os
from dataclasses import replace

import pytest

from grader.sandbox import Call, Limits, Sandbox
from grader.sandbox.backends import BUBBLEWRAP
from grader.sandbox.probing import failing, refusal
from grader.sandbox.process import Worker
from grader.sandbox.starting import Warm

PATIENT = Limits(wall_seconds=120, cpu_seconds=60)
"""Time enough on a machine that is busy."""

REPORT = """
import ctypes, os, sys

def seen():
    "Who and where this is, and which privileges it has or could get."
    libc = ctypes.CDLL(None)
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    libc.capget(header, sets)
    bounding = [n for n in range(64) if libc.prctl(23, n, 0, 0, 0) == 1]
    return [
        [os.getuid(), os.getgid(), os.getgroups(), os.getppid(), os.uname().nodename],
        [list(sets), bounding, libc.prctl(39, 0, 0, 0, 0), libc.prctl(3, 0, 0, 0, 0)],
        sorted(os.environ.items()),
        [sorted(os.listdir(path)) for path in ("/", os.environ["HOME"], "/sub", "/dev/shm")],
        os.getsid(0) != 0,
    ]

def processes():
    return [name for name in os.listdir("/proc") if name.isdigit()]
"""


@pytest.fixture
def entered():
    """The sandbox in which the second submission is loaded by an entered worker."""
    if reason := refusal(BUBBLEWRAP):
        pytest.skip(reason)
    sandbox = Sandbox(BUBBLEWRAP, PATIENT)
    yield sandbox
    sandbox.close()


def ask(sandbox, submission, function):
    """What one of the functions returns."""
    with sandbox.open(submission) as session:
        outcome = session.run([Call(function)])
    assert outcome.kind == "value", outcome.message
    return outcome.value


def test_both_ways_lead_to_the_same_place(entered, submit):
    """Same user, folders, environment; no capability left, none to be had, none to be gained."""
    submission = submit(REPORT)
    first = ask(entered, submission, "seen")
    assert entered._warm is None
    second, third = ask(entered, submission, "seen"), ask(entered, submission, "seen")
    assert entered._warm is not None
    assert first == second == third
    assert first[1] == [[0] * 6, [], 1, 0]


def test_no_process_can_be_seen_from_there(entered, submit):
    """The process that held the sandbox open is gone, and with it what /proc would show."""
    submission = submit(REPORT)
    ask(entered, submission, "seen")
    assert ask(entered, submission, "processes") == []


def test_entered_worker_is_probed(entered):
    """By the same attempts as the sandbox itself."""
    warm = Warm()
    worker = Worker(BUBBLEWRAP, warm)
    assert failing(worker) == ""
    worker.close()
    warm.close()


def test_without_a_warm_process_all_are_started_inside(submit):
    """Where entering isn't possible, or the warm process is killed, submissions are graded too."""
    if reason := refusal(BUBBLEWRAP):
        pytest.skip(reason)
    submission = submit(REPORT)
    sandbox = Sandbox(BUBBLEWRAP, PATIENT)
    expected = [ask(sandbox, submission, "seen") for _ in range(3)]
    os.kill(sandbox._warm._process.pid, 9)
    assert [ask(sandbox, submission, "seen") for _ in range(3)] == expected
    assert sandbox._warm is None
    sandbox.close()
    never = Sandbox(replace(BUBBLEWRAP, entered=False), PATIENT)
    assert [ask(never, submission, "seen") for _ in range(3)] == expected
    assert never._warm is None
    never.close()
