"""The review screen by its keys, at the smallest size."""

import json

import pytest
from PIL import Image
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


async def test_our_own_runs_stand_beside_and_are_drawn(desk_of, graded):
    """The curves of this part first; without any the key says why. Our numbers are in the claim."""
    path = graded / desk_of("ada").sheet.student / "grade.json"
    grade = json.loads(path.read_bytes())
    grade["figures"] = [{"file": "figure-1.png", "title": "mine"}]
    for part in ("1.9", "2.1", "4"):
        figure = {
            "file": f"curves-{part.replace('.', '-')}.png",
            "title": f"{part} beside",
            "part": part,
        }
        grade["figures"].append(figure)
        Image.new("RGB", (40, 20), "red").save(path.parent / figure["file"])
    path.write_text(json.dumps(grade))
    desk = desk_of("ada")
    assert [title for title, _ in desk.figures] == ["mine"]
    assert [title for title, _ in desk.own_runs] == ["2.1 beside", "1.9 beside", "4 beside"]
    app = ReviewApp(desk)
    async with app.run_test(size=SMALL) as pilot:
        assert "Our own runs (r)" in text(app, "#runs")
        await pilot.press("r")
        assert "2.1 beside  (1 of 3)" in str(app.screen.query_one("#title", Static).render())
        assert "▀" in str(app.screen.query_one("#picture", Static).render())
        await pilot.press("r")
        assert "1.9 beside  (2 of 3)" in str(app.screen.query_one("#title", Static).render())
        await pilot.press("escape", "right", "r")
        assert not app.screen_stack[1:], "nothing was run for the next one"


async def test_claim_is_shown_with_what_our_run_reached(desk_of, graded):
    """Claimed and reached, and the runs with neighbouring values, one under the other."""
    desk = desk_of("ada")
    path = graded / desk.sheet.student / "grade.json"
    grade = json.loads(path.read_bytes())
    (item,) = [i for p in grade["problems"] for i in p["items"] if i["id"] == "2.1 claim"]
    item |= {
        "verdict": "failed",
        "typed": "experiments/mine.toml at iteration 20: train accuracy 99",
        "message": "not reproduced: ours at iteration 20: 25.87 % training",
        "evidence": [["neighbours", "learning_rate x 0.5: 16.13 %"]],
    }
    path.write_text(json.dumps(grade))
    app = ReviewApp(desk_of("ada"))
    async with app.run_test(size=LARGE):
        lines = [line.strip() for line in text(app, "#runs").splitlines()]
    assert lines == [
        "2.1 claim ✗ failed",
        "claims experiments/mine.toml at iteration 20: train accuracy 99",
        "not reproduced: ours at iteration 20: 25.87 % training",
        "neighbours: learning_rate x 0.5: 16.13 %",
    ]


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
