"""Promises of new files: whole or not at all, and never over an old one."""

import os

import pytest

from nnviz.errors import InputError
from nnviz.newfile import new_file, write_new


def test_a_new_file_is_there_whole_and_nothing_else(tmp_path):
    write_new(tmp_path / "a.txt", b"all of it")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a.txt": b"all of it"}


def test_a_file_that_is_there_is_refused_and_stays_as_it_is(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"old")
    with pytest.raises(InputError, match="exists already"):
        write_new(tmp_path / "a.txt", b"new")
    assert (tmp_path / "a.txt").read_bytes() == b"old"


def test_one_that_appears_while_it_is_written_is_not_overwritten_either(tmp_path):
    def write():
        with new_file(tmp_path / "a.txt") as draft:
            draft.write_bytes(b"new")
            (tmp_path / "a.txt").write_bytes(b"somebody else's")

    with pytest.raises(InputError, match="exists already"):
        write()
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"somebody else's"]


def test_where_links_are_not_possible_it_is_renamed(tmp_path, monkeypatch):
    def no_links(*names):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    write_new(tmp_path / "a.txt", b"all of it")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    with pytest.raises(InputError, match="exists already"):
        write_new(tmp_path / "a.txt", b"new")


@pytest.mark.parametrize("what", [OSError(28, "No space left on device"), ValueError()])
def test_what_fails_half_way_leaves_nothing(tmp_path, what):
    def write():
        with new_file(tmp_path / "a.txt") as draft:
            draft.write_bytes(b"half")
            raise what

    with pytest.raises((InputError, ValueError)):
        write()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(InputError, match="can't be written: No such file"):
        write_new(tmp_path / "none" / "a.txt", b"")


def test_a_link_that_leads_nowhere_counts_as_there(tmp_path):
    (tmp_path / "a.txt").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="exists already"):
        write_new(tmp_path / "a.txt", b"new")
