"""Opens the application on a run: what happens between the command line and the first screen."""

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.source import RunSource
from nnviz.debugger.timeline import Timeline
from nnviz.tui.app import NnvizApp


def start(source: RunSource, *, at: int = 0) -> int:
    """Show the run at iteration `at` until the screen is left; returns the exit code.

    What went wrong on the runner's thread is raised here, when the terminal is itself again.
    """

    def open_debugger() -> Debugger:
        timeline = Timeline(source)
        timeline.seek(at)
        return Debugger(timeline)

    app = NnvizApp(open_debugger)
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
