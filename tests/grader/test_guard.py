"""Guessing must not pay, and honest slips must not look like guesses."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.simulated_student import (
    CantGoOnError,
    fill,
    possible_slips,
    random_circuits,
)
from grader.backprop_table import MarkingSettings, mark_table
from grader.variants import variant_inputs
from nnviz.circuit import Circuit, circuit_from_table, load_circuit, solve
from nnviz.circuit.evaluation import show

CIRCUIT = load_circuit(Path(__file__).parents[2] / "assignments/assignment1/circuit.toml")
VARIANT = CIRCUIT.with_inputs(variant_inputs(CIRCUIT, b"secret", "student"))
SETTINGS = MarkingSettings()


CIRCUITS = {"assignment": CIRCUIT, "variant": VARIANT} | {
    f"random {number}": circuit
    for number, circuit in enumerate(random_circuits(random.Random(0), 8))
}


def everywhere(value: str) -> Callable[[Circuit], dict[str, str]]:
    """Return a strategy that writes the same everywhere."""
    return lambda circuit: dict.fromkeys(circuit.cells, value)


def forward_values(circuit: Circuit) -> dict[str, str]:
    """Write each node's value into both of its boxes."""
    values = solve(circuit).activations
    return {name: show(values[index]) for name, (index, _) in circuit.cells.items()}


def gradients_only(value: str) -> Callable[[Circuit], dict[str, str]]:
    """Return a strategy that fills one pass only."""
    return lambda circuit: {name: value for name in circuit.cells if name.startswith("d")}


STRATEGIES = {
    "blank": lambda circuit: {},
    "all 0": everywhere("0"),
    "all 1": everywhere("1"),
    "all -10": everywhere("-10"),
    "forward values": forward_values,
    "gradients 1": gradients_only("1"),
    "gradients -10": gradients_only("-10"),
}


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("circuit", CIRCUITS)
def test_a_strategy_earns_nothing_beyond_the_truly_right_boxes(circuit: str, strategy: str) -> None:
    """Neither carried numbers nor named misconceptions pay where nothing was worked out."""
    marks = mark_table(CIRCUITS[circuit], STRATEGIES[strategy](CIRCUITS[circuit]), SETTINGS)
    assert sum(cell.credit for cell in marks.cells if cell.verdict != "correct") == 0


def test_random_numbers_earn_next_to_nothing() -> None:
    """400 tables of whole numbers from -30 to 30 on the assignment: under 3 % in the mean."""
    chance = random.Random(1)
    earned = [
        sum(
            cell.credit
            for cell in mark_table(
                CIRCUIT, {name: str(chance.randint(-30, 30)) for name in CIRCUIT.cells}, SETTINGS
            ).cells
        )
        for _ in range(400)
    ]
    assert sum(earned) / len(earned) / 15 < 0.03


@pytest.mark.parametrize("name", CIRCUITS)
def test_one_slip_costs_one_box(name: str) -> None:
    """Slips planted by the simulated student, none of which makes a new zero."""
    circuit, chance = CIRCUITS[name], random.Random(3)
    right = fill(circuit, (), chance).written
    planted = 0
    for plan in possible_slips(circuit):
        try:
            table = fill(circuit, (plan,), chance)
        except CantGoOnError:
            continue
        written = table.written
        changed = any(written[cell] != right[cell] for cell in table.shows_in[0])
        if not changed or any(text == "0" != right[cell] for cell, text in written.items()):
            continue
        planted += 1
        marks = mark_table(circuit, written, SETTINGS)
        assert {cell.name for cell in marks.cells if cell.credit < 1} <= table.shows_in[0], plan
    assert planted > 20


def test_the_same_number_everywhere_is_right_where_the_truth_is_so() -> None:
    """All gradients of a sum are 1: beside a forward pass that was worked out, they pay."""
    table = {
        "inputs": {"x": 3, "y": 5, "z": 9},
        "boxes": {"a21": "x + y", "a31": "a21 + z"},
    }
    circuit = circuit_from_table(table)
    worked = {"a21": "8", "a31": "17", **dict.fromkeys(("d31", "d21", "d11", "d12", "d13"), "-1")}
    marks = mark_table(circuit, worked, SETTINGS)
    assert {cell.name for cell in marks.cells if cell.credit < 1} == {"d31"}
    guessed = mark_table(circuit, dict.fromkeys(circuit.cells, "-1"), SETTINGS)
    assert sum(cell.credit for cell in guessed.cells) == 0


def test_a_coincidence_in_a_guessed_table_is_not_called_a_misconception() -> None:
    """A wrong diagnosis is worse than none: of 300 random tables few name anything."""
    chance = random.Random(5)
    named = sum(
        any(
            slip.names
            for slip in mark_table(
                CIRCUIT, {name: str(chance.randint(-30, 30)) for name in CIRCUIT.cells}, SETTINGS
            ).slips
        )
        for _ in range(300)
    )
    assert named <= 15
