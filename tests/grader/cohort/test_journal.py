"""The journal keeps every whole line, whatever happens to the last one."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.cohort.journal import SCHEMA, Header, Journal, Line, read_header, read_lines
from nnviz.errors import InputError

HEADER = Header(SCHEMA, "assignment1", "abc", "0")
LINES = [Line(f"s{n}", "graded", f"ann{n}", points=n / 4, code=((n, 1),)) for n in range(5)]


def fill(folder, lines=LINES):
    with Journal(folder, HEADER) as journal:
        for line in lines:
            journal.append(line)
    return folder / "journal.jsonl"


def test_what_is_appended_is_read(tmp_path):
    """Also by a second run that goes on."""
    fill(tmp_path, LINES[:2])
    fill(tmp_path, LINES[2:])
    assert list(read_lines(tmp_path)) == LINES
    assert read_header(tmp_path) == HEADER


@given(cut=st.integers(0, 10_000))
def test_cut_anywhere_it_goes_on(tmp_path_factory, cut):
    """Whole lines are kept, the cut one is as if never written, and appending works."""
    folder = tmp_path_factory.mktemp("journal")
    path = fill(folder)
    content = path.read_bytes()
    cut %= len(content)
    path.write_bytes(content[:cut])
    whole = max(0, content[:cut].count(b"\n") - 1)
    assert list(read_lines(folder)) == LINES[:whole]
    fill(folder, LINES[whole:])
    assert path.read_bytes() == content


def test_damaged_line_counts_as_not_written(tmp_path):
    """A block of zeros in the middle, as a file system may leave it, costs that line."""
    path = fill(tmp_path)
    lines = path.read_bytes().split(b"\n")
    lines[2] = b"\0" * len(lines[2])
    path.write_bytes(b"\n".join(lines))
    assert list(read_lines(tmp_path)) == [LINES[0], *LINES[2:]]


def test_another_run_is_refused(tmp_path):
    """Grades by two rubrics don't belong into one class; the message says what differs."""
    fill(tmp_path)
    with pytest.raises(InputError, match="another rubric"):
        Journal(tmp_path, Header(SCHEMA, "assignment1", "other", "0"))


def test_two_graders_at_once_are_refused(tmp_path):
    """The second one is told."""
    with (
        Journal(tmp_path, HEADER),
        pytest.raises(InputError, match="another grader is at work here"),
    ):
        Journal(tmp_path, HEADER)


def test_strange_file_is_refused(tmp_path):
    """Nothing is appended to what is no journal."""
    (tmp_path / "journal.jsonl").write_text("my diary\n")
    with pytest.raises(InputError, match="is no journal"):
        Journal(tmp_path, HEADER)


def test_full_disk_is_one_line(tmp_path, monkeypatch):
    """What was written before stays, and the message says how to go on."""
    fill(tmp_path, LINES[:1])

    def full(*_):
        raise OSError(28, "No space left on device")

    with Journal(tmp_path, HEADER) as journal:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(InputError, match=r"No space left.*--resume"):
            journal.append(LINES[1])
