"""A lesson is solved as a student solves it: looking, stepping, answering, proven on a fork."""

import pytest

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.timeline import Timeline
from nnviz.lessons import Lesson, find_lesson
from nnviz.tui.drawing.look import Look
from nnviz.tui.lessons.app import LessonApp
from nnviz.tui.text_screen import TextScreen

from ..helpers import at, seen, typed, until


def lesson_app(name):
    """The lesson with fewer units, which is quicker and goes wrong in the same way."""
    whole = find_lesson(name)
    lesson = Lesson(name, whole.file, whole.experiment.with_changes({"hidden": (32, 16)}))
    return LessonApp(lambda: Debugger(Timeline(EngineSource(lesson.experiment))), lesson, Look())


def page(app):
    """The title and text of the page over the screen, None where there is none."""
    top = app.screen_stack[-1]
    return f"{top._title}\n{top._text}" if isinstance(top, TextScreen) else None


async def opened(pilot):
    """Past the story, on iteration 0."""
    await at(pilot, 0)
    await until(pilot, lambda: page(pilot.app))
    await pilot.press("escape")
    await pilot.pause()


async def answered(pilot, text):
    """What the page says to an answer; it is closed again."""
    await typed(pilot, f"answer {text}")
    await until(pilot, lambda: page(pilot.app))
    said = page(pilot.app)
    await pilot.press("escape")
    await pilot.pause()
    if pilot.app._bar.display:
        await pilot.press("escape")
        await pilot.pause()
    return " ".join(said.split())


async def test_begins_with_the_story_and_the_question():
    app = lesson_app("slow-start")
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await until(pilot, lambda: page(app))
        assert "in which layer does it begin?" in " ".join(page(app).split())


async def test_findings_are_hidden_until_the_answer_is_right_and_proven():
    app = lesson_app("all-alike")
    async with app.run_test() as pilot:
        await opened(pilot)
        assert seen(app)["keys"].startswith(" LESSON all-alike  h hint 0/3  A answer")
        await pilot.press("f")
        await at(pilot, 10)
        await pilot.press("4")
        await pilot.pause()
        assert "findings are hidden until you have answered" in seen(app)["findings"]
        assert "symmetry" not in "".join(seen(app).values())
        assert "nothing in the run shows that" in await answered(pilot, "dead L1")
        assert "which layer?" in await answered(pilot, "symmetry")
        assert "not in L3" in await answered(pilot, "symmetry L3")
        assert "is no cause" in await answered(pilot, "gremlins L1")
        assert not app.solved
        said = await answered(pilot, "symmetry L2")
        assert "Right: symmetry L2. The root of it: symmetry L1." in said
        assert "HELPED" in said
        await until(pilot, lambda: "symmetry" in seen(app)["findings"])
        assert "solved" in seen(app)["keys"]


async def test_hints_come_one_after_another():
    app = lesson_app("half-asleep")
    async with app.run_test() as pilot:
        await opened(pilot)
        for count in (1, 2, 3, 3):
            await pilot.press("h")
            await pilot.pause()
            assert page(app).startswith(f"Hint {count} of 3")
            await pilot.press("escape")
            await pilot.pause()
        assert "h hint 3/3" in seen(app)["keys"]


async def test_an_answer_before_there_is_anything_to_see_is_not_taken():
    """Patience: what a run has not shown yet can't be known."""
    app = lesson_app("nothing-happens")
    async with app.run_test() as pilot:
        await opened(pilot)
        assert "Train on" in await answered(pilot, "update-low")
        assert not app.solved


@pytest.mark.parametrize("key", ["P", "comma"])
async def test_nothing_gives_the_cause_away(key):
    app = lesson_app("half-asleep")
    async with app.run_test() as pilot:
        await opened(pilot)
        await pilot.press("f")
        await at(pilot, 10)
        await pilot.press(key)
        await pilot.pause(0.1)
        assert app.view.frame.index == 10
        assert page(app) is None


async def test_the_keys_of_a_lesson_work_on_its_pages():
    """The story tells of them, and a second hint follows the first without closing it."""
    app = lesson_app("slow-start")
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await until(pilot, lambda: page(app))
        for number in (1, 2):
            await pilot.press("h")
            await until(pilot, lambda n=number: page(app).startswith(f"Hint {n} of"))
        await pilot.press("A")
        await until(pilot, lambda: app._bar.display and page(app) is None)
        assert app._bar.value == "answer "
