"""How quick the screen is: first paint, frames, keys while the full MNIST trains, steps both ways.

The first paint is measured from outside, on a terminal of its own, in turns with the least that a
Textual application can be. The rest runs in this process and writes to a terminal that only notes
when a frame was written: what counts is the time until then.
"""

from __future__ import annotations

import asyncio
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

import numpy as np
from textual.driver import Driver

from benchmarks.measuring import Result, Results, SkippedError
from nnviz.build import load_data
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.timeline import Timeline
from nnviz.experiment import Experiment
from nnviz.presets import COURSE
from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import Look
from nnviz.tui.driving import FromRunner
from nnviz.tui.start import giving_way
from nnviz.tui.view import View, make_view

STARTS = 7
FRAMES = 150
KEYS = 150
STEP_SECONDS = 5.0
LARGE = (160, 50)
SEEN_KEYS = "jk231m"
"""In this order each of them changes something that is seen."""

LEAST = """
import numpy
from textual.app import App
from textual.widgets import Static

class Least(App):
    def compose(self):
        yield Static("LIVE")

Least().run()
"""
"""An application that shows one word; the numbers' library is imported, as ours has to."""


def results() -> Results:
    """Yield the figures, those that need the full MNIST last."""
    yield from first_paint()
    yield from asyncio.run(frames())
    yield from asyncio.run(steps())
    if not os.environ.get("NNVIZ_DATA_DIR"):
        raise SkippedError("keys while MNIST trains: set NNVIZ_DATA_DIR to the folder above mnist/")
    yield from asyncio.run(keys_while_training())


def first_paint() -> Results:
    """Seconds from the start of the process, compiled files being warm, to what is seen.

    A start like an earlier one first shows the picture that was kept of that; "nothing kept yet"
    is one that can't. A key is pressed as soon as there are numbers, kept or not, and answered
    when the application has done the step and drawn it.
    """
    ours, least = [sys.executable, "-m", "nnviz", "tui"], [sys.executable, "-c", LEAST]
    with tempfile.TemporaryDirectory() as folder:
        warm = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "TERM": "xterm-256color"}
        warm.pop("PYTHONDONTWRITEBYTECODE", None)
        kept = {**warm, "XDG_CACHE_HOME": folder}
        nothing = {**warm, "XDG_CACHE_HOME": os.devnull}
        _seconds_to(ours, kept, ("press n", "n"), ("1/200", "q"), ("\x1b[?1049l", ""))
        if not any(Path(folder, "nnviz", "first-pictures").iterdir()):
            raise RuntimeError("no picture was kept")
        turns = []
        for _ in range(STARTS + 1):
            seen, answered = _seconds_to(ours, kept, ("starting", "n"), ("1/200", ""))
            new, new_answered = _seconds_to(ours, nothing, ("LIVE", "n"), ("1/200", ""))
            (simple,) = _seconds_to(least, warm, ("LIVE", ""))
            turns.append((seen, answered, new, new_answered, new / simple))
    seen, answered, new, new_answered, _ = map(min, zip(*turns[1:], strict=True))
    beside = median(turn[-1] for turn in turns[1:])
    yield Result("tui: first paint, kept from the last start", seen, "s", "<= 0.5")
    yield Result("tui: until a key is answered, kept", answered, "s")
    yield Result("tui: first paint, nothing kept yet", new, "s", "<= 0.5")
    yield Result("tui: first paint beside the least application", beside, "x its time")
    yield Result("tui: until a key is answered, nothing kept yet", new_answered, "s")


def _seconds_to(
    command: list[str], environment: dict[str, str], *steps: tuple[str, str]
) -> list[float]:
    """Run a command on a terminal of its own; when it has written a text, press a key.

    Returns when each text was there.
    """
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    start, took, written = time.perf_counter(), [], b""
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    for text, key in steps:
        while text.encode() not in written:
            if not select.select([ours], [], [], 60)[0]:
                raise TimeoutError(written.decode(errors="replace"))
            written += os.read(ours, 1 << 16)
        took.append(time.perf_counter() - start)
        os.write(ours, key.encode())
    process.kill()
    process.wait()
    os.close(ours)
    return took


class Sink(Driver):
    """A terminal that shows nothing, and tells who is interested when something was written."""

    on_write: Callable[[], None] = staticmethod(lambda: None)

    def write(self, data: str) -> None:
        """Tell."""
        type(self).on_write()

    def start_application_mode(self) -> None:
        """There is no mode to start."""

    def disable_input(self) -> None:
        """There is no input."""

    def stop_application_mode(self) -> None:
        """There is no mode to end."""


