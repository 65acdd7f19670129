"""Marks the code of a submission: opens it in the sandbox, runs the rubric's checks, says what was.

What a check found is a `CheckResult`; what a grade shows of it is a `Result`.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.checking import run_checks
from grader.checks import CheckResult
from grader.improvements import CHECKS
from grader.improvements.forbidden import forbidden_imports, is_forbidden
from grader.improvements.slips import SLIPS
from grader.results import Result, Verdict
from grader.rubric import Part, Rubric
from grader.running import Runner
from grader.submission import Submission

_REASON = "which does what you are to write yourself; so no check counts"


@dataclass(frozen=True)
class CodeMarks:
    """What the checks found, by name; what could not be loaded; which layers were active."""

    results: Mapping[str, CheckResult]
    problems: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()


NOT_RUN = CodeMarks({})
"""No code was run: there is none, or nothing to run it in."""


def fresh_seed() -> int:
    """A seed that nobody can know beforehand."""
    return secrets.randbelow(2**31)


def asked_checks(rubric: Rubric) -> list[str]:
    """The names of all checks that the rubric gives points for, in its order, each once."""
    return list(dict.fromkeys(n for p in rubric.problems for part in p.parts for n in part.weighed))


def mark_code(submission: Submission, names: Iterable[str], runner: Runner, seed: int) -> CodeMarks:
    """Run the checks of these names on the submission's code, with inputs drawn from the seed."""
    checks = [CHECKS[name] for name in names]
    with runner.open(submission) as code:
        found = _forbidden_source(submission) or _forbidden(code.forbidden)
        results = run_checks(code, checks, seed, found)
        if not found and (imported := _forbidden(code.forbidden)):  # while it ran
            results = run_checks(code, checks, seed, imported)
        return CodeMarks(results, tuple(code.problems), runner.layers)


def code_results(part: Part, marks: CodeMarks, has_code: bool) -> Iterator[Result]:
    """The results of a part's checks; without checks one for all, that a person decides on."""
    for name in part.weighed or ("",):
        found = marks.results.get(name)
        if found is None:
            verdict: Verdict = "needs-person" if has_code else "blank"
            message = "not checked by machine" if has_code else "no code"
            yield Result("code", part.id, name, verdict, message=message)
            continue
        message = f"{found.title.removesuffix('.')}: {found.message}"
        yield Result(
            "code",
            part.id,
            name,
            found.verdict,
            share=found.share or Fraction(1),
            message=message.removesuffix(": "),
            evidence=found.evidence,
            slip=found.slip,
        )


def slip_lines(marks: CodeMarks) -> Iterator[str]:
    """A line for each check that failed by a known slip, for the headline."""
    for found in marks.results.values():
        if found.slip and found.verdict == "failed":
            yield f"{found.name}: {SLIPS.get(found.slip, found.message)}"


def _forbidden_source(submission: Submission) -> str:
    """Why nothing of the code counts, "" where nothing is wrong with what it says it imports."""
    for source in submission.sources:
        for unit in source.units:
            for module, line in forbidden_imports(unit.text):
                return f"{unit.name}, line {line}: imports {module}, {_REASON}"
    return ""


def _forbidden(imported: Iterable[str]) -> str:
    """The same for what was imported while the code ran."""
    for module in filter(is_forbidden, imported):
        return f"imports {module} while it runs, {_REASON}"
    return ""
