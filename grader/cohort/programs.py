"""The programs of a class as its journal keeps them: fingerprints, of what counts."""

from collections.abc import Mapping
from pathlib import Path

from grader.cohort.fingerprints import Fingerprint, fingerprints
from grader.cohort.journal import read_lines
from grader.cohort.register import ClassFile
from grader.cohort.similar import Pair, similar_pairs
from grader.submission import decoded
from grader.template import TEMPLATE_FOLDER


def pairs_of(folder: Path, register: ClassFile | None, assignment: Path) -> tuple[Pair, ...]:
    """Pairs of students of the class in `folder` whose code is alike; none without a journal."""
    return similar_pairs(_programs(folder, register), _handed_out(assignment))


def _programs(folder: Path, register: ClassFile | None) -> Mapping[str, tuple[Fingerprint, ...]]:
    replaced = {one.name for one in register.submissions if one.counts_instead} if register else ()
    return {
        line.student: line.code
        for line in read_lines(folder)
        if line.code and line.name not in replaced
    }


def _handed_out(assignment: Path) -> list[Fingerprint]:
    """The fingerprints of all code that every student is given."""
    places = [assignment / TEMPLATE_FOLDER, assignment / "starter"]
    paths = sorted(path for place in places for path in place.rglob("*.py"))
    return [one for path in paths for one in fingerprints(decoded(path.read_bytes())[0])]