class Patience:
    """Waits for the frame that shows a change."""

    def __init__(self, app: NnvizApp) -> None:
        self._app = app

    async def until_painted(self, holds: Callable[[], bool]) -> None:
        """Return at the first write after `holds` does."""
        painted = asyncio.Event()

        def look() -> None:
            if holds():
                painted.set()

        Sink.on_write = staticmethod(look)
        await painted.wait()
        Sink.on_write = staticmethod(lambda: None)


@asynccontextmanager
async def shown(
    experiment: Experiment, size: tuple[int, int] = LARGE
) -> AsyncIterator[tuple[NnvizApp, Patience]]:
    """The application on a run, with its first numbers painted."""
    source = EngineSource(experiment, load_data(experiment))
    app = NnvizApp(giving_way(lambda: Debugger(Timeline(source))), Look())
    app.driver_class = Sink
    running = asyncio.create_task(app.run_async(size=size))
    patience = Patience(app)
    await patience.until_painted(lambda: app.view is not None)
    first = app.view
    while app.view is first:  # the findings' facts are gathered: there is one more view
        await asyncio.sleep(0.02)
    yield app, patience
    app.exit()
    await running


async def frames() -> list[Result]:
    """Processor time of this thread for one frame of the running debugger, all panels changing."""
    views = await asyncio.to_thread(_views)
    async with shown(COURSE) as (app, patience):
        for view in views[:20]:
            await _painted(app, patience, view)
        times = []
        for view in views:
            start = time.thread_time()
            await _painted(app, patience, view)
            times.append(1000 * (time.thread_time() - start))
    return [
        Result("tui: a frame of the debugger at 160x50, median", median(times), "ms", "<= 16"),
        Result("tui: the same, 95th percentile", float(np.percentile(times, 95)), "ms"),
    ]


def _views() -> list[View]:
    debugger, views, view = Debugger(Timeline(EngineSource(COURSE))), list[View](), None
    debugger.gather_facts()
    for _ in range(FRAMES):
        debugger.timeline.step()
        view = make_view(debugger, before=view)  # a view at rest shows more than one that runs
        views.append(view)
    return views


async def _painted(app: NnvizApp, patience: Patience, view: View) -> None:
    app.post_message(FromRunner(view))
    await patience.until_painted(lambda: app.view is view)


async def steps() -> list[Result]:
    """Steps forward with the key held down, beside the engine alone; single steps back."""
    alone = await asyncio.to_thread(_engine_speed)
    async with shown(COURSE) as (app, patience):
        start, pressed = time.perf_counter(), 0
        while time.perf_counter() < start + STEP_SECONDS:
            app.simulate_key("n")
            pressed += 1
            await asyncio.sleep(1 / 60)
        while app.view.frame.index < pressed:
            await asyncio.sleep(0.01)
        speed = pressed / (time.perf_counter() - start)
        back = [await _step_back(app, patience) for _ in range(40)]
    target = min(30.0, 0.9 * alone)
    return [
        Result("tui: steps forward on mnist-2k, key held", speed, "/s", f">= {target:.1f}"),
        Result("tui: the engine alone", alone, "/s"),
        Result("tui: a step back, key to paint, median", median(back), "ms", "<= 100"),
    ]


async def _step_back(app: NnvizApp, patience: Patience) -> float:
    index = app.view.frame.index
    start = time.perf_counter()
    app.simulate_key("N")
    await patience.until_painted(lambda: app.view.frame.index == index - 1)
    return 1000 * (time.perf_counter() - start)


def _engine_speed() -> float:
    source = EngineSource(COURSE)
    source.advance()
    start = time.perf_counter()
    for _ in range(60):
        source.advance()
    return 60 / (time.perf_counter() - start)


async def keys_while_training() -> list[Result]:
    """Key to paint while iterations on all of MNIST run one after another."""
    random, times = np.random.default_rng(0), []
    async with shown(COURSE.with_changes({"data": "mnist"}), (80, 24)) as (app, patience):
        app.simulate_key("c")
        await patience.until_painted(lambda: app.view.mode == "RUNNING")
        for number in range(KEYS):
            await asyncio.sleep(random.uniform(0.02, 0.12))
            before, start = app.choice, time.perf_counter()
            app.simulate_key(SEEN_KEYS[number % len(SEEN_KEYS)])
            await patience.until_painted(lambda before=before: app.choice is not before)
            times.append(1000 * (time.perf_counter() - start))
        trained = app.view.frame.index
    if not trained:
        raise RuntimeError("nothing was trained meanwhile")
    return [
        Result("tui: key to paint, MNIST training, median", median(times), "ms"),
        Result(
            "tui: key to paint, MNIST training, 99th percentile",
            float(np.percentile(times, 99)),
            "ms",
            "<= 50",
        ),
    ]
