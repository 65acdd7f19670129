"""A program beside the project's engine: same data, same weights, array by array, in lockstep.

At each iteration the engine starts from the program's own weights, so that rounding does not add
up; the first array, in the order in which they are computed, that differs is named.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from nnviz.attach.namespace import path_text
from nnviz.attach.network import network_of, why_not_the_engine
from nnviz.attach.recognition import Recognition
from nnviz.attach.shapes_of_functions import CUSTOM
from nnviz.attach.source import ProgramSource
from nnviz.debugger.timeline import relative_difference
from nnviz.engine.arrays import Array
from nnviz.engine.network import BackwardPass, Parameters, backward, forward
from nnviz.errors import InputError

TOLERANCE = {4: 2e-4, 8: 1e-8}
"""By what relative difference arrays may differ, by the bytes of their numbers."""

LOSS_TOLERANCE = 1e-4
"""Programs keep their logarithms finite in ways of their own."""

RATE_SAME = 2e-3
SAME = 1e-3
"""Up to this relative difference two factors are the same."""


@dataclass(frozen=True)
class Difference:
    """The first array that differs: at iteration `index`, by the course's name and the program's.

    `relative` is norm(program - engine) / norm(engine); `factor` is what one is of the other, NaN
    where it is no multiple. `line` is where the program computes it (0: unknown).
    """

    index: int
    name: str
    program_name: str
    line: int
    relative: float
    factor: float


@dataclass(frozen=True)
class Agreement:
    """How a comparison ended: after `iterations` iterations, with a difference or without.

    `convention` is the factor by which all of the program's deltas differ from the engine's, such
    as 2 / N; it is 1 for the course's.
    """

    iterations: int
    difference: Difference | None
    convention: float


def compare_with_engine(
    source: ProgramSource,
    iterations: int,
    progress: Callable[[int], None] = lambda index: None,
) -> Agreement:
    """Run a program for some iterations beside the engine, up to the first difference.

    It goes on from where the source stands. Raises InputError where there is nothing to compare
    with: an activation that is unknown, or no targets.
    """
    found = meant(source.recognition)
    _refuse(found)
    convention = 1.0
    for count in range(iterations):
        frame = source.advance()
        progress(frame.index)
        convention, difference = _one(source, found, frame.index, frame.loss, convention)
        if difference is not None:
            return Agreement(count, difference, convention)
    return Agreement(iterations, None, convention)


def meant(found: Recognition) -> Recognition:
    """What the engine is to do: a hidden layer whose function is unknown does as another one does.

    So a slip in one layer's function is a difference, too. What nnviz.toml says goes before.
    """
    known = [layer for layer in found.layers[:-1] if layer.activation != CUSTOM]
    if not known:
        return found
    hidden = [
        replace(layer, activation=known[0].activation, parameters=known[0].parameters)
        if layer.activation == CUSTOM
        else layer
        for layer in found.layers[:-1]
    ]
    return replace(found, layers=(*hidden, found.layers[-1]))


def configured(found: Recognition) -> list[str]:
    """What the engine does, in words: it was recognised in the program, or is another layer's."""
    words = []
    for number, (layer, own) in enumerate(
        zip(meant(found).layers, found.layers, strict=True), start=1
    ):
        given = ", ".join(f"{k} = {v:g}" for k, v in layer.parameters.items() if v != 1)
        name = layer.activation + (f" ({given})" if given else "")
        unknown = ", taken from another layer" if own.activation != layer.activation else ""
        words.append(f"L{number} {name}{unknown}")
    return [
        f"the reference does what was recognised: {'; '.join(words)}; {found.loss.family}",
        "if something else was meant, activations = [...] in nnviz.toml says so",
    ]


def _refuse(found: Recognition) -> None:
    if problem := why_not_the_engine(found):
        raise InputError(
            f"there is nothing to compare with: {problem}; activations = [...] in nnviz.toml says "
            "what was meant"
        )
    if found.targets is None and found.labels is None:
        raise InputError("no targets were recognised: the engine can't compute deltas")


def _one(
    source: ProgramSource, found: Recognition, index: int, loss: float, convention: float
) -> tuple[float, Difference | None]:
    """Compare one iteration; the convention is learnt at the first one."""
    for name, ours, theirs in _pairs(source, found, loss, convention):
        close = LOSS_TOLERANCE if name == "loss" else TOLERANCE.get(ours.dtype.itemsize, 2e-4)
        apart = relative_difference(theirs, ours)
        if apart <= close:
            continue
        factor = _factor(ours, theirs, close)
        depth = source.recognition.depth
        if name == f"d{depth}" and index == 0 and _usual(factor, source.recognition):
            return _one(source, found, index, loss, factor)
        place = source.recognition.layers[int(name[-1]) - 1] if name[-1].isdigit() else None
        where = place.places.get(name.rstrip("0123456789")) if place is not None else None
        known = where.text if where is not None else ""
        if not known and place is not None and name.startswith("W"):
            known = path_text(place.weights)
        line = where.line if where is not None else 0
        return convention, Difference(index, name, known, line, apart, factor)
    return convention, None


