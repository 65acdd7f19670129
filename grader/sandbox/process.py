"""The grader's end of a worker: starts it, forks checks in it, kills it, and believes nothing.

A worker can be started before it is known whose code it will run: its folder is empty at first.
"""

import contextlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import IO, Any

from grader.sandbox import places
from grader.sandbox.backends import Backend
from grader.sandbox.records import Limits
from grader.sandbox.starting import (
    Handle,
    Warm,
    WorkerError,
    interpreter,
    kill_all_of,
    launch,
    reserve,
    send_code,
)
from grader.temporary import TemporaryFolder

START_SECONDS = 60.0
"""How long a worker may take to start: a machine may be busy, and no student's code runs yet."""

_ANSWER_SECONDS = 30.0
_ENDING_SECONDS = 0.5
_HOLD = ["/bin/sh", "-c", "echo; read -r line"]
"""What says that a sandbox is made, and holds it open until a worker is in it."""


@dataclass(frozen=True)
class Ended:
    """How the process of a check ended: exit code, or the signal; `cpu` in seconds."""

    code: int
    signal: int
    cpu: float


class Worker:
    """A process in the sandbox that forks one process for each check; close it when done."""

    def __init__(self, backend: Backend, warm: Warm | None = None) -> None:
        self.backend = backend
        self._folder = TemporaryFolder("sandbox")
        self.folder = self._folder.path
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._control, inner = socket.socketpair()
        self._uid: int | None = None
        self._holder: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._inside: Handle | None = None
        self._warm = warm is not None
        self._ready = False
        try:
            missing = places.lacking() if places.drops_root() else ()
            if missing and backend.seccomp:
                raise WorkerError(f"root can't become another user ({', '.join(missing)} missing)")
            if places.drops_root() and not missing:
                number, self._holder = reserve()
                self._uid = places.own_uid(number)
                os.chown(self.folder, 0, self._uid)
                self.folder.chmod(0o750)
            if warm:
                self._enter(warm, inner)
            else:
                self._process = self._start(inner)
        except (OSError, WorkerError) as error:
            self._control.close()
            self._errors.close()
            if self._holder:
                self._holder.close()
            self._folder.remove()
            raise WorkerError(f"{backend.name}: {error}") from error
        finally:
            inner.close()

    def _start(self, inner: socket.socket) -> "subprocess.Popen[bytes]":
        """Start the interpreter in the sandbox."""
        words = interpreter("worker", inner.fileno())
        process = launch(
            self.backend.command(places.places(), self.folder, words),
            self.folder,
            self._uid,
            (inner.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
        )
        with contextlib.suppress(OSError):  # it has ended already: `wait_ready` says why
            send_code(self._control)
        return process

    def _enter(self, warm: Warm, inner: socket.socket) -> None:
        """Let the warm process start a sandbox with nothing in it, and go there when it is made."""
        command = self.backend.command(places.places(), self.folder, _HOLD)
        warm.enter(command, self.folder, self._uid, inner, self._errors)

    def wait_ready(self) -> None:
        """Wait until numpy is imported in there; raises WorkerError where it never will be."""
        if not self._ready:
            answer = self._receive(START_SECONDS)
            if self._warm:
                self._inside = Handle(int(answer["pid"]))
                answer = self._receive(START_SECONDS)
            self._ready = bool(answer.get("ready"))

    def spawn(self) -> "Check":
        """Fork the process of one check."""
        self.wait_ready()
        request, answer, output = os.pipe(), os.pipe(), os.pipe()
        inner = (request[0], answer[1], output[1])
        try:
            message = {"do": "spawn", "alone": self.backend.alone, "worker": self._inner_pid()}
            self._send(message, inner)
            pid = int(self._receive(_ANSWER_SECONDS)["pid"])
        except BaseException:
            for descriptor in (request[1], answer[0], output[0]):
                os.close(descriptor)
            raise
        finally:
            for descriptor in inner:
                os.close(descriptor)
        return Check(self, pid, request[1], answer[0], output[0])

    def _inner_pid(self) -> int:
        """The worker's own id in its process namespace (unused where it is alone there)."""
        return self._process.pid if self._process and not self.backend.alone else 1

    def end_check(self, seconds: float) -> Ended:
        """Kill the process of the last check, and tell how it had ended by itself, if it had.

        It gets some seconds for that.
        """
        self._send({"do": "end", "wait": seconds}, ())
        answer = self._receive(_ANSWER_SECONDS)
        status = int(answer["status"])
        if status < 0:
            return Ended(0, 0, float(answer["cpu"]))
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return Ended(os.waitstatus_to_exitcode(status), number, float(answer["cpu"]))

    def _send(self, content: dict[str, Any], descriptors: tuple[int, ...]) -> None:
        body = json.dumps(content).encode()
        message = struct.pack("<I", len(body))
        try:
            if descriptors:
                socket.send_fds(self._control, [message], list(descriptors))
            else:
                self._control.sendall(message)
            self._control.sendall(body)
        except OSError as error:
            raise WorkerError(f"{self.backend.name}: {self._reason()}") from error

    def _receive(self, seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        (length,) = struct.unpack("<I", self._exactly(4, deadline))
        answer = json.loads(self._exactly(min(length, 65536), deadline))
        if not isinstance(answer, dict):
            raise WorkerError(f"{self.backend.name}: answers in no known form")
        return answer

    def _exactly(self, count: int, deadline: float) -> bytes:
        data = b""
        while len(data) < count:
            self._control.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                piece = self._control.recv(count - len(data))
            except OSError:
                piece = b""
            if not piece:
                raise WorkerError(f"{self.backend.name}: {self._reason()}")
            data += piece
        return data

    def _reason(self) -> str:
        """Why it doesn't answer, by its own last words."""
        code = "before it was in the sandbox"
        if self._process:
            try:
                code = str(self._process.wait(1))
            except subprocess.TimeoutExpired:
                return "the worker doesn't answer"
        self._errors.seek(0)
        lines = self._errors.read(65536).decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else f"the worker ended ({code})"

    def close(self) -> None:
        """End everything that runs in there, and remove its folder."""
        if self._warm:
            with contextlib.suppress(WorkerError):  # it never came there
                self.wait_ready()
        self._control.close()
        if self._inside:
            self._inside.end(_ENDING_SECONDS)
        if self._process:
            try:
                # It ends by itself where its socket is closed: then nothing has to be searched for.
                self._process.wait(_ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        if self._uid is not None and not self.backend.alone:
            kill_all_of(self._uid)
        if self._holder:
            self._holder.close()
        self._errors.close()
        self._folder.remove()


class Check:
    """The process of one check, as its three pipes; never more than one in a worker at a time."""

    def __init__(self, worker: Worker, pid: int, requests: int, answers: int, output: int) -> None:
        self._worker = worker
        self.pid = pid
        self._requests, self._answers, self._output = requests, answers, output
        for descriptor in (requests, answers, output):
            os.set_blocking(descriptor, False)
        self.printed = bytearray()

    def ask(self, packet: bytes, limits: Limits, seconds: float) -> bytearray | TimeoutError | None:
        """Send a packet, return the answer; None where it ended without one, empty: too large.

        Whatever is printed meanwhile is taken and dropped beyond a limit.
        """
        left = memoryview(struct.pack("<Q", len(packet)) + packet)
        found, filled = bytearray(8), 0
        deadline = time.monotonic() + seconds
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        poll.register(self._output, select.POLLIN)
        poll.register(self._requests, select.POLLOUT)
        while True:
            wait = deadline - time.monotonic()
            if wait <= 0:
                return TimeoutError()
            for descriptor, _ in poll.poll(wait * 1000):
                if descriptor == self._requests:
                    left = self._write(left)
                    if not left:
                        poll.unregister(self._requests)
                elif descriptor == self._output:
                    if not self._take_output(limits.output_bytes):
                        poll.unregister(self._output)
                else:
                    try:
                        count = os.readv(self._answers, [memoryview(found)[filled:]])
                    except BlockingIOError:
                        continue
                    if not count:
                        return None
                    filled += count
                    if filled == 8 and len(found) == 8:
                        (length,) = struct.unpack("<Q", found)
                        if length > limits.value_bytes + 4096:
                            return bytearray()
                        found = bytearray(8 + length)
                    if filled == len(found):
                        self._take_output(limits.output_bytes)
                        del found[:8]
                        return found

    def _write(self, left: memoryview) -> memoryview:
        try:
            return left[os.write(self._requests, left) :]
        except BlockingIOError:
            return left
        except BrokenPipeError:
            return left[len(left) :]

    def _take_output(self, most: int) -> bool:
        """Read what is there of what was printed; False at its end."""
        piece = _read(self._output)
        self.printed += piece[: max(0, most - len(self.printed))]
        return bool(piece)

    def end(self, limits: Limits, seconds: float = 0) -> Ended:
        """Kill it, if it still runs after some seconds."""
        try:
            ended = self._worker.end_check(seconds)
            while self._take_output(limits.output_bytes):
                pass
            return ended
        finally:
            for descriptor in (self._requests, self._answers, self._output):
                os.close(descriptor)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except BlockingIOError:
        return b""
