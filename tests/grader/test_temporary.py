"""Temporary folders end with what uses them, and those of a killed process with the next run."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader import temporary
from grader.temporary import PREFIX, TemporaryFolder, sweep

MAKES_ONE = """
import sys, time, tempfile
tempfile.tempdir = sys.argv[1]
from grader.temporary import TemporaryFolder
folder = TemporaryFolder("submission")
(folder.path / "answers.toml").write_text("a student's")
print(folder.path, flush=True)
time.sleep(600)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The folder in which temporary ones are made."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def names(place):
    return sorted(path.name for path in place.iterdir())


def test_folder_ends_with_what_refers_to_it(place):
    """And nothing of it is left."""
    folder = TemporaryFolder("submission")
    (folder.path / "a").mkdir()
    assert len(names(place)) == 1
    del folder
    assert names(place) == []


def test_folder_of_a_killed_process_is_swept_and_no_other(place):
    """While it lives the lock keeps the folder; after a SIGKILL nothing does."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAKES_ONE, str(place)], stdout=subprocess.PIPE, text=True
    )
    try:
        left = process.stdout.readline().strip()
        (place / "nnviz-other-1").mkdir()
        sweep(older_than=0)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert names(Path(left)) == ["answers.toml"]
        sweep()
        assert len(names(place)) == 2, "it is too young to be swept"
        sweep(older_than=0)
        assert names(place) == ["nnviz-other-1"]
    finally:
        process.kill()
        process.communicate()


def test_link_under_such_a_name_is_not_followed(place):
    """What it points to is somebody's."""
    (place / "mine").mkdir()
    (place / "mine" / "file").write_text("")
    (place / f"{PREFIX}submission-x").symlink_to(place / "mine")
    sweep(older_than=0)
    assert (place / "mine" / "file").exists()


def test_first_folder_of_a_process_sweeps(place, monkeypatch):
    """Whatever is graded next removes what is left, a class or one submission."""
    swept = []
    monkeypatch.setattr(temporary, "sweep", lambda: swept.append(1))
    temporary._sweep_once.cache_clear()
    for _ in range(2):
        TemporaryFolder("submission").remove()
    assert swept == [1]
