"""Opens the application on a run: what happens between the command line and the first screen."""

from collections.abc import Callable, Sequence

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.source import RunSource
from nnviz.debugger.timeline import Timeline
from nnviz.tui.script import Cue


def opener(source: RunSource, at: int = 0) -> Callable[[], Debugger]:
    """What opens a debugger of the run at iteration `at`, on the thread that will own it."""

    def open_debugger() -> Debugger:
        timeline = Timeline(source)
        timeline.seek(at)
        return Debugger(timeline)

    return open_debugger


def start(open_debugger: Callable[[], Debugger], script: Sequence[Cue] = ()) -> int:
    """Show the run until the screen is left; returns the exit code.

    What went wrong on the runner's thread is raised here, when the terminal is itself again.
    """
    from nnviz.tui.app import NnvizApp  # Textual is slow to import, and line mode goes without

    app = NnvizApp(open_debugger)
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
