"""Holds what came back against what was expected, and finds what it takes to understand a mistake.

That is: the smallest input on which it shows, both numbers, and the known slip that gives the same.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from grader.checks import Answer, CouldNotRun, Evidence, Numbers, Wrong, numbers
from grader.improvements.slips import SLIPS
from grader.sandbox import Call
from nnviz.engine.arrays import Mask

TOLERANCE = 1e-4
"""Relative to 1 or the number itself: single precision and an epsilon pass, no slip does."""

LONGEST = 6
"""Numbers of an array that are shown."""

Formula = Callable[..., Any]


def equal(got: Numbers, expected: Numbers) -> bool:
    """Whether all numbers agree; infinite ones have to be the same, NaN agrees with nothing."""
    return got.shape == expected.shape and bool(right(got, expected).all())


def right(got: Numbers, expected: Numbers) -> Mask:
    """Where the numbers agree."""
    with np.errstate(invalid="ignore"):
        near = np.abs(got - expected) <= TOLERANCE * np.maximum(1, np.abs(expected))
    same: Mask = near | (got == expected)
    return same


def recognised(got: Numbers, slips: Mapping[str, Any]) -> str:
    """The id of the first slip that gives these numbers, "" where none does."""
    for slip, value in slips.items():
        if equal(got, np.asarray(value, dtype=np.float64)):
            return slip
    return ""


def judge(
    function: str,
    args: tuple[Any, ...],
    answer: Answer,
    formula: Formula,
    slips: Mapping[str, Formula],
    smaller: Callable[[Mask], Iterator[tuple[Any, ...]]],
) -> Generator[Sequence[Call], list[Answer], None]:
    """Hold an answer against `formula(*args)`; where it is wrong, raise Wrong with the evidence.

    `slips` are formulas of the same arguments. `smaller` gets where the answer is right and gives
    smaller arguments to try; the first that fails too is shown.
    """
    expected = np.asarray(formula(*args), dtype=np.float64)
    got = numbers(answer, expected.shape, function)
    if equal(got, expected):
        return
    with np.errstate(all="ignore"):
        slip = recognised(got, {name: wrong(*args) for name, wrong in slips.items()})
    shown, found, wanted = args, got, expected
    for fewer in smaller(right(got, expected)):
        wanted_here = np.asarray(formula(*fewer), dtype=np.float64)
        try:
            (again,) = yield [Call(function, fewer)]
            found_here = numbers(again, wanted_here.shape, function)
        except (CouldNotRun, Wrong):
            continue  # it shows on the whole input; that a part fails otherwise is beside the point
        if not equal(found_here, wanted_here):
            shown, found, wanted = fewer, found_here, wanted_here
            break
    if not slip and not np.isfinite(found).all():
        slip = "not-finite"
    raise Wrong(
        SLIPS[slip] if slip else "not the right value; no slip that is known",
        evidence(function, shown, found, wanted),
        slip,
    )


def evidence(function: str, args: tuple[Any, ...], got: Any, expected: Any) -> Evidence:
    """What was called, what came back and what was expected, as texts."""
    return (
        ("input", f"{function}({', '.join(map(shown, args))})"),
        ("got", shown(got)),
        ("expected", shown(expected)),
    )


def shown(value: Any) -> str:
    """A value as a student would type it, cut after a few numbers."""
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size > LONGEST:
            shape = " x ".join(map(str, value.shape))
            first = ", ".join(f"{x:.6g}" for x in value.ravel()[:3].tolist())
            return f"array of {shape}: {first}, ..."
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, np.ndarray | float | np.floating):
        return f"{float(value):.6g}"
    return str(value)


def one_entry(z: Numbers, *rest: Any) -> Callable[[Mask], Iterator[tuple[Any, ...]]]:
    """Smaller inputs of an elementwise function: its wrong entry nearest to 0, alone."""

    def smaller(fine: Mask) -> Iterator[tuple[Any, ...]]:
        wrong = np.flatnonzero(~fine.ravel())
        at = wrong[np.argmin(np.abs(z.ravel()[wrong]))]
        yield (z.ravel()[at].reshape(1, 1), *rest)

    return smaller


def one_sample(*arrays: Numbers) -> Callable[[Mask], Iterator[tuple[Any, ...]]]:
    """Smaller inputs of a function of samples: the first column alone, and the first two."""

    def smaller(fine: Mask) -> Iterator[tuple[Any, ...]]:
        for count in (1, 2):
            yield tuple(np.ascontiguousarray(array[:, :count]) for array in arrays)

    return smaller


def slope_of(function: Formula, z: Numbers, *rest: Any, step: float = 1e-6) -> Numbers:
    """The derivative of an elementwise function by centred differences, in float64."""
    difference = function(z + step, *rest) - function(z - step, *rest)
    return np.asarray(difference / (2 * step), dtype=np.float64)
