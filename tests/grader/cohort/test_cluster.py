"""A real Dask cluster on this machine: a scheduler and workers as processes of their own, by TCP.

Workers on 127.0.0.1 and on 127.0.0.2 stand for two hosts.
"""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from grader.sandbox import choose_sandbox
from nnviz.cli import main
from nnviz.errors import InputError
from tests.grader.cohort.conftest import written
from tests.grader.sandbox.test_hostile_class import RUBRIC, SOLUTIONS

pytestmark = pytest.mark.slow

STUDENTS = 10
PATIENCE = 300.0


@pytest.fixture
def assignment(tmp_path):
    """An assignment of one function, which is only run in a sandbox with namespaces."""
    pytest.importorskip("distributed", reason="needs nnviz-classroom[cluster]")
    try:
        choose_sandbox("namespaces")
    except InputError as error:
        pytest.skip(str(error))
    folder = tmp_path / "assignment"
    folder.mkdir()
    (folder / "rubric.toml").write_text(RUBRIC.replace('"landlock"', '"namespaces"'))
    return folder


@pytest.fixture
def hand_ins(tmp_path):
    """Students who are right, and every third who left the slope out."""
    folder = tmp_path / "hand-ins"
    right = (SOLUTIONS / "textbook.py").read_text()
    wrong = "import numpy as np\n\ndef sigmoid(z, k=1):\n    return 0.5 * (1 + np.tanh(0.5 * z))\n"
    for number in range(STUDENTS):
        place = folder / f"s{number}"
        place.mkdir(parents=True)
        (place / "improvements.py").write_text(right if number % 3 else wrong)
        (place / "answers.toml").write_text(f'student = "s{number}"\n')
    return folder


@pytest.fixture
def cluster(tmp_path):
    """Return the scheduler's address, and a function that starts workers on one host."""
    pytest.importorskip("distributed", reason="needs nnviz-classroom[cluster]")
    about, started = tmp_path / "scheduler.json", []

    def start(program, *words, **environment):
        log = (tmp_path / f"{program}-{len(started)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{program}", *words],
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
            cwd=tmp_path,
        )
        log.close()
        started.append(process)
        return process

    def worker(count, host="127.0.0.1", **environment):
        words = ["--host", host, "--nworkers", str(count), "--nthreads", "1", "--memory-limit", "0"]
        words += ["--no-dashboard", "--local-directory", str(tmp_path / host)]
        return start("worker", address, *words, **environment)

    start(
        *("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
        *("--scheduler-file", str(about)),
    )
    wait_for(about.exists)
    wait_for(lambda: about.read_text().strip().endswith("}"))
    address = json.loads(about.read_text())["address"]
    assert address.startswith("tcp://")
    yield address, worker
    for process in reversed(started):
        process.terminate()
    for process in started:
        try:
            process.wait(120)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(there):
    until = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < until
        time.sleep(0.05)


def wait_for_workers(address, count):
    from distributed import Client

    with Client(address, timeout=30, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=PATIENCE)


def grade(hand_ins, assignment, out, *more):
    words = ["grade", str(hand_ins), "--assignment", str(assignment), "--out", str(out)]
    return subprocess.Popen(
        [sys.executable, "-m", "nnviz", *words, "--seed", "1", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def journalled(out):
    path = out / "journal.jsonl"
    return len(path.read_bytes().splitlines()) - 1 if path.exists() else 0


def test_cluster_gives_the_same_bytes_with_a_worker_killed(hand_ins, assignment, cluster, tmp_path):
    """As processes of this machine; a worker gets SIGKILL after the second submission."""
    import psutil

    local = grade(hand_ins, assignment, tmp_path / "local", "--jobs", "2")
    assert local.wait(PATIENCE) == 0, local.communicate()[1]
    local.communicate()
    address, worker = cluster
    nannies = worker(2)
    wait_for_workers(address, 2)
    workers = [
        one for one in psutil.Process(nannies.pid).children(recursive=True) if is_worker(one)
    ]
    assert len(workers) == 2
    run = grade(hand_ins, assignment, tmp_path / "dask", "--cluster", address)
    wait_for(lambda: journalled(tmp_path / "dask") >= 2 or run.poll() is not None)
    assert run.poll() is None, "the class was done before a worker could be killed"
    workers[0].send_signal(signal.SIGKILL)
    out, errors = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, errors
    assert f"{STUDENTS} of {STUDENTS} students graded" in out
    workers[0].wait(PATIENCE)
    assert written(tmp_path / "dask") == written(tmp_path / "local")
    points = [
        json.loads(path.read_bytes())["points"] for path in (tmp_path / "dask").glob("*/grade.json")
    ]
    assert sorted(set(points)) == [0, 1]


def is_worker(process):
    """Whether this is a worker's own process, which its nanny spawned: not a helper of Python's."""
    return "spawn_main" in " ".join(process.cmdline())


def test_scheduler_without_workers_ends_the_run_and_says_how_to_start_one(
    hand_ins, assignment, cluster, tmp_path, monkeypatch, capsys
):
    """After the time in which one that was just started would have joined."""
    address, _ = cluster
    monkeypatch.setattr("grader.cohort.cluster.SECONDS_TO_JOIN", 0.5)
    words = ["grade", str(hand_ins), "--assignment", str(assignment), "--cluster", address]
    assert main([*words, "--out", str(tmp_path / "out")]) == 2
    errors = capsys.readouterr().err
    assert "no worker has joined within 0.5 s" in errors
    assert f"dask worker {address}" in errors
    assert not (tmp_path / "out").exists()


def test_worker_without_the_sandbox_gets_no_work(hand_ins, assignment, cluster, tmp_path):
    """Its host forbids user namespaces: it refuses what the rubric doesn't permit, and says why.

    Alone it ends the run before anything is begun; beside an able host, that one does everything.
    """
    address, worker = cluster
    program = tmp_path / "programs" / "bwrap"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\necho bwrap: No permissions to create new namespace >&2\nexit 1\n"
    )
    program.chmod(0o755)
    worker(1, "127.0.0.2", PATH=f"{program.parent}:{os.environ['PATH']}")
    wait_for_workers(address, 1)
    run = grade(hand_ins, assignment, tmp_path / "out", "--cluster", address)
    _, errors = run.communicate(timeout=PATIENCE)
    assert run.returncode == 2
    assert "none of its workers can do the work" in errors
    assert errors.count("gets no work") == 1
    assert "the rubric asks for isolation by namespaces" in errors
    assert not (tmp_path / "out").exists()
    worker(1)
    wait_for_workers(address, 2)
    run = grade(hand_ins, assignment, tmp_path / "out", "--cluster", address)
    _, errors = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, errors
    assert errors.count("gets no work") == 1
    assert "127.0.0.1" not in errors
    grades = [json.loads(path.read_bytes()) for path in (tmp_path / "out").glob("*/grade.json")]
    assert len(grades) == STUDENTS
    assert all(grade["isolation"][0].startswith("bubblewrap") for grade in grades)
