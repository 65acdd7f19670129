"""A lesson on the screen: the debugger without its findings, until the student has found one.

An answer names a cause and its layer. A right one is confirmed by the proof on a fork, and then the
findings are shown.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType

from nnviz.debugger.debugger import Debugger
from nnviz.errors import InputError
from nnviz.lessons.answering import judge, story
from nnviz.lessons.causes import Cause, causes_text, read_cause
from nnviz.lessons.checking import PROOF_ITERATIONS
from nnviz.lessons.lesson import Lesson
from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import Look
from nnviz.tui.driving import News
from nnviz.tui.keys import STEP
from nnviz.tui.prover import Proving
from nnviz.tui.runner import Ask, Said
from nnviz.tui.screen_commands import words
from nnviz.tui.script import Cue
from nnviz.tui.text_screen import KEYS_TITLE, TextScreen, help_text
from nnviz.tui.view import View

WIDTH = 70
HIDDEN = "The findings are hidden until you have answered: A, then a cause and its layer."
CONFIRMED = "answer confirmed"
"""The title of the page that says so."""

HELP = f"""\
LESSON
  A       answer: a cause and its layer, such as `answer saturated L1`
  h       the next hint
  H       the story and the question again

{STEP.upper()}"""


KEYS = {"A": "answer", "h": "hint", "H": "story"}
"""The lesson's own keys, and their actions."""


class LessonPage(TextScreen):
    """The story or a hint; the lesson's keys work on it as they do without it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"instead('{action}')", action, show=False) for key, action in KEYS.items()
    ]


class LessonApp(NnvizApp):
    """The debugger on a lesson's run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, action, action, show=False) for key, action in KEYS.items()
    ]

    def __init__(
        self,
        open_debugger: Callable[[], Debugger],
        lesson: Lesson,
        look: Look | None = None,
        *,
        present: bool = False,
        script: Sequence[Cue] = (),
    ) -> None:
        super().__init__(open_debugger, look, present=present, script=script)
        self.lesson = lesson
        self.hints = 0
        self.solved = False
        self._whole_view: View | None = None
        self._told = ""
        self.choice = replace(self.choice, guide=self.guide)

    @property
    def guide(self) -> str:
        """The lowest line of the screen."""
        hints = len(self.lesson.file.hints)
        done = "solved" if self.solved else f"h hint {self.hints}/{hints}  A answer"
        return f"LESSON {self.lesson.name}  {done}  H story  n next  ? keys  q quit"

    def on_mount(self) -> None:
        """Begin with the story."""
        self.call_after_refresh(self.action_story)

    def _receive(self, news: News) -> None:
        match news:
            case View():
                self._whole_view = news
                super()._receive(self._shown(news))
            case Proving():
                self._told = news.text
                super()._receive(news)
            case Said() if news.line == CONFIRMED:
                self.solved = True
                super()._receive(news)
                if self._whole_view is not None:
                    super()._receive(replace(self._whole_view, reason=self._told))
            case _:
                super()._receive(news)

    def _shown(self, view: View) -> View:
        return view if self.solved else replace(view, findings=(), spoken=(), hidden=HIDDEN)

    def redraw(self) -> None:
        """Keep the lesson's line up to date."""
        self.choice = replace(self.choice, guide=self.guide)
        super().redraw()

    def action_story(self) -> None:
        """What happened, and the question."""
        file = self.lesson.file
        paragraphs = [*story(self.lesson), "A answers, h gives a hint, ? lists the keys."]
        self._tell(file.title, paragraphs)

    def action_hint(self) -> None:
        """One hint more; the earlier ones with it."""
        hints = self.lesson.file.hints
        self.hints = min(self.hints + 1, len(hints))
        numbered = [f"{n}. {hint}" for n, hint in enumerate(hints[: self.hints], start=1)]
        self._tell(f"Hint {self.hints} of {len(hints)}", numbered)
        self.redraw()

    def action_answer(self) -> None:
        """Open the command line for an answer."""
        self.action_command("answer ")

    def action_help(self) -> None:
        """The lesson's keys before all others."""
        text = help_text(self.choice.screen).removeprefix(STEP.upper())
        self.push_screen(TextScreen(KEYS_TITLE, HELP + text))

    def action_prove(self) -> None:
        """Not before there is an answer: the proof would name it."""
        if self.solved:
            super().action_prove()
        else:
            self.notify("answer first: A, then a cause and its layer")

    def action_finding(self, by: int) -> None:
        """Where something got worse is part of the question."""
        if self.solved:
            super().action_finding(by)
        else:
            self.notify(HIDDEN)

    def enter(self, line: str) -> None:
        """Answers, hints and the story can be typed as well."""
        name, rest = words(line)
        if name == "answer":
            self._answer(rest)
        elif name == "hint":
            self.action_hint()
        elif name == "story":
            self.action_story()
        else:
            super().enter(line)

    def _answer(self, text: str) -> None:
        if not text:
            self.push_screen(TextScreen("Causes", causes_text()))
            return
        try:
            named = read_cause(text)
        except InputError as error:
            self.push_screen(TextScreen(f":answer {text}", str(error)))
            self._bar.ask(f"answer {text}")
            return
        self.runner.send(Ask(lambda debugger: self._judge(named, debugger)))

    def _judge(self, named: Cause, debugger: Debugger) -> str:
        """Answer an answer; on the runner's thread, which may use the debugger."""
        judgement = judge(self.lesson, named, debugger)
        said = "\n\n".join(textwrap.fill(text, WIDTH) for text in judgement.paragraphs)
        if judgement.finding is None:
            self._receive(Said(f"answer {named}", said))
            return ""
        timeline = next(iter(debugger.branches.values()))
        self.prover.try_remedies(
            timeline, judgement.finding, CONFIRMED, said + "\n\n", PROOF_ITERATIONS
        )
        return f"right: {named}; the fix is being tried on a fork"

    def _tell(self, title: str, paragraphs: Sequence[str]) -> None:
        text = "\n\n".join(textwrap.fill(paragraph, WIDTH) for paragraph in paragraphs)
        self.push_screen(LessonPage(title, text))
