"""Opens the application on a run: what happens between the command line and the first screen."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.records import RECORDED
from nnviz.debugger.timeline import Timeline
from nnviz.errors import InputError
from nnviz.tui.priority import screen_first
from nnviz.tui.runner import Runner

if TYPE_CHECKING:
    from nnviz.tui.app import NnvizApp
    from nnviz.tui.first_picture import FirstPicture
    from nnviz.tui.script import Cue

RESCUE_SECONDS = 10.0
"""How long a crash waits for the run to come to rest."""


def opener(
    open_timeline: Callable[[], Timeline], at: int | None = None, beside: str = ""
) -> Callable[[], Debugger]:
    """What opens a debugger of a run at iteration `at`, or where it opens by itself.

    `beside` is another run to compare it with; where nothing else is said, both open where the
    shorter one ends.
    """

    def open_debugger() -> Debugger:
        debugger = Debugger(timeline := open_timeline())
        start = at
        if beside:
            other = debugger.open_beside(beside)
            start = min(timeline.live, other.live) if at is None else at
        if start is not None:
            timeline.seek(start)
        return debugger

    return open_debugger


def giving_way(open_debugger: Callable[[], Debugger]) -> Callable[[], Debugger]:
    """What opens the debugger in full speed, and from then on lets the screen go first."""

    def open_and_give_way() -> Debugger:
        debugger = open_debugger()
        screen_first()
        return debugger

    return open_and_give_way


class MakeApp(Protocol):
    """Makes the application: the debugger's own, a lesson's or the tour's."""

    def __call__(
        self, open_debugger: Callable[[], Debugger], *, present: bool, script: "Sequence[Cue]"
    ) -> "NnvizApp":
        """Make it; it opens the run on its runner's thread."""


def debugger_app(
    open_debugger: Callable[[], Debugger],
    *,
    present: bool,
    script: "Sequence[Cue]",
    compare: bool = False,
) -> "NnvizApp":
    """The debugger as it is; `compare` opens on that screen."""
    from nnviz.tui.app import NnvizApp

    return NnvizApp(open_debugger, present=present, script=script, compare=compare)


def start(
    open_debugger: Callable[[], Debugger],
    script: "Sequence[Cue]" = (),
    *,
    present: bool = False,
    make_app: MakeApp = debugger_app,
    first: "FirstPicture | None" = None,
) -> int:
    """Show the run until the screen is left; returns the exit code.

    `first` is the picture that is seen meanwhile, and where that of this start is to be kept.

    What went wrong on the runner's thread is raised here, when the terminal is itself again. After
    a crash the run so far is in a file, and standard error says in which one.
    """
    with ThreadPoolExecutor(1) as ahead:  # the first numbers are there when Textual is imported
        opened = ahead.submit(_with_first_numbers, open_debugger)
        app = make_app(giving_way(opened.result), present=present, script=script)
        if first is not None:
            from nnviz.tui.handover import hand_over  # there is a picture where it can be imported

            hand_over(app, first)
        app.run()
    crashed = app.failure is not None or app.return_code
    if crashed and not isinstance(app.failure, InputError):
        print(rescue(app.runner), file=sys.stderr)
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0


def _with_first_numbers(open_debugger: Callable[[], Debugger]) -> Debugger:
    """Open the debugger, and work out what its first view shows; the run keeps that."""
    from nnviz.tui.view import make_view

    make_view(debugger := open_debugger())
    return debugger


def rescue(runner: Runner) -> str:
    """Write what a runner's debugger has recorded into a new file; returns what to say."""
    import tempfile

    from nnviz.debugger.recorder import save

    runner.stop(RESCUE_SECONDS)
    if runner.alive or runner.debugger is None:
        return "nnviz: there was nothing yet that could be saved"
    timeline = runner.debugger.timeline
    name = f"nnviz-crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}{RECORDED}"
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        with suppress(InputError):
            save(timeline, folder / name)
            return f"nnviz: the run so far is in {folder / name}; `nnviz tui` opens it"
    return "nnviz: the run so far could not be saved: neither here nor in the temporary folder"
