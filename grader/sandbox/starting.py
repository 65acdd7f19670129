"""Starts the processes of a sandbox: with our code and no other, and as nobody's user."""

import functools
import importlib.util
import json
import marshal
import os
import select
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from grader.sandbox import places
from grader.sandbox.backends import ENVIRONMENT, INSIDE_HOME

_INSIDE = ("seccomp", "landlock", "codec", "loading", "running", "worker", "launch", "warm")
_BOOT = """
import marshal, socket, struct, sys, types
from importlib.machinery import PathFinder
entry, site, allowed = sys.argv[2], sys.argv[3], frozenset(sys.argv[4:])
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
getattr(package, entry).serve(control)
"""


class WorkerError(Exception):
    """A worker can't be started, or doesn't answer; the message says what is known."""


def interpreter(entry: str, control: int) -> list[str]:
    """The command of a process that is sent our modules through `control`, and serves as `entry`.

    `send_code` sends them.
    """
    found = places.places()
    words = [found.interpreter, "-s", "-S", "-P", "-B", "-c", _BOOT, str(control), entry]
    return [*words, found.site, *places.LIBRARIES]


def send_code(control: socket.socket) -> None:
    """Send a process that `interpreter` started what it is to run."""
    code = _inside()
    control.sendall(struct.pack("<I", len(code)) + code)


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


def launch(
    command: list[str], folder: Path, uid: int | None, pass_fds: Sequence[int], **streams: Any
) -> "subprocess.Popen[bytes]":
    """Start a command in an empty environment; with a uid, as that user, who may read `folder`."""
    user: dict[str, Any] = {}
    if uid is not None:
        covered, needed = covering(folder)
        if covered:
            launcher = Path(__file__).with_name("inside") / "launch.py"
            what = {"command": command, "uid": uid, "covered": covered, "needed": needed}
            text = launcher.read_text(encoding="utf-8")
            command = [places.places().interpreter, "-I", "-S", "-c", text, json.dumps(what)]
        else:
            user = {"user": uid, "group": uid, "extra_groups": []}
    return subprocess.Popen(
        command,
        pass_fds=pass_fds,
        env={**ENVIRONMENT, "HOME": "/"},
        cwd="/",
        start_new_session=True,
        **streams,
        **user,
    )


def covering(folder: Path) -> tuple[list[str], list[str]]:
    """Folders that only root can enter, on the way to what another user needs; and what that is."""
    needed = [*places.places().needed, str(folder)]
    return places.closed_to_others(needed), needed


def reserve() -> tuple[int, socket.socket]:
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


def kill_all_of(uid: int) -> None:
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


class Warm:
    """A process with numpy ready, whose forks go into sandboxes: its import is most of a start.

    It runs no student's code, and neither does what it forks before it is shut in.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control, inner = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                interpreter("warm", inner.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(inner.fileno(),),
                env={**ENVIRONMENT, "HOME": INSIDE_HOME, "PWD": INSIDE_HOME},
                cwd="/",
                start_new_session=True,
            )
            send_code(self._control)
        except OSError as error:
            self._control.close()
            raise WorkerError(str(error)) from error
        finally:
            inner.close()

    def enter(
        self,
        command: list[str],
        folder: Path,
        uid: int | None,
        control: socket.socket,
        errors: IO[bytes],
    ) -> None:
        """Let a fork start bubblewrap, go into the sandbox that it makes, and serve on `control`.

        `command` is bubblewrap's, with a program that says a byte and waits for its input's end.
        """
        covered, needed = ([], []) if uid is None else covering(folder)
        what = {"command": command, "uid": uid, "covered": covered, "needed": needed}
        body = json.dumps({**what, "home": INSIDE_HOME}).encode()
        descriptors = [control.fileno(), errors.fileno()]
        with self._lock:
            try:
                socket.send_fds(self._control, [struct.pack("<I", len(body))], descriptors)
                self._control.sendall(body)
            except OSError as error:
                raise WorkerError(f"the warm process has ended ({error})") from error

    def close(self) -> None:
        """End it; the workers that it forked go on."""
        self._control.close()
        self._process.wait()


class Handle:
    """A process that isn't our child, by a descriptor: another one can't take its number."""

    def __init__(self, pid: int) -> None:
        self._descriptor = os.pidfd_open(pid)

    def end(self, seconds: float) -> None:
        """Wait until it has ended, and kill it where it hasn't by then."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        if not poll.poll(1000 * seconds):
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            poll.poll()
        os.close(self._descriptor)
