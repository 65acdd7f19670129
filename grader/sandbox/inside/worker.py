"""The first process in the sandbox: imports numpy once, then forks a process for each check.

It runs no code of the student, and ends when the grader's end of its socket is closed.
"""

import gc
import json
import os
import random
import signal
import socket
import struct
import sys
import threading
import time
from typing import Any

import numpy as np

from grader.sandbox.inside import running, seccomp

WARM = (np.linalg, np.random, np.fft, random, threading)
"""Imported before the first fork, so that no check pays for it."""


def serve(control: socket.socket) -> None:
    """Answer the grader's messages, one at a time, until it hangs up."""
    if sys.platform == "linux":
        seccomp.hide_from_peers()
    keep_shared()
    _answer(control, {"ready": True})
    child = 0
    while True:
        message, descriptors = _message(control, 3)
        if message is None:
            _end(child, 0)
            os._exit(0)
        if message["do"] == "spawn":
            child = os.fork()
            if not child:
                _become_child(control, descriptors, message)
            for descriptor in descriptors:
                os.close(descriptor)
            _answer(control, {"pid": child})
        else:
            _answer(control, _end(child, message["wait"]))
            child = 0


def keep_shared() -> None:
    """Keep what is there now out of garbage collections, which would write to it in every fork."""
    gc.collect()
    gc.freeze()


def _become_child(control: socket.socket, descriptors: list[int], message: Any) -> None:
    try:
        requests, answers, output = descriptors
        control.close()
        if not message["alone"]:
            _die_with(message["worker"])
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        sys.stdout = open(1, "w", 65536, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", 1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
        setup = running._receive(requests)
        running.serve(requests, answers, setup)
    finally:
        os._exit(0)


def _die_with(parent: int) -> None:
    """Be killed when the worker ends; in a pid namespace the kernel does that by itself."""
    if sys.platform == "linux":
        seccomp.die_with_parent(signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _end(child: int, seconds: float) -> dict[str, Any]:
    """Kill the process of a check, and tell how it had ended; one that is ending gets some time."""
    if not child:
        return {"status": 0, "cpu": 0.0}
    deadline = time.monotonic() + seconds
    ended, status, usage = os.wait4(child, os.WNOHANG)
    while not ended and time.monotonic() < deadline:
        time.sleep(0.002)
        ended, status, usage = os.wait4(child, os.WNOHANG)
    if not ended:
        os.kill(child, signal.SIGKILL)
        _, status, usage = os.wait4(child, 0)
        status = -1 if os.WIFSIGNALED(status) else status
    return {"status": status, "cpu": usage.ru_utime + usage.ru_stime}


def _message(control: socket.socket, most: int) -> tuple[Any, list[int]]:
    """One message and the descriptors that came with it, at most so many; None at the end."""
    data, descriptors, _, _ = socket.recv_fds(control, 4, most)
    if not data:
        return None, []
    while len(data) < 4:
        data += control.recv(4 - len(data))
    (length,) = struct.unpack("<I", data)
    body = b""
    while len(body) < length:
        piece = control.recv(length - len(body))
        if not piece:
            return None, []
        body += piece
    return json.loads(body), descriptors


def _answer(control: socket.socket, content: dict[str, Any]) -> None:
    body = json.dumps(content).encode()
    control.sendall(struct.pack("<I", len(body)) + body)
