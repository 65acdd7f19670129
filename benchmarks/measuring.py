"""How benchmarks measure: contenders take turns, and what is quoted is a ratio within a turn.

A machine that is busy with something else slows all contenders of a turn down, so that the median
of the turns' ratios says more than a ratio of two averages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from statistics import median
from time import perf_counter, sleep
from typing import NamedTuple


class Result(NamedTuple):
    """One measured number; `target` is "<= number", ">= number", or None where there is none."""

    name: str
    value: float
    unit: str
    target: str | None = None

    @property
    def met(self) -> bool:
        """Whether the target is met; without one there is nothing to miss."""
        if self.target is None:
            return True
        sign, bound = self.target.split()
        return self.value <= float(bound) if sign == "<=" else self.value >= float(bound)


class SkippedError(Exception):
    """The benchmark can't be run here; the message says why and what to do."""


Results = Iterator[Result]
Times = Mapping[str, list[float]]


def in_turns(
    contenders: Mapping[str, Callable[[], object]], rounds: int, rest: float = 0.0
) -> Times:
    """Run each contender once per round, in turns; seconds of each, after one round unmeasured.

    `rest` seconds lie between them: some libraries' threads stay awake for a while after their
    work, at the expense of whoever comes next.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, work in contenders.items():
            sleep(rest)
            start = perf_counter()
            work()
            if turn:
                times[name].append(perf_counter() - start)
    return times


def ratio(times: Times, name: str, to: str) -> float:
    """The median over the rounds of one contender's time over another's."""
    return median(a / b for a, b in zip(times[name], times[to], strict=True))