def _pairs(
    source: ProgramSource, found: Recognition, loss: float, convention: float
) -> Iterator[tuple[str, Array, Array]]:
    """Name, the program's array and the engine's, in the order in which they are computed."""
    depth = found.depth
    network = network_of(found)
    numbers = range(1, depth + 1)
    weights = tuple(source.array(f"W{i}") for i in numbers)
    biases = tuple(
        source.array(f"b{i}") if found.layers[i - 1].bias else np.zeros((len(W), 1), W.dtype)
        for i, W in zip(numbers, weights, strict=True)
    )
    parameters = Parameters(weights, biases if network.has_biases else ())
    X, T = source.array("X"), source.array("T")
    with np.errstate(all="ignore"):
        passed = forward(network, parameters, X)
        back = backward(network, parameters, passed, T)
        for i in numbers:
            yield f"L{i}", source.array(f"L{i}"), passed.activations[i - 1]
        if found.loss.place is not None and math.isfinite(found.loss.factor):
            objective = network.loss.objective(passed.activations[-1], T)
            yield "loss", np.array([loss]), np.array([objective * found.loss.factor])
        for i in reversed(numbers):
            yield from _backward_pairs(source, i, back, convention)
        for i in reversed(numbers):
            rate = _rate(found, i)
            if math.isfinite(rate) and "dW" in found.layers[i - 1].places:
                step = np.float64(rate).astype(weights[0].dtype) * source.array(f"dW{i}")
                yield f"W{i}", weights[i - 1] - source.array(f"update{i}"), weights[i - 1] + step


def _rate(found: Recognition, number: int) -> float:
    """The rate that a layer's update should have: its own if a variable says so, or the last one's.

    NaN where no update is a multiple of its gradient, as with momentum.
    """
    if found.momentum:
        return math.nan
    own = found.rate.values[number - 1]
    scales = (1.0, float(found.samples), 1 / found.samples)
    meant = [value * scale for _, value in found.numbers for scale in scales if value > 0]
    if any(abs(own - value) <= RATE_SAME * value for value in meant):
        return own
    known = [value for value in found.rate.values if math.isfinite(value)]
    return known[-1] if known else math.nan


def _backward_pairs(
    source: ProgramSource, number: int, back: BackwardPass, convention: float
) -> Iterator[tuple[str, Array, Array]]:
    places = source.recognition.layers[number - 1].places
    delta, gradient = back.deltas[number - 1], back.gradients.weights[number - 1]
    if "d" in places:
        yield f"d{number}", source.array(f"d{number}"), convention * delta
    if "dW" in places:
        yield f"dW{number}", source.array(f"dW{number}"), convention * gradient


def _factor(ours: Array, theirs: Array, close: float) -> float:
    """The number by which one is a multiple of the other, NaN where it is none."""
    with np.errstate(all="ignore"):
        size = float(np.vdot(theirs, theirs))
        factor = float(np.vdot(theirs, ours)) / size if size else math.nan
        left = relative_difference(factor * theirs, ours) if math.isfinite(factor) else math.inf
    return factor if left <= 10 * close else math.nan


def _usual(factor: float, found: Recognition) -> bool:
    """Whether a factor is one that programs differ by without being wrong."""
    n, classes = found.samples, found.layers[-1].units
    usual = (2.0, 1 / n, 2 / n, 1 / (n * classes), 2 / (n * classes))
    return any(abs(factor / each - 1) <= SAME for each in usual)


def agreement_lines(source: ProgramSource, agreement: Agreement) -> list[str]:
    """The outcome in words."""
    name, difference = source.program.path.name, agreement.difference
    note = configured(source.recognition)
    if abs(agreement.convention - 1) > SAME:
        note += [
            f"its deltas are {agreement.convention:.6g} times the engine's throughout: another "
            "convention, taken off here"
        ]
    if difference is None:
        return [
            f"{name} and the reference agree in every array of {agreement.iterations} iterations",
            *note,
        ]
    known = difference.program_name
    called = f" ({known})" if known and known != difference.name else ""
    lines = [
        f"{name} and the reference agree until {difference.name}{called} in iteration "
        f"{difference.index}, which differs by {difference.relative:.2g} (relative)",
    ]
    if math.isfinite(difference.factor):
        lines.append(f"it is {difference.factor:.4g} times the reference's")
    if difference.line:
        place = source.program.place(difference.line)
        lines.append(f"{place}: {source.program.line(difference.line)}")
    return lines + note
