"""A picture of the student's table: the circuit with the numbers as read, a sign at each box."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.report.text import visible
from grader.results import Item, Verdict
from nnviz.circuit.drawing import Drawing, draw, given_texts
from nnviz.circuit.graph import Circuit
from nnviz.circuit.svg import to_svg

SIGNS: Mapping[Verdict, str] = {
    "correct": "✓",
    "carried": "→",
    "misconception": "≈",
    "wrong": "✗",
    "blank": " ",
    "needs-person": "?",
}
MOST_SHOWN = 20
LEGEND = "✓ right   → right from your own number   ≈ a known misunderstanding   ✗ wrong"


def picture(circuit: Circuit, items: Iterable[Item]) -> Drawing:
    """Return the table in characters; what could not be read shows as `?`."""
    return draw(circuit, *_filled(circuit, items))


def picture_svg(circuit: Circuit, items: Iterable[Item]) -> str:
    """Return the same as SVG, safe to put into a page: no text of the student's is in it."""
    return to_svg(circuit, *_filled(circuit, items), caption=LEGEND)


def _filled(circuit: Circuit, items: Iterable[Item]) -> tuple[dict[str, str], dict[str, str]]:
    """The text and the sign of each box; items that are no box of the circuit are left out."""
    boxes = [item for item in items if item.id in circuit.cells]
    read = {box.id: visible(box.read_as, MOST_SHOWN) or "?" for box in boxes if box.typed.strip()}
    return given_texts(circuit) | read, {box.id: SIGNS[box.verdict] for box in boxes}
