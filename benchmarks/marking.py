"""Measures the marker of backprop tables: guesses, planted slips, speed, derivatives.

    python -m benchmarks.marking [--json]

prints every figure with its target and ends with 1 if one is missed. How slips are planted,
apart from the marker's own rules, is told in `benchmarks.simulated_student`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean
from time import thread_time

from benchmarks.__main__ import table_row
from benchmarks.derivative_notations import HOSTILE, NOTATIONS, QUESTIONS
from benchmarks.measuring import Result
from benchmarks.simulated_student import (
    ANOTHER_NUMBER,
    MISWRITTEN,
    SWAPPED,
    CantGoOnError,
    Plan,
    Table,
    fill,
    possible_slips,
    random_circuits,
    write,
)
from grader.backprop_table import MarkingSettings, TableMarks, mark_table
from grader.derivatives import mark_derivative
from grader.variants import variant_inputs
from nnviz.circuit import Circuit, load_circuit, solve

ASSIGNMENT = Path(__file__).parents[1] / "assignments" / "assignment1" / "circuit.toml"
SETTINGS = MarkingSettings()
SEED = 20_240_229
VARIANTS = 50
RANDOM_CIRCUITS = 1_000
RANDOM_TABLES = 10_000


@dataclass(frozen=True)
class Population:
    """Circuits to measure on, and how many tables with slips of each."""

    name: str
    circuits: Sequence[Circuit]
    singles: int
    pairs: int
    without_ties: str


def results() -> Iterator[Result]:
    """Yield every figure of the report."""
    chance = random.Random(SEED)
    assignment = load_circuit(ASSIGNMENT)
    variants = [
        assignment.with_inputs(variant_inputs(assignment, b"benchmark", str(student)))
        for student in range(VARIANTS)
    ]
    circuits = random_circuits(chance, RANDOM_CIRCUITS)
    yield from guesses(assignment, variants, circuits[:100], chance)
    for population in (
        Population("assignment", [assignment], 400, 2_000, ">= 85"),
        Population("variants", variants, 100, 40, ">= 97"),
        Population("random circuits", circuits, 10, 5, ">= 85"),
    ):
        yield from slips(population, chance)
    yield from speed(assignment, circuits, chance)
    yield from derivatives()


# Guesses


def guesses(
    assignment: Circuit,
    variants: Sequence[Circuit],
    circuits: Sequence[Circuit],
    chance: random.Random,
) -> Iterator[Result]:
    """Yield what filling a table without working it out earns."""
    beyond: list[float] = []
    for kind, strategies in (("constants", _constants), ("other guesses", _other_guesses)):
        in_all, extra = [], []
        for circuit in (assignment, *variants, *circuits):
            for answers in strategies(circuit):
                earned = _earned(circuit, answers)
                in_all.append(earned[0])
                extra.append(earned[1])
        yield Result(f"{kind}: earned, mean", 100 * mean(in_all), "%")
        yield Result(f"{kind}: earned, most", 100 * max(in_all), "%")
        bound = "<= 15" if kind == "constants" else "<= 35"
        yield Result(f"{kind}: beyond the truly right boxes, most", 100 * max(extra), "%", bound)
        beyond += extra
    shares = []
    for number in range(RANDOM_TABLES):
        earned = _earned(assignment, _random_table(assignment, chance))
        shares.append(earned[0])
        beyond.append(earned[1])
        if number % 5 == 0:
            other = chance.choice((*variants, *circuits))
            beyond.append(_earned(other, _random_table(other, chance))[1])
    yield Result("random -30 to 30 on the assignment: mean", 100 * mean(shares), "%", "<= 3")
    worst = sorted(shares)[int(0.999 * len(shares))]
    yield Result("random -30 to 30: 99.9th percentile", 100 * worst, "%", "<= 20")
    yield Result("all guesses: beyond the truly right, mean", 100 * mean(beyond), "%", "<= 0.2")


def _earned(circuit: Circuit, answers: dict[str, str]) -> tuple[float, float]:
    """Return the share of all points earned, and of that the part not for truly right boxes."""
    cells = mark_table(circuit, answers, SETTINGS).cells
    total = sum(cell.credit for cell in cells)
    right = sum(cell.credit for cell in cells if cell.verdict == "correct")
    return total / len(cells), (total - right) / len(cells)


def _constants(circuit: Circuit) -> Iterator[dict[str, str]]:
    solution = solve(circuit)
    right = {write(value) for value in (*solution.activations, *solution.gradients)}
    for value in sorted({str(n) for n in range(-10, 11)} | right):
        yield dict.fromkeys(circuit.cells, value)
        yield {cell: value for cell in circuit.cells if cell.startswith("d")}


def _other_guesses(circuit: Circuit) -> Iterator[dict[str, str]]:
    solution = solve(circuit)
    inputs = [write(circuit.nodes[i].value) for i in circuit.inputs]
    forward = {cell: write(solution.activations[i]) for cell, (i, _) in circuit.cells.items()}
    yield {}
    yield {cell: inputs[n % len(inputs)] for n, cell in enumerate(circuit.cells)}
    yield {
        cell: inputs[0] if index in circuit.boxes else forward[cell]
        for cell, (index, _) in circuit.cells.items()
    }
    yield forward
    yield {cell: text for cell, text in forward.items() if cell.startswith("a")}
    yield {cell: text for cell, text in forward.items() if cell.startswith("d")}


def _random_table(circuit: Circuit, chance: random.Random) -> dict[str, str]:
    return {cell: str(chance.randint(-30, 30)) for cell in circuit.cells}


# Slips


def slips(population: Population, chance: random.Random) -> Iterator[Result]:
    """Yield what planted slips cost, and whether the marker names them."""
    count: Counter[str] = Counter()
    for circuit in population.circuits:
        right = fill(circuit, (), chance)
        possible = list(possible_slips(circuit))
        plans = [(plan,) for plan in _spread(possible, population.singles, chance)]
        pairs = [
            (chance.choice(possible), chance.choice(possible)) for _ in range(population.pairs)
        ]
        for planned in (*plans, *pairs):
            table = _plant(circuit, planned, right, chance)
            if isinstance(table, str):
                count[table] += 1
            else:
                marks = mark_table(circuit, table.written, SETTINGS)
                count.update(_outcome(planned, table, right, marks))
    yield from _slip_figures(population, count)


def _slip_figures(population: Population, count: Counter[str]) -> Iterator[Result]:
    name = population.name
    for kind, target in (("one slip", ">= 100"), ("two slips", ">= 99")):
        for accident in ("", ", another number"):
            for zero in ("", ", new zero"):
                group = kind + accident + zero
                wanted = None if zero else target
                yield Result(f"{name}, {group}: tables", count[group], "")
                yield _share(f"{name}, {group}: only it loses", count, group, "alone", wanted)
    if count["lost more"]:
        text = f"{name}: flagged for a person where more is lost"
        yield _share(text, count, "lost more", "flagged", ">= 100")
    yield _share(f"{name}: a named slip in the headline", count, "named", "found", ">= 99")
    yield _share(
        f"{name}: a named slip alone, no tie", count, "named", "sole", population.without_ties
    )
    yield _share(f"{name}: both named slips of a pair", count, "named pair", "found", ">= 90")
    yield Result(f"{name}: left out, changes nothing or cancels", count["changes nothing"], "")
    yield Result(f"{name}: left out, can't be carried on", count["can't go on"], "")


def _share(name: str, count: Counter[str], of: str, what: str, target: str | None = None) -> Result:
    return Result(name, 100 * count[f"{of}: {what}"] / max(1, count[of]), "%", target)


def _spread(possible: Sequence[Plan], wanted: int, chance: random.Random) -> list[Plan]:
    """Return about that many slips: all of them as often as it goes, and a sample of the rest."""
    whole, rest = divmod(wanted, len(possible))
    return [*possible] * whole + chance.sample(possible, rest)


def _plant(
    circuit: Circuit, plans: tuple[Plan, ...], right: Table, chance: random.Random
) -> Table | str:
    """Return the table with the slips, or why it is left out."""
    places = [{plan.cell, "d" + plan.cell[1:] if plan.word == SWAPPED else ""} for plan in plans]
    if len(plans) == 2 and (places[0] & places[1]) - {""}:
        return "in the same box"
    try:
        table = fill(circuit, plans, chance)
        partial = [fill(circuit, (*plans[:i], *plans[i + 1 :]), chance) for i in range(len(plans))]
    except CantGoOnError:
        return "can't go on"
    unseen = any(
        all(table.written[cell] == right.written[cell] for cell in cells)
        for cells in table.shows_in
    )
    if unseen or any(other.written == table.written for other in partial):
        return "changes nothing"
    return table


def _outcome(
    plans: tuple[Plan, ...], table: Table, right: Table, marks: TableMarks
) -> Iterator[str]:
    """Yield what to count: the group of the table, and what held for it."""
    kind = ("one slip", "two slips")[len(plans) - 1]
    accident = any(plan.word in (ANOTHER_NUMBER, MISWRITTEN) for plan in plans)
    new_zero = any(text == "0" != right.written[cell] for cell, text in table.written.items())
    slipped = frozenset().union(*table.shows_in)
    alone = {cell.name for cell in marks.cells if cell.credit < 1} <= slipped
    group = kind + ", another number" * accident + ", new zero" * new_zero
    yield from (group, f"{group}: alone") if alone else (group,)
    if not alone:
        yield from ("lost more", "lost more: flagged") if marks.flags else ("lost more",)
    if accident:
        return
    named = ("named", "named pair")[len(plans) - 1]
    yield named
    fitting = [[s.names for s in marks.slips if plan.cell in s.cells] for plan in plans]
    if all(any(p.word in names for names in f) for p, f in zip(plans, fitting, strict=True)):
        yield f"{named}: found"
    if all((p.word,) in f for p, f in zip(plans, fitting, strict=True)):
        yield f"{named}: sole"


# Speed


def speed(
    assignment: Circuit, circuits: Sequence[Circuit], chance: random.Random
) -> Iterator[Result]:
    """Yield tables marked per second of processor time, and the slowest table."""
    right = fill(assignment, (), chance)
    possible = list(possible_slips(assignment))
    for slip_count in (1, 2):
        tables: list[dict[str, str]] = []
        while len(tables) < 500:
            table = _plant(assignment, tuple(chance.sample(possible, slip_count)), right, chance)
            if isinstance(table, Table):
                tables.append(table.written)
        rate = _rate(assignment, tables)
        yield Result(f"assignment, {slip_count} slip(s): tables per second", rate, "/s", ">= 2000")
    junk = [_random_table(assignment, chance) for _ in range(300)]
    yield Result("assignment, random: tables per second", _rate(assignment, junk), "/s", ">= 200")
    largest = [circuit for circuit in circuits if len(circuit.boxes) >= 11]
    slowest = max(
        _seconds(partial(mark_table, circuit, table, SETTINGS))
        for circuit in largest
        for table in (_random_table(circuit, chance), fill(circuit, (), chance).written)
    )
    yield Result("11 or 12 operations: slowest table", 1e3 * slowest, "ms", "<= 100")


def _rate(circuit: Circuit, tables: Sequence[dict[str, str]]) -> float:
    def mark_all() -> None:
        for table in tables:
            mark_table(circuit, table, SETTINGS)

    return len(tables) / _seconds(mark_all)


def _seconds(work: Callable[[], object]) -> float:
    """Return the processor time of the fastest of three runs."""
    times = []
    for _ in range(3):
        start = thread_time()
        work()
        times.append(thread_time() - start)
    return min(times)


# Derivatives


def derivatives() -> Iterator[Result]:
    """Yield how many notations are judged right, and the slowest hostile formula."""
    judged = [
        (mark_derivative(typed, QUESTIONS[name], SETTINGS).verdict == "correct") is right
        for name, typed, right in NOTATIONS
    ]
    yield Result("derivatives: notations in the table", len(judged), "", ">= 60")
    yield Result("derivatives: judged right", 100 * mean(judged), "%", ">= 100")
    slowest = max(
        _seconds(partial(mark_derivative, typed, question, SETTINGS))
        for typed in HOSTILE
        for question in QUESTIONS.values()
    )
    yield Result("derivatives: slowest hostile formula", 1e3 * slowest, "ms", "<= 50")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.marking", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args(arguments)
    found = []
    for result in results():
        found.append(result)
        if not options.json:
            print(table_row(result), flush=True)
    if options.json:
        report = {r.name: {"value": r.value, "unit": r.unit, "target": r.target} for r in found}
        json.dump(report, sys.stdout, indent=1)
        print()
    return 0 if all(result.met for result in found) else 1


if __name__ == "__main__":
    sys.exit(main())
