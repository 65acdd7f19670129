"""The smallest explanation of a table: swapped, miswritten, misunderstood, or another number."""

from pathlib import Path

import pytest

from grader.assessment import State, assess
from grader.explanation import Explanation, SlipKind, explain
from nnviz.circuit import Circuit, circuit_from_expression, load_circuit, solve
from nnviz.circuit.numbers import Typed, read_number

CIRCUIT = load_circuit(Path(__file__).parents[2] / "assignments/assignment1/circuit.toml")


def explained(numbers: str, circuit: Circuit = CIRCUIT) -> Explanation:
    """Explain a table written in the order of filling; `_` leaves a box empty."""
    typed = {}
    for cell, text in zip(circuit.cells.values(), numbers.split(), strict=True):
        number = read_number(text)
        if isinstance(number, Typed):
            typed[cell] = number
    return explain(circuit, solve(circuit), typed, 3)


def slips(explanation: Explanation, circuit: Circuit = CIRCUIT) -> list[tuple[str, str, str]]:
    """Return (kind, boxes, misconceptions) of each slip."""
    name_of = {cell: name for name, cell in circuit.cells.items()}
    return [
        (
            slip.kind.value,
            " ".join(name_of[cell] for cell in slip.cells),
            " ".join(dict.fromkeys(label.misconception.name for label in slip.labels)),
        )
        for slip in explanation.slips
    ]


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ("-4 2 -2 -5 25   1 -10 -10 -10 -10   20 -20 10 20 -10", []),
        (
            "-4 2 -2 -5 25   1 -10 -10 -10 -10   20 -20 20 10 -10",
            [("named", "d13 d14", "own-operand")],
        ),
        (  # sign or own operand at d11, d12: what fits at d13, d14 too is the smaller explanation
            "-4 2 -2 -5 25   1 -10 -10 -10 -10   -20 20 20 10 -10",
            [("named", "d11 d12", "own-operand"), ("named", "d13 d14", "own-operand")],
        ),
        (
            "-4 2 -10 -5 25   1 -10 -2 -10 -10   20 -20 10 20 -10",
            [("swapped", "a31 d31", "")],
        ),
        (  # both passes exchanged at three nodes
            "-10 -10 -10 -5 25   1 -10 -2 -4 2   20 -20 10 20 -10",
            [("swapped", f"a{n} d{n}", "") for n in ("21", "22", "31")],
        ),
        (  # a31 = -3 carried on; d21 miswritten as -13, but -12 carried on into d11 and d12
            "-4 2 -3 -6 36   1 -12 -12 -13 -12   24 -24 12 24 -12",
            [("unnamed", "a31", ""), ("miswritten", "d21", "")],
        ),
        (
            "-4 2 -3 -6 36   1 -12 -12 -12 -12   24 -24 12 24 -12",
            [("unnamed", "a31", "")],
        ),
        (  # an empty box is no slip, and what follows from it is consistent
            "-4 2 _ -5 25   1 -10 _ -10 -10   20 -20 10 20 -10",
            [],
        ),
        (
            "-4 2 -2 -5 25   1 -10 -5 -5 -5   10 -10 5 10 -5",
            [("named", "d31 d15", "halved")],
        ),
    ],
)
def test_the_smallest_explanation_is_found(numbers: str, found: list[tuple[str, str, str]]) -> None:
    """Tables worked out by hand."""
    assert slips(explained(numbers)) == found


def test_two_misconceptions_that_fit_equally_are_both_kept() -> None:
    """At the square next to the output, "x" is the derivative forgotten, and the value copied."""
    one = explained("-4 2 -2 -5 25   1 -5 -5 -5 -5   10 -10 5 10 -5")
    assert slips(one) == [("named", "d41", "exponent-forgotten value-copied")]


def test_what_passes_a_slip_on_is_known_through_empty_boxes() -> None:
    """a31 is wrong, a41 left empty: a51 is carried, and so is d41."""
    one = explained("-4 2 -3 _ 36   1 -12 -12 -12 -12   24 -24 12 24 -12")
    carried = {name for name, cell in CIRCUIT.cells.items() if cell in one.carried(CIRCUIT)}
    assert {"a41", "a51", "d41", "d15"} <= carried
    assert not {"a21", "d51", "a31"} & carried


def test_a_local_derivative_may_start_from_the_box_or_from_its_operand() -> None:
    """sigmoid(x) at 2 with a21 written 0.5: a student may use 0.5 (1 - 0.5) or s(2) (1 - s(2))."""
    circuit = circuit_from_expression("sigmoid(x)").with_inputs({"x": 2})
    for slope in ("0.25", "0.105"):
        assert slips(explained(f"0.5 1 {slope}", circuit), circuit) == [("unnamed", "a21", "")]


def test_a_number_rounded_before_it_was_written_is_carried_on() -> None:
    """tanh(x) * 7 at x = 1 with a21 = 0.62 for 0.7616: 0.6249 * 7 = 4.374 may stand after it."""
    circuit = circuit_from_expression("tanh(x)*7").with_inputs({"x": 1})
    assert slips(explained("0.625 4.374 1 7 2.94", circuit), circuit) == [("unnamed", "a21", "")]


def test_a_box_after_an_impossible_number_is_judged_by_the_truth_only() -> None:
    """ln(x - 3) at x = 5 with a21 = -2 written: ln(-2) is no number, ln 2 is still the truth."""
    circuit = circuit_from_expression("ln(x - 3)").with_inputs({"x": 5})
    truth = solve(circuit)
    cells = circuit.cells
    typed = {cells["a21"]: Typed(-2, 1, 1), cells["a31"]: Typed(truth.activations[-1])}
    table = assess(circuit, truth, typed, 3)
    assert table.states[cells["a21"]] is State.BREAK
    assert table.states[cells["a31"]] is State.TRUE


def test_every_kind_of_slip_has_a_table_above() -> None:
    """The registry of kinds and these examples grow together."""
    assert {kind.value for kind in SlipKind} == {"named", "swapped", "miswritten", "unnamed"}
