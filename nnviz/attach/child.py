"""Runs a program inside a process of its own, and obeys the debugger between two iterations.

Started with `python -m nnviz.attach.child CONTROL TEXT LIFELINE FOLDER`, three file descriptors,
which are the conversation with the debugger, where printed text goes, and a pipe whose end means
that the debugger is gone, which ends the whole family of processes at once; and the program's
folder, for whoever shuts it in there. Where no process inherits descriptors, with a port alone.
"""

import ast
import builtins
import contextlib
import gc
import io
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path

from nnviz.attach import instrument
from nnviz.attach.instrument import Numbers
from nnviz.attach.large_pages import as_without_them
from nnviz.attach.loops import choose
from nnviz.attach.own_modules import OwnModules, guard_files, refuse_input
from nnviz.attach.program import Program
from nnviz.attach.saying import described, where
from nnviz.attach.session import MAIN, Session
from nnviz.attach.starting import answered
from nnviz.attach.wire import Channel, Message, WireError
from nnviz.errors import InputError


def run(session: Session, order: Message) -> None:
    """Run a program from its first line to its last."""
    path = Path(order["path"])
    tree = ast.parse(order["text"], str(path))
    program = Program(path, order["text"], tree)
    numbers = Numbers()
    OwnModules.folder, OwnModules.numbers = str(program.folder), numbers
    OwnModules.session = session
    instrumented = instrument.instrument(program, choose(program, order["loop"]), numbers)
    session.nodes = numbers.nodes
    session.handlers += [None] * len(numbers.nodes)
    for name, hook in (
        (instrument.TAP, session.tap),
        (instrument.BEGIN, session.begin),
        (instrument.END, session.end),
        (instrument.WAIT, session.wait),
        (instrument.ENTER, session.enter),
        ("input", refuse_input),
    ):
        setattr(builtins, name, hook)
    guard_files(session)
    sys.meta_path.insert(0, OwnModules)
    sys.path[0] = str(program.folder)
    sys.argv = [str(path)]
    main = types.ModuleType(MAIN)
    main.__file__ = str(path)
    main.__dict__["__builtins__"] = builtins
    sys.modules[MAIN] = main
    if path.suffix == ".ipynb":
        os.chdir(program.folder)
    gc.freeze()
    session.on_resume = lambda order: _resume(session, numbers, path, order)
    code = compile(instrumented.tree, str(path), "exec", dont_inherit=True)
    _to_the_end(session, lambda: exec(code, main.__dict__))


def _resume(session: Session, numbers: Numbers, path: Path, order: Message) -> None:
    """Let a changed file take over where the program stands."""
    from nnviz.attach.resuming import resume

    tree = ast.parse(order["text"], str(path))
    program, frame = Program(path, order["text"], tree), session.frame
    assert frame is not None
    inner = session.rounds.get(1, 0)

    def grown() -> None:
        session.handlers += [None] * (len(numbers.nodes) - len(session.handlers))

    _to_the_end(
        session,
        lambda: resume(program, order["loop"], numbers, grown, frame, session.index, inner),
    )


def _to_the_end(session: Session, work: Callable[[], None]) -> None:
    """Run a program, and say how it ended; then only answer."""
    try:
        work()
        ending: Message = {"event": "ended", "text": "it came to its end"}
    except SystemExit as error:
        ending = {"event": "ended", "text": f"it called exit: {error.code}"}
    except InputError as error:
        ending = {"event": "error", "text": str(error)}
    except BaseException as error:
        ending = {"event": "failed", "text": described(error), "index": -1, **where(error)}
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    session.channel.send({**ending, "iterations": session.index})
    session.serve()
    os._exit(0)


def main() -> None:
    """Take the conversation from the command line, and the program from the debugger."""
    as_without_them(os.environ)
    connection, text = answered(sys.argv[1:])
    for descriptor in (1, 2):
        os.dup2(text, descriptor)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # what is said while data load is seen at once
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    session = Session(Channel(connection), text)
    order, _ = session.channel.receive()
    with contextlib.suppress(WireError):  # the debugger has gone
        run(session, order)
    os._exit(0)


if __name__ == MAIN:
    main()
