"""A right solution gets full marks, whatever its style and whatever numbers are drawn."""

from pathlib import Path

import pytest

from grader.checking import run_checks
from grader.improvements import CHECKS
from tests.grader.in_process import InProcess

SOLUTIONS = Path(__file__).parents[1] / "solutions"
TEXTBOOK = (SOLUTIONS / "textbook.py").read_text()
STYLES = sorted(path.stem for path in SOLUTIONS.glob("*.py"))
QUICK = [check for check in CHECKS.values() if check.limits is None]


def in_style(style):
    """The textbook's solution with everything that this style writes in its own way."""
    own = (SOLUTIONS / f"{style}.py").read_text()
    return TEXTBOOK + (own if style != "textbook" else "")


def not_passed(style, checks, seed):
    results = run_checks(InProcess(in_style(style)), checks, seed).values()
    return [result for result in results if result.verdict != "passed" or result.share != 1]


def test_there_are_styles_enough():
    """The textbook's and eight others."""
    assert len(STYLES) >= 9


@pytest.mark.parametrize("style", STYLES)
def test_right_solution_passes_everything(style):
    """Every check, for two draws of its inputs."""
    for seed in range(2):
        assert not_passed(style, QUICK, seed) == []


@pytest.mark.parametrize(
    "style",
    [
        "mutable_state",
        "nesterov",
        "samples_first",
        *(
            pytest.param(style, marks=pytest.mark.slow)
            for style in STYLES
            if style not in ("mutable_state", "nesterov", "samples_first")
        ),
    ],
)
def test_right_training_passes(style):
    """The two checks that train; those of a rate that suits these samples are quick."""
    slow = [check for check in CHECKS.values() if check.limits is not None]
    assert not_passed(style, slow, 0) == []


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_right_solution_passes_for_any_draw(style):
    """Forty draws: a check that fails once in ten thousand would cost a student of every class.

    With about 40 checks in nine styles these are 14,000 verdicts.
    """
    for seed in range(1000, 1040):
        assert not_passed(style, QUICK, seed) == []
