"""Temporary folders end with what uses them, and those of a killed process with the next run."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader import leftovers
from grader.leftovers import TemporaryFolder, sweep

MAKES_ONE = """
import sys, time, tempfile
tempfile.tempdir = sys.argv[1]
from grader.leftovers import TemporaryFolder
folder = TemporaryFolder()
(folder.path / "answers.toml").write_text("a student's")
print(folder.path, flush=True)
time.sleep(600)
"""


@pytest.fixture
def old(monkeypatch):
    """Folders are old enough to be swept as soon as they are made."""
    monkeypatch.setattr(leftovers, "SECONDS_TO_LOCK", 0.0)


def test_folder_ends_with_what_refers_to_it(tmp_path, monkeypatch):
    """And nothing of it is left."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = TemporaryFolder()
    (folder.path / "a").mkdir()
    assert len(list(tmp_path.iterdir())) == 1
    del folder
    assert list(tmp_path.iterdir()) == []


def test_folder_of_a_killed_process_is_swept_and_no_other(tmp_path, old):
    """While it lives the lock keeps the folder; after a SIGKILL nothing does."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAKES_ONE, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        left = process.stdout.readline().strip()
        (tmp_path / "nnviz-other-1").mkdir()
        assert sweep(tmp_path) == 0
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert [path.name for path in Path(left).iterdir()] == ["answers.toml"]
        assert sweep(tmp_path) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["nnviz-other-1"]
    finally:
        process.kill()
        process.communicate()


def test_young_folder_is_left_alone(tmp_path):
    """Its maker may be about to lock it."""
    path = tmp_path / "nnviz-submission-x"
    path.mkdir()
    assert sweep(tmp_path) == 0
    assert time.time() - path.stat().st_ctime < leftovers.SECONDS_TO_LOCK


def test_link_under_such_a_name_is_not_followed(tmp_path, old):
    """What it points to is somebody's."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("")
    (tmp_path / "nnviz-submission-x").symlink_to(tmp_path / "mine")
    assert sweep(tmp_path) == 0
    assert (tmp_path / "mine" / "file").exists()
