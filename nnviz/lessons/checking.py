"""Is every lesson true? Its cause is what the findings say, its evidence holds, its fix helps."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.examination import examine
from nnviz.debugger.findings import RULES, Diagnosis, Finding, Level
from nnviz.debugger.predicates import holds_at, parse_predicate
from nnviz.debugger.proof import Proof, prove
from nnviz.debugger.proof_text import proof_json
from nnviz.lessons.lesson import Lesson
from nnviz.lessons.programs import program_failures

PROOF_ITERATIONS = 30
"""How long the run is trained on, with the fix and without."""

MAY_BE_SILENT = 2
"""So many lessons may say why no finding names their cause ..."""

NEVER_SILENT = frozenset({"saturated", "dead-units", "gradient-check"})
"""... but not those about saturation, dead units, or a wrong derivative such as the forgotten k."""


@dataclass(frozen=True)
class LessonResult:
    """What came of a lesson: the top finding, the evidence that does not hold, and the proof.

    `program` is what is not true of the lesson's program.
    """

    lesson: Lesson
    top: Finding | None
    missing: tuple[str, ...]
    proof: Proof
    program: tuple[str, ...] = ()

    @property
    def named(self) -> bool:
        """Whether the gravest finding that is no consequence is the planted cause."""
        return self.top is not None and self.top.key == self.lesson.cause.key

    @property
    def proven(self) -> bool:
        """Whether the fix helps."""
        return self.proof.proven is not None

    @property
    def failures(self) -> tuple[str, ...]:
        """What is not as the lesson says, in words."""
        found = f"{self.top.id} {self.top.place}".strip() if self.top else "nothing"
        silent = bool(self.lesson.file.silent)
        return tuple(
            text
            for wrong, text in (
                (not self.named and not silent, f"the findings say {found}"),
                (self.top is not None and silent, f"is not silent: the findings say {found}"),
                (silent and _never_silent(self.lesson), "this cause has to be found"),
                *((True, f"evidence does not hold: {text}") for text in self.missing),
                (not self.proven, "the fix does not help"),
                *((True, text) for text in self.program),
            )
            if wrong
        )


def _never_silent(lesson: Lesson) -> bool:
    return any(answer.name in NEVER_SILENT for answer in lesson.answers)


def check_lesson(lesson: Lesson) -> LessonResult:
    """Train a lesson's run, diagnose it, and try the fix on a fork."""
    experiment = lesson.experiment
    source = EngineSource(experiment)
    start = source.snapshot()
    diagnosis = examine(source, experiment.iterations)
    serious = [f for f in diagnosis.spoken() if f.level >= Level.AMBER and not f.folded]
    finding = proof_finding(lesson, diagnosis)
    proof = prove(EngineSource(experiment), start, finding, iterations=PROOF_ITERATIONS)
    top, missing = next(iter(serious), None), _missing(lesson, diagnosis)
    return LessonResult(lesson, top, missing, proof, program_failures(lesson))


def proof_finding(lesson: Lesson, diagnosis: Diagnosis) -> Finding:
    """The finding of a lesson's cause, with the lesson's fix as its one remedy.

    Where the findings are silent it is the lesson's own, at level info.
    """
    found = {finding.key: finding for finding in diagnosis.spoken()}
    own = Finding(
        id=lesson.cause.name,
        level=Level.INFO,
        layer=lesson.cause.layer,
        since=0,
        spoke=0,
        until=None,
        evidence=", ".join(lesson.file.evidence),
        cause=lesson.diagnosis,
        remedies=(),
        source="",
    )
    return replace(found.get(lesson.cause.key, own), remedies=(lesson.remedy,))


def _missing(lesson: Lesson, diagnosis: Diagnosis) -> tuple[str, ...]:
    history = diagnosis.history
    return tuple(
        text
        for text in lesson.file.evidence
        if not holds_at(
            history,
            parse_predicate(text, lesson.experiment.layers, RULES),
            history.last,
            diagnosis.standing,
        )
    )


def failures(results: Iterable[LessonResult]) -> list[str]:
    """Every failure of every lesson, and whether too many are silent."""
    found = list(results)
    lines = [f"{r.lesson.name}: {text}" for r in found for text in r.failures]
    silent = [r.lesson.name for r in found if r.lesson.file.silent]
    if len(silent) > MAY_BE_SILENT:
        lines.append(f"{', '.join(silent)}: at most {MAY_BE_SILENT} may have no finding")
    return lines


def check_lessons(
    lessons: Iterable[Lesson], progress: Callable[[LessonResult], None] = lambda result: None
) -> tuple[LessonResult, ...]:
    """Check all of them, one after another; `progress` sees each result."""
    results = []
    for lesson in lessons:
        results.append(check_lesson(lesson))
        progress(results[-1])
    return tuple(results)


def result_line(result: LessonResult) -> str:
    """One line: what is named, what the fix does, or what is wrong."""
    if result.failures:
        return f"{result.lesson.name:<18} WRONG: {'; '.join(result.failures)}"
    trial = result.proof.proven
    assert trial is not None, "a lesson without failures has a proof"
    before, after = trial.without.accuracy, trial.remedied.accuracy
    how = "no finding" if result.lesson.file.silent else "named"
    cause = f"{how}: {result.lesson.cause}"
    return f"{result.lesson.name:<18} {cause:<26} with the fix {before:.1%} -> {after:.1%}"


def result_json(result: LessonResult) -> dict[str, Any]:
    """All of it in plain values."""
    return {
        "name": result.lesson.name,
        "title": result.lesson.file.title,
        "cause": result.lesson.cause.name,
        "layer": result.lesson.cause.layer,
        "named": result.named,
        "silent": result.lesson.file.silent or None,
        "top": None if result.top is None else [result.top.id, result.top.layer],
        "proof": proof_json(result.proof),
        "failures": list(result.failures),
    }
