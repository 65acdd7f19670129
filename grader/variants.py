"""Each student's own numbers for a circuit, drawn so that a wrong number tells what went wrong.

The numbers come from an HMAC of the instructor's secret and the student's id: regrading needs
nothing stored, and nobody without the secret can tell another's numbers.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from grader.rubric import Rubric
from nnviz.circuit.evaluation import Solution, solve
from nnviz.circuit.graph import Circuit
from nnviz.circuit.misconceptions import wrong_gradients, wrong_values
from nnviz.circuit.operations import UndefinedError, Value
from nnviz.errors import InputError

LARGEST_INPUT = 9
LARGEST = 1e6
MAX_DRAWS = 5_000
LEAST_SECRET = 16
"""Bytes: shorter secrets can be guessed by trying them on one's own numbers."""


def read_secret(path: Path) -> bytes:
    """The secret in a file, without blanks around it. Raises InputError where it is none."""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}") from error
    if len(secret) < LEAST_SECRET:
        raise InputError(
            f"{path}: a secret of {len(secret)} bytes; expected {LEAST_SECRET} or more, "
            "such as `openssl rand -hex 32` gives"
        )
    return secret


OWN_NUMBERS = "-own-numbers"
"""Ends the `marking` of grades whose students had numbers of their own."""


def variant_of(rubric: Rubric, secret: bytes, student: str) -> Rubric:
    """The rubric with this student's own numbers in its circuits, which its `marking` tells, too.

    Raises InputError without an id, and where no numbers suit a circuit.
    """
    if not student.strip():
        raise InputError(
            'who handed it in is not known, and so its numbers are not; add student = "ID"'
        )
    circuits = {
        id: circuit.with_inputs(variant_inputs(circuit, secret, student.strip()))
        for id, circuit in rubric.circuits.items()
    }
    return replace(rubric, circuits=circuits, marking=rubric.marking + OWN_NUMBERS)


def variant_inputs(circuit: Circuit, secret: bytes, student: str) -> dict[str, Value]:
    """Return the student's input values, whole numbers from -9 to 9 without 0.

    Drawn again until every box is a number other than zero and `is_telling` holds. Raises
    `InputError` where no draw suits the circuit.
    """
    names = [circuit.nodes[index].name for index in circuit.inputs]
    for attempt in range(MAX_DRAWS):
        values: dict[str, Value] = {}
        for name in names:
            message = f"{student}\n{circuit.title}\n{attempt}\n{name}".encode()
            digest = hmac.new(secret, message, hashlib.sha256).digest()
            number = int.from_bytes(digest) % (2 * LARGEST_INPUT) - LARGEST_INPUT
            values[name] = number if number < 0 else number + 1
        if is_telling(circuit, values):
            return values
    raise InputError(
        f"no numbers from -{LARGEST_INPUT} to {LARGEST_INPUT} suit the circuit "
        f'"{circuit.title}": with each some box is zero, or two misconceptions look alike'
    )


def is_telling(circuit: Circuit, values: Mapping[str, Value]) -> bool:
    """Say whether a table with these inputs shows what went wrong.

    No box is zero, no wrong rule gives zero or the right number, and no two wrong rules give the
    same number, but those that do for any numbers: also after a small change of every input.
    """
    numbers = _wrong_numbers(circuit, values)
    if numbers is None:
        return False
    nudged = {
        name: value * (1 + Fraction(7 + 4 * i, 9973))
        for i, (name, value) in enumerate(values.items())
    }
    generic = _wrong_numbers(circuit, nudged)
    if generic is None or numbers.keys() != generic.keys():
        return False
    for key, value in numbers.items():
        if value == 0 and generic[key] != 0:
            return False
    return _twins(numbers) == _twins(generic)


Key = tuple[int, bool, str, int, int]


def _wrong_numbers(circuit: Circuit, values: Mapping[str, Value]) -> dict[Key, Value] | None:
    """Return what each wrong rule gives in each box, None where a right box is zero or undefined.

    The key is the box, the misconception, its place, and which of its numbers it is.
    """
    filled = circuit.with_inputs(values)
    try:
        solution = solve(filled)
    except InputError:
        return None
    if not _usable(filled, solution):
        return None
    found: dict[Key, Value] = {}
    for index, is_gradient in filled.cells.values():
        activations, gradients = solution.activations, solution.gradients
        try:
            pairs = (
                wrong_gradients(filled, index, activations, gradients, activations)
                if is_gradient
                else wrong_values(filled, index, activations, activations)
            )
            for label, value in pairs:
                name, ordinal = label.misconception.name, 0
                while (index, is_gradient, name, label.node, ordinal) in found:
                    ordinal += 1
                found[index, is_gradient, name, label.node, ordinal] = value
        except UndefinedError:
            return None
    return found


def _usable(circuit: Circuit, solution: Solution) -> bool:
    return all(
        0 < abs(float((solution.gradients if gradient else solution.activations)[index])) < LARGEST
        for index, gradient in circuit.cells.values()
    )


def _twins(numbers: Mapping[Key, Value]) -> set[tuple[Key, Key]]:
    """Return the pairs of wrong rules that give the same number in the same box."""
    by_number: dict[tuple[int, bool, Value], list[Key]] = {}
    for key, value in numbers.items():
        rounded = float(f"{float(value):.9g}")
        by_number.setdefault((key[0], key[1], rounded), []).append(key)
    return {
        (one, other)
        for keys in by_number.values()
        for i, one in enumerate(keys)
        for other in keys[i + 1 :]
        if one[2] != other[2]
    }
