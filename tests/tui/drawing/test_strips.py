"""Tests that style keys become styles of the theme, and that no role is forgotten."""

import ast
from pathlib import Path

import numpy as np
import pytest
from rich.color import Color
from rich.console import Console
from rich.style import Style
from textual.strip import Strip

import nnviz.tui.drawing
from nnviz.tui.drawing.cells import Cells
from nnviz.tui.drawing.color_maps import luminance, rgb_from_hex
from nnviz.tui.drawing.heat_maps import Scale, heat_map
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.drawing.strips import (
    ANSI,
    DARK,
    LIGHT,
    PLAIN,
    REMEMBERED,
    ROLES,
    _segments,
    _written,
    strips,
    style_sheet,
)

GROUND = Style.null()
FOLDER = Path(nnviz.tui.drawing.__file__).parent
RICH = ("rich.color", "rich.console", "rich.segment", "rich.style")


def test_a_key_is_a_role_a_colour_or_one_on_another():
    sheet = style_sheet(Look(), GROUND)
    assert sheet[""] == Style.null()
    assert sheet["#102030 on #405060"] == Style.parse("#102030 on #405060")
    assert sheet["on #405060"] == Style.parse("on #405060")
    assert sheet["color(17) on color(233)"] == Style.parse("color(17) on color(233)")
    assert sheet["series0"].color == Color.parse(DARK["series0"])
    assert sheet["series0 on bar"].bgcolor == Color.parse(DARK["bar"])


def test_what_a_key_leaves_open_is_the_ground_it_lies_on():
    sheet = style_sheet(Look(), Style.parse("italic #010203 on #040506"))
    assert sheet[""] == Style.parse("italic #010203 on #040506")
    assert sheet["on #405060"] == Style.parse("#010203 on #405060")
    assert sheet["#405060"] == Style.parse("#405060 on #040506")
    assert sheet["label"] == Style.parse(f"italic {DARK['label']} on #040506")


def test_a_screen_full_of_new_colours_does_not_fill_the_memory():
    sheet = style_sheet(Look(), GROUND)
    for number in range(2 * REMEMBERED):
        assert sheet[f"on #{number:06x}"].bgcolor.triplet.hex == f"#{number:06x}"
    assert len(sheet) <= REMEMBERED


def test_rows_of_new_numbers_do_not_fill_the_memory():
    row = tuple((f"{number}", "label") for number in range(2 * REMEMBERED))
    width = sum(len(text) for text, _ in row)
    [strip] = strips(Cells((row,), width), Look(), GROUND)
    assert strip.text == "".join(text for text, _ in row)
    console = Console(force_terminal=True)
    strip.render(console)
    assert len(_segments(Look(), GROUND)) <= REMEMBERED
    assert len(_written(Look(), GROUND, console.color_system)) <= REMEMBERED


def test_a_look_without_colours_gives_none():
    for role in ROLES:
        style = style_sheet(Look(ColorDepth.NONE), GROUND)[role]
        assert (style.color, style.bgcolor) == (None, None)
    assert style_sheet(Look(ColorDepth.NONE), GROUND)["series0 on bar"] == Style.null()


def test_sixteen_colours_are_names_that_the_user_chose_the_look_of():
    for role in ROLES:
        color = style_sheet(Look(ColorDepth.ANSI16), GROUND)[role].color
        assert color is None or color.number in range(16)


def test_every_theme_knows_every_role():
    assert set(LIGHT) == set(DARK)
    assert set(ANSI) <= ROLES
    assert set(PLAIN) <= ROLES


@pytest.mark.parametrize(("dark", "ground"), [(True, "#1e1e1e"), (False, "#e0e0e0")])
def test_what_is_read_stands_out_from_the_ground(dark, ground):
    """WCAG 2: 4.5 for text, 3 for lines and shapes, on Textual's own dark and light surfaces.

    Not asked of bars, a ground themselves, nor of what brings its own ground with it.
    """
    back = luminance(rgb_from_hex((ground,)))[0]
    for role in ROLES - {"bar", "flagged", "nan", "pressed"}:
        color = style_sheet(Look(dark=dark), GROUND)[role].color
        front = luminance(np.array([color.triplet.normalized]))[0]
        ratio = (max(front, back) + 0.05) / (min(front, back) + 0.05)
        assert ratio >= (3.0 if role in ("axis", "alive", "band") else 4.5), role


def test_rows_become_strips_on_the_style_of_the_widget():
    cells = Cells(((("ab", "axis"), ("界", "")),), 4)
    base = Style.parse("on #101010")
    (strip,) = strips(cells, Look(), base)
    assert strip.text == "ab界"
    assert strip.cell_length == 4
    assert [segment.style.bgcolor for segment in strip] == [Color.parse("#101010")] * 2
    assert next(iter(strip)).style.color == Color.parse(DARK["axis"])


@pytest.mark.parametrize(
    ("system", "ground"),
    [("truecolor", "#101010"), ("256", "#202020"), ("standard", "#303030"), (None, "#404040")],
)
def test_a_row_is_written_as_textual_writes_its_segments(system, ground):
    """Each on a ground of its own: a style of Rich's stays as it was written first."""
    console = Console(force_terminal=True, color_system=system)
    row = (("ab", "axis"), ("▀", "#102030 on #405060"), ("界", ""), ("ab", "axis"), ("x", "here"))
    for look in (Look(), Look(ColorDepth.ANSI16), Look(ColorDepth.NONE)):
        (strip,) = strips(Cells((row,), 8), look, Style.parse(f"on {ground}"))
        assert strip.render(console) == Strip(list(strip), 8).render(console)
        part = strip.crop(2, 5)
        assert (part.text, part.render(console)) == ("▀界", Strip(list(part)).render(console))


def test_a_picture_has_a_strip_for_each_row():
    values = np.random.default_rng(0).normal(size=(28, 28))
    drawn = heat_map(values, Scale.symmetric(values), 28, 14, Look())
    assert [strip.cell_length for strip in strips(drawn, Look())] == [28] * 14


def test_only_the_adapter_knows_textual():
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {
            name
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        foreign = {name for name in names if name.split(".")[0] in ("textual", "rich")}
        if path.name == "strips.py":
            assert foreign == {*RICH, "textual.strip"}
        else:
            assert foreign <= {"rich.cells"}, path.name
