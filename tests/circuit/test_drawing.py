"""A circuit in characters, compared as literal text."""

from pathlib import Path
from xml.etree import ElementTree

from nnviz.circuit import circuit_from_expression, load_circuit
from nnviz.circuit.drawing import Role, draw, given_texts, short, solution_texts, title
from nnviz.circuit.svg import to_svg

ASSIGNMENT = load_circuit(Path(__file__).parents[2] / "assignments/assignment1/circuit.toml")
SOLVED = """\
┌ w1 ───┐
│a11▸  2│─┐
│d11◂ 20│ │ ┌ * ────┐
└───────┘ └─│a21▸ -4│─┐
┌ x1 ───┐ ┌─│d21◂-10│ │
│a12▸ -2│─┘ └───────┘ │
│d12◂-20│             │ ┌ + ────┐
└───────┘             └─│a31▸ -2│─┐
┌ w2 ───┐             ┌─│d31◂-10│ │
│a13▸ -2│─┐           │ └───────┘ │
│d13◂ 10│ │ ┌ * ────┐ │           │
└───────┘ └─│a22▸  2│─┘           │ ┌ + ────┐   ┌ ^2 ───┐
┌ x2 ───┐ ┌─│d22◂-10│             └─│a41▸ -5│───│a51▸ 25│
│a14▸ -1│─┘ └───────┘             ┌─│d41◂-10│   │d51◂  1│
│d14◂ 20│                         │ └───────┘   └───────┘
└───────┘                         │
┌ w0 ───┐                         │
│a15▸ -3│─────────────────────────┘
│d15◂-10│
└───────┘"""


def test_the_assignment_is_drawn_as_on_paper_and_fits_80x24() -> None:
    """Looked at by eye, then kept."""
    drawing = str(draw(ASSIGNMENT, solution_texts(ASSIGNMENT)))
    assert drawing == SOLVED
    assert max(map(len, drawing.splitlines())) <= 80
    assert len(drawing.splitlines()) <= 20


def test_the_empty_drawing_gives_the_inputs_only() -> None:
    """What a student gets to fill has no number of the solution in it."""
    drawing = str(draw(ASSIGNMENT, given_texts(ASSIGNMENT)))
    assert "│a11▸  2│" in drawing
    assert "25" not in drawing
    assert drawing.count("···") == 15


def test_marks_stand_beside_the_numbers() -> None:
    """One column for the mark, the same width in every box."""
    drawing = str(draw(ASSIGNMENT, {"a21": "-4", "d12": "20"}, {"a21": "✓", "d12": "✗"}))
    assert "a21▸ -4✓" in drawing
    assert "d12◂ 20✗" in drawing


def test_values_and_gradients_have_roles_of_their_own() -> None:
    """So that a terminal colours them; the focus is one of them, drawn apart."""
    drawing = draw(ASSIGNMENT, solution_texts(ASSIGNMENT), focus="d21")
    pieces = [piece for line in drawing.lines for piece in line]
    assert ("a21▸ -4", Role.VALUE) in pieces
    assert ("d22◂-10", Role.GRADIENT) in pieces
    assert ("d21◂-10", Role.FOCUS) in pieces


def test_a_box_is_titled_by_its_operation_with_the_numbers_in_it() -> None:
    """Where the order of the operands matters it is written out."""
    circuit = circuit_from_expression("exp(x)/(1 + x) - 2^x * x^3")
    titles = [title(circuit, i) for i in circuit.boxes]
    assert titles == ["exp", "1 +", "a21 / a22", "2^", "^3", "*", "a31 - a32"]


def test_numbers_are_drawn_short() -> None:
    """At most about eight characters."""
    assert [short(v) for v in (-10, 0.7310585786, 12345678901, 1e-7)] == [
        "-10",
        "0.7311",
        "1.235e+10",
        "1e-07",
    ]


def test_the_svg_holds_the_same_boxes_names_and_numbers() -> None:
    """Well-formed XML, each box's name once, values green and gradients red by class."""
    root = ElementTree.fromstring(to_svg(ASSIGNMENT, solution_texts(ASSIGNMENT)))
    texts = [(e.get("class"), e.text) for e in root.iter() if e.tag.endswith("text")]
    assert ("value", "a51") in texts
    assert ("value", "25") in texts
    assert ("gradient", "-20") in texts
    boxes = [e for e in root.iter() if e.get("class") == "frame"]
    assert len(boxes) == 10


def test_the_empty_svg_has_lines_to_write_on() -> None:
    """15 empty boxes, 15 lines; no solution."""
    text = to_svg(ASSIGNMENT)
    assert text.count('class="line"') == 15
    assert ">25<" not in text


def test_what_is_put_into_an_svg_is_escaped() -> None:
    """A circuit's title is the instructor's, but a picture goes into pages."""
    text = to_svg(circuit_from_expression("x*y"), {"a21": "<script>"})
    assert "<script>" not in text
    ElementTree.fromstring(text)
