"""The student's own table as a picture, with a sign at each box."""

from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

from grader.backprop_table import MarkingSettings, mark_table
from grader.results import Item
from grader.table_picture import picture, picture_svg
from nnviz.circuit import load_circuit

CIRCUIT = load_circuit(Path(__file__).parents[2] / "assignments/assignment1/circuit.toml")
TYPED = {"a21": "4", "a22": "2", "a31": "6", "a41": "7", "d51": "<b>1</b>", "d41": "2*7"}
ITEMS = [
    Item(cell.name, cell.verdict, Fraction(0), Fraction(1), cell.typed, cell.read_as)
    for cell in mark_table(CIRCUIT, TYPED, MarkingSettings()).cells
] + [Item("square", "correct", Fraction(1), Fraction(1), "2x", "2 * x")]


def test_each_box_shows_what_was_read_and_its_sign() -> None:
    """Right, carried, a misconception, another number, unreadable, and empty."""
    drawn = str(picture(CIRCUIT, ITEMS))
    for shown in ("a21▸  4≈", "a22▸  2✓", "a31▸  6→", "a41▸  7✗", "d51◂  ?✗", "d21◂··· "):
        assert shown in drawn


def test_the_svg_holds_nothing_that_the_student_typed() -> None:
    """Numbers as read only, so that a page it goes into is safe."""
    text = picture_svg(CIRCUIT, ITEMS)
    assert "<b>" not in text
    assert "✗" in text
    ElementTree.fromstring(text)
