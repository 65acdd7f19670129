"""Draws a circuit in characters: boxes with room for a value and a gradient, and wires.

A drawing is lines of (text, role); the terminal and the debugger's screen colour the roles in
their own ways. Values and gradients differ in a mark too (▸ forwards, ◂ backwards), so nothing is
lost without colours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from nnviz.circuit.evaluation import activation_formula, solve
from nnviz.circuit.graph import Circuit
from nnviz.circuit.layout import BOX_HEIGHT, Box, Layout, arrange
from nnviz.circuit.operations import Value

FORWARDS, BACKWARDS = "▸", "◂"
EMPTY = "···"
LONGEST_TITLE = 11
_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_CORNERS = dict(
    zip(range(16), " ╵╷│╴┘┐┤╶└┌├─┴┬┼", strict=True)
)  # the index is the sum of the directions


class Role(Enum):
    """What a piece of a drawing is."""

    FRAME = "frame"
    TITLE = "title"
    VALUE = "value"
    GRADIENT = "gradient"
    MARK = "mark"
    FOCUS = "focus"


Line = tuple[tuple[str, Role], ...]


@dataclass(frozen=True)
class Drawing:
    """The lines from the top, each as pieces of text with their roles."""

    lines: tuple[Line, ...]

    def __str__(self) -> str:
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self.lines)


def draw(
    circuit: Circuit,
    texts: Mapping[str, str],
    marks: Mapping[str, str] | None = None,
    focus: str = "",
    room: int = 0,
) -> Drawing:
    """Draw the boxes with `texts` (box name -> what stands in it) and a sign from `marks` beside.

    The values of the inputs are texts too (`a11`). A box without a text shows dots; the line of
    the box `focus` is drawn in a role of its own. `room` is the least length of text that boxes are
    made for, so that a drawing that is filled step by step stands still.
    """
    names = [node.position for node in circuit.nodes if node.position]
    name_width = 1 + max(len(position) for position in names)
    longest = max((len(text) for text in texts.values()), default=0)
    longest = max(longest, room)
    titles = max(len(title(circuit, i)) for i, node in enumerate(circuit.nodes) if node.position)
    inner = max(name_width + 1 + max(longest, len(EMPTY)) + (marks is not None), titles + 2)
    layout = arrange(circuit, inner + 2)
    canvas = [[(" ", Role.FRAME)] * layout.width for _ in range(layout.height)]
    _draw_wires(canvas, layout)
    for box in layout.boxes:
        _draw_box(canvas, circuit, box, texts, marks, focus)
    return Drawing(tuple(_pieces(row) for row in canvas))


def solution_texts(circuit: Circuit) -> dict[str, str]:
    """Return what stands in every box of the solved circuit."""
    solution = solve(circuit)
    texts = {
        f"a{circuit.nodes[i].position}": short(solution.activations[i]) for i in circuit.inputs
    }
    for cell, (index, is_gradient) in circuit.cells.items():
        values = solution.gradients if is_gradient else solution.activations
        texts[cell] = short(values[index])
    return texts


def given_texts(circuit: Circuit) -> dict[str, str]:
    """Return what stands in the empty circuit: the inputs that have values."""
    nodes = [circuit.nodes[i] for i in circuit.inputs]
    return {f"a{node.position}": short(node.value) for node in nodes if node.value is not None}


def short(value: Value) -> str:
    """Return a number in at most about eight characters: whole, else four significant digits."""
    if isinstance(value, int) or value == int(value):
        text = str(int(value))
        return text if len(text) <= 8 else f"{float(value):.3e}"
    return f"{float(value):.4g}"


def title(circuit: Circuit, index: int) -> str:
    """Return what stands on a box's frame: an input's name, or the operation.

    Numbers in the operation are written out (`^2`), and so are operands whose order matters
    (`a21 / a22`).
    """
    node = circuit.nodes[index]
    if node.operation is None:
        return node.name
    operands = [circuit.nodes[i] for i in node.operands]
    numbers = any(not operand.position for operand in operands)
    in_order = len(operands) == 2 and node.operation.name in ("subtract", "divide", "power")
    if not numbers and not in_order:
        return node.operation.symbol
    words = [
        "" if circuit.nodes[i].position and not in_order else circuit.nodes[i].name
        for i in range(len(circuit.nodes))
    ]
    if in_order and numbers:
        words = ["" if other.position else other.name for other in circuit.nodes]
    formula = activation_formula(circuit, index, words).strip()
    return formula if len(formula) <= LONGEST_TITLE else node.operation.symbol


Canvas = list[list[tuple[str, Role]]]


def _draw_wires(canvas: Canvas, layout: Layout) -> None:
    """Draw all wires; where they meet the sign has an arm for each direction."""
    arms: dict[tuple[int, int], int] = {}
    for wire in layout.wires:
        for (x1, y1), (x2, y2) in zip(wire.points, wire.points[1:], strict=False):
            for x in range(min(x1, x2), max(x1, x2)):
                arms[x, y1] = arms.get((x, y1), 0) | _RIGHT
                arms[x + 1, y1] = arms.get((x + 1, y1), 0) | _LEFT
            for y in range(min(y1, y2), max(y1, y2)):
                arms[x2, y] = arms.get((x2, y), 0) | _DOWN
                arms[x2, y + 1] = arms.get((x2, y + 1), 0) | _UP
        for x, y in (wire.points[0], wire.points[-1]):
            arms[x, y] = arms.get((x, y), 0) | _LEFT | _RIGHT
    for (x, y), directions in arms.items():
        canvas[y][x] = (_CORNERS[directions], Role.FRAME)


def _draw_box(
    canvas: Canvas,
    circuit: Circuit,
    box: Box,
    texts: Mapping[str, str],
    marks: Mapping[str, str] | None,
    focus: str,
) -> None:
    inner = box.width - 2
    heading = f" {title(circuit, box.index)} "
    top = f"┌{heading}{'─' * (inner - len(heading))}┐"
    _write(canvas, box.x, box.y, top, Role.FRAME)
    _write(canvas, box.x + 1, box.y, heading, Role.TITLE)
    position = circuit.nodes[box.index].position
    for line, (letter, arrow, role) in enumerate(
        (("a", FORWARDS, Role.VALUE), ("d", BACKWARDS, Role.GRADIENT)), start=1
    ):
        name = letter + position
        mark = "" if marks is None else marks.get(name, " ")
        room = inner - len(name) - len(arrow) - len(mark)
        text = texts.get(name, "") or EMPTY
        _write(canvas, box.x, box.y + line, f"│{' ' * inner}│", Role.FRAME)
        shown = Role.FOCUS if name == focus else role
        _write(canvas, box.x + 1, box.y + line, f"{name}{arrow}{text:>{room}}", shown)
        _write(canvas, box.x + 1 + inner - len(mark), box.y + line, mark, Role.MARK)
    _write(canvas, box.x, box.y + BOX_HEIGHT - 1, f"└{'─' * inner}┘", Role.FRAME)


def _write(canvas: Canvas, x: int, y: int, text: str, role: Role) -> None:
    canvas[y][x : x + len(text)] = [(sign, role) for sign in text]


def _pieces(row: Sequence[tuple[str, Role]]) -> Line:
    """Join neighbours of one role into one piece."""
    groups = groupby(row, key=lambda sign: sign[1])
    return tuple(("".join(text for text, _ in signs), role) for role, signs in groups)
