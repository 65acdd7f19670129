"""The commands of the page on clusters grade a class, with all its machines played by this one."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.shell import with_programs, without_a_terminal
from tests.test_docs import blocks_of

pytestmark = pytest.mark.slow

PAGE = Path("docs/how-to/cluster.md")
BLOCKS = [block.text for block in blocks_of("sh", PAGE) if "dask scheduler" in block.text]


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def machine(tmp_path):
    """A folder with hand-ins in it, and `nnviz` and `dask` on the path."""
    pytest.importorskip("distributed", reason="needs nnviz-classroom[cluster]")
    environment = with_programs(tmp_path / "bin", "nnviz", "dask")
    code, said = without_a_terminal("nnviz new assignment1 hand-ins/ada", tmp_path, environment)
    assert code == 0, said
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
        code, said = without_a_terminal(grading, folder, environment)
        logs = "".join((folder / f"{n}.log").read_text()[-1500:] for n in range(len(started)))
        assert code == 0, said + logs
        assert "1 of 1 students graded" in said
    finally:
        for process in reversed(started):
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            process.wait(120)
