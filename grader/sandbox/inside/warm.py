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

from grader.sandbox.inside import seccomp, worker

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
    while True:
        message, descriptors = worker._message(control, 4)
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
    """Join the sandbox as soon as it is there, and serve as its only process."""
    inner, errors, told, ready = descriptors
    os.dup2(errors, 2)
    os.close(errors)
    if not os.read(ready, 1):
        raise OSError("the sandbox could not be made")
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
    os.close(ready)  # and with it the process that held the sandbox open
    os.setsid()
    os.chdir(message["home"])
    _give_up(libc)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    worker.serve(socket.socket(fileno=inner))


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
