"""What a student typed into a box, read as a number without guessing.

`-10`, `−10`, `-20/2`, `-1e1`, `2*(-5)`, `ln 2` and full-width digits are numbers. A decimal comma
is asked about, not guessed; a unit, a formula in letters or an infinity is refused with the reason.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from nnviz.circuit.evaluation import show
from nnviz.circuit.expressions import ExpressionError, evaluate, parse
from nnviz.circuit.notation import plain
from nnviz.circuit.operations import UndefinedError, Value, tidy

MAX_TYPED = 120
SMALLEST = 1e-9
_PLAIN_INTEGER = re.compile(r"-?[0-9]{1,15}")
_DECIMAL = re.compile(r"[-+]?(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?")
_COMMA = re.compile(r"([-+]?)(\d+),(\d+)")
_INFINITE = re.compile(r"[-+]?\s*(inf(inity)?|∞|nan|\\infty)", re.IGNORECASE)
_BLANK = re.compile(r"[\s?_.…-]*")


@dataclass(frozen=True, slots=True)
class Typed:
    """A number as read. `unit` is the last decimal place of a number typed in decimals, else 0.

    `significant` counts the digits down to it from the first one that is not zero. The last place
    of 5885800 is the hundreds: four or more digits before zeros may be a rounded number.
    """

    value: Value
    unit: Value = 0
    significant: int = 0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why the text is no number; `readings` holds the numbers it could mean."""

    reason: str
    readings: tuple[Typed, ...] = ()


def read_number(text: str) -> Typed | Unreadable | None:
    """Return the number typed, the reason why it can't be read, or None for an empty box."""
    text = text.strip()
    if _PLAIN_INTEGER.fullmatch(text):
        return _whole(int(text), text.lstrip("-0"))
    if len(text) > MAX_TYPED:
        return Unreadable(f"{len(text):,} characters are too many for a number")
    if _BLANK.fullmatch(text):
        return None
    simple = plain(text).strip()
    if _INFINITE.fullmatch(simple) or _INFINITE.fullmatch(text):
        return Unreadable("infinity and NaN are no numbers for a box")
    if match := _COMMA.fullmatch(simple.replace(" ", "")):
        return _comma(match)
    sides = [part for part in re.split("[=≈]", simple) if part.strip()]
    if len(sides) > 1:
        return _equation(sides)
    return _read(simple)


def agrees(typed: Typed, value: Value, significant_digits: int) -> bool:
    """Say whether a typed number is `value`, exactly or as well as its decimals can say it.

    An exact value that the typed decimals could have held must be met exactly. Another one must
    be met in `significant_digits` digits; 0 stands for floats that a calculator shows as 0.
    """
    if typed.value == value:
        return True
    if typed.value == 0:
        return isinstance(value, float) and abs(value) < SMALLEST
    if type(value) is int and type(typed.value) is not float:
        return False
    if not typed.unit:
        inexact = isinstance(typed.value, float) or isinstance(value, float)
        return inexact and math.isclose(typed.value, value, rel_tol=1e-9)
    if math.isclose(typed.value, value, rel_tol=1e-9):
        return True
    error = abs(float(typed.value) - float(value))
    exact = not isinstance(value, float) and fits(value, typed)
    return error < _allowed(typed, value, significant_digits) and not exact


def agrees_to_the_last_digit(typed: Typed, value: Value) -> bool:
    """Say whether a typed number is `value` cut or rounded at the last digit typed."""
    error = abs(float(typed.value) - float(value))
    return error < float(typed.unit) or math.isclose(typed.value, value, rel_tol=1e-9)


def _allowed(typed: Typed, value: Value, significant_digits: int) -> float:
    """Return by how much a rounded number may be off.

    Half a unit of the last significant digit; a number typed in as many digits may be cut there.
    """
    half = 0.5 * abs(float(value)) * 10.0**-significant_digits
    return max(half, float(typed.unit)) if typed.significant >= significant_digits else half


def fits(value: Value, typed: Typed) -> bool:
    """Say whether `value` can be written in full in the decimals of `typed`."""
    right, unit = float(value), float(typed.unit)
    return math.isclose(round(right / unit) * unit, right, rel_tol=1e-9)


def rounded(value: Value, digits: int) -> Typed:
    """Return a value as one would have typed it in that many significant digits."""
    if value == 0:
        return Typed(0, 1, digits)
    place = math.floor(math.log10(abs(float(value)))) - digits + 1
    unit = 10.0**place
    return Typed(round(float(value) / unit) * unit, unit, digits)


def _read(text: str) -> Typed | Unreadable:
    compact = text.replace(" ", "")
    try:
        value = evaluate(parse(text, names=()), {})
    except ExpressionError as error:
        return Unreadable(_why(text, str(error)))
    except UndefinedError as error:
        return Unreadable(f"it has no value: {error}")
    match = _DECIMAL.fullmatch(compact)
    if match is None:
        return Typed(value)
    whole, decimals, exponent = match[1], match[2], int(match[3] or 0)
    if not decimals and not exponent and isinstance(value, int):
        return _whole(value, whole.lstrip("0"))
    unit = tidy(Fraction(10) ** (exponent - len(decimals)))
    return Typed(value, unit, len((whole + decimals).lstrip("0")))


def _whole(value: int, digits: str) -> Typed:
    kept = digits.rstrip("0")
    if len(kept) < 4:
        return Typed(value, 1, len(digits))
    return Typed(value, 10 ** (len(digits) - len(kept)), len(kept))


def _why(text: str, reason: str) -> str:
    if _DECIMAL.fullmatch(text.replace(" ", "")):  # a number, but 1e999
        return reason
    if match := re.fullmatch(r"\s*([-+]?[\d.]+)\s*([^\W\d].*)", text):
        return f'after the number {match[1]} comes "{match[2][:20]}"; write the number alone'
    if re.search(r"[^\W\d_]", text):
        return f"{reason}; write the number, not a formula or a word"
    return reason


def _comma(match: re.Match[str]) -> Unreadable:
    sign, whole, decimals = match.groups()
    readings = (_read(f"{sign}{whole}.{decimals}"), _read(f"{sign}{whole}{decimals}"))
    numbers = tuple(reading for reading in readings if isinstance(reading, Typed))
    meant = " or ".join(show(number.value) for number in numbers)
    return Unreadable(f"the comma can mean {meant}; write a decimal point or nothing", numbers)


def _equation(sides: list[str]) -> Typed | Unreadable:
    """Read `2*(-2) = -4` as -4, and refuse `2 = 3`; a box's own name may stand in front."""
    if re.fullmatch(r"\s*[ad]_?\d+\s*", sides[0]):
        sides = sides[1:]
    numbers = [_read(side.strip()) for side in sides]
    last = numbers[-1]
    for side, number in zip(sides, numbers, strict=True):
        if isinstance(number, Unreadable):
            return Unreadable(f'in "{side.strip()[:40]}": {number.reason}')
        assert isinstance(last, Typed)
        if number.value != last.value and not agrees(last, number.value, 1):
            return Unreadable(
                f"two different numbers, {show(number.value)} and {show(last.value)}",
                (number, last),
            )
    return last
