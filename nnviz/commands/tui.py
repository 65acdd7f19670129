"""`nnviz tui`: the debugger in the terminal; without a terminal, a headless run and its summary."""

import argparse
import gc
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nnviz.commands.train import add_changes, changed
from nnviz.debugger.records import RECORDED
from nnviz.errors import InputError
from nnviz.tui.first_picture import FirstPicture, at_once

if TYPE_CHECKING:
    from nnviz.attach.source import ProgramSource
    from nnviz.debugger.command_checks import Terms
    from nnviz.debugger.engine_source import EngineSource
    from nnviz.debugger.session import Session
    from nnviz.debugger.timeline import Timeline
    from nnviz.tui.script import Cue
    from nnviz.tui.start import MakeApp


STARTER = "course"


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a run, what to change in it, and where to open it."""
    parser.add_argument(
        "run",
        nargs="?",
        default=STARTER,
        metavar="RUN",
        help="a preset (see `nnviz presets`), a FILE.toml, a recorded FILE.nnviz, or a program of "
        "your own (FILE.py, FILE.ipynb); the starter where left out",
    )
    parser.add_argument(
        "other",
        nargs="?",
        default="",
        metavar="OTHER",
        help="a second run, to compare the first one with in lockstep",
    )
    add_changes(parser)
    parser.add_argument("--at", type=int, metavar="N", help="open at iteration N")
    parser.add_argument(
        "--plain",
        action="store_true",
        help="commands in, words out, instead of a screen: for screen readers and pipes",
    )
    parser.add_argument(
        "--script",
        type=Path,
        metavar="FILE",
        help="do the commands and keys of this file one after another, one for each space key",
    )
    parser.add_argument(
        "--lesson", metavar="NAME", help="debug a broken net (see `nnviz lessons`) and answer"
    )
    parser.add_argument(
        "--tour", action="store_true", help="learn the keys in five minutes, on the starter's net"
    )
    parser.add_argument(
        "--present",
        action="store_true",
        help="for a projector: one panel, large, in strong contrast (the key p)",
    )
    parser.add_argument("--web", action="store_true", help="serve the screen to browsers")
    parser.add_argument(
        "--port", type=int, metavar="N", help="with --web: the port (8000 where left out)"
    )
    parser.add_argument(
        "--host",
        metavar="H",
        help="with --web: the address to bind to; only this machine where left out, 0.0.0.0 for "
        "all that can reach it",
    )
    parser.add_argument(
        "--circuit",
        nargs="?",
        const="",
        metavar="FILE|EXPR",
        help="step through a circuit instead, box by box or as a quiz (default: the assignment's)",
    )
    parser.epilog = (
        "Without a terminal (a pipe, a job) and without --plain the run is trained to its end and "
        "summed up instead."
    )


def run(arguments: argparse.Namespace) -> int:
    """Open the debugger. Raises InputError where run, data or changes can't be used."""
    screen = has_screen()
    if arguments.circuit is not None:
        return _circuit(arguments.circuit, screen)
    _refuse_contradictions(arguments, screen)
    if not (screen or arguments.plain or arguments.web):
        return _headless(arguments)
    if not screen:
        return _open(arguments)
    gc.disable()  # nothing of what is made now is ever garbage; the screen enables it again
    with at_once(arguments) as first:
        return _open(arguments, first)


def _open(arguments: argparse.Namespace, first: FirstPicture | None = None) -> int:
    """Open the run on the screen, in the line mode or for browsers. Raises InputError."""
    terms, open_timeline = _opened(arguments)
    script: tuple[Cue, ...] = ()
    if arguments.script is not None:
        from nnviz.tui.script import read_script

        script = read_script(arguments.script, terms)
    if arguments.web:
        return _serve(arguments)
    from nnviz.tui.start import opener, start

    open_debugger = opener(open_timeline, arguments.at, arguments.other)
    if arguments.plain:
        from nnviz.tui.plain import run_plain

        if not arguments.lesson:
            return run_plain(open_debugger, script)
        from nnviz.lessons import find_lesson
        from nnviz.tui.lessons.plain import PlainLesson

        lesson = PlainLesson(find_lesson(arguments.lesson))
        opening = lesson.opening(open_debugger)
        return run_plain(opening, script, lesson.commands, lesson.greeting)
    return start(
        open_debugger, script, present=arguments.present, make_app=_app(arguments), first=first
    )


def _app(arguments: argparse.Namespace) -> "MakeApp":
    """What makes the application: the lesson's, the tour's, or the debugger's own."""
    if arguments.lesson:
        from nnviz.lessons import find_lesson
        from nnviz.tui.lessons.app import LessonApp

        return partial(LessonApp, lesson=find_lesson(arguments.lesson))
    if arguments.tour:
        from nnviz.tui.lessons.tour import TourApp

        return TourApp
    from nnviz.tui.start import debugger_app

    return partial(debugger_app, compare=bool(arguments.other))


def _opened(arguments: argparse.Namespace) -> "tuple[Terms, Callable[[], Timeline]]":
    """What commands may refer to in the run, and what opens it. Raises InputError."""
    from nnviz.debugger.command_checks import Terms
    from nnviz.debugger.findings import RULES
    from nnviz.debugger.timeline import Timeline

    if Path(arguments.run).suffix == RECORDED:
        session = _session(arguments)
        settings = session.header.origin.get("experiment", {})
        return Terms(session.header.info.depth, settings, tuple(RULES)), session.timeline
    source = _run_source(arguments)
    terms = Terms(source.info.depth, source.settings, tuple(RULES))
    return terms, lambda: Timeline(source)


