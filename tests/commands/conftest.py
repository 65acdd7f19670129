"""What tests of the commands share: a grade that is made once for a file of tests."""

import shutil

import pytest


@pytest.fixture
def graded(one_grade, tmp_path, monkeypatch):
    """A copy of the file's `one_grade`, as the current folder."""
    shutil.copytree(one_grade, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path
