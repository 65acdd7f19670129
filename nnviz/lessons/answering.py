"""What a lesson says to an answer, and its story: for the screen and for plain lines alike."""

from dataclasses import dataclass

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.findings import Finding
from nnviz.lessons.causes import Cause, reply
from nnviz.lessons.checking import proof_finding
from nnviz.lessons.lesson import Lesson

NOT_YET = (
    "Perhaps - but nothing in the run shows it yet. Train on, for example with f, and say it again."
)


@dataclass(frozen=True)
class Judgement:
    """What to say to an answer, in paragraphs; for a right one the finding whose fix is tried."""

    paragraphs: tuple[str, ...]
    finding: Finding | None = None


def story(lesson: Lesson) -> tuple[str, ...]:
    """What happened, and the question, in paragraphs."""
    return (*lesson.file.story, lesson.file.question)


def judge(lesson: Lesson, named: Cause, debugger: Debugger) -> Judgement:
    """Answer an answer by what the first branch of the run has shown so far.

    To be called where the debugger may be used.
    """
    timeline = next(iter(debugger.branches.values()))
    diagnosis = debugger.diagnosis_of(timeline)
    found = diagnosis.spoken()
    if named not in lesson.answers:
        return Judgement((reply(named, lesson.answers, found, timeline.source.info.depth),))
    if not lesson.file.silent and lesson.cause.key not in {finding.key for finding in found}:
        return Judgement((NOT_YET,))
    root = "" if named == lesson.cause else f" The root of it: {lesson.cause}."
    said = (f"Right: {named}.{root}", lesson.diagnosis, f"The fix: {lesson.file.fix}.")
    return Judgement(said, proof_finding(lesson, diagnosis))
