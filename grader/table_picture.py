"""A picture of the student's table: the circuit with the numbers as read, a sign at each box."""

from __future__ import annotations

from collections.abc import Mapping

from grader.backprop_table import TableMarks, Verdict
from nnviz.circuit.drawing import Drawing, draw, given_texts
from nnviz.circuit.graph import Circuit
from nnviz.circuit.svg import to_svg

SIGNS: Mapping[Verdict, str] = {
    "correct": "✓",
    "carried": "→",
    "misconception": "≈",
    "wrong": "✗",
    "blank": " ",
}
LEGEND = "✓ right   → right from your own number   ≈ a known misunderstanding   ✗ wrong"


def picture(circuit: Circuit, marks: TableMarks) -> Drawing:
    """Return the table in characters; what could not be read shows as `?`."""
    return draw(circuit, _texts(circuit, marks), _signs(marks))


def picture_svg(circuit: Circuit, marks: TableMarks) -> str:
    """Return the same as SVG, safe to put into a page: no text of the student's is in it."""
    return to_svg(circuit, _texts(circuit, marks), _signs(marks))


def _texts(circuit: Circuit, marks: TableMarks) -> dict[str, str]:
    read = {cell.name: cell.read_as or "?" for cell in marks.cells if cell.typed.strip()}
    return given_texts(circuit) | read


def _signs(marks: TableMarks) -> dict[str, str]:
    return {cell.name: SIGNS[cell.verdict] for cell in marks.cells}
