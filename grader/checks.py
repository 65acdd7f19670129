"""What a check author writes: a short generator whose docstring is the line the student reads.

    @check("square", functions=("square",))
    def _(trial):
        '''square(x) is x times x.'''
        x = trial.numbers(3, 4)
        (answer,) = yield [Call("square", (x,))]
        if not np.allclose(numbers(answer, x.shape), x * x):
            raise Wrong("not x times x")

It draws inputs, yields calls of the student's functions, gets values back, and compares them here:
the student's process never judges itself. What a check can't go on with is raised.
"""

import zlib
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from grader.sandbox import Call, Limits
from nnviz.engine.arrays import Array

CheckVerdict = Literal["passed", "failed", "could-not-run", "blank"]
Evidence = tuple[tuple[str, str], ...]
Numbers = Array


@dataclass(frozen=True, eq=False)
class Answer:
    """What one call came back with; `changed` are the arguments that it changed in place."""

    value: Any
    changed: tuple[int | str, ...] = ()


Asking = Generator[Sequence[Call], list[Answer], str]
"""A check at work: yields calls to be made in one process, is sent one answer each.

What it returns is said with the verdict "passed": "" for nothing in particular.
"""


class Wrong(Exception):
    """The student's function does something else.

    `slip` is the id of the known slip, or ""; `share` of the points is for what is right.
    """

    def __init__(
        self,
        message: str,
        evidence: Evidence = (),
        slip: str = "",
        share: Fraction = Fraction(0),
    ) -> None:
        super().__init__(message)
        self.message, self.evidence, self.slip, self.share = message, evidence, slip, share


class CouldNotRun(Exception):
    """The student's function raised, took too long or came back with nothing that can be read."""

    def __init__(self, message: str, evidence: Evidence = (), *, blank: bool = False) -> None:
        super().__init__(message)
        self.message, self.evidence, self.blank = message, evidence, blank


class Passed(Exception):
    """Right, with something to say: a convention that was recognised by `slip`, evidence for it."""

    def __init__(self, message: str, evidence: Evidence = (), slip: str = "") -> None:
        super().__init__(message)
        self.message, self.evidence, self.slip = message, evidence, slip


class Undecided(Exception):
    """Neither right nor wrong by what a machine can see: a person decides."""

    def __init__(self, message: str, evidence: Evidence = ()) -> None:
        super().__init__(message)
        self.message, self.evidence = message, evidence


@dataclass(frozen=True)
class CheckResult:
    """What became of a check. `title` is its docstring; `slip` the id of a known slip, or "".

    `share` of its points is given: 1 where it passed, mostly 0 where it didn't.
    """

    name: str
    title: str
    verdict: CheckVerdict | Literal["needs-person"]
    message: str
    evidence: Evidence = ()
    slip: str = ""
    share: Fraction = Fraction(0)


@dataclass(frozen=True, eq=False)
class Trial:
    """What a check has to go by: fresh inputs of its own, and the names the student defined."""

    rng: np.random.Generator
    names: frozenset[str]

    def numbers(self, rows: int, columns: int, low: float = 0.1, high: float = 3.0) -> Numbers:
        """Numbers of either sign, low to high in size, with two decimals so they can be retyped.

        No two are equal in size, so that slips which swap entries or signs show.
        """
        count = rows * columns
        sizes = low + (high - low) * (self.rng.permutation(count) + self.rng.random(count)) / count
        signs = np.where(self.rng.permutation(count) % 2, 1.0, -1.0)
        return np.round(signs * sizes, 2).reshape(rows, columns)

    def number(self, low: float, high: float) -> float:
        """One number with two decimals."""
        return round(float(self.rng.uniform(low, high)), 2)


@dataclass(frozen=True)
class Check:
    """One check: see `check`."""

    name: str
    title: str
    functions: tuple[str, ...]
    needs: tuple[str, ...]
    limits: Limits | None
    ask: Callable[[Trial], Asking]
    inputs: str

    def trial(self, names: frozenset[str], seed: int) -> Trial:
        """Its inputs: they depend on the seed and the check only, not on what else is checked."""
        return Trial(np.random.default_rng([seed, zlib.crc32(self.inputs.encode())]), names)


@dataclass
class Registry:
    """Checks by name, in the order in which they were defined."""

    checks: dict[str, Check] = field(default_factory=dict)

    def check(
        self,
        name: str,
        functions: Sequence[str],
        needs: Sequence[str] = (),
        *,
        limits: Limits | None = None,
        title: str = "",
        inputs: str = "",
    ) -> Callable[[Callable[[Trial], Asking]], Callable[[Trial], Asking]]:
        """Register a check under a name that a rubric can give points to.

        `functions` must be there for it to be tried. It only counts where the checks it `needs`
        passed: what hangs on another mistake isn't a second one. One that takes long has `limits`
        of its own, and a process of its own. The line a student reads is the docstring, or
        `title`. With `inputs` it draws what the check of that name draws, so that what both ask of
        a function that takes long is asked once.
        """

        def register(ask: Callable[[Trial], Asking]) -> Callable[[Trial], Asking]:
            line = title or " ".join((ask.__doc__ or "").split())
            if not line:
                raise ValueError(f"check {name}: it has no docstring, and the student reads that")
            if name in self.checks:
                raise ValueError(f"there are two checks {name}")
            self.checks[name] = Check(
                name, line, tuple(functions), tuple(needs), limits, ask, inputs or name
            )
            return ask

        return register


REGISTRY = Registry()
check = REGISTRY.check


NO_RETURN = "is a `return` missing?"


def returned_none(of: str) -> Wrong:
    """What is raised where a function has returned nothing."""
    return Wrong(f"{of} returns None; {NO_RETURN}", slip="returns-none")


def numbers(answer: Answer, shape: tuple[int, ...] | None = None, of: str = "it") -> Numbers:
    """The real numbers of an answer as float64; `shape` None is any shape.

    Raises Wrong where the value is something else: nothing, a list, complex, of another shape.
    """
    value = answer.value
    if value is None:
        raise returned_none(of)
    if isinstance(value, str | Mapping | list | tuple):
        kind = {list: "a list", tuple: "a tuple", str: "a text"}.get(type(value), "a dict")
        raise Wrong(f"{of} returns {kind}; expected a numpy array", slip="wrong-type")
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise Wrong(
            f"{of} returns numbers of the type {array.dtype}; expected real numbers, such as "
            "float64",
            slip="wrong-type",
        )
    if shape is not None and array.shape != shape:
        got = f"the shape {shape_text(array.shape)}" if array.ndim else "a single number"
        raise Wrong(
            f"{of} returns {got}; expected the shape {shape_text(shape)}",
            (("got", shape_text(array.shape)), ("expected", shape_text(shape))),
            slip="wrong-shape",
        )
    return array.astype(np.float64)


def shape_text(shape: tuple[int, ...]) -> str:
    """(3, 4) as `3 x 4`; () as `a single number`."""
    return " x ".join(map(str, shape)) or "a single number"
