"""Promises of the findings' tab: what follows from a finding is folded, and not made harmless."""

from dataclasses import replace

import pytest

from nnviz.debugger.findings import Finding, Level
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.panels.findings import draw
from nnviz.tui.state import Choice
from nnviz.tui.view import make_view

from ..helpers import small_run

CAUSE = Finding("scale", Level.AMBER, 0, 0, 0, None, "x", "y", (), "z")
FOLLOWS = Finding("dead", Level.RED, 2, 3, 3, None, "x", "y", (), "z", consequence_of=CAUSE.key)


@pytest.fixture(scope="module")
def view(digits):
    return replace(make_view(small_run(digits)), findings=(CAUSE, FOLLOWS))


@pytest.mark.parametrize("look", [Look(), Look(ColorDepth.NONE, ascii=True)])
def test_the_level_of_a_consequence_is_said_and_stands_out_though_its_cause_is_milder(view, look):
    cells = draw(view, Choice(), 70, 6, look)
    row = next(y for y, line in enumerate(cells.lines) if "consequence" in line)
    assert cells.lines[row].rstrip() == "   - RED L2 dead since 3, a consequence of scale"
    assert [text for text, key in cells.rows[row] if key == "dead"] == ["RED"]
    assert {key for text, key in cells.rows[row] if text.strip() not in ("", "RED")} == {"muted"}


def test_a_consequence_is_cut_where_there_is_no_room(view):
    cells = draw(view, Choice(), 20, 6, Look())
    assert "   - RED L2 dead s…" in [line.rstrip() for line in cells.lines]
