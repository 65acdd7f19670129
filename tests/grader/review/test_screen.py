"""The review screen by its keys, at the smallest size."""

import pytest
from textual.widgets import Static

from grader.human_marks import load_marks
from grader.review.screen import ReviewApp

SMALL, LARGE = (80, 24), (160, 50)


def text(app, place):
    return str(app.query_one(place, Static).render())


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_keys_mark_and_go_on(desk_of, graded, size):
    """1 and 2 tick, - takes half a point, Enter gives; names stay hidden."""
    desk = desk_of("ada")
    first = desk.sheet.student
    app = ReviewApp(desk)
    async with app.run_test(size=size) as pilot:
        assert f"{first} on 2.1" in text(app, "#text")
        assert first not in text(app, "#heading")
        await pilot.press("1", "2", "minus")
        assert "1.5 of 3 points" in text(app, "#criteria")
        await pilot.press("enter")
        assert "1 of 3 here" in text(app, "#heading")
        assert first not in text(app, "#text")
    (mark,) = load_marks(graded).marks.values()
    assert (mark.student, float(mark.points), len(mark.chosen)) == (first, 1.5, 2)


async def test_comment_is_typed_once_and_chosen_by_number_later(desk_of, graded):
    """Keys that mean something on the screen are letters in the comment."""
    app = ReviewApp(desk_of("ada"))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("c", *"quf1", "enter", "enter", "c", "1", "enter", "enter")
        await pilot.pause()
    assert [mark.comment for mark in load_marks(graded).marks.values()] == ["quf1", "quf1"]


async def test_undo_and_names(desk_of, graded):
    """u goes back; b shows who it is."""
    desk = desk_of("ada")
    first = desk.sheet.student
    app = ReviewApp(desk)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f", "enter", "u", "b")
        assert first in text(app, "#heading")
        assert "3 of 3 points" in text(app, "#criteria")
    assert not load_marks(graded).marks


async def test_everything_on_the_small_screen_is_inside(desk_of):
    """Heading, answer, criteria and keys all have rows of 80 x 24."""
    app = ReviewApp(desk_of("ada"))
    async with app.run_test(size=SMALL):
        for place in ("#heading", "#answer", "#side"):
            region = app.query_one(place).region
            assert region.height >= 2, place
            assert region.bottom <= 24, place


def test_without_a_terminal_it_is_refused(graded, capsys):
    """One line, code 2."""
    from nnviz.cli import main

    assert main(["grade", "--review", str(graded), "--marker", "ada"]) == 2
    assert "--review: needs a terminal" in capsys.readouterr().err
