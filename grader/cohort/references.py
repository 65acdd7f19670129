"""Runs what claims are compared with, before a class is graded: no student's line waits for it.

These runs are kept in the cache of each machine, so that only the first class there needs them.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from grader.answers import FILE_NAME
from grader.claims import TrustedRuns
from grader.cohort.discovery import Found
from grader.cohort.work import rubric_of
from grader.rubric import Rubric
from grader.submission import MAX_ANSWERS_BYTES, read_inside, read_submission
from grader.unpacking import is_archive
from nnviz.build import load_data
from nnviz.errors import InputError
from nnviz.experiment import Experiment
from nnviz.presets import PRESETS
from nnviz.trained import RunCache, default_cache

Tell = Callable[[str, int, int], None]
"""Is told which run is done now, and that it is the first, second, ... of how many."""

_CLAIM = re.compile(rb"^\s*\[\[\s*claims\s*\]\]", re.MULTILINE)


def run_references(assignment: Path, tell: Tell = lambda name, number, total: None) -> int:
    """Run the references of the assignment that are not kept here yet; how many those were."""
    cache = default_cache()
    runs = TrustedRuns(math.inf, cache)
    wanted = references(rubric_of(assignment))
    here = [one for one in wanted if not runs.obstacle(one, one.iterations)]
    missing = [one for one in here if not _is_kept(one, cache)]
    for number, experiment in enumerate(missing, start=1):
        tell(experiment.name, number, len(missing))
        runs.trained(experiment, experiment.iterations)
    return len(missing)


def references(rubric: Rubric) -> tuple[Experiment, ...]:
    """The runs over which the curves of claims are drawn, each once, on the rubric's data."""
    data = rubric.file.claims.data
    parts = (part for problem in rubric.problems for part in problem.parts)
    names = dict.fromkeys(name for part in parts for name in part.references)
    return tuple(replace(PRESETS[name], data=data) for name in names)


def claims_made(submissions: Iterable[Found], rubric: Rubric) -> bool:
    """Whether any of them makes a claim; the folders are looked at first, which costs less."""
    ordered = sorted(submissions, key=lambda found: not found.path.is_dir())
    return any(_claims(found, rubric) for found in ordered)


def _claims(found: Found, rubric: Rubric) -> bool:
    try:
        if is_archive(found.path):
            return bool(read_submission(found.path, rubric.sheet).claims)
        content = read_inside(found.path, FILE_NAME, MAX_ANSWERS_BYTES)
    except InputError:  # which becomes the student's own line
        return False
    return _CLAIM.search(content) is not None


def _is_kept(experiment: Experiment, cache: RunCache) -> bool:
    return cache.find(experiment, load_data(experiment), experiment.iterations) is not None
