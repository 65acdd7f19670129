"""The same drawing as a picture for handouts and reports: SVG, written by hand, no dependency.

Values are green and gradients red as in the course's drawings, each also told by its name and the
side it stands on, so that a black-and-white print loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from nnviz.circuit.drawing import given_texts, title
from nnviz.circuit.graph import Circuit
from nnviz.circuit.layout import BOX_HEIGHT, Box, arrange

UNIT_X, UNIT_Y = 9, 20
"""Pixels of a character cell of the layout."""
PADDING = 16
HEADING = 30
BOX_WIDTH = 13
VALUE_COLOUR, GRADIENT_COLOUR = "#1a7f37", "#cf222e"
_STYLE = f"""
text {{ font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 14px; }}
.frame {{ fill: white; stroke: #57606a; stroke-width: 1.2; }}
.wire {{ fill: none; stroke: #57606a; stroke-width: 1.4; }}
.title {{ font-weight: bold; fill: #24292f; }}
.value {{ fill: {VALUE_COLOUR}; }}
.gradient {{ fill: {GRADIENT_COLOUR}; }}
.line {{ stroke: #afb8c1; stroke-width: 1; }}
.mark {{ fill: #24292f; }}
"""


def to_svg(
    circuit: Circuit,
    texts: Mapping[str, str] | None = None,
    marks: Mapping[str, str] | None = None,
    caption: str = "",
) -> str:
    """Return the circuit as SVG; boxes without a text have a line to write on.

    `texts` and `marks` as in `drawing.draw`; without `texts` only the inputs are filled.
    `caption` stands below.
    """
    shown = given_texts(circuit) if texts is None else texts
    layout = arrange(circuit, BOX_WIDTH)
    width = layout.width * UNIT_X + 2 * PADDING
    height = layout.height * UNIT_Y + 2 * PADDING + HEADING * (2 if caption else 1)
    width = max(width, len(caption) * UNIT_X + 2 * PADDING)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(circuit.title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _text(PADDING, PADDING + 14, circuit.title, "title"),
        f'<g transform="translate({PADDING} {PADDING + HEADING})">',
    ]
    for wire in layout.wires:
        corners = [(x * UNIT_X, (y + 0.5) * UNIT_Y) for x, y in wire.points]
        corners[-1] = corners[-1][0] + UNIT_X, corners[-1][1]
        points = " ".join(f"{x:g},{y:g}" for x, y in corners)
        parts.append(f'<polyline class="wire" points="{points}"/>')
    for box in layout.boxes:
        parts += _box(circuit, box, shown, marks or {})
    foot = [_text(PADDING, height - PADDING, caption, "mark")] if caption else []
    return "\n".join([*parts, "</g>", *foot, "</svg>", ""])


def _box(
    circuit: Circuit, box: Box, texts: Mapping[str, str], marks: Mapping[str, str]
) -> list[str]:
    x, y = box.x * UNIT_X, (box.y + 0.15) * UNIT_Y
    width, height = box.width * UNIT_X, (BOX_HEIGHT - 0.3) * UNIT_Y
    position = circuit.nodes[box.index].position
    parts = [
        f'<rect class="frame" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="5"/>',
        _text(x + 8, y + 16, title(circuit, box.index), "title"),
    ]
    for line, (letter, role) in enumerate((("a", "value"), ("d", "gradient")), start=1):
        name, baseline = letter + position, y + 16 + line * (UNIT_Y + 3)
        parts.append(_text(x + 8, baseline, name, role))
        if text := texts.get(name, ""):
            parts.append(_text(x + width - 22, baseline, text, role, anchor="end"))
        else:
            start, end = x + 42, x + width - 22
            parts.append(
                f'<line class="line" x1="{start:g}" x2="{end:g}" '
                f'y1="{baseline + 3:g}" y2="{baseline + 3:g}"/>'
            )
        if mark := marks.get(name, ""):
            parts.append(_text(x + width - 18, baseline, mark, "mark"))
    return parts


def _text(x: float, y: float, text: str, role: str, anchor: str = "start") -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}"'
    return f'<text class="{role}" {place}>{escape(text)}</text>'
