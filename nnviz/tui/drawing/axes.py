"""Axes whose ends and ticks are round numbers, so that a plot is read off and not guessed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LARGEST = 1e300
"""Axes end here, so that the width of an axis is a finite number."""
NICE = (1.0, 2.0, 5.0, 10.0)
EVEN = (1.0, 2.0, 2.5, 3.0, 5.0)


@dataclass(frozen=True)
class Axis:
    """A range of values with its ticks; `log` places values by their logarithm."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def position(self, values: ArrayLike) -> Floats:
        """Return where values lie, 0 at `low` and 1 at `high`; NaN for what has no place.

        On a log axis zero and negative values have none. Infinite values have none on any axis.
        """
        array = np.array(values, dtype=float)
        array[~np.isfinite(array)] = np.nan
        if not self.log:
            return (array / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        array[~(array > 0)] = np.nan
        low, high = math.log10(self.low), math.log10(self.high)
        return (np.log10(array) - low) / (high - low)

    def place(self, value: float) -> float:
        """Return where one value lies, as `position` does."""
        if not math.isfinite(value) or (self.log and value <= 0):
            return math.nan
        if not self.log:
            return (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        low, high = math.log10(self.low), math.log10(self.high)
        return (math.log10(value) - low) / (high - low)


def nice_step(span: float, most: int) -> float:
    """Return the least 1, 2 or 5 times a power of 10 that cuts `span` into at most `most` parts."""
    rough = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(nice * power for nice in NICE if nice * power >= rough * (1 - 1e-9))


def linear_axis(low: float, high: float, most: int) -> Axis:
    """Return an axis that begins and ends on ticks and holds low..high.

    At most `most` parts (2 more where both ends need one). A range of no width is opened around
    its value.
    """
    low, high = _opened(*sorted((_clip(low), _clip(high))))
    step = nice_step(high - low, most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(number * step for number in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks)


@lru_cache(maxsize=64)  # a share always has the same ends
def even_axis(low: float, high: float, rows: int, most: int) -> tuple[Axis, int]:
    """Return an axis that holds low..high, and how many of `rows` rows it is to take.

    Its ticks stand equally many rows apart, which the eye takes for a scale at once: a row or two
    may be left free for that. At most `most` parts; what fills the rows best is taken, rather with
    a row between two numbers, and a number between the ends.
    """
    low, high = _opened(*sorted((_clip(low), _clip(high))))
    power = math.floor(math.log10(high - low))
    steps = [float(f"{n}e{power + more}") for more in (-1, 0, 1) for n in EVEN]
    ends = [(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)) for step in steps]
    cuts = [(s, a, b) for s, (a, b) in zip(steps, ends, strict=True) if 0 < b - a <= most]
    best, choice = 0.0, None
    for taken in range(rows, max(rows - 3, 1), -1):
        for step, first, last in cuts:
            parts = last - first
            if (taken - 1) % parts:
                continue
            filled = (high - low) / (parts * step) * (taken - 1) / (rows - 1)
            close, bare = (taken - 1) // parts == 1, parts == 1
            worth = filled * (0.7 if close else 1.0) * (0.75 if bare else 1.0)
            if worth > best:
                best, choice = worth, (step, first, last, taken)
    if choice is None:
        return linear_axis(low, high, most), rows
    step, first, last, taken = choice
    ticks = tuple(number * step for number in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks), taken


def ticked_range(low: float, high: float, most: int, whole: bool) -> Axis:
    """Return an axis of exactly low..high with round ticks inside, `whole` ones for iterations."""
    if not high > low:
        low, high = low, low + 1.0
    step = nice_step(high - low, most)
    if whole:
        step = max(1.0, step)
    numbers = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    return Axis(low, high, tuple(number * step for number in numbers))


def log_axis(low: float, high: float, most: int) -> Axis:
    """Return a log axis that holds low..high, both positive; its ends are 1, 2 or 5 times 10^n.

    Its ticks are the ends and the powers of ten between, every second or third one where `most`
    asks for it, or the whole 1-2-5 series where that has room.
    """
    low, high = max(low, 1 / LARGEST), min(high, LARGEST)
    if high < low * 1.001:
        low, high = low / 2, high * 2
    steps = list(range(_nice_floor(low), _nice_floor(high) + 2))
    while len(steps) > 2 and _nice_value(steps[-2]) >= high * (1 - 1e-9):
        steps.pop()
    decades = [number for number in steps if number % 3 == 0]
    every = max(1, -(-(len(decades) - 1) // max(1, most)))
    shown = {*decades[::every], steps[0], steps[-1]}
    numbers = steps if len(steps) <= most else sorted(shown)
    ticks = tuple(_nice_value(number) for number in numbers)
    return Axis(ticks[0], ticks[-1], ticks, log=True)


def _nice_value(number: int) -> float:
    """Return the number-th term of ... 0.5, 1, 2, 5, 10 ..., term 0 being 1."""
    power, place = divmod(number, 3)
    return float(f"{(1, 2, 5)[place]}e{power}")


def _nice_floor(value: float) -> int:
    """Return the term of the 1-2-5 series at or next below a positive value."""
    number = 3 * math.floor(math.log10(value)) + 3
    while _nice_value(number) > value * (1 + 1e-9):
        number -= 1
    return number


def _clip(value: float) -> float:
    return min(max(float(value), -LARGEST), LARGEST)


def _opened(low: float, high: float) -> tuple[float, float]:
    """Return the range, made wide enough to divide if it is a single value."""
    size = max(abs(low), abs(high))
    if high - low > max(size * 1e-12, 1 / LARGEST):
        return low, high
    margin = size / 10 or 1.0
    return _clip(low - margin), _clip(high + margin)


@lru_cache(maxsize=64)  # most ticks are those of the frame before
def tick_labels(ticks: tuple[float, ...]) -> tuple[str, ...]:
    """Return short texts for ticks, alike in decimals and never two the same."""
    if not ticks:
        return ()
    step = min((b - a for a, b in pairwise(ticks)), default=abs(ticks[0]) or 1.0)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    decimals += any(abs(round(tick, decimals) - tick) > step * 1e-3 for tick in ticks)  # 2.5
    plain = [f"{tick:.{decimals}f}" for tick in ticks]
    plain = [text[1:] if float(text) == 0 and text[0] == "-" else text for text in plain]
    if max(map(len, plain)) <= 6 and len(set(plain)) == len(ticks):
        return tuple(plain)
    for digits in range(16):
        texts = [_scientific(tick, digits) for tick in ticks]
        if len(set(texts)) == len(ticks):
            break
    return tuple(texts)


def log_tick_labels(ticks: tuple[float, ...]) -> tuple[str, ...]:
    """Return short texts for the ticks of a log axis: 0.01, 1, 1000, else 1e-5."""
    return tuple(f"{tick:g}" if 1e-3 <= tick < 1e5 else _scientific(tick, 0) for tick in ticks)


def _scientific(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa}e{int(exponent)}"
