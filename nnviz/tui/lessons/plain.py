"""A lesson in plain lines: the same story, hints and answers for a screen reader or a pipe."""

import textwrap
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.engine_states import KeptState
from nnviz.lessons.answering import judge, story
from nnviz.lessons.causes import causes_text, read_cause
from nnviz.lessons.checking import PROOF_ITERATIONS
from nnviz.lessons.lesson import Lesson
from nnviz.tui.plain_findings import DIAGNOSING

WIDTH = 79


class PlainLesson:
    """The lines that a lesson answers by itself; `hints` counts those that were given."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.hints = 0
        self.solved = False

    @property
    def commands(self) -> Mapping[str, Callable[[Debugger, str], str]]:
        """Each by its verb: a function of the debugger and the rest of the line."""
        own = {"answer": self._answer, "hint": self._hint, "story": self._story}
        # what would give the answer away waits for it
        return own | {verb: partial(self._after_the_answer, verb) for verb in DIAGNOSING}

    @property
    def greeting(self) -> str:
        """Title, story, question, and how to answer."""
        how = "Type answer CAUSE LAYER, such as `answer saturated L1`; hint; story; help."
        return f"{self.lesson.file.title}\n{_wrapped([*story(self.lesson), how])}"

    def opening(self, open_debugger: Callable[[], Debugger]) -> Callable[[], Debugger]:
        """What opens the debugger and looks at all that the findings go by."""

        def opened() -> Debugger:
            debugger = open_debugger()
            debugger.gather_facts()
            return debugger

        return opened

    def _story(self, debugger: Debugger, rest: str) -> str:
        return self.greeting

    def _hint(self, debugger: Debugger, rest: str) -> str:
        hints = self.lesson.file.hints
        self.hints = min(self.hints + 1, len(hints))
        return _wrapped([f"hint {self.hints} of {len(hints)}: {hints[self.hints - 1]}"])

    def _answer(self, debugger: Debugger, rest: str) -> str:
        from nnviz.debugger.proof import prove
        from nnviz.debugger.proof_text import proof_lines

        if not rest:
            return causes_text()
        judgement = judge(self.lesson, read_cause(rest), debugger)
        said = _wrapped(judgement.paragraphs)
        if judgement.finding is None:
            return said
        timeline = next(iter(debugger.branches.values()))
        source = timeline.source
        snapshot = timeline.keyframes.at_or_before(judgement.finding.since)
        assert isinstance(source, EngineSource), "a lesson's run is the engine's"
        assert isinstance(snapshot, KeptState), "and so are its keyframes"
        proof = prove(
            source,
            snapshot,
            judgement.finding,
            iterations=PROOF_ITERATIONS,
            cancelled=source.cancelled,
        )
        self.solved = True
        return "\n".join([said, *proof_lines(proof)])

    def _after_the_answer(self, verb: str, debugger: Debugger, rest: str) -> str:
        if not self.solved:
            return "The findings are hidden until you have answered: answer CAUSE LAYER."
        return DIAGNOSING[verb](debugger, rest)


def _wrapped(paragraphs: Iterable[str]) -> str:
    return "\n".join(textwrap.fill(paragraph, WIDTH) for paragraph in paragraphs)
