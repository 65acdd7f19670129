"""Starts a program's process, with a conversation, its printed text, and an end that it shares.

Where processes can be forked they inherit open files. Elsewhere (Windows) the process calls back:
it is told a port of this machine and a word that nobody else knows.
"""

import contextlib
import hmac
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from nnviz.attach.wire import Channel
from nnviz.errors import InputError

CALL_SECONDS = 60.0
"""How long a process may take to call back: a machine may be busy."""

READ = 2**20


@dataclass(frozen=True, eq=False)
class Started:
    """A process: `text` is what to select on, `read` takes what was printed, or raises OSError.

    `end` ends it, with all that it has forked.
    """

    pid: int
    channel: Channel
    text: "int | socket.socket"
    read: Callable[[], bytes]
    end: Callable[[], None]


def by_inheritance(module: str, folder: str, environment: Mapping[str, str]) -> Started:
    """Start a module with open files as its arguments, and a folder. Raises InputError."""
    mine, its = socket.socketpair()
    text, writing = os.pipe()
    lifeline, held = os.pipe()
    os.set_blocking(text, False)
    try:
        numbers = its.fileno(), writing, lifeline
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, numbers), folder],
            pass_fds=numbers,
            start_new_session=True,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise InputError(f"Python can't be started: {error.strerror}") from error
    finally:
        its.close()
        os.close(writing)
        os.close(lifeline)

    def end() -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for descriptor in (held, text):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    return Started(process.pid, Channel(mine), text, lambda: os.read(text, READ), end)


def by_address(module: str, folder: str, environment: Mapping[str, str]) -> Started:
    """Start a module that calls back, with its own standard streams. Raises InputError."""
    word = secrets.token_hex(16)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", module, port],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        except OSError as error:
            raise InputError(f"Python can't be started: {error.strerror}") from error
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{word}\n".encode())
        stdin.flush()
        mine = _called(server, process, word)
    text, pumped = socket.socketpair()
    text.setblocking(False)
    pump = threading.Thread(target=_pump, args=(stdout, pumped), daemon=True)
    pump.start()

    def end() -> None:
        process.kill()
        process.wait()
        text.close()
        pump.join()
        with contextlib.suppress(OSError):
            stdin.close()

    return Started(process.pid, Channel(mine), text, lambda: text.recv(READ), end)


def _called(server: socket.socket, process: "subprocess.Popen[bytes]", word: str) -> socket.socket:
    """The connection of the process that knows the word. Raises InputError where none comes."""
    server.settimeout(0.1)
    deadline = time.monotonic() + CALL_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            connection, _ = server.accept()
            connection.settimeout(5)
            if hmac.compare_digest(connection.recv(len(word), socket.MSG_WAITALL), word.encode()):
                connection.settimeout(None)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connection
            connection.close()
    process.kill()
    raise InputError("Python was started for the program, and did not call back")


def _pump(stdout: IO[bytes], pumped: socket.socket) -> None:
    """Hand on what is printed to what can be waited for, until there is no more."""
    with contextlib.suppress(OSError, ValueError), pumped, stdout:
        while content := os.read(stdout.fileno(), READ):
            pumped.sendall(content)


def answered(arguments: Sequence[str]) -> tuple[socket.socket, int]:
    """In the process: the conversation, and where text goes, from its command line's arguments."""
    if len(arguments) == 1:
        return _call(int(arguments[0]))
    control, text, lifeline = map(int, arguments[:3])
    _watch(lifeline)
    return socket.socket(fileno=control), text


def _call(port: int) -> tuple[socket.socket, int]:
    """Call the debugger; when it closes standard input it is gone, and so is this process."""
    word = sys.stdin.buffer.readline().strip()
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(word)
    text, lifeline = os.dup(1), os.dup(0)

    def wait() -> None:
        with contextlib.suppress(OSError):
            os.read(lifeline, 1)
        os._exit(1)

    threading.Thread(target=wait, name="nnviz_lifeline", daemon=True).start()
    return connection, text


F_SETSIG = 10
"""Linux: which signal comes when a descriptor is ready; not among the names of `fcntl`."""


def _watch(descriptor: int) -> None:
    """Be killed, with all processes of the group, as soon as the other end of a pipe is closed."""
    if sys.platform != "linux":
        return  # there a process ends when it next asks for orders
    import fcntl

    fcntl.fcntl(descriptor, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(descriptor, F_SETSIG, signal.SIGKILL)
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
