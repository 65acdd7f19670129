"""How fast a class is graded, gone on with, regraded and looked at, and how that grows.

Submissions come from `benchmarks.synthetic_class`. Their code runs in the sandbox that the rubric
demands, and their claims are run again, or found among the runs that are kept here. Regrading and
the class view are measured on 100, 1,000 and 10,000 grades, which are those that were made, again
and again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.measuring import Result, Results, SkippedError
from benchmarks.synthetic_class import write_class

GRADED = int(os.environ.get("NNVIZ_BENCHMARK_CLASS", "24"))
"""Submissions that are graded, code and all; NNVIZ_BENCHMARK_CLASS=1000 takes a while."""
FEW = 8
"""A smaller class, for what is graded twice."""
SIZES = (100, 1_000, 10_000)
JOBS = 2


def results() -> Results:
    """Yield speed, memory, the cost of going on, Dask, regrading and the class view by size."""
    from grader.assignments import DEFAULT_ASSIGNMENT, assignment_folder
    from grader.cohort.references import run_references
    from grader.cohort.work import Work

    assignment = assignment_folder(DEFAULT_ASSIGNMENT)
    if obstacle := Work(assignment, seed=0).obstacle():
        raise SkippedError(obstacle)
    run_references(assignment)  # which a machine does once, whatever it grades
    with tempfile.TemporaryDirectory(prefix="nnviz-class-") as place:
        folder = Path(place)
        yield from _grading(folder)
        yield from _dask(folder)
        yield from _growth(folder)


def _grading(folder: Path) -> Results:
    write_class(GRADED, folder / "class")
    write_class(FEW, folder / "small")
    _, before = _grade(folder, "small", "local")
    seconds, memory = _grade(folder, "class", "out")
    yield Result(f"class of {GRADED}: submissions a minute", 60 * GRADED / seconds, "/min")
    yield Result(f"class of {GRADED}: peak memory of the grader", memory, "MB", "<= 400")
    name = f"peak memory at {GRADED} over at {FEW} submissions"
    yield Result(name, memory / before, "x", "<= 1.2")
    journal = folder / "out" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:40])
    seconds, _ = _grade(folder, "class", "out", "--resume")
    yield Result("going on with all but one done", seconds, "s", "<= 60")


def _dask(folder: Path) -> Results:
    """The same submissions in processes and on a local Dask cluster, with all runs kept."""
    shutil.rmtree(folder / "local")
    local, _ = _grade(folder, "small", "local")
    try:
        dask, _ = _grade(folder, "small", "dask", "--cluster", "local")
    except subprocess.CalledProcessError as error:
        raise SkippedError("Dask is not installed: nnviz-classroom[cluster]") from error
    yield Result(f"{FEW} submissions, local Dask over processes", dask / local, "x", "<= 2")
    one, other = (
        {path.parent.name: path.read_bytes() for path in (folder / name).glob("*/grade.json")}
        for name in ("local", "dask")
    )
    yield Result("local Dask: the same grades", float(one == other), "", ">= 1")


def _grade(folder: Path, what: str, out: str, *more: object) -> tuple[float, float]:
    return _nnviz(
        *("grade", folder / what, "--out", folder / out, "--jobs", JOBS, "--seed", 1, *more)
    )


def _growth(folder: Path) -> Results:
    """Regrading and the class view on 100, 1,000 and 10,000 grades."""
    grades = sorted((folder / "out").glob("*/grade.json"))
    view, regrade = {}, {}
    for size in SIZES:
        place = folder / f"grades-{size}"
        for number in range(size):
            copy = place / f"g{number:05}" / "grade.json"
            copy.parent.mkdir(parents=True)
            copy.hardlink_to(grades[number % len(grades)])
        view[size], _ = _nnviz("class", place)
        yield Result(f"class view of {size:,} grades", view[size], "s")
        regrade[size], _ = _nnviz("regrade", place)
        yield Result(f"regrading {size:,} grades", regrade[size], "s")
    yield Result("class view, 10,000 over 1,000 grades", view[10_000] / view[1_000], "x", "<= 15")
    name = "regrading, 10,000 over 1,000 grades"
    yield Result(name, regrade[10_000] / regrade[1_000], "x", "<= 15")


def _nnviz(*words: object) -> tuple[float, float]:
    """Run one command; its seconds, and the peak memory of that process in MB (not of workers)."""
    code = (
        "import resource, sys; from nnviz.cli import main; code = main(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr);"
        "sys.exit(code)"
    )
    start = perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    seconds = perf_counter() - start
    peak = int(done.stderr.split()[-1])
    return seconds, peak / (1024**2 if sys.platform == "darwin" else 1024)
