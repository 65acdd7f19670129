"""Kills for real: the grader at any moment, a worker in the middle of its work, on Dask too."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from grader.cohort.discovery import Found
from grader.cohort.journal import FILE_NAME
from grader.cohort.pool import Running, local_pool, outcomes
from tests.grader.cohort.conftest import WORK, Silent, written
from tests.grader.conftest import RIGHT

pytestmark = pytest.mark.slow

STUDENTS = 14
PATIENCE = 60.0


@pytest.fixture
def real_class(tmp_path):
    """A class of small submissions without claims: tables that are right but for one box."""
    folder = tmp_path / "class"
    for number in range(STUDENTS):
        answers = RIGHT | {"a31": str(number)}
        lines = [f'student = "s{number % 11}"', "[problem1]"]
        lines += [f"{key} = '{value}'" for key, value in answers.items()]
        (folder / f"hand-in-{number}").mkdir(parents=True)
        (folder / f"hand-in-{number}" / "answers.toml").write_text("\n".join(lines))
    return folder


def start(folder, out, *more):
    words = [sys.executable, "-m", "nnviz", "grade", str(folder), "--out", str(out)]
    return subprocess.Popen(
        [*words, "--jobs", "2", "--seed", "1", "--allow-unsandboxed", *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(process):
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors.decode()


def journal_bytes(out):
    path = out / FILE_NAME
    return path.stat().st_size if path.exists() else 0


def test_killed_at_random_points_the_class_ends_the_same(real_class, tmp_path):
    """SIGKILL while the journal grows, four times in one class: the final files are the same.

    The points are drawn over the whole length of the journal; when the grader was quicker than
    the kill, the run had ended, which is a point too.
    """
    finish(start(real_class, tmp_path / "whole"))
    length = journal_bytes(tmp_path / "whole")
    points = sorted(random.Random(7).randrange(length) for _ in range(4))
    for point in points:
        process = start(real_class, tmp_path / "part", "--resume")
        until = time.monotonic() + PATIENCE
        while process.poll() is None and journal_bytes(tmp_path / "part") < point:
            assert time.monotonic() < until
            time.sleep(0.001)
        process.kill()
        process.communicate(timeout=PATIENCE)
    finish(start(real_class, tmp_path / "part", "--resume"))
    assert written(tmp_path / "part") == written(tmp_path / "whole")


def killing_marker(place: Path, always: bool):
    """A marker that kills its own process at the submission `killer`: once, or always."""

    def mark(found, work):
        import os
        import signal
        import time

        from grader.cohort.work import Outcome

        flag = place / "killed"
        if found.name == "killer" and (always or not flag.exists()):
            flag.write_text("")
            time.sleep(1)  # Dask's nanny gives up a worker that dies while it is being started
            os.kill(os.getpid(), signal.SIGKILL)
        return Outcome(found, "graded", found.name, "", 0.0)

    return mark


FOUND = [Found(name, Path(name)) for name in ("a", "b", "killer", "c", "d", "e")]


def kinds(pool, marker):
    running = Running()
    found = {one.found.name: one.kind for one in outcomes(FOUND, WORK, pool, running, marker)}
    assert not running.found
    return found


@pytest.mark.filterwarnings("ignore:A worker stopped while some jobs:UserWarning")
@pytest.mark.parametrize("always", [False, True])
def test_killed_process_costs_nobody_else_anything(tmp_path, always):
    """Killed once, the submission is marked by another; killed each time, it is a line."""
    found = kinds(local_pool(2), killing_marker(tmp_path, always))
    assert found == dict.fromkeys("abcde", "graded") | {"killer": "failed" if always else "graded"}


@pytest.mark.parametrize("always", [False, True])
def test_killed_dask_worker_costs_nobody_else_anything(tmp_path, always):
    """As with processes."""
    pytest.importorskip("distributed", reason="needs nnviz-classroom[cluster]")
    from grader.cohort.cluster import LOCAL, cluster_pool, demands

    told = []
    with cluster_pool(LOCAL, 2, demands(tmp_path, WORK), told.append) as pool:
        found = kinds(pool, killing_marker(tmp_path, always))
    assert found == dict.fromkeys("abcde", "graded") | {"killer": "failed" if always else "graded"}
    assert told == []


def test_dask_gives_the_same_bytes_with_a_worker_killed(real_class, tmp_path):
    """As one process alone, though a worker is killed after the third submission."""
    pytest.importorskip("distributed", reason="needs nnviz-classroom[cluster]")
    from grader.cohort.cluster import LOCAL, cluster_pool, demands
    from grader.cohort.pool import Pool
    from grader.cohort.run import ClassJob, grade_class

    class Kills(Silent):
        def advance(self, line, running):
            super().advance(line, running)
            if len(self.lines) == 3:
                os.kill(pids[0], signal.SIGKILL)

    job = ClassJob(real_class, tmp_path / "one", WORK)
    grade_class(job, Pool(1), Silent())
    with cluster_pool(LOCAL, 2, demands(real_class, WORK), print) as pool:
        client, _ = pool.setting.args
        pids = list(client.run(os.getpid).values())
        grade_class(replace(job, out=tmp_path / "dask"), pool, Kills())
    assert written(tmp_path / "dask") == written(tmp_path / "one")


def test_worker_that_lacks_something_gets_no_work(tmp_path):
    """Where no worker may grade, nothing is begun, and each is told of with the reason."""
    pytest.importorskip("distributed", reason="needs nnviz-classroom[cluster]")
    from grader.cohort.cluster import LOCAL, cluster_pool, demands
    from nnviz.errors import InputError

    told = []
    wanted = replace(demands(tmp_path, WORK), version="99")
    with (
        pytest.raises(InputError, match="none of its workers can do the work"),
        cluster_pool(LOCAL, 1, wanted, told.append),
    ):
        pass
    assert len(told) == 1
    assert "has nnviz" in told[0]
