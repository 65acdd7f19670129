"""A derivative is right in any usual notation."""

import pytest

from grader.derivatives import mark_derivative


@pytest.mark.parametrize("typed", ["2x", "2*x", "2·x", "x+x", "2x^1"])
def test_the_derivative_of_the_square_is_right_in_any_notation(typed: str) -> None:
    """Notations that grading lists for 2x."""
    assert mark_derivative(typed, "2x", ("x",)).verdict == "correct"


@pytest.mark.parametrize("typed", [r"\ln(a)a^x", "a^x ln a", "a**x*log(a)"])
def test_the_derivative_of_the_exponential_is_right_in_any_notation(typed: str) -> None:
    """Notations that grading lists for ln(a) a^x."""
    assert mark_derivative(typed, "ln(a) a^x", ("a", "x"), "a > 0").verdict == "correct"


@pytest.mark.parametrize("typed", ["x", "2", "x^2", "9**9**9**9", "2x +", "2y"])
def test_another_formula_is_wrong(typed: str) -> None:
    """Another formula, a hostile one or an unreadable one never passes."""
    assert mark_derivative(typed, "2x", ("x",)).verdict == "wrong"
