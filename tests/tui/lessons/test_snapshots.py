"""Lessons and the tour as they were looked at and found good; see the debugger's own snapshots."""

import pytest

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.timeline import Timeline
from nnviz.lessons import Lesson, find_lesson
from nnviz.presets import PRESETS
from nnviz.tui.drawing.look import Look
from nnviz.tui.lessons.app import LessonApp
from nnviz.tui.lessons.steps import STEPS
from nnviz.tui.lessons.tour import TourApp
from nnviz.tui.text_screen import TextScreen

from ..helpers import at, typed, until
from ..test_snapshots import LARGE, SMALL, drawn_as_looked_at

pytestmark = drawn_as_looked_at
CHANGES = {"dtype": "float64", "hidden": (16, 8)}


def opens(experiment):
    return lambda: Debugger(Timeline(EngineSource(experiment)))


@pytest.fixture
def lesson_taken(snap_compare):
    """Takes a snapshot of a lesson after some keys, and perhaps a typed answer."""

    def take(*keys, answer="", size=SMALL):
        whole = find_lesson("slow-start")
        lesson = Lesson(whole.name, whole.file, whole.experiment.with_changes(CHANGES))
        app = LessonApp(opens(lesson.experiment), lesson, Look())

        async def before(pilot):
            await at(pilot, 0)
            await until(pilot, lambda: isinstance(app.screen, TextScreen))
            await pilot.press(*keys)
            if answer:
                await typed(pilot, f"answer {answer}")
                await until(pilot, lambda: isinstance(app.screen, TextScreen))
            await until(pilot, lambda: app.runner.idle)

        return snap_compare(app, terminal_size=size, run_before=before)

    return take


@pytest.fixture
def tour_taken(snap_compare):
    """Takes a snapshot of the tour when so many of its steps were done with their keys."""

    def take(steps, size=SMALL):
        app = TourApp(opens(PRESETS["course"].with_changes(CHANGES)), Look())

        async def before(pilot):
            await at(pilot, 0)
            await until(pilot, lambda: app.view.findings)
            for number, step in enumerate(STEPS[:steps], start=1):
                for key in step.keys:
                    await (typed(pilot, key[1:]) if key.startswith(":") else pilot.press(key))
                await until(pilot, lambda done=number: app.step == done and app.view.paused)
            await until(pilot, lambda: app.runner.idle)

        return snap_compare(app, terminal_size=size, run_before=before)

    return take


def test_a_lesson_begins_with_its_story(lesson_taken):
    assert lesson_taken()


def test_a_lessons_hint(lesson_taken):
    assert lesson_taken("h")


def test_a_lesson_hides_its_findings(lesson_taken):
    assert lesson_taken("escape", "4")


def test_a_lesson_says_why_an_answer_is_wrong(lesson_taken):
    assert lesson_taken("escape", answer="dead-units L1")


@pytest.mark.slow
def test_a_lesson_confirms_an_answer_by_the_proof(lesson_taken):
    assert lesson_taken("escape", answer="poor-init L1")


@pytest.mark.slow
def test_a_lesson_on_a_large_screen(lesson_taken):
    assert lesson_taken("escape", size=LARGE)


def test_the_tour_begins(tour_taken):
    assert tour_taken(0)


@pytest.mark.slow
@pytest.mark.parametrize("steps", [4, 9, 11, 14], ids=["phase", "layer", "sample", "breakpoint"])
def test_the_tour_on_its_way(tour_taken, steps):
    assert tour_taken(steps)


@pytest.mark.slow
def test_the_tour_on_a_large_screen(tour_taken):
    assert tour_taken(6, LARGE)
