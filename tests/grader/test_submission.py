"""A folder from a stranger is read as files inside that folder, or told why not."""

import os

import pytest

from grader.submission import decoded, read_inside, read_submission
from nnviz.errors import InputError

SHEET = {"problem1": ("a21",), "texts": ("2.1",)}


@pytest.fixture
def folder(tmp_path):
    """A submission with one answer."""
    path = tmp_path / "sub"
    path.mkdir()
    (path / "answers.toml").write_text('student = "ann"\n[problem1]\na21 = "-4"\n')
    return path


def test_reads_answers_and_who(folder):
    """The typed answer and the student, with no notes and no code."""
    submission = read_submission(folder, SHEET)
    assert submission.student == "ann"
    assert submission.answer("problem1", "a21") == "-4"
    assert submission.answer("texts", "2.1") == ""
    assert submission.notes == ()
    assert not submission.has_code


@pytest.mark.parametrize("name", ["improvements.py", "work.ipynb"])
def test_code_without_answers_is_a_submission(folder, name):
    """The missing file is told, and the folder's name stands for the student."""
    (folder / "answers.toml").unlink()
    (folder / name).write_text('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}')
    submission = read_submission(folder, SHEET)
    assert submission.has_code
    assert submission.student == "sub"
    assert submission.notes == (
        "answers.toml: there is no such file in the submission",
        "answers.toml: no student is named; taken from the folder's name",
    )


def test_what_is_no_submission_is_refused(folder, tmp_path):
    """A folder with neither, a file, nothing at all: one line each."""
    with pytest.raises(InputError, match=r"holds neither answers\.toml, improvements\.py nor"):
        read_submission(tmp_path, SHEET)
    with pytest.raises(InputError, match="is not a folder"):
        read_submission(folder / "answers.toml", SHEET)
    with pytest.raises(InputError, match="there is no such folder"):
        read_submission(tmp_path / "nobody", SHEET)


@pytest.mark.parametrize(
    ("content", "text", "is_unicode"),
    [
        ("größer".encode(), "größer", True),
        ("größer".encode("utf-8-sig"), "größer", True),
        ("größer".encode("utf-16"), "größer", True),
        ("größer".encode("latin-1"), "größer", False),
        (b"\x81\x8d", "\x81\x8d", False),
        (b"\xff\xfex", "ÿþx", False),
    ],
)
def test_any_encoding_is_read(content, text, is_unicode):
    """UTF-8, with or without a byte order mark, UTF-16, and what Windows wrote before."""
    assert decoded(content) == (text, is_unicode)


def test_latin_1_is_noted(folder):
    """The answers are read all the same."""
    (folder / "answers.toml").write_bytes('student = "jörg"\n'.encode("latin-1"))
    submission = read_submission(folder, SHEET)
    assert submission.student == "jörg"
    assert submission.notes == (
        "answers.toml: is not UTF-8; read as Windows-1252. Save it as UTF-8",
    )


def test_file_is_read_up_to_a_size(folder):
    """What stands in the first megabyte counts, and the rest costs no memory."""
    with (folder / "answers.toml").open("a") as stream:
        stream.write("# nothing\n" * 200_000)
    submission = read_submission(folder, SHEET)
    assert submission.answer("problem1", "a21") == "-4"
    assert submission.notes == ("answers.toml: is larger than 1 MB; only the first MB is read",)


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "link",
        "folder-link/secret",
        "/etc/passwd",
        "sub/../../secret",
        "pipe",
        "loop",
        "folder",
        "nothing",
        "x" * 5000,
        "a\0b",
        "",
    ],
)
def test_nothing_but_regular_files_inside_is_opened(folder, tmp_path, name):
    """Paths and links that lead out, pipes, folders, circles of links, impossible names."""
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "folder-link").symlink_to(tmp_path)
    (folder / "loop").symlink_to("loop")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    with pytest.raises(InputError, match=r"leads out|regular file|can't be read|no such file"):
        read_inside(folder, name, 100)


def test_link_inside_the_submission_is_followed(folder):
    """It does no harm."""
    (folder / "alias.toml").symlink_to("answers.toml")
    assert read_inside(folder, "alias.toml", 9) == b"student ="


def test_answers_that_are_a_link_out_are_not_read(folder, tmp_path):
    """A student can't hand in another one's file by a link."""
    (folder / "answers.toml").rename(tmp_path / "others.toml")
    (folder / "answers.toml").symlink_to(tmp_path / "others.toml")
    submission = read_submission(folder, SHEET)
    assert submission.answer("problem1", "a21") == ""
    assert "answers.toml: leads out of the submission" in submission.notes


def test_code_that_is_a_link_is_no_code(folder, tmp_path):
    """Somebody else's file is not this student's."""
    (tmp_path / "others.py").write_text("x = 1")
    (folder / "improvements.py").symlink_to(tmp_path / "others.py")
    assert not read_submission(folder, SHEET).has_code


def test_hash_is_over_names_and_contents(folder):
    """It changes with a file's content or name, and not with caches or hidden folders."""
    before = read_submission(folder, SHEET).input_hash
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_text("x")
    assert read_submission(folder, SHEET).input_hash == before
    (folder / "improvements.py").write_text("x = 1")
    changed = read_submission(folder, SHEET).input_hash
    (folder / "improvements.py").rename(folder / "other.py")
    assert len({before, changed, read_submission(folder, SHEET).input_hash}) == 3


def test_nothing_of_a_submission_runs(folder, tmp_path):
    """Reading a folder full of modules imports none of them."""
    for name in ("improvements", "numpy", "sitecustomize"):
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    read_submission(folder, SHEET)
    assert not (tmp_path / "ran").exists()
