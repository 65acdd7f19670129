"""The lecture's page shows what the program shows: its script is run again and compared."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.]*\w)")


def load_script():
    path = ROOT / "scripts" / "build_lecture_page.py"
    spec = importlib.util.spec_from_file_location("build_lecture_page", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def words_and_numbers(text):
    """A screen without its spacing: its words with # for each number, and the numbers."""
    words = " ".join(NUMBER.sub("#", text).split())
    return words, [float(number) for number in NUMBER.findall(text)]


def test_numbers_are_told_from_words():
    text = "L1 sat  43 %  loss 4.33  1.2e-5  A: -0.5"
    assert words_and_numbers(text) == ("L1 sat # % loss # # A: #", [43, 4.33, 1.2e-5, -0.5])


@pytest.mark.slow
async def test_every_screen_of_the_page_is_still_what_students_see():
    """Words to the letter; numbers within what another machine's rounding may change."""
    script = load_script()
    cues = script.script()
    page = script.PAGE.read_text()
    told = re.findall(r"```text\n(.*?)\n```", page, flags=re.DOTALL)
    shown = await script.screens(cues)
    assert len(told) == len(shown) == len(cues)
    for cue, old, new in zip(cues, told, shown, strict=True):
        assert f"`{cue.text}`\n\n{cue.hint}\n" in page
        (words, numbers), (new_words, new_numbers) = map(words_and_numbers, (old, new))
        assert new_words == words, cue.text
        assert new_numbers == pytest.approx(numbers, rel=0.08, abs=0.05), cue.text
