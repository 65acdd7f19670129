"""Promises of the pages over the screen: nothing on them is cut off at the right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import Look
from nnviz.tui.text_screen import Palette, TextScreen, wrapped

from .helpers import at, typed, until


def test_what_is_too_long_goes_on_under_its_second_column():
    assert wrapped("next    do the next iteration", 20) == "next    do the next\n        iteration"


def test_a_line_of_words_goes_on_a_little_indented():
    assert wrapped("  one two three", 10) == "  one two\n    three"
    assert wrapped("one two three", 8) == "one two\nthree"


@given(st.text(alphabet="ab  \n", max_size=200), st.integers(10, 60))
def test_no_line_is_longer_than_the_room_and_no_word_is_lost(text, width):
    broken = wrapped(text, width)
    assert all(len(line) <= width for line in broken.split("\n") if len(line.split()) > 1)
    assert "".join(broken.split()) == "".join(text.split())


async def test_the_list_of_commands_is_read_whole_on_a_small_terminal(open_debugger):
    app = NnvizApp(open_debugger, Look())
    async with app.run_test(size=(60, 20)) as pilot:
        await at(pilot, 0)
        await typed(pilot, "help")
        await until(pilot, lambda: isinstance(app.screen, TextScreen))
        shown = app.screen.query_one("Static").content
        assert max(map(len, shown.split("\n"))) <= 60 * 96 // 100
        assert "fork here with a changed setting or weight" in " ".join(shown.split())


async def test_the_key_of_the_help_works_on_a_page_as_well(open_debugger):
    app = NnvizApp(open_debugger, Look())
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await typed(pilot, "help")
        await until(pilot, lambda: isinstance(app.screen, TextScreen))
        await pilot.press("question_mark")
        await until(pilot, lambda: getattr(app.screen, "_title", "") == "Keys")
        await pilot.press("question_mark")
        await until(pilot, lambda: not isinstance(app.screen, TextScreen))


@pytest.mark.parametrize("width", [1, 4, 6])
async def test_the_palette_bears_a_terminal_without_room_for_a_word(open_debugger, width):
    app = NnvizApp(open_debugger, Look())
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("ctrl+p", "b", "a")
        await pilot.pause()
        await pilot.resize_terminal(width, 20)
        await pilot.pause()
        assert isinstance(app.screen, Palette)
