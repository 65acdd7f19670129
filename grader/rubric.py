"""How many points each part of an assignment is worth: `rubric.toml`, held against itself.

All points are exact fractions, so that sums are. A rubric whose points don't add up, or that has a
key nobody reads, is refused with the place.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from grader.improvements import CHECKS
from grader.improvements.slips import SLIPS
from nnviz.circuit import Circuit, load_circuit
from nnviz.circuit.expressions import parse
from nnviz.errors import InputError, nearest
from nnviz.presets import PRESETS

FILE_NAME = "rubric.toml"
PERSON_KINDS = ("code", "text")
SCALED_KEYS = ("learning_rate", "k", "slope", "init_divisor", "momentum")
"""Keys of an experiment whose best value can be asked for."""


class Marking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Credit for what is not right, as shares of its points, and what a student sees.

    `slips`: id of a known slip -> the share that a check which fails by it still pays (else none).
    """

    carried: Fraction
    misconception: Fraction
    show_solution: bool = False
    slips: dict[str, Fraction] = {}


class LateRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a day too late costs, as a share of the points reached, and at most.

    Without a `due` only a student who has one of their own can be late. Within the grace nothing
    is lost; after it each day begun since `due` counts.
    """

    per_day: Fraction
    most: Fraction = Fraction(1)
    grace_minutes: int = 0
    due: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class Criterion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person looks for in a text, and what it is worth."""

    text: str
    points: Fraction


class ClaimRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a claim counts as reproduced, and how much computing may go into finding out.

    `accuracy_tolerance` is in percentage points. `budget_seconds` is for all claims of a
    submission, by an estimate that doesn't depend on the machine; beyond it a person decides.
    """

    accuracy_tolerance: Fraction
    dead_tolerance: int
    dead_share: Fraction
    budget_seconds: int
    data: str = "mnist-2k"
    """The data set of the reference improvements that a submission's curves are drawn over."""


