"""A class is graded the same, however often it is stopped, in any order, by any number."""

import random

import pytest

from grader.cohort.journal import read_lines
from grader.cohort.pool import Pool
from grader.cohort.register import read_register
from grader.cohort.roster import read_roster
from nnviz.errors import InputError
from tests.grader.cohort.conftest import Silent, quick_marker, written

ANSWERS = {f"s{n:02}": f'student = "{n % 9}" # {n}' for n in range(12)} | {"sx": '"x" broken'}
"""Thirteen submissions: three students handed in twice, and one can't be read."""


class Stopped(Exception):
    """What stands for a kill: raised between two submissions."""


class StopsAfter(Silent):
    """A watch that stops the run after so many submissions."""

    def __init__(self, count):
        super().__init__()
        self.count = count

    def advance(self, line, running):
        super().advance(line, running)
        if len(self.lines) == self.count:
            raise Stopped


@pytest.mark.parametrize("stop", range(1, 13))
def test_resumed_run_gives_the_same_bytes(make_class, grade_into, tmp_path, stop):
    """Stopped after any submission, the journal cut anywhere after its first line."""
    folder = make_class(ANSWERS)
    grade_into(folder, "whole")
    with pytest.raises(Stopped):
        grade_into(folder, "part", watch=StopsAfter(stop))
    journal = tmp_path / "part" / "journal.jsonl"
    content = journal.read_bytes()
    journal.write_bytes(content[: len(content) - random.Random(stop).randrange(200)])
    grade_into(folder, "part", resume=True)
    assert written(tmp_path / "part") == written(tmp_path / "whole")
    assert {line.name for line in read_lines(tmp_path / "part")} == ANSWERS.keys()


def test_order_does_not_matter(make_class, grade_into, tmp_path, monkeypatch):
    """Of two submissions of one student the same one counts, whichever is marked first."""
    folder = make_class(ANSWERS)
    grade_into(folder, "one")
    monkeypatch.setattr(
        "grader.cohort.run.outcomes",
        lambda todo, work, pool, running, marker: (marker(one, work) for one in reversed(todo)),
    )
    grade_into(folder, "other")
    assert written(tmp_path / "one") == written(tmp_path / "other")


def test_processes_give_the_same_bytes(make_class, grade_into, tmp_path):
    """Threads stand for them here: outcomes come in any order."""
    from functools import partial

    from joblib import parallel_config

    folder = make_class(ANSWERS)
    grade_into(folder, "one")
    grade_into(folder, "other", pool=Pool(4, partial(parallel_config, backend="threading")))
    assert written(tmp_path / "one") == written(tmp_path / "other")


def test_the_latest_counts(make_class, grade_into, tmp_path):
    """And what is said of the other one is which counts instead."""
    folder = make_class({"a": '"ann" 1', "b": '"ann" 2'})
    import os

    os.utime(folder / "a" / "answers.toml", (2e9, 2e9))
    grade_into(folder)
    rows = {row.name: row for row in read_register(tmp_path / "out").submissions}
    assert rows["b"].counts_instead == "a"
    assert rows["a"].counts_instead == ""


def test_what_can_not_be_read_never_counts_instead(make_class, grade_into, tmp_path):
    """A broken zip handed in later doesn't cost the one before."""
    folder = make_class({"a": '"ann" 1', "b": '"ann" broken'})
    grade_into(folder)
    rows = {row.name: row for row in read_register(tmp_path / "out").submissions}
    assert rows["b"].counts_instead == "a"


def test_one_disaster_is_one_line(make_class, grade_into, tmp_path):
    """The others are graded; it is told, and is in class.json."""
    register, watch = grade_into(make_class(ANSWERS))
    assert [(line.name, line.message) for line in watch.lines if line.kind != "graded"] == [
        ("sx", "is broken")
    ]
    assert register.counted == 10


def test_what_changed_or_lost_its_files_is_marked_again(make_class, grade_into, tmp_path):
    """The rest isn't, and keeps what regrading made of it."""
    folder = make_class({name: f'"{name}"' for name in "abcde"})
    grade_into(folder)
    (folder / "a" / "answers.toml").write_text('"a" more')
    (tmp_path / "out" / "b" / "grade.json").unlink()
    (tmp_path / "out" / "c" / "grade.json").write_text("regraded")
    _, watch = grade_into(folder, resume=True)
    assert [line.name for line in watch.lines] == ["a", "b"]
    assert (tmp_path / "out" / "c" / "grade.json").read_text() == "regraded"


def test_what_failed_by_our_fault_is_tried_again(make_class, grade_into):
    """A grader's error or a killed worker is no verdict on the student."""
    from dataclasses import replace

    folder = make_class({"a": '"a"', "b": '"b"'})

    def failing(found, work):
        return replace(quick_marker(found, work), kind="failed" if found.name == "a" else "graded")

    grade_into(folder, marker=failing)
    register, watch = grade_into(folder, resume=True)
    assert [line.name for line in watch.lines] == ["a"]
    assert {line.kind for line in register.lines} == {"graded"}


def test_old_grades_are_not_mixed_with_new_ones(make_class, grade_into, tmp_path):
    """Without --resume; and nothing is written into the class's own folder."""
    folder = make_class({"a": '"a"'})
    grade_into(folder)
    with pytest.raises(InputError, match="go on with --resume"):
        grade_into(folder)
    with pytest.raises(InputError, match="inside the class's folder"):
        grade_into(folder, "class/out")


def test_roster_tells_who_is_missing(make_class, grade_into, tmp_path):
    """And who is on it under another name, and who is not on it."""
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name,login\n1,Ann A,ann\n2,Ben B,ben\n")
    folder = make_class({"ann": '"somebody"', "eve": '"eve"'})
    register, _ = grade_into(folder, roster=read_roster(roster))
    assert [entry.student for entry in register.absent] == ["2"]
    assert register.unknown == ("eve",)
    found = read_register(tmp_path / "out")
    assert {row.name: row.student for row in found.submissions} == {"ann": "1", "eve": "eve"}


def test_full_disk_stops_with_one_line(make_class, grade_into, tmp_path, monkeypatch):
    """And the run goes on from there when there is room."""
    folder = make_class({name: f'"{name}"' for name in "abc"})
    grade_into(folder, "whole")
    from grader.cohort import run

    real, count = run.write_whole, iter(range(9))

    def full(path, content):
        if next(count) == 1:
            raise InputError(f"{path}: can't be written (No space left on device)")
        real(path, content)

    monkeypatch.setattr(run, "write_whole", full)
    with pytest.raises(InputError, match="No space left"):
        grade_into(folder)
    _, watch = grade_into(folder, resume=True)
    assert watch.begun == (3, 1)
    assert written(tmp_path / "out") == written(tmp_path / "whole")
