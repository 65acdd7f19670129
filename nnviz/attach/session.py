"""A program under the debugger: what its taps and hooks call, and the orders that it obeys."""

import contextlib
import os
import socket
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import msgspec
import numpy as np

from nnviz.attach import wire
from nnviz.attach.copying import why_not_copied
from nnviz.attach.instrument import Node
from nnviz.attach.large_pages import use_large_pages
from nnviz.attach.loop_memory import LoopMemory
from nnviz.attach.namespace import assign, follow, path_text, reachable
from nnviz.attach.observe import GONE, Observer
from nnviz.attach.raising import nudge, raise_state
from nnviz.attach.recognise import recognise
from nnviz.attach.recognition import Corrections, Recognition
from nnviz.attach.saying import as_path, described, like, plain, summary, where
from nnviz.attach.trace import Tracer
from nnviz.attach.wire import Channel, Message, WireError, packed, shared
from nnviz.errors import InputError

MAIN = "__main__"


class Session:
    """A program under the debugger: what its taps and hooks call."""

    def __init__(self, channel: Channel, text: int) -> None:
        self.channel, self.pid = channel, os.getpid()
        self.handlers: list[Callable[[int, Any], Any] | None] = []
        self.nodes: Sequence[Node] = ()
        self.modules = frozenset({MAIN})
        self.index = 0
        self.rounds: dict[int, int] = {}
        self.observer: Observer | None = None
        self._memory: LoopMemory | None = None
        self.frame: FrameType | None = None
        self._text, self._nowhere = text, os.open(os.devnull, os.O_WRONLY)
        self._tracer: Tracer | None = None
        self._stops_after = 0
        self._order: Message = {}
        self._outer: BaseException | None = None
        self._started = 0.0
        self._finished = False
        self._children: set[int] = set()
        self.quiet = self._arrived = False
        self.pausing = True
        self.on_resume: Callable[[Message], None] = lambda order: None

    # what the instrumented program calls

    def tap(self, number: int, value: Any) -> Any:
        """Let whoever wants it see a value, and hand it on."""
        handler = self.handlers[number]
        return value if handler is None else handler(number, value)

    def enter(self, depth: int, rounds: Any) -> Any:
        """A loop begins: `depth` 0 is the outermost."""
        with contextlib.suppress(TypeError):
            self.rounds[depth] = len(rounds)
        return rounds

    def begin(self) -> bool:
        """An iteration begins. True in a process that was made to keep the state."""
        if os.getpid() != self.pid:
            return False  # a process that the program itself has started
        self.frame = sys._getframe(1)
        self._outer = sys.exception()
        if self.pausing:
            self.pausing = False
            self._arrive()
            self.channel.send({"event": "ready", "rounds": self._counts(), **self._surroundings()})
            if self.serve():
                return True
        self._prepare()
        return False

    def _arrive(self) -> None:
        """Get ready to be copied, once: what copies share already would only become their own."""
        if not self._arrived and not why_not_copied():
            with contextlib.suppress(OSError):  # a sandbox may hide the table of the memory
                use_large_pages()
            self._memory = LoopMemory()
        self._arrived = True

    def end(self) -> bool:
        """An iteration has ended, somehow. True in a process that was made to keep the state."""
        if os.getpid() != self.pid:
            return False
        took = time.perf_counter() - self._started
        self.frame = sys._getframe(1)
        error = sys.exception()
        if error is not None and error is not self._outer:
            return self._left(error)
        if self._tracer is not None:
            self._recognised(self._tracer, self.frame)
        self.index += 1
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        if self.index >= self._stops_after:
            self.channel.send(self._done(took))
            stays = self.serve()
            if stays:
                return True
        return False

    def wait(self) -> None:
        """In a process that keeps a state: wait for orders, and so do the copies made of it."""
        self._stand_by()
        while self.serve():
            self._stand_by()
        self._prepare()

    def _stand_by(self) -> None:
        """In a new process: drop what it needn't keep, and say that the other one may go on."""
        if self._memory is not None:
            self._memory.give_back()
        self.channel.send({"event": "kept"})
        if self._memory is not None:
            self._memory.share_whole_pages()

    # orders

    def serve(self) -> bool:
        """Obey orders until one lets the program go on; true in a new process, just forked."""
        while True:
            try:
                order, descriptors = self.channel.receive()
            except WireError:
                os._exit(0)
            kind = order.get("order")
            if kind == "go":
                self._order = order
                self._stops_after = self.index + int(order.get("count", 1))
                self._mute(bool(order.get("quiet")))
                return False
            if kind == "fork":
                if self._fork(descriptors):
                    return True
                continue
            try:
                self._obey(kind, order)
            except (KeyError, InputError, *GONE) as error:
                self.channel.send({"event": "error", "text": str(error)})

    def _obey(self, kind: Any, order: Message) -> None:
        if kind == "plan":
            self._plan(msgspec.convert(order["recognition"], Recognition))
            self.channel.send({"event": "planned"})
        elif kind == "get":
            self._send_array(str(order["name"]))
        elif kind == "set":
            self._set(order)
        elif kind == "resume":
            self.pausing, self.observer = True, None
            self.handlers[:] = [None] * len(self.handlers)
            self.on_resume(order)
        elif kind == "raise":
            self._raise(order)
        elif kind == "nudge":
            assert self.frame is not None
            nudge(follow(self.frame, as_path(order["path"])), order)
            self.channel.send({"event": "nudged"})
        elif kind == "raw":
            assert self.frame is not None
            array = np.asarray(follow(self.frame, as_path(order["path"])))
            self.channel.send({"event": "array", "array": packed(array)})
        elif kind == "look":
            self.channel.send(self._look(str(order["name"])))
        elif kind == "quit":
            os._exit(0)
        else:
            raise InputError(f"{kind}: no such order")

    def _fork(self, descriptors: list[int]) -> bool:
        """Fork; the new process has its own conversation. True there."""
        if why := why_not_copied():
            for descriptor in descriptors:
                os.close(descriptor)
            self.channel.send({"event": "error", "text": why})
            return False
        self._reap()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # threads of BLAS look after themselves
            pid = os.fork()
        if pid:
            self._children.add(pid)
            os.close(descriptors[0])
            self.channel.send({"event": "forked", "pid": pid})
            return False
        self.pid = os.getpid()
        self._children = set()
        self.channel.close()
        self.channel = Channel(socket.socket(fileno=descriptors[0]))
        self._mute(True)
        if self.observer is not None:
            self.observer.begin()
        return True

    def _reap(self) -> None:
        for pid in list(self._children):
            with contextlib.suppress(ChildProcessError):
                if not os.waitpid(pid, os.WNOHANG)[0]:
                    continue
            self._children.discard(pid)

    def _mute(self, quiet: bool) -> None:
        """Let printed text go nowhere, or to the debugger."""
        self.quiet = quiet
        for descriptor in (1, 2):
            os.dup2(self._nowhere if quiet else self._text, descriptor)

    def _prepare(self) -> None:
        """Just before an iteration: watch as the order says."""
        order = self._order
        if order.get("trace"):
            assert self.frame is not None
            self._tracer = Tracer(self.nodes, self.frame, self.modules)
            self.handlers[:] = [self._tracer] * len(self.handlers)
        elif self.observer is not None:
            assert self.frame is not None
            self.observer.frame = self.frame
            self.observer.begin()
            self.observer.measuring = bool(order.get("measure"))
            self.observer.wanted = frozenset(order.get("wanted", ()))
            self.observer.new_weights()
            if order.get("up_to_loss"):
                self.observer.on_loss = self._loss_came
        self._started = time.perf_counter()

    def _loss_came(self, loss: float) -> None:
        """Only the loss was asked for: what follows it, such as drawing, needn't be done."""
        self.channel.send({"event": "done", "index": self.index, "seconds": 0.0, "loss": loss})
        os._exit(0)

    def _plan(self, recognition: Recognition) -> None:
        assert self.frame is not None
        self.observer = Observer(recognition, self.frame)
        for number, handler in self.observer.handlers().items():
            self.handlers[number] = handler

    def _recognised(self, tracer: Tracer, frame: FrameType) -> None:
        try:
            corrections = msgspec.convert(self._order["corrections"], Corrections)
            found = msgspec.to_builtins(recognise(tracer.finish(frame), corrections))
            self.channel.send({"event": "recognised", "recognition": found})
        except InputError as error:
            self.channel.send({"event": "error", "text": str(error)})
        except Exception as error:  # whatever it is: the program is not to be blamed for it
            text = f"not recognised: nnviz can't follow how it is written ({described(error)})"
            self.channel.send({"event": "error", "text": text})
        os._exit(0)

    def _done(self, took: float) -> Message:
        """The numbers of the iteration that was just done."""
        order, observer = self._order, self.observer
        message: Message = {"event": "done", "index": self.index - 1, "seconds": took}
        if observer is None:
            return message
        started = time.perf_counter()
        message["loss"] = observer.loss()
        if order.get("measure"):
            active = [np.array(units, np.int64) for units in order.get("active") or ()]
            try:
                layers = observer.statistics(
                    self.index - 1, active or None, int(order.get("window", 1))
                )
                message["accuracy"] = observer.accuracy()
                message["layers"] = [plain(layer) for layer in layers]
            except (KeyError, ValueError, *GONE) as error:
                message["unseen"] = f"{type(error).__name__}: {error}"
        observer.seconds += time.perf_counter() - started
        message["measuring"] = observer.seconds
        return message

    def _left(self, error: BaseException) -> bool:
        """The loop is left by an exception: stop there, with everything still to be looked at."""
        if isinstance(error, SystemExit):
            self.channel.send({"event": "ended", "text": f"it called exit: {error.code}"})
            self._finished = True
            return False
        if self._tracer is not None:
            self.channel.send({"event": "error", "text": described(error)})
            os._exit(0)
        if self.observer is not None:
            self.observer.finish()
        self.channel.send(
            {"event": "failed", "index": self.index, "text": described(error), **where(error)}
        )
        self.serve()
        os._exit(1)

    def _send_array(self, name: str) -> None:
        observer = self.observer
        if observer is None:
            raise KeyError(name)
        if name.startswith("new") and name[3:4] in ("W", "b"):
            array = observer.present(name[3:])
        elif name[0] == "W" and name[1:].isdigit():
            array = observer.weights[int(name[1:]) - 1]
        elif name[0] == "b" and name[1:].isdigit():
            array = observer.biases[int(name[1:]) - 1]
        else:
            array = observer.array(name)
        self._reply(array)

    def _reply(self, array: Any) -> None:
        array = np.asarray(array)
        if array.dtype.kind not in wire.KINDS:
            raise InputError(f"an array of {array.dtype} can't be shown")
        if array.nbytes <= wire.INLINE or not hasattr(os, "memfd_create"):
            self.channel.send({"event": "array", "array": packed(array)})
            return
        message, descriptor = shared(array)
        self.channel.send({"event": "array", "array": message}, [descriptor])
        os.close(descriptor)

    def _set(self, order: Message) -> None:
        """Set numbers and arrays of the program, by path."""
        assert self.frame is not None
        for path, value in order.get("numbers", ()):
            where = as_path(path)
            assign(self.frame, where, like(follow(self.frame, where), value))
        for path, message, transposed in order.get("arrays", ()):
            array = wire.unpacked(message)
            target = follow(self.frame, as_path(path))
            target[...] = (array.T if transposed else array).reshape(target.shape)
        if self.observer is not None:
            self.observer.new_weights()
        self.channel.send({"event": "set"})

    def _raise(self, order: Message) -> None:
        assert self.frame is not None
        left = raise_state(
            self.frame,
            self.modules,
            int(order["samples"]),
            int(order["few"]),
            frozenset(order["still"]),
        )
        self.channel.send({"event": "raised", "samples": left})

    def _look(self, name: str) -> Message:
        """What a name of the program stands for, in words."""
        assert self.frame is not None
        found = {path_text(p): v for p, v in reachable(self.frame, self.modules)}
        if not name:
            lines = [f"{text:<24} {summary(value)}" for text, value in found.items()]
            return {"event": "look", "text": "\n".join(lines)}
        if name not in found:
            raise InputError(f"{name}: the program has no array or number of that name here")
        return {"event": "look", "text": f"{name}: {summary(found[name])}"}

    def _counts(self) -> list[int]:
        return [self.rounds.get(depth, 0) for depth in range(max(self.rounds, default=-1) + 1)]

    def _surroundings(self) -> Message:
        return {"uncopied": why_not_copied()}
