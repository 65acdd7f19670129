"""A number in a box is read in any usual notation, and what is ambiguous is asked about."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.circuit.numbers import Typed, Unreadable, agrees, read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-10", -10),
        ("−10", -10),
        ("– 10", -10),
        ("-20/2", -10),
        ("-1e1", -10),
        ("2*(-5)", -10),
        ("2·(−5)", -10),
        ("－１０", -10),
        ("-10.0", -10),
        (" -10 ", -10),
        ("+10", 10),
        ("a21 = -4", -4),
        ("2*(-2) = -4", -4),
        ("1/3", Fraction(1, 3)),
        ("½", Fraction(1, 2)),
        ("2½", Fraction(5, 2)),
        (".5", Fraction(1, 2)),
        ("$-4$", -4),
        (r"\frac{1}{4}", Fraction(1, 4)),
        ("(-5)^2", 25),
        ("-5^2", -25),
        ("٣", 3),
    ],
)
def test_a_number_is_read_in_any_usual_notation(text: str, value: object) -> None:
    """Values by hand; -5^2 is minus the square, as in every textbook."""
    number = read_number(text)
    assert isinstance(number, Typed)
    assert number.value == value


def test_a_function_of_numbers_is_a_number() -> None:
    """A circuit with ln has no decimal answer that is exact; ln 2 is."""
    number = read_number("ln 2")
    assert isinstance(number, Typed)
    assert number.value == math.log(2)


@pytest.mark.parametrize("text", ["", " ", "?", "-", "…", "___"])
def test_a_box_without_a_number_is_empty(text: str) -> None:
    """A dash or a question mark is no wrong answer."""
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-2,5", "-2.5 or -25"),
        ("1,000", "1 or 1000"),
        ("10 m", 'after the number 10 comes "m"'),
        ("-3 volts", 'after the number -3 comes "volts"'),
        ("w1*x1", "write the number, not a formula"),
        ("ten", "write the number, not a formula"),
        ("inf", "infinity"),
        ("-∞", "infinity"),
        ("NaN", "infinity"),
        ("2 = 3", "two different numbers, 2 and 3"),
        ("1/0", "division by zero"),
        ("9**9**9**9", "too large"),
        ("1" * 10_000, "10,000 characters"),
        ("1e999", "beyond 1e300"),
        ("x" * 1_000_000, "1,000,000 characters"),
        ("2 1/2", "a sign is missing"),
    ],
)
def test_what_can_not_be_read_says_why(text: str, reason: str) -> None:
    """Bad input as the course's students typed it."""
    number = read_number(text)
    assert isinstance(number, Unreadable)
    assert reason in number.reason


def test_a_decimal_comma_offers_both_readings() -> None:
    """-2,5 is -2.5 to some and a slip to others: a person decides, with both at hand."""
    number = read_number("-2,5")
    assert isinstance(number, Unreadable)
    assert [reading.value for reading in number.readings] == [Fraction(-5, 2), -25]


@pytest.mark.parametrize(
    ("text", "value", "right"),
    [
        ("-10", -10, True),
        ("-9.999", -10, False),
        ("0.25", Fraction(1, 4), True),
        ("0.3", Fraction(1, 4), False),
        ("0.333", Fraction(1, 3), True),
        ("0.334", Fraction(1, 3), True),
        ("0.3", Fraction(1, 3), False),
        ("0.34", Fraction(1, 3), False),
        ("0.731", 0.7310585786300049, True),
        ("0.7310586", 0.7310585786300049, True),
        ("0.74", 0.7310585786300049, False),
        ("0.732", 0.7310585786300049, True),
        ("0.733", 0.7310585786300049, False),
        ("1", 0.9999999, True),
        ("5885800", 5885767.7, True),
        ("5886000", 5885767.7, True),
        ("5890000", 5885767.7, False),
        ("0", 1e-9, False),
    ],
)
def test_rounding_is_forgiven_where_the_number_can_not_be_written_in_full(
    text: str, value: float | Fraction, right: bool
) -> None:
    """Three significant digits, cut or rounded; a number that fits must be exact."""
    number = read_number(text)
    assert isinstance(number, Typed)
    assert agrees(number, value, significant_digits=3) is right


@given(st.text(max_size=150))
def test_any_text_gets_an_answer(text: str) -> None:
    """A number, a reason, or empty; never an exception."""
    assert isinstance(read_number(text), Typed | Unreadable | None)


@given(st.integers(-(10**14), 10**14))
def test_whole_numbers_are_read_as_they_are(number: int) -> None:
    """Written by Python, read by us."""
    read = read_number(str(number))
    assert isinstance(read, Typed)
    assert read.value == number
    assert agrees(read, number, 3)
    assert not agrees(read, number + 1, 3)
