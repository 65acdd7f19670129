"""What it costs to debug a program of one's own: the starter on full MNIST.

It is unmodified but for its data and length, and that it draws nothing and says when it iterates.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from time import perf_counter

from benchmarks.measuring import Result, Results, SkippedError, in_turns, ratio
from nnviz.attach.attaching import attach
from nnviz.attach.family import Member, environment, private_bytes
from nnviz.attach.program import read_program
from nnviz.attach.source import ProgramSource
from nnviz.debugger.timeline import Timeline

STARTER = Path(__file__).parents[1] / "assignments" / "assignment1" / "starter"
ITERATIONS = 60
"""More than are run."""

ROUNDS, IN_A_TURN = 8, 3
"""A turn has so many iterations, since the end of one may still cost the next one time."""

REST = 0.1
"""Seconds until BLAS's threads sleep, and the process of a state has dropped what it can."""

LOOP = "for iteration in range(ITERATIONS):\n"


def results() -> Results:
    """Yield the program's own time beside that under the debugger, and what states cost."""
    root = os.environ.get("NNVIZ_DATA_DIR")
    if not root:
        raise SkippedError("set NNVIZ_DATA_DIR to the folder above mnist/")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        path = written(Path(folder), Path(root) / "mnist")
        source = opened.enter_context(closing(attach(read_program(path))))
        alone = opened.enter_context(closing(Alone(path, folder)))
        timeline, (forks, busy) = Timeline(source), timed_forks(source)

        def debugged() -> None:
            for _ in range(IN_A_TURN):
                timeline.step()

        times = in_turns({"alone": alone.go_on, "debugged": debugged}, ROUNDS, REST)
        private, budgeted = kept_bytes(timeline), timeline.keyframes.nbytes
        kept = len(timeline.keyframes.indices)
        steps = [timed_step_back(timeline) for _ in range(4)]
    own = median(times["alone"]) / IN_A_TURN
    yield Result("starter on mnist, an iteration by itself", 1e3 * own, "ms")
    cost = ratio(times, "debugged", "alone")
    yield Result("starter on mnist, debugged", cost, "x by itself", "<= 1.10")
    yield Result("starter on mnist, making a state", 1e3 * median(forks), "ms", "<= 20")
    processor = 1e3 * median(busy)
    yield Result("starter on mnist, making a state, processor time", processor, "ms")
    yield Result("starter on mnist, a state holds", private / 2**20, "MB", "<= 50")
    yield Result(f"starter on mnist, {kept} states in the budget", budgeted / 2**20, "MB", "<= 256")
    beyond = 1e3 * (median(steps) - own)
    yield Result("starter on mnist, step back beyond an iteration", beyond, "ms", "<= 100")


class Alone:
    """The program by itself, stopped but for its turns; so that both meet the same machine."""

    def __init__(self, path: Path, folder: str) -> None:
        command = [sys.executable, path]
        self._process = Popen(command, stdout=PIPE, text=True, env=environment(folder))
        self._until_next()
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it do the iterations of a turn."""
        self._process.send_signal(signal.SIGCONT)
        for _ in range(IN_A_TURN):
            self._until_next()
        self._process.send_signal(signal.SIGSTOP)

    def _until_next(self) -> None:
        assert self._process.stdout is not None
        if not any(line.startswith("at ") for line in self._process.stdout):
            raise RuntimeError("the starter has ended early")

    def close(self) -> None:
        """End it."""
        with self._process as process:
            process.kill()


def written(folder: Path, data: Path) -> Path:
    for name in ("mnist.py", "pictures.py"):
        (folder / name).write_text((STARTER / name).read_text())
    text = (STARTER / "network.py").read_text()
    for old, new in (
        ('DATA = "mnist-2k.npz"', f"DATA = {str(data)!r}"),
        ("ITERATIONS = 201", f"ITERATIONS = {ITERATIONS}"),
        ("PICTURES_EVERY = 10", "PICTURES_EVERY = 0"),
        (LOOP, f"{LOOP}    print('at', iteration, flush=True)\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = folder / "network.py"
    path.write_text(text)
    return path


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
