"""What it costs to debug a program of one's own: the starter on full MNIST.

It is unmodified but for its data and length, and that it draws nothing and says when it iterates.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.measuring import Result, Results, SkippedError
from nnviz.attach.attaching import attach
from nnviz.attach.family import environment, private_bytes
from nnviz.attach.program import read_program
from nnviz.attach.source import ProgramSource
from nnviz.debugger.timeline import Timeline

STARTER = Path(__file__).parents[1] / "assignments" / "assignment1" / "starter"
ITERATIONS = 16
LOOP = "for iteration in range(ITERATIONS):\n"


def results() -> Results:
    """Yield the program's own time beside that under the debugger, and what states cost."""
    root = os.environ.get("NNVIZ_DATA_DIR")
    if not root:
        raise SkippedError("set NNVIZ_DATA_DIR to the folder above mnist/")
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), Path(root) / "mnist")
        before = plain_times(path)
        source = attach(read_program(path))
        try:
            timeline = Timeline(source)
            forks = timed_forks(source)
            while timeline.index < ITERATIONS - 1:
                timeline.step()
            debugged = intervals([line for _, line in source.family.text.lines])
            private = kept_bytes(timeline)
            steps = [timed_step_back(timeline) for _ in range(4)]
        finally:
            source.close()
        own = median(before + plain_times(path))
        yield Result("starter on mnist, an iteration by itself", 1e3 * own, "ms")
        cost = median(debugged) / own
        yield Result("starter on mnist, debugged", cost, "x by itself", "<= 1.10")
        yield Result("starter on mnist, making a state", 1e3 * median(forks), "ms", "<= 20")
        yield Result("starter on mnist, a state holds", private / 2**20, "MB", "<= 50")
        beyond = 1e3 * (median(steps) - own)
        yield Result("starter on mnist, step back beyond an iteration", beyond, "ms", "<= 100")


def written(folder: Path, data: Path) -> Path:
    for name in ("mnist.py", "pictures.py"):
        (folder / name).write_text((STARTER / name).read_text())
    text = (STARTER / "network.py").read_text()
    for old, new in (
        ('DATA = "mnist-2k.npz"', f"DATA = {str(data)!r}"),
        ("ITERATIONS = 201", f"ITERATIONS = {ITERATIONS}"),
        ("PICTURES_EVERY = 10", "PICTURES_EVERY = 0"),
        (LOOP, f"import time\n\n{LOOP}    print('at', time.perf_counter())\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = folder / "network.py"
    path.write_text(text)
    return path


def plain_times(path: Path) -> list[float]:
    """The seconds between the iterations of the program by itself, with as many threads."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, path], capture_output=True, text=True, env=environment(folder)
        )
    return intervals(done.stdout.splitlines())


def intervals(lines: list[str]) -> list[float]:
    times = [float(line.split()[1]) for line in lines if line.startswith("at ")]
    return [b - a for a, b in pairwise(times[1:])]


def timed_forks(source: ProgramSource) -> list[float]:
    """A list that fills with the seconds that making a state takes, from now on."""
    seconds, fork = [], source.family.fork

    def timed(*arguments: object) -> object:
        started = perf_counter()
        made = fork(*arguments)
        seconds.append(perf_counter() - started)
        return made

    source.family.fork = timed
    return seconds


def kept_bytes(timeline: Timeline) -> float:
    """What a state that the program has gone on from shares with nobody, in the mean."""
    kept = {timeline.keyframes.get(i).kept for i in timeline.keyframes.indices[2:-2]}
    sizes = [private_bytes(each.member.pid) for each in kept]
    return sum(sizes) / max(1, len(sizes))


def timed_step_back(timeline: Timeline) -> float:
    """Until the update of the iteration before can be looked at."""
    started = perf_counter()
    timeline.seek(timeline.index - 1)
    timeline.source.array("update1")
    return perf_counter() - started
