"""A derivative is right in any usual notation, and a wrong one is told what it looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.derivative_notations import NOTATIONS, QUESTIONS
from grader.backprop_table import MarkingSettings
from grader.derivatives import DerivativeQuestion, mark_derivative
from nnviz.errors import InputError

SETTINGS = MarkingSettings()
SQUARE = QUESTIONS["square"]
EXPONENTIAL = QUESTIONS["exponential"]


@pytest.mark.parametrize(("name", "typed", "right"), NOTATIONS)
def test_every_notation_of_the_table_is_judged_right(name: str, typed: str, right: bool) -> None:
    """Judged by hand: what a teacher accepts as the derivative, and what not."""
    mark = mark_derivative(typed, QUESTIONS[name], SETTINGS)
    assert (mark.verdict == "correct") is right, mark


def test_the_table_has_enough_notations_both_right_and_wrong() -> None:
    """At least 60, so that the share judged right means something."""
    assert len(NOTATIONS) >= 60
    assert {right for _, _, right in NOTATIONS} == {True, False}


@pytest.mark.parametrize(
    ("question", "typed", "said"),
    [
        (SQUARE, "x", "forgot the factor"),
        (SQUARE, "2", "dropped the base"),
        (SQUARE, "2x^2", "did not lower the exponent"),
        (SQUARE, "x^2", "itself, not its derivative"),
        (EXPONENTIAL, "a^x", "as if it were e^x"),
        (EXPONENTIAL, "x a^(x-1)", "the rule for x^n"),
    ],
)
def test_a_known_wrong_rule_is_named(question: DerivativeQuestion, typed: str, said: str) -> None:
    """The wrong rules of the course, worked out by hand on x^2 and a^x."""
    assert said in mark_derivative(typed, question, SETTINGS).message


@pytest.mark.parametrize("typed", ["x", "2", "x^2", "2x^2", "ln x"])
def test_the_right_derivative_is_not_handed_out(typed: str) -> None:
    """A student who may hand in again must not read the answer in the feedback."""
    assert "2x" not in mark_derivative(typed, SQUARE, SETTINGS).message.replace(typed, "")
    shown = mark_derivative(typed, SQUARE, MarkingSettings(show_solution=True))
    assert "The right derivative is 2x." in shown.message


def test_a_formula_read_in_two_ways_is_right_in_one_and_flagged() -> None:
    """d/dx ln(x)/2 = 1/(2x): 1/2x is right if 2x is meant as one factor; a person decides."""
    mark = mark_derivative("1/2x", DerivativeQuestion("1/(2x)", ("x",), "x > 0"), SETTINGS)
    assert (mark.verdict, mark.read_as) == ("correct", "1 / (2 * x)")
    assert mark.flags


def test_the_logarithm_to_base_ten_is_not_the_natural_one() -> None:
    """`log` is natural, `log10` is not, and the mark says how it was read."""
    mark = mark_derivative("log10(a) a^x", EXPONENTIAL, SETTINGS)
    assert (mark.verdict, mark.read_as) == ("wrong", "(ln(a) / ln(10)) * a^x")


def test_a_constant_too_small_for_floats_is_still_a_difference() -> None:
    """Sampling in floats can't see 1e-12 beside a^x; the comparison by sympy can."""
    typed = "ln(a) a^x + 0.000000000001"
    assert mark_derivative(typed, EXPONENTIAL, SETTINGS).verdict == "wrong"


@given(st.text(max_size=60))
def test_no_text_raises(typed: str) -> None:
    """Whatever is typed gets a verdict."""
    assert mark_derivative(typed, EXPONENTIAL, SETTINGS).verdict


@given(st.integers(2, 9), st.integers(-9, 9).filter(bool))
def test_the_power_rule_holds_for_any_power(power: int, factor: int) -> None:
    """d/dx c x^n = c n x^(n-1), typed as a product, and not with the exponent kept."""
    question = DerivativeQuestion(f"{factor * power} x^{power - 1}", ("x",))
    typed = f"{power}*x^({power}-1)*({factor})"
    assert mark_derivative(typed, question, SETTINGS).verdict == "correct"
    assert mark_derivative(f"{factor * power} x^{power}", question, SETTINGS).verdict == "wrong"


def test_an_unreadable_domain_of_a_question_is_an_input_error() -> None:
    """The instructor's slip, not the student's: it is reported, not marked."""
    with pytest.raises(InputError, match="expected conditions"):
        mark_derivative("2x", DerivativeQuestion("2x", ("x",), "x is nice"), SETTINGS)
