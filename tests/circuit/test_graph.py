"""A circuit comes from TOML or from a formula, its boxes are named as they are drawn."""

import tomllib
from pathlib import Path

import pytest

from nnviz.circuit import circuit_from, circuit_from_expression, circuit_from_table, load_circuit
from nnviz.errors import InputError

ASSIGNMENT = Path(__file__).parents[2] / "assignments/assignment1/circuit.toml"
SMALL = """
title = "f = (w x + b)^2"
[inputs]
w = { at = "11", value = 2 }
x = { at = "12", value = "1/3" }
b = 0.5
[boxes]
a21 = "w * x"
a31 = "a21 + b"
a41 = "a31^2"
"""


def test_the_assignment_has_the_boxes_that_it_draws() -> None:
    """5 activations, 10 gradients, in the order in which one fills them."""
    cells = list(load_circuit(ASSIGNMENT).cells)
    assert " ".join(cells[:5]) == "a21 a22 a31 a41 a51"
    assert " ".join(cells[5:]) == "d51 d41 d31 d21 d22 d11 d12 d13 d14 d15"


def test_a_gradient_box_belongs_to_the_input_drawn_there() -> None:
    """d11 to d15 are the gradients of w1, x1, w2, x2, w0 (the assignment's drawing)."""
    circuit = load_circuit(ASSIGNMENT)
    names = [circuit.nodes[circuit.cells[f"d1{row}"][0]].name for row in range(1, 6)]
    assert names == ["w1", "x1", "w2", "x2", "w0"]


def test_inputs_take_numbers_fractions_and_the_next_free_row() -> None:
    """`value` may be quoted to be exact; `b = 0.5` is short for a value in the next row."""
    circuit = circuit_from_table(tomllib.loads(SMALL))
    assert [(n.name, n.position, str(n.value)) for n in circuit.nodes[:3]] == [
        ("w", "11", "2"),
        ("x", "12", "1/3"),
        ("b", "13", "1/2"),
    ]


def test_an_expression_gets_columns_by_depth_and_names_by_position() -> None:
    """By hand: two products in column 2, two sums in columns 3 and 4, the square in column 5."""
    circuit = circuit_from_expression("(w0 + w1*x1 + w2*x2)**2")
    drawn = " ".join(f"{node.name}:{node.position}" for node in circuit.nodes if node.position)
    assert drawn == "w0:11 w1:12 x1:13 w2:14 x2:15 a21:21 a31:31 a22:22 a41:41 a51:51"


def test_the_tenth_row_is_written_apart_from_its_column() -> None:
    """a110 would be read as column 11; from 10 on the name is a1_10."""
    circuit = circuit_from_expression("+".join(f"x{i}" for i in range(12)))
    assert circuit.nodes[9].position == "1_10"
    assert "d1_12" in circuit.cells
    assert circuit.cells["a12_1"][0] == circuit.output


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("boxes", "boxs"), "needs the tables [inputs] and [boxes]; found title, inputs, boxs"),
        (('"w * x"', '"w * y"'), "boxes.a21: y is neither an input nor an earlier box"),
        (('"w * x"', '"w * x + b"'), "boxes.a21: one operation in a box"),
        (('"w * x"', '"w"'), "boxes.a21: expected one operation"),
        (('"w * x"', '"w *"'), "the formula stops too early"),
        (("a21 =", "q21 ="), "boxes.q21: a box is called a and its position"),
        (("a21 =", "a2 ="), 'the position "2" should be column and row'),
        (('at = "12"', 'at = "11"'), "inputs.x: the position 11 is taken twice"),
        (('at = "12"', 'row = "12"'), "inputs.x: unknown key row"),
        (("b = 0.5", "b = inf"), 'inputs.b.value: "inf" is not a number'),
        (("b = 0.5", "b = true"), "inputs.b.value: expected a number"),
        (("b = 0.5", "b = 0.5\nc = 1"), "c is used by no box"),
        (("b = 0.5", '"b 1" = 1'), "inputs.b 1: not a usable name"),
        (("a31 =", "a22 ="), "boxes.a22: must stand in a column to the right of a21"),
        (("[inputs]", ""), "a circuit needs the tables"),
        (("title =", "titel ="), "unknown key titel. Did you mean title?"),
    ],
)
def test_a_bad_circuit_says_what_is_wrong_and_where(change: tuple[str, str], message: str) -> None:
    """One change to a good file, one message."""
    with pytest.raises(InputError) as error:
        circuit_from_table(tomllib.loads(SMALL.replace(*change)))
    assert message in str(error.value)


def test_a_file_that_is_missing_or_no_toml_is_named(tmp_path: Path) -> None:
    """The message begins with the path."""
    with pytest.raises(InputError, match=r"gone\.toml: there is no such file"):
        load_circuit(tmp_path / "gone.toml")
    bad = tmp_path / "bad.toml"
    bad.write_text("title =")
    with pytest.raises(InputError, match=r"bad\.toml: not TOML"):
        circuit_from(str(bad))


def test_what_is_neither_a_file_nor_a_formula_says_so() -> None:
    """The same argument takes both, so the message names both."""
    with pytest.raises(InputError, match=r'"x \+" is neither a file nor a formula'):
        circuit_from("x +")


def test_an_unknown_input_offers_the_nearest() -> None:
    """A slip in --set must not set nothing silently."""
    with pytest.raises(InputError, match=r"no input w9.* Did you mean w\d\?"):
        load_circuit(ASSIGNMENT).with_inputs({"w9": 1})


def test_the_ancestors_of_a_box_are_what_its_rule_needs() -> None:
    """By hand: d31 = d41 * 1 needs no activation, d41 = d51 * 2 * a41 needs all before a41."""
    circuit = load_circuit(ASSIGNMENT)
    names = {cell: name for name, cell in circuit.cells.items()}
    of = {name: {names[c] for c in circuit.ancestors[cell]} for name, cell in circuit.cells.items()}
    assert {names[c] for c in circuit.sources[circuit.cells["d31"]]} == {"d41"}
    assert of["d41"] == {"d51", "a41", "a31", "a21", "a22"}
    assert of["a21"] == of["d51"] == set()
