"""The grader's end of a worker: starts it, forks checks in it, kills it, and believes nothing.

A worker can be started before it is known whose code it will run: its folder is empty at first.
"""

import contextlib
import functools
import importlib.util
import json
import marshal
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from grader.sandbox import places
from grader.sandbox.backends import ENVIRONMENT, Backend
from grader.sandbox.records import Limits

START_SECONDS = 60.0
"""How long a worker may take to start: a machine may be busy, and no student's code runs yet."""

_ANSWER_SECONDS = 30.0
_INSIDE = ("seccomp", "landlock", "codec", "loading", "running", "worker")
_BOOT = """
import marshal, socket, struct, sys, types
from importlib.machinery import PathFinder
site, allowed = sys.argv[2], frozenset(sys.argv[3:])
class Libraries:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return PathFinder.find_spec(name, [site]) if name in allowed else None
sys.meta_path.append(Libraries)
control = socket.socket(fileno=int(sys.argv[1]))
def exactly(count):
    data = b""
    while len(data) < count:
        piece = control.recv(count - len(data))
        if not piece:
            sys.exit()
        data += piece
    return data
package = sys.modules["grader.sandbox.inside"] = types.ModuleType("grader.sandbox.inside")
for name, code in marshal.loads(exactly(struct.unpack("<I", exactly(4))[0])):
    module = sys.modules[f"grader.sandbox.inside.{name}"] = types.ModuleType(name)
    setattr(package, name, module)
    exec(code, module.__dict__)
sys.argv[1:] = []
module.serve(control)
"""


class WorkerError(Exception):
    """A worker can't be started, or doesn't answer; the message says what is known."""


@functools.cache
def _inside() -> bytes:
    """The modules of `grader.sandbox.inside`, compiled."""
    found = []
    for name in _INSIDE:
        full = f"grader.sandbox.inside.{name}"
        spec = importlib.util.find_spec(full)
        if spec is None or spec.origin is None:
            raise WorkerError(f"{full} is missing")
        source = Path(spec.origin).read_bytes()
        found.append((name, compile(source, f"<{name}>", "exec", dont_inherit=True)))
    return marshal.dumps(found)


@dataclass(frozen=True)
class Ended:
    """How the process of a check ended: exit code, or the signal; `cpu` in seconds."""

    code: int
    signal: int
    cpu: float


class Worker:
    """A process in the sandbox that forks one process for each check; close it when done."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.folder = Path(tempfile.mkdtemp(prefix="nnviz-sandbox-"))
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._control, inner = socket.socketpair()
        self._uid: int | None = None
        self._holder: socket.socket | None = None
        self._ready = False
        try:
            self._process = self._start(inner)
        except OSError as error:
            self._control.close()
            self._errors.close()
            if self._holder:
                self._holder.close()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise WorkerError(f"{backend.name}: {error}") from error
        finally:
            inner.close()

    def _start(self, inner: socket.socket) -> "subprocess.Popen[bytes]":
        found = places.places()
        words = [found.interpreter, "-s", "-S", "-P", "-B", "-c", _BOOT, str(inner.fileno())]
        words += [found.site, *places.LIBRARIES]
        command = self.backend.command(found, self.folder, words)
        user: dict[str, Any] = {}
        if places.drops_root():
            number, self._holder = _reserve()
            self._uid = places.own_uid(number)
            os.chown(self.folder, 0, self._uid)
            self.folder.chmod(0o750)
            needed = [*found.needed, str(self.folder)]
            if covered := places.closed_to_others(needed):
                launcher = Path(__file__).with_name("inside") / "launch.py"
                what = {"command": command, "uid": self._uid, "covered": covered, "needed": needed}
                command = [
                    found.interpreter,
                    "-I",
                    "-S",
                    "-c",
                    launcher.read_text(encoding="utf-8"),
                ]
                command.append(json.dumps(what))
            else:
                user = {"user": self._uid, "group": self._uid, "extra_groups": []}
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            pass_fds=(inner.fileno(),),
            env={**ENVIRONMENT, "HOME": "/"},
            cwd="/",
            start_new_session=True,
            **user,
        )
        code = _inside()
        with contextlib.suppress(OSError):  # it has ended already: `wait_ready` says why
            self._control.sendall(struct.pack("<I", len(code)) + code)
        return process

    @property
    def pid(self) -> int:
        """The process that was started, as the grader sees it."""
        return self._process.pid

    def wait_ready(self) -> None:
        """Wait until numpy is imported in there; raises WorkerError where it never will be."""
        if not self._ready:
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
        return 1 if self.backend.alone else self._process.pid

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
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            return "the worker doesn't answer"
        self._errors.seek(0)
        lines = self._errors.read(65536).decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else f"the worker ended ({self._process.returncode})"

    def close(self) -> None:
        """End everything that runs in there, and remove its folder."""
        self._control.close()
        try:
            # It ends by itself where its socket is closed: then nothing has to be searched for.
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._uid is not None and not self.backend.alone:
            _kill_all_of(self._uid)
        if self._holder:
            self._holder.close()
        self._errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Check:
    """The process of one check, as its three pipes; never more than one in a worker at a time."""

    def __init__(self, worker: Worker, pid: int, requests: int, answers: int, output: int) -> None:
        self._worker = worker
        self.pid = pid
        self._requests, self._answers, self._output = requests, answers, output
        for descriptor in (requests, answers, output):
            os.set_blocking(descriptor, False)
        self.printed = bytearray()

    def ask(self, packet: bytes, limits: Limits, seconds: float) -> bytes | TimeoutError | None:
        """Send a packet, return the answer; None where it ended without one, or it is too large.

        Whatever is printed meanwhile is taken and dropped beyond a limit.
        """
        left = memoryview(struct.pack("<Q", len(packet)) + packet)
        found = bytearray()
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
                    piece = _read(self._answers)
                    found += piece
                    if not piece:
                        return None
                    if len(found) >= 8:
                        (length,) = struct.unpack_from("<Q", found)
                        if length > limits.value_bytes + 4096 or len(found) > length + 8:
                            return b""
                        if len(found) == length + 8:
                            self._take_output(limits.output_bytes)
                            return bytes(found[8:])

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


def _reserve() -> tuple[int, socket.socket]:
    """A number below 2^22 that no other worker has, and the name that says so while it is held.

    The name is an abstract socket's: the kernel gives it to one process, and frees it with it.
    """
    first = os.getpid() * 16
    for step in range(4096):
        number = (first + step) % 2**22
        holder = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            holder.bind(f"\0nnviz-sandbox-{number}")
            return number, holder
        except OSError:
            holder.close()
    raise WorkerError("no user id is free for a submission")


def _kill_all_of(uid: int) -> None:
    """Kill whatever still runs as this user, which only a worker's processes do."""
    subprocess.run(
        ["/bin/sh", "-c", "kill -9 -1"],
        user=uid,
        group=uid,
        extra_groups=[],
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
