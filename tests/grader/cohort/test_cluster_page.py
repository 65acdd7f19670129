"""The commands of the page on clusters grade a class, with all its machines played by this one."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "cluster.md"

BLOCKS = [
    block
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    if "dask scheduler" in block
]


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def machine(tmp_path):
    """A folder with hand-ins in it, and `nnviz` and `dask` on the path."""
    pytest.importorskip("distributed", reason="needs nnviz-classroom[cluster]")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, module in {"nnviz": "nnviz", "dask": "dask"}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (programs / name).chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run(
        ["nnviz", "new", "assignment1", "hand-ins/ada"],
        cwd=tmp_path,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return tmp_path, environment


@pytest.mark.parametrize("block", BLOCKS, ids=["several machines", "one machine"])
def test_blocks_grade_the_hand_ins(block, machine):
    """A scheduler and workers go on in the background, as on machines of their own."""
    folder, environment = machine
    block = block.replace("//scheduler:", "//127.0.0.1:").replace("/shared/hand-ins", "hand-ins")
    lines = [line for line in block.replace("8786", str(free_port())).splitlines() if line]
    started = []
    try:
        for line in (line for line in lines if line.startswith("dask ")):
            with (folder / f"{len(started)}.log").open("wb") as log:
                started.append(
                    subprocess.Popen(
                        ["sh", "-c", "exec " + line.removesuffix("&")],
                        cwd=folder,
                        env=environment,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
                )
        (grading,) = (line for line in lines if line.startswith("nnviz "))
        done = subprocess.run(
            ["sh", "-c", grading],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )
        logs = "".join((folder / f"{n}.log").read_text()[-1500:] for n in range(len(started)))
        assert done.returncode == 0, done.stdout + done.stderr + logs
        assert "1 of 1 students graded" in done.stdout + done.stderr
    finally:
        for process in reversed(started):
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            process.wait(120)
