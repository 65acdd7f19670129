"""Marks the code of a submission: opens it in the sandbox, runs the rubric's checks, says what was.

What a check found is a `CheckResult`; what a grade shows of it is a `Result`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

from grader.calls import Runner
from grader.checking import run_checks
from grader.checks import CheckResult
from grader.improvements import CHECKS
from grader.improvements.forbidden import forbidden_imports
from grader.results import Result, Verdict
from grader.rubric import Part, Rubric
from grader.submission import Submission, decoded, read_inside
from nnviz.errors import InputError

CODE_FILE = "improvements.py"
MAX_SOURCE_BYTES = 1024**2


@dataclass(frozen=True)
class CodeMarks:
    """What the checks found, by name; what could not be loaded; which layers were active."""

    results: Mapping[str, CheckResult]
    problems: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()


NOT_RUN = CodeMarks({})
"""No code was run: there is none, or nothing to run it in."""


def asked_checks(rubric: Rubric) -> list[str]:
    """The names of all checks that the rubric gives points for, in its order, each once."""
    return list(dict.fromkeys(n for p in rubric.problems for part in p.parts for n in part.weighed))


def mark_code(submission: Submission, names: Iterable[str], runner: Runner, seed: int) -> CodeMarks:
    """Run the checks of these names on the submission's code, with inputs drawn from the seed."""
    checks = [CHECKS[name] for name in names]
    with runner.open(submission) as code:
        found = _forbidden(submission, code.forbidden)
        results = run_checks(code, checks, seed, found)
        if not found and (imported := _forbidden(submission, code.forbidden)):  # while it ran
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


def _forbidden(submission: Submission, imported: Iterable[str]) -> str:
    """Why nothing of the code counts, "" where nothing is wrong with what it imports."""
    for place, source in sources(submission):
        for module, line in forbidden_imports(source):
            return f"{place}, line {line}: imports {module}, which does what you are to write"
    for module in imported:
        return f"imports {module} while it runs, which does what you are to write"
    return ""


def sources(submission: Submission) -> Iterator[tuple[str, str]]:
    """Place and source of everything that is code: the file, and the cells of notebooks.

    What can't be read is left out; the sandbox says so.
    """
    with suppress(InputError):
        content = read_inside(submission.folder, CODE_FILE, MAX_SOURCE_BYTES)
        yield CODE_FILE, decoded(content)[0]
    for path in sorted(submission.folder.glob("*.ipynb")):
        with suppress(InputError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            content = read_inside(submission.folder, path.name, 16 * MAX_SOURCE_BYTES)
            cells = json.loads(decoded(content)[0])["cells"]
            for number, cell in enumerate(cells, start=1):
                if cell["cell_type"] == "code":
                    yield f"{path.name}, cell {number}", _python("".join(cell["source"]))


def _python(source: str) -> str:
    """A cell without its magics and shell lines, which are not Python; the lines keep numbers."""
    return re.sub(r"(?m)^([ \t]*)[%!].*$", r"\1pass", source)
