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
from nnviz.attach.family import Member, environment, private_bytes
from nnviz.attach.program import read_program
from nnviz.attach.source import ProgramSource
from nnviz.debugger.timeline import Timeline

STARTER = Path(__file__).parents[1] / "assignments" / "assignment1" / "starter"
ITERATIONS = 12
WALL, PROCESSOR = 1, 2
"""Which word of a line is the time by the clock, and which the processor's."""

LOOP = "for iteration in range(ITERATIONS):\n"


def results() -> Results:
    """Yield the program's own time beside that under the debugger, and what states cost."""
    root = os.environ.get("NNVIZ_DATA_DIR")
    if not root:
        raise SkippedError("set NNVIZ_DATA_DIR to the folder above mnist/")
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), Path(root) / "mnist")
        before = plain_output(path)
        source = attach(read_program(path))
        try:
            timeline = Timeline(source)
            forks, busy = timed_forks(source)
            while timeline.index < ITERATIONS - 1:
                timeline.step()
            lines = [line for _, line in source.family.text.lines]
            private, budgeted = kept_bytes(timeline), timeline.keyframes.nbytes
            steps = [timed_step_back(timeline) for _ in range(4)]
        finally:
            source.close()
        plain = [*before, *plain_output(path)]
        own = median(intervals(plain))
        yield Result("starter on mnist, an iteration by itself", 1e3 * own, "ms")
        cost = median(intervals(lines)) / own
        yield Result("starter on mnist, debugged", cost, "x by itself", "<= 1.10")
        computing = median(intervals(lines, PROCESSOR)) / median(intervals(plain, PROCESSOR))
        yield Result("starter on mnist, debugged, processor time", computing, "x by itself")
        yield Result("starter on mnist, making a state", 1e3 * median(forks), "ms", "<= 20")
        processor = 1e3 * median(busy)
        yield Result("starter on mnist, making a state, processor time", processor, "ms")
        yield Result("starter on mnist, a state holds", private / 2**20, "MB", "<= 50")
        yield Result("starter on mnist, 12 states in the budget", budgeted / 2**20, "MB", "<= 256")
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
        (LOOP, f"import time\n\n{LOOP}    print('at', time.perf_counter(), time.process_time())\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = folder / "network.py"
    path.write_text(text)
    return path


def plain_output(path: Path) -> list[str]:
    """What the program prints by itself, with as many threads."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, path], capture_output=True, text=True, env=environment(folder)
        )
    return done.stdout.splitlines()


def intervals(lines: list[str], clock: int = WALL) -> list[float]:
    """The seconds between iterations, without those to the first two of each run."""
    times = [float(line.split()[clock]) for line in lines if line.startswith("at ")]
    # where another run begins, a clock goes back or jumps: a run has ITERATIONS lines
    runs = [times[start : start + ITERATIONS] for start in range(0, len(times), ITERATIONS)]
    return [b - a for run in runs for a, b in pairwise(run[1:])]


def timed_forks(source: ProgramSource) -> tuple[list[float], list[float]]:
    """Lists that fill with the seconds that making a state takes: by the clock, and computing."""
    seconds, busy, fork = [], [], source.family.fork

    def timed(member: Member) -> object:
        started, before = perf_counter(), computed(member)
        made = fork(member)
        seconds.append(perf_counter() - started)
        busy.append(computed(member) - before)
        return made

    source.family.fork = timed
    return seconds, busy


def computed(member: Member) -> float:
    """The seconds that a process's main thread has had a processor (0: the system doesn't say)."""
    try:
        return 1e-9 * int(Path(f"/proc/{member.pid}/schedstat").read_text().split()[0])
    except OSError:
        return 0.0


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
