"""The tour on the screen: the debugger with one line of what to see and one of what to do."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from nnviz.debugger.debugger import Debugger
from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import Look
from nnviz.tui.driving import News
from nnviz.tui.lessons.steps import END, STEPS, Moment
from nnviz.tui.runner import Said
from nnviz.tui.script import Cue
from nnviz.tui.state import Choice
from nnviz.tui.view import View


class TourApp(NnvizApp):
    """The debugger; `step` counts the steps of the tour that were done.

    Every key does what it always does: the tour only looks, and goes on when its step was done.
    """

    def __init__(
        self,
        open_debugger: Callable[[], Debugger],
        look: Look | None = None,
        *,
        present: bool = False,
        script: Sequence[Cue] = (),
    ) -> None:
        super().__init__(open_debugger, look, present=present, script=script)
        self.step = 0
        self._proven = False
        self._before: Moment | None = None
        self.choice = self._with_words(self.choice)

    def _receive(self, news: News) -> None:
        if isinstance(news, Said) and news.line.startswith("prove "):
            self._proven = True
            super()._receive(news)
            if self.view is not None:
                super()._receive(self.view)  # the page changes nothing that is looked at
            return
        super()._receive(news)

    def redraw(self) -> None:
        """Look whether the step was done, and say what comes next."""
        if self.view is not None:
            self._look_at(self.view)
        self.choice = self._with_words(self.choice)
        super().redraw()

    def _look_at(self, view: View) -> None:
        now = Moment(view, self.choice, self._proven)
        if self._before is None:
            self._before = now
        if self.step < len(STEPS) and STEPS[self.step].done(self._before, now):
            self.step += 1
            self._proven = False
            self._before = now

    def _with_words(self, choice: Choice) -> Choice:
        if self.step == len(STEPS):
            return replace(choice, told=END, guide="")
        step = STEPS[self.step]
        guide = f"TOUR {self.step + 1} of {len(STEPS)}: {step.task}"
        reason = self.view.reason if self.view else ""
        return replace(choice, told=step.told.replace("{reason}", reason), guide=guide)