def _run_source(arguments: argparse.Namespace) -> "EngineSource | ProgramSource":
    """A run of the engine, or a student's own program."""
    from nnviz.attach.program import is_program
    from nnviz.commands.train import program_source

    return program_source(arguments) if is_program(arguments.run) else _source(arguments)


def _source(arguments: argparse.Namespace) -> "EngineSource":
    from nnviz.debugger.engine_source import EngineSource
    from nnviz.presets import find_experiment

    if arguments.lesson:
        from nnviz.lessons import find_lesson

        return EngineSource(changed(find_lesson(arguments.lesson).experiment, arguments))
    return EngineSource(changed(find_experiment(arguments.run), arguments))


def _session(arguments: argparse.Namespace) -> "Session":
    from nnviz.debugger.session import open_session

    given = [getattr(arguments, name) for name in ("data", "iterations", "seed")]
    if arguments.changes or arguments.sandbox or any(value is not None for value in given):
        raise InputError(
            f"{arguments.run}: is recorded, so nothing can be changed in it; open it and fork it"
        )
    session = open_session(Path(arguments.run))
    if session.damage:
        print(f"nnviz: {session.path}: {session.damage}; {session.extent}", file=sys.stderr)
    return session


def _headless(arguments: argparse.Namespace) -> int:
    from nnviz.headless import run_headless

    if Path(arguments.run).suffix == RECORDED:
        raise InputError(
            f"{arguments.run}: needs a terminal, or --plain; `nnviz show {arguments.run}` prints it"
        )
    source = _run_source(arguments)
    return run_headless(source, source.info.iterations)


def has_screen() -> bool:
    """Whether there is a terminal, or a server that drives the screen in its stead."""
    return "TEXTUAL_DRIVER" in os.environ or (sys.stdin.isatty() and sys.stdout.isatty())


def _refuse_contradictions(arguments: argparse.Namespace, screen: bool) -> None:
    """Raise InputError where options don't go together."""
    if arguments.at is not None and arguments.at < 0:
        raise InputError(f"--at {arguments.at}: expected an iteration, 0 or more")
    if (arguments.lesson or arguments.tour) and arguments.run != STARTER:
        raise InputError(f"--lesson and --tour have a run of their own: leave out {arguments.run}")
    if arguments.lesson and arguments.tour:
        raise InputError("--lesson and --tour: give one of them")
    if arguments.tour and not (screen or arguments.web):
        raise InputError("--tour: needs a terminal, or --web")
    if arguments.tour and arguments.plain:
        raise InputError("--tour: teaches the keys of the screen, and --plain has none")
    if arguments.lesson and not (screen or arguments.web or arguments.plain):
        raise InputError("--lesson: needs a terminal, --plain or --web")
    if arguments.web and arguments.plain:
        raise InputError("--web and --plain: give one of them")
    if arguments.present and not (screen or arguments.web):
        raise InputError("--present: needs a terminal, or --web")
    if not arguments.web and (arguments.port is not None or arguments.host is not None):
        raise InputError("--port and --host need --web")
    if arguments.port is not None and not 0 < arguments.port < 65536:
        raise InputError(f"--port {arguments.port}: expected a number from 1 to 65535")
    if arguments.other and not (screen or arguments.plain or arguments.web):
        raise InputError(f"{arguments.other}: two runs need a terminal, --plain or --web")
    if arguments.script is not None and not (screen or arguments.plain or arguments.web):
        raise InputError(f"--script {arguments.script}: needs a terminal, --plain or --web")


def _serve(arguments: argparse.Namespace) -> int:
    """Serve the same command without --web. Raises InputError where that can't be done."""
    try:
        from nnviz.tui.web import serve
    except ModuleNotFoundError as error:
        raise InputError(
            f"--web needs textual-serve ({error.name} is missing): "
            "python -m pip install 'nnviz-classroom[web]'"
        ) from error
    host, port = arguments.host or "localhost", arguments.port or 8000
    return serve(_for_each_tab(arguments), host, port)


def _for_each_tab(arguments: argparse.Namespace) -> list[str]:
    """The command line of one tab."""
    words = ["tui", arguments.run, *([arguments.other] if arguments.other else [])]
    for option in ("at", "data", "iterations", "seed", "loop", "script", "lesson"):
        value = getattr(arguments, option)
        words += [f"--{option}={value}"] if value is not None else []
    for option in ("present", "tour", "sandbox"):
        words += [f"--{option}"] * getattr(arguments, option)
    return words + [f"--set={change}" for change in arguments.changes]


def _circuit(text: str, screen: bool) -> int:
    """Show a circuit on the screen; without one, its drawing and all steps."""
    from nnviz.commands.circuit import find_circuit

    circuit = find_circuit(text or None)
    unknown = [circuit.nodes[i].name for i in circuit.inputs if circuit.nodes[i].value is None]
    if unknown:
        raise InputError(
            f"--circuit: {', '.join(unknown)} without a value; write numbers into the formula, "
            "or give a file with values"
        )
    if not screen:
        from nnviz.circuit import drawing, evaluation

        print(circuit.title, "", drawing.draw(circuit, drawing.solution_texts(circuit)), sep="\n")
        print("", *evaluation.steps(circuit), sep="\n")
        return 0
    from nnviz.tui.circuit.app import CircuitApp

    app = CircuitApp(circuit)
    app.run()
    return app.return_code or 0
