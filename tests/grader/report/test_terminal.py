"""The table says what the grade says, in words as well, and prints nothing that acts."""

import io
import unicodedata
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from grader.report.terminal import print_grade
from grader.report.text import VERDICTS, visible
from grader.results import Verdict
from tests.grader.report.test_json import make_grade


def printed(grade, **options):
    console = Console(file=io.StringIO(), width=100, **options)
    print_grade(grade, console)
    return console.file.getvalue()


def test_every_verdict_has_words():
    """None is shown by colour alone."""
    assert set(VERDICTS) == set(get_args(Verdict))
    assert len({one.text for one in VERDICTS.values()}) == len(VERDICTS)


def test_table_shows_points_verdicts_and_messages():
    """The cell, what was typed, the verdict, points of how many, why; then the sum."""
    text = printed(make_grade())
    row = next(line for line in text.splitlines() if line.startswith("a21"))
    assert row.split() == ["a21", "-4", "✓", "carried", "forward", "0.25", "/", "0.5", "ok"]
    assert "Problem 1: Table — 0.5 of 1" in text
    assert "Extra credit: More — 0 of 3" in text
    assert "look at a21" in text
    assert "0.5 of 1 points so far; 3 wait for a person" in text
    assert "no code of the submission was run" in text


def test_no_colour_where_none_is_wanted(monkeypatch):
    """NO_COLOR is heard, and the words stay."""
    monkeypatch.setenv("NO_COLOR", "1")
    text = printed(make_grade(), force_terminal=True)
    assert "[32m" not in text
    assert "✓ carried forward" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 你 ✓", "plain ü 你 ✓"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\u202eb", r"a\u202eb"),
        ("a\nb\t", r"a\nb\t"),
        ("\x9b31m", r"\x9b31m"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_would_act_is_spelled_out(text, shown):
    """Escape sequences, right-to-left marks, line breaks."""
    assert visible(text) == shown


@given(st.text())
def test_visible_text_holds_no_control_characters(text):
    """Whatever the student wrote."""
    acting = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    found = {unicodedata.category(one) for one in visible(text) if one not in "\u200c\u200d"}
    assert not found & acting


def test_long_text_is_cut():
    """A million digits take one line's worth."""
    assert visible("9" * 10**6, 10) == "999999999…"


def test_students_text_is_no_markup_and_no_escape():
    """Names and messages come from strangers."""
    text = printed(make_grade(student="[red]\x1b[31mann", message="[link=x]\x1b]0;title\x07"))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert r"[red]\x1b[31mann" in text
    assert "[link=x]" in text
