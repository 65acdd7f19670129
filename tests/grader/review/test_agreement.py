"""Agreement of two markers, and marks that come from two machines."""

from fractions import Fraction

import pytest

from grader.human_marks import Mark, append_mark, decide, marks_file, read_marks
from grader.review.agreement import agreements, bring_in


def mark(student, points, marker, second=0, **more):
    time = f"2026-01-01T00:00:{second:02}+00:00"
    return Mark(student, "2", "2.1 text", Fraction(points), Fraction(2), marker, time, **more)


def test_kappa_by_hand():
    """Cohen's example with 50 items: 20 both yes, 15 both no, 5 and 10 apart.

    Observed 0.7, by chance 0.5: kappa 0.4 (Wikipedia, "Cohen's kappa", simple example).
    """
    table = [(2, 2)] * 20 + [(2, 0)] * 5 + [(0, 2)] * 10 + [(0, 0)] * 15
    marks = [mark(f"s{n}", a, "ada") for n, (a, _) in enumerate(table)]
    marks += [mark(f"s{n}", b, "bob") for n, (_, b) in enumerate(table)]
    (pair,) = agreements(marks)
    assert (pair.common, pair.same) == (50, 35)
    assert pair.kappa == pytest.approx(0.4)


def test_weighted_kappa_forgives_what_is_near():
    """Always half a point apart is little agreement by itself, much with weights."""
    given = [0, 1, 2, 0, 1, 2]
    marks = [mark(f"s{n}", p, "ada") for n, p in enumerate(given)]
    marks += [
        mark(f"s{n}", min(Fraction(2), p + Fraction(1, 2)), "bob") for n, p in enumerate(given)
    ]
    (pair,) = agreements(marks)
    assert pair.kappa < 0.3 < 0.8 < pair.weighted


def test_agreement_without_a_choice_is_no_kappa():
    """All the same points say nothing; nor does nothing in common, or another answer."""
    marks = [mark(f"s{n}", 2, marker) for n in range(5) for marker in ("ada", "bob")]
    assert agreements(marks)[0].kappa is None
    apart = [mark("a", 1, "ada"), mark("b", 1, "bob")]
    assert agreements(apart)[0].common == 0
    other = [mark("a", 1, "ada", answer="x"), mark("a", 1, "bob", answer="y")]
    assert agreements(other)[0].common == 0


def test_marks_of_two_machines_come_together(tmp_path):
    """One marker's files are joined by time; twice changes nothing; the last word counts."""
    here, there = tmp_path / "here", tmp_path / "there"
    append_mark(marks_file(here, "ada"), mark("s", 2, "ada", second=5))
    append_mark(marks_file(there, "ada"), mark("s", 1, "ada", second=1))
    append_mark(marks_file(there, "ada"), mark("t", 1, "ada", second=9))
    files = [marks_file(there, "ada")]
    assert bring_in(here, files)[0] == {"ada": 2}
    assert bring_in(here, files)[0] == {"ada": 0}
    marks, _ = read_marks(marks_file(here, "ada"))
    assert [m.student for m in marks] == ["s", "s", "t"]
    assert decide(marks).marks["s", "2", "2.1 text"].points == 2


def test_command_lists_conflicts_and_ends_with_1(tmp_path, capsys):
    """Two markers who differ, then one final word."""
    from nnviz.cli import main

    append_mark(marks_file(tmp_path, "ada"), mark("s", 2, "ada"))
    append_mark(tmp_path / "sent" / "marks-bob.jsonl", mark("s", 1, "bob"))
    words = ["marks", str(tmp_path), str(tmp_path / "sent" / "marks-bob.jsonl")]
    assert main(words) == 1
    out = capsys.readouterr().out
    assert "1 new marks of bob" in out
    assert "s, problem 2, 2.1 text: ada 2, bob 1 points" in out
    append_mark(marks_file(tmp_path, "ada"), mark("s", 2, "ada", second=9, final=True))
    assert main(words) == 0
    assert "1 items settled, 0 in conflict" in capsys.readouterr().out
