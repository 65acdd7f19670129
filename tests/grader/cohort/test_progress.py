"""What a person sees while a class is graded, on a terminal and in a log."""

import io

import pytest
from rich.console import Console

from grader.cohort.journal import Line
from grader.cohort.progress import Progress


@pytest.fixture(params=[True, False], ids=["terminal", "log"])
def shown(request):
    """A console and what it has shown."""
    file = io.StringIO()
    return Console(file=file, force_terminal=request.param, width=100, highlight=False), file


def test_references_are_told_of_before_any_student(shown):
    """What is waited for, and that it is kept."""
    console, file = shown
    with Progress(console) as progress:
        progress.prepare("tanh", 1, 3)
        progress.prepare("relu", 2, 3)
        progress.begin(2, 0)
        progress.advance(Line("ann", "graded", "ann"), ["ben"])
    told = file.getvalue()
    assert "running the references of claims, once: " in told
    assert ("relu, 2 of 3" in told) is console.is_terminal


def test_what_failed_stays_on_the_screen(shown):
    """The name and the reason, both harmless."""
    console, file = shown
    with Progress(console) as progress:
        progress.begin(2, 1)
        progress.advance(Line("a\x1b[2Jb", "refused", "ab", message="is damaged"), [])
        assert progress.status().startswith("2 of 2, 1 not graded")
    told = file.getvalue()
    assert "1 of 2 submissions were marked before" in told
    assert "refused: is damaged" in told
    assert "\x1b[2J" not in told


def test_other_machines_are_told_of_in_one_line():
    """Nobody knows here how far they are."""
    file = io.StringIO()
    with Progress(Console(file=file, width=100)) as progress:
        progress.prepare("", 0, 0)
    assert file.getvalue().startswith("each machine runs the references of claims, once")
