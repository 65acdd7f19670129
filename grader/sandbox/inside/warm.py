"""A process with numpy ready, outside of any sandbox: its forks go into one and become workers.

It runs no student's code, and what it forks gives up everything before any can come. It ends when
the grader hangs up.
"""

import ctypes
import os
import re
import signal
import socket
import traceback
from typing import Any

from grader.sandbox.inside import launch, seccomp, worker

_NEW_USER, _NEW_PID = 0x10000000, 0x20000000
_ENTERED = _NEW_USER | 0x00020000 | 0x40000000 | 0x08000000 | 0x04000000 | 0x02000000
"""Users, mounts, network, IPC, host name, cgroups; a process namespace is made, to be its first."""

_PR_CAPBSET_DROP, _PR_SET_CHILD_SUBREAPER, _PR_CAP_AMBIENT, _CLEAR_ALL = 24, 36, 47, 4
_CAPABILITIES_3 = 0x20080522
_CHILD = re.compile(rb'"child-pid": *(\d+)')


def serve(control: socket.socket) -> None:
    """Fork a worker for each message of the grader, until it hangs up."""
    # Nobody waits for them: what a fork leaves behind is this process's, and gone when it ends.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    worker.keep_shared()
    while True:
        message, descriptors = worker._message(control, 2)
        if message is None:
            os._exit(0)
        if not os.fork():
            try:
                control.close()
                _enter(descriptors, message)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        for descriptor in descriptors:
            os.close(descriptor)


def _enter(descriptors: list[int], message: Any) -> None:
    """Let bubblewrap make a sandbox, join it as soon as it is there, and serve as its only process.

    What it starts in there only says that it is made, and holds it open until its input ends.
    """
    inner, errors = descriptors
    os.dup2(errors, 2)
    os.close(errors)
    ready, theirs = socket.socketpair()
    told, tell = os.pipe()
    if not os.fork():
        _start([inner], theirs, tell, message)
    theirs.close()
    os.close(tell)
    if not ready.recv(1):
        os._exit(1)  # and bubblewrap has said why
    found = _CHILD.search(os.read(told, 4096))
    if not found:
        raise OSError("the sandbox doesn't tell its process")
    os.close(told)
    libc = ctypes.CDLL(None, use_errno=True)
    if message["uid"] is not None:
        os.setgroups([])
        os.setresgid(*[message["uid"]] * 3)
        os.setresuid(*[message["uid"]] * 3)
    place = os.pidfd_open(int(found[1]))
    _checked(libc.setns(place, _ENTERED), "joining the sandbox")
    os.close(place)
    _checked(libc.unshare(_NEW_PID), "processes of its own")
    wait, go = os.pipe()
    child = os.fork()
    if child:
        control = socket.socket(fileno=inner)
        worker._answer(control, {"pid": child})
        os._exit(0)
    os.close(go)
    os.read(wait, 1)  # its end, with the parent's: what is told of this process was sent
    os.close(wait)
    ready.close()  # and with it the process that held the sandbox open
    os.setsid()
    os.chdir(message["home"])
    _give_up(libc)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    worker.serve(socket.socket(fileno=inner))


def _start(inner: list[int], stream: socket.socket, tell: int, message: Any) -> None:
    """Become bubblewrap, in a session of its own and with no descriptor but those it needs."""
    try:
        for number in inner:
            os.close(number)
        os.setsid()
        for number in (0, 1):
            os.dup2(stream.fileno(), number)
        os.set_inheritable(tell, True)
        for ignored in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(ignored, signal.SIG_DFL)
        command = [message["command"][0], "--info-fd", str(tell), *message["command"][1:]]
        launch.launch(command, message["uid"], message["covered"], message["needed"])
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _give_up(libc: Any) -> None:
    """Leave no privilege, now or later."""
    number = 0
    while not libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0):
        number += 1
    libc.prctl(_PR_CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _checked(libc.capset(ctypes.byref(header), ctypes.byref(nothing)), "giving up privileges")
    seccomp.no_new_privileges()


def _checked(result: int, what: str) -> None:
    if result:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
