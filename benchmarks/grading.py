"""Measures grading students' code: all checks of the assignment, each student in a sandbox.

The class hands in the right solutions of the tests, in nine styles. Claims are left out, and timed
apart: they are trainings, and cost what a training costs. Peers grade the same functions with
checks of their own, where they can be installed in an environment that is thrown away afterwards.
"""

from __future__ import annotations

import functools
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from joblib import Parallel, delayed

from benchmarks.grading_peers import peers
from benchmarks.measuring import Result, Results, SkippedError
from grader.assignments import assignment_folder
from grader.grade import grade
from grader.rubric import Rubric, load_rubric
from grader.sandbox import Sandbox, choose_sandbox
from grader.submission import read_submission
from nnviz.errors import InputError

JOBS = 2
SUBMISSIONS = 90
SOLUTIONS = Path(__file__).parents[1] / "tests" / "grader" / "solutions"
TEXTBOOK = SOLUTIONS / "textbook.py"
CLAIM = """
[[claims]]
problem = "5"
experiment = "best"
iteration = 200
train_accuracy = 98
"""
PRINTS = """
import numpy as np

def sigmoid(z, k=1):
    for _ in range(2_000):
        print("x" * 500_000)
    return np.zeros((1000, 1000, 10))
"""


def results() -> Results:
    """Yield submissions per minute, the start of the first, and the grader's own memory."""
    try:
        sandbox = choose_sandbox("landlock")
    except InputError as error:
        raise SkippedError(str(error)) from error
    name = sandbox.backend.name
    with tempfile.TemporaryDirectory() as folder:
        paths = _class(Path(folder), SUBMISSIONS)
        rate = _rate(paths)
        yield Result(f"all checks, {JOBS} processes, {name}", rate, "a minute", ">= 400")
        yield Result("cold start: nnviz grade, first grade", _cold_start(paths[0]), "s", "<= 1.5")
        yield Result("one claim, apart: best at 200 on mnist-2k", _claim(Path(folder)), "s")
        loud = Path(folder) / "loud"
        loud.mkdir()
        (loud / "improvements.py").write_text(PRINTS)
        yield Result(
            "grader's memory, 1 GB printed and 80 MB returned", _growth(loud), "MB more", "<= 64"
        )
        yield from peers(paths, JOBS)


def _class(folder: Path, size: int) -> list[Path]:
    """Right solutions in all styles, in turns, different for every student as far as bytes go."""
    styles = sorted(SOLUTIONS.glob("*.py"))
    textbook = TEXTBOOK.read_text(encoding="utf-8")
    paths = []
    for number in range(size):
        path = folder / f"student{number:03}"
        path.mkdir()
        style = styles[number % len(styles)]
        own = "" if style == TEXTBOOK else style.read_text(encoding="utf-8")
        code = f"{textbook}{own}\n# {path.name}\n"
        (path / "improvements.py").write_text(code, encoding="utf-8")
        paths.append(path)
    return paths


def _rate(paths: Sequence[Path]) -> float:
    """Submissions per minute, with the processes warm."""
    with Parallel(n_jobs=JOBS) as workers:
        workers(delayed(_points)(path) for path in paths[: 2 * JOBS])
        start = time.perf_counter()
        points = workers(delayed(_points)(path) for path in paths)
        seconds = time.perf_counter() - start
    if len(set(points)) != 1 or not points[0]:
        raise AssertionError(f"the same solution was given {sorted(set(points))} points")
    return 60 * len(paths) / seconds


def _points(path: Path) -> str:
    """The points of one submission's grade."""
    rubric, sandbox = _tools()
    return str(grade(read_submission(path, rubric.sheet), rubric, runner=sandbox, seed=1).points)


@functools.cache
def _tools() -> tuple[Rubric, Sandbox]:
    """What a grading process makes once."""
    return load_rubric(assignment_folder("assignment1")), choose_sandbox("landlock")


def _cold_start(path: Path) -> float:
    """Seconds of the whole command, the best of three."""
    times = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as out:
            command = [sys.executable, "-m", "nnviz", "grade", str(path), "--out", out]
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ))
            times.append(time.perf_counter() - start)
    return min(times)


def _claim(folder: Path) -> float:
    """Seconds that grading takes with a claim and nothing else, and no run kept from before."""
    path = folder / "claims"
    path.mkdir()
    (path / "answers.toml").write_text(f'assignment = "assignment1"\nstudent = "x"\n{CLAIM}')
    rubric, _ = _tools()
    submission = read_submission(path, rubric.sheet)
    start = time.perf_counter()
    grade(submission, rubric)
    return time.perf_counter() - start


def _growth(path: Path) -> float:
    """How much the largest memory of this process grows by a submission that prints and returns."""
    _points(path)  # so that what grading needs in any case is there
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _points(path)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
