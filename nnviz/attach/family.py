"""The processes of one program: the one that runs it, and those forked from it that keep states."""

import contextlib
import os
import selectors
import socket
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnviz.attach.large_pages import with_large_pages
from nnviz.attach.program import Program
from nnviz.attach.starting import READ, by_address, by_inheritance
from nnviz.attach.text_log import TextLog
from nnviz.attach.wire import Channel, Message, WireError
from nnviz.engine.tiles import Cancelled
from nnviz.errors import InputError

ASK_SECONDS = 0.05
"""How often a waiting debugger asks whether it should go on waiting."""

BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(eq=False)
class Member:
    """One process of a family: what is said to it, and its number. It ends when nobody needs it."""

    channel: Channel
    pid: int

    def __post_init__(self) -> None:
        # a process ends when its conversation does
        self.close = weakref.finalize(self, self.channel.close)


@dataclass(frozen=True, eq=False)
class Kept:
    """A process that keeps the state before iteration `index`; it is reckoned to cost `nbytes`."""

    member: Member
    index: int
    nbytes: int


@dataclass(frozen=True)
class Enclosure:
    """What shuts a program in: the module that starts in the place of `nnviz.attach.child`.

    `layers` say what holds, and what doesn't; `environment` makes the program's variables.
    """

    module: str
    layers: tuple[str, ...]
    environment: Callable[[dict[str, str]], dict[str, str]]


OPEN = Enclosure("nnviz.attach.child", (), lambda variables: variables)
"""Nothing: the program has the user's rights."""


class Family:
    """All processes of a program; they end together. Raises InputError where it can't be started.

    `text` is what the program has printed; `index` the iteration that printing belongs to now.
    """

    def __init__(self, program: Program, loop: int, enclosure: Enclosure = OPEN) -> None:
        self.text, self.index = TextLog(), -1
        self._reading = threading.Lock()
        self.on_text: Callable[[], None] = lambda: None
        self.folder = tempfile.TemporaryDirectory(prefix="nnviz-", ignore_cleanup_errors=True)
        start = by_inheritance if hasattr(os, "fork") else by_address
        variables = with_large_pages(enclosure.environment(environment(self.folder.name)))
        started = start(enclosure.module, str(program.folder), variables)
        self._text, self._read = started.text, started.read
        self.main = Member(started.channel, started.pid)
        self._end = weakref.finalize(self, started.end)
        self.main.channel.send(
            {"path": str(program.path.resolve()), "text": program.text, "loop": loop}
        )

    def ask(
        self,
        member: Member,
        order: Mapping[str, Any],
        cancelled: Callable[[], bool] = lambda: False,
        patience: float = 0.0,
        descriptors: tuple[int, ...] = (),
    ) -> tuple[Message, list[int]]:
        """Give an order and wait for the answer; printed text is taken meanwhile.

        Raises Cancelled where `cancelled` says so after `patience` seconds; the member is then
        still at work. Raises InputError for an answer that says what is wrong, or none.
        """
        try:
            member.channel.send(order, descriptors)
            return self.listen(member, cancelled, patience)
        except WireError as error:
            raise InputError(str(error)) from error

    def listen(
        self,
        member: Member,
        cancelled: Callable[[], bool] = lambda: False,
        patience: float = 0.0,
    ) -> tuple[Message, list[int]]:
        """Wait for what a member says; see `ask`."""
        started = time.perf_counter()
        with selectors.DefaultSelector() as selector:
            selector.register(member.channel.socket, selectors.EVENT_READ)
            selector.register(self._text, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select(ASK_SECONDS)]
                if self._text in ready:
                    self.take_text()
                if member.channel.socket in ready:
                    try:
                        message, descriptors = member.channel.receive()
                    except WireError as error:
                        raise InputError(self._gone()) from error
                    self.take_text()
                    if message.get("event") == "error":
                        raise InputError(str(message.get("text")))
                    return message, descriptors
                if cancelled() and time.perf_counter() - started >= patience:
                    raise Cancelled

    def fork(self, member: Member) -> tuple[Member, float]:
        """A copy of a member, and the seconds that it took to make it. Raises InputError.

        It has dropped what it needn't keep: what both share is copied once the member goes on.
        """
        started = time.perf_counter()
        mine, its = socket.socketpair()
        try:
            message, _ = self.ask(member, {"order": "fork"}, descriptors=(its.fileno(),))
        except InputError:
            mine.close()
            raise
        finally:
            its.close()
        copy = Member(Channel(mine), int(message["pid"]))
        self.listen(copy)
        return copy, time.perf_counter() - started

    def take_text(self) -> None:
        """Take what was printed so far; a proof in the background may ask for it, too."""
        with self._reading, contextlib.suppress(BlockingIOError):
            while content := self._read():
                self.text.add(self.index, content)
                self.on_text()
                if len(content) < READ:
                    return

    def close(self) -> None:
        """End all processes."""
        self._end()
        self.main.close()
        self.folder.cleanup()

    def _gone(self) -> str:
        last = [line for _, line in self.text.lines][-3:]
        said = f"; its last words were: {' / '.join(last)}" if last else ""
        return f"the program's process was killed or crashed{said}"


def environment(folder: str) -> dict[str, str]:
    """The environment of a program's process.

    Its figures are kept in `folder` and pop up nowhere. GNU's OpenMP does not survive a fork once
    it has threads, so it gets only one; BLAS, which does, keeps as many as without the debugger.
    """
    variables = dict(os.environ)
    if "OMP_NUM_THREADS" not in variables:
        cores = str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
        variables |= {name: cores for name in BLAS_THREADS if name not in variables}
        variables["OMP_NUM_THREADS"] = "1"
    variables["MPLBACKEND"] = "module://nnviz.figures.kept"
    variables["NNVIZ_FIGURES"] = folder
    root = str(Path(__file__).resolve().parents[2])
    variables["PYTHONPATH"] = os.pathsep.join(
        part for part in (variables.get("PYTHONPATH", ""), root) if part
    )
    return variables


def private_bytes(pid: int) -> int:
    """What memory a process shares with no other, and its page tables; 0 where it can't be said."""
    fields = {}
    with contextlib.suppress(OSError):
        for name in ("smaps_rollup", "status"):
            text = Path(f"/proc/{pid}/{name}").read_text(encoding="ascii", errors="replace")
            for line in text.splitlines():
                key, _, value = line.partition(":")
                if value.strip().endswith("kB"):
                    fields[key] = int(value.split()[0]) * 1024
    return sum(fields.get(key, 0) for key in ("Private_Dirty", "Private_Clean", "VmPTE"))