class Derivative(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The derivative of `function` with respect to `by`; `domain` is where it is asked for."""

    id: str
    function: str
    by: str
    answer: str
    variables: tuple[str, ...]
    points: Fraction
    domain: str = ""


class WeighedCheck(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A check of the student's code, and its share of the part's points: weight / all weights."""

    name: str
    weight: Fraction = Fraction(1)


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a problem: points for code, for a claim that holds, and for a text.

    `checks` feed the points for code, in shares by their weights, each a name or a name with a
    weight (without any a person decides); claims made for the part share theirs. `references` are
    the presets whose curves are drawn beside the claims', and `best_of` is the key of an experiment
    whose best value is claimed: its neighbours are run, too.
    """

    id: str
    title: str
    code: Fraction = Fraction(0)
    checks: tuple[str | WeighedCheck, ...] = ()
    references: tuple[str, ...] = ()
    best_of: str = ""
    claim: Fraction = Fraction(0)
    text: Fraction = Fraction(0)

    @property
    def weighed(self) -> Mapping[str, Fraction]:
        """The checks, each with its share of the points for code."""
        checks = [WeighedCheck(c) if isinstance(c, str) else c for c in self.checks]
        total = sum((check.weight for check in checks), Fraction(0))
        return {check.name: check.weight / total for check in checks} if total else {}

    @property
    def points(self) -> Fraction:
        """All three."""
        return self.code + self.claim + self.text


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A circuit to fill in: the file it is drawn in, points for each activation and gradient."""

    circuit: str
    activation: Fraction
    gradient: Fraction


class Problem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A problem: a circuit and derivatives, or parts; `extra` points come on top of the total."""

    id: str
    title: str
    points: Fraction
    extra: bool = False
    table: Table | None = None
    derivatives: tuple[Derivative, ...] = ()
    parts: tuple[Part, ...] = ()


class RubricFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it is written."""

    assignment: str
    title: str
    points: Fraction
    marking: Marking
    claims: ClaimRules
    problems: tuple[Problem, ...]
    isolation: Literal["namespaces", "landlock", "limits"] = "namespaces"
    """The weakest sandbox in which students' code may run."""
    several: Literal["latest", "best"] = "latest"
    """Which one counts of several submissions of one student."""
    late: LateRules | None = None
    criteria: dict[str, tuple[Criterion, ...]] = {}
    reading: dict[str, str] = {}


@dataclass(frozen=True, eq=False)
class Rubric:
    """A rubric whose points add up, with the circuits that it names (problem id -> circuit).

    `marking` stands for all rules that marking goes by, points apart: grades made by the same rules
    can be scored anew by this rubric without looking at the submission again.
    """

    file: RubricFile
    circuits: Mapping[str, Circuit]
    marking: str

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems in their order."""
        return self.file.problems

    @cached_property
    def sheet(self) -> Mapping[str, tuple[str, ...]]:
        """What may be answered: table of answers.toml -> keys."""
        cells = {table_name(id): tuple(circuit.cells) for id, circuit in self.circuits.items()}
        derivatives = tuple(d.id for problem in self.problems for d in problem.derivatives)
        texts = tuple(p.id for problem in self.problems for p in problem.parts if p.text)
        return {**cells, "derivatives": derivatives, "texts": texts}

    @property
    def best_of(self) -> Mapping[str, str]:
        """The parts in which the best value of a key is claimed, each with the key."""
        return {part.id: part.best_of for p in self.problems for part in p.parts if part.best_of}

    @property
    def claim_problems(self) -> tuple[str, ...]:
        """The parts that a claim can be made for."""
        return tuple(p.id for problem in self.problems for p in problem.parts if p.claim)


def table_name(problem: str) -> str:
    """The name of the table in answers.toml that holds the cells of this problem's circuit."""
    return f"problem{problem}"


def load_rubric(place: Path, beside: Path | None = None) -> Rubric:
    """Read a rubric and the circuits it names: a file, or the folder of an assignment.

    A circuit that is not in the rubric's own folder is looked for in the folder `beside`.
    Raises InputError with file and place where it can't be read, has an unknown key, or its points
    don't add up.
    """
    path = place / FILE_NAME if place.is_dir() else place
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        file = msgspec.convert(tables, RubricFile, dec_hook=_fraction)
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: can't be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: {str(error).replace('$.', '')}") from error
    drawn = {p.id: p.table.circuit for p in file.problems if p.table}
    files = {id: _circuit_file(name, path.parent, beside) for id, name in drawn.items()}
    circuits = {id: load_circuit(file) for id, file in files.items()}
    try:
        _check(file, circuits)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return Rubric(file, circuits, _marking_rules(file, files))


def _circuit_file(name: str, folder: Path, beside: Path | None) -> Path:
    own = folder / name
    return beside / name if beside and not own.exists() else own


def _marking_rules(file: RubricFile, circuits: Mapping[str, Path]) -> str:
    """A digest of what decides on verdicts and sentences, whatever the points are."""
    asked = [
        [d.id, d.function, d.by, d.answer, d.variables, d.domain]
        for problem in file.problems
        for d in problem.derivatives
    ]
    drawn = {id: hashlib.sha256(path.read_bytes()).hexdigest() for id, path in circuits.items()}
    rules = [file.marking.show_solution, file.claims, asked, drawn]
    text = msgspec.json.encode(rules, enc_hook=str, order="deterministic")
    return hashlib.sha256(text).hexdigest()[:16]


def _fraction(kind: type, value: Any) -> Fraction:
    """An exact number from a TOML number; a text such as "1/3" is one too."""
    if kind is not Fraction:
        raise NotImplementedError(kind)
    try:
        number = Fraction("no number" if isinstance(value, bool) else value)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise ValueError(f"expected a number, not {str(value)!r}") from None
    if number < 0:
        raise ValueError(f"expected a number from 0, not {value}")
    return number


def _check(file: RubricFile, circuits: Mapping[str, Circuit]) -> None:
    """Hold every sum against what it should be; raises InputError with the place."""
    total = Fraction(0)
    seen: set[str] = set()
    for number, problem in enumerate(file.problems):
        place = f"problems[{number}] (id {problem.id})"
        names = [problem.id, *(p.id for p in problem.parts if p.id != problem.id)]
        names += [d.id for d in problem.derivatives]
        for name in names:
            if name in seen or names.count(name) > 1:
                raise InputError(f"{place}: the id {name} stands twice")
        seen.update(names)
        for derivative in problem.derivatives:
            _check_formulas(derivative, place)
        for part in problem.parts:
            _check_weights(part, f"{place}: part {part.id}")
            _check_runs(part, f"{place}: part {part.id}")
        parts = _parts(problem, circuits.get(problem.id))
        if sum(parts.values()) != problem.points:
            summands = " + ".join(f"{shown(value)} ({what})" for what, value in parts.items())
            raise InputError(
                f"{place}: {summands or 'nothing'} makes {shown(sum(parts.values(), Fraction(0)))} "
                f"points, not the problem's {shown(problem.points)}"
            )
        total += 0 if problem.extra else problem.points
    if total != file.points:
        raise InputError(
            f"points = {shown(file.points)}: the problems that are not extra make {shown(total)}"
        )
    _check_shares(file)
    _check_criteria(file)
    places = {problem.id for problem in file.problems} | seen | SLIPS.keys()
    for id in file.reading:
        if id not in places:
            told = f"{id} is no problem, no part and no slip"
            raise InputError(f"reading: {told}{nearest(id, places)}")
    for slip in file.marking.slips:
        if slip not in SLIPS:
            raise InputError(f"marking.slips: there is no slip {slip}{nearest(slip, SLIPS)}")


def _check_shares(file: RubricFile) -> None:
    """Refuse shares above 1, and a day's that is not there."""
    marking, late = file.marking, file.late
    shares = {"marking.carried": marking.carried, "marking.misconception": marking.misconception}
    shares |= {f"marking.slips.{slip}": share for slip, share in marking.slips.items()}
    if late:
        shares |= {"late.per_day": late.per_day, "late.most": late.most}
        if late.grace_minutes < 0:
            raise InputError("late.grace_minutes: expected a number from 0")
    for key, share in shares.items():
        if share > 1:
            raise InputError(f"{key}: expected a share from 0 to 1")


def _check_criteria(file: RubricFile) -> None:
    """What a person looks for in a text is worth what the text is worth."""
    texts = {part.id: part.text for problem in file.problems for part in problem.parts if part.text}
    for id, criteria in file.criteria.items():
        if id not in texts:
            raise InputError(f"criteria.{id}: no part with a text has this id{nearest(id, texts)}")
        worth = sum((criterion.points for criterion in criteria), Fraction(0))
        if worth != texts[id]:
            raise InputError(
                f"criteria.{id}: {' + '.join(shown(c.points) for c in criteria) or 'nothing'} "
                f"makes {shown(worth)} points, not the text's {shown(texts[id])}"
            )


def _check_runs(part: Part, place: str) -> None:
    """Refuse references that are no presets, and a key that has no neighbouring values."""
    for name in part.references:
        if name not in PRESETS:
            raise InputError(f"{place}: references: no preset {name!r}{nearest(name, PRESETS)}")
    if part.best_of not in ("", *SCALED_KEYS):
        raise InputError(f"{place}: best_of: expected one of {', '.join(SCALED_KEYS)}")


def _check_weights(part: Part, place: str) -> None:
    """Refuse checks that are unknown, stand twice, or decide on no points."""
    names = [check if isinstance(check, str) else check.name for check in part.checks]
    for name in names:
        if name not in CHECKS:
            hint = nearest(name, CHECKS) or f"; expected one of {', '.join(CHECKS)}"
            raise InputError(f"{place}: there is no check {name!r}{hint}")
        if names.count(name) > 1:
            raise InputError(f"{place}: the check {name} stands twice")
    if names and not part.code:
        raise InputError(f"{place}: it has checks, and code = 0 points for them to give")
    if names and not part.weighed:
        raise InputError(f"{place}: the weights of its checks make 0")


def _check_formulas(derivative: Derivative, place: str) -> None:
    """Refuse formulas that can't be read, which no answer could be held against."""
    for key in ("function", "answer"):
        try:
            parse(getattr(derivative, key), derivative.variables)
        except InputError as error:
            raise InputError(f"{place}: derivative {derivative.id}: {key}: {error}") from error


def _parts(problem: Problem, circuit: Circuit | None) -> dict[str, Fraction]:
    """What the points of a problem are made of, in words, each with its points."""
    parts = {f"part {part.id}": part.points for part in problem.parts}
    parts |= {f"derivative {d.id}": d.points for d in problem.derivatives}
    if circuit and problem.table:
        kinds = [is_gradient for _, is_gradient in circuit.cells.values()]
        gradients = sum(kinds)
        activations = len(kinds) - gradients
        parts[f"{activations} activations"] = activations * problem.table.activation
        parts[f"{gradients} gradients"] = gradients * problem.table.gradient
    return parts


def shown(points: Fraction) -> str:
    """Points, or a share, for people: at most two decimals, no trailing zeros."""
    text = f"{float(points):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
