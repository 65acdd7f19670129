"""The phase pane: what is computed here, in the course's notation, with shapes and arrays."""

import re

import numpy as np
from rich.cells import cell_len

from nnviz.engine.arrays import Array
from nnviz.tui.drawing.cells import Cells, Grid, beside, blank, stack
from nnviz.tui.drawing.heat_maps import Scale, heat_map, scale_of
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import compact, first_that_fits, fit_text
from nnviz.tui.state import Choice
from nnviz.tui.view import View


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw formula and shapes of the phase, and its arrays as pictures below."""
    phase = view.phase
    head = Grid(width, 3)
    head.put(1, 0, phase.label, "here")
    head.put(16, 0, fit_text(phase.formula, max(0, width - 17), ellipsis=look.ellipsis))
    left = 16 if cell_len(phase.shapes) < width - 16 else 1
    shapes = fit_text(phase.shapes, max(0, width - left - 1), ellipsis=look.ellipsis)
    head.put(left, 1, shapes, "muted")
    if phase.kind == "loss":
        head.put(16, 2, f"loss = {view.frame.loss:.6f}", "")
    if not view.phase_arrays or height < 6:
        return head.cells()
    share = (width - 1) // len(view.phase_arrays) - 1
    pictures = [
        _array(name, array, share, height - 3, look) for name, array in view.phase_arrays.items()
    ]
    return stack(head.cells(), beside(blank(1, 1), *pictures))


def _array(name: str, array: Array, width: int, height: int, look: Look) -> Cells:
    """One array under a line of its numbers: all of it, or of samples as many as have room."""
    rows, columns = array.shape
    of_samples = re.fullmatch(r"[XT]|[zLd]\d+", name) is not None
    shown = array[:, :width] if of_samples else array
    # an activation is shown on the scale that the pictures have, all else has a sign
    scale = Scale.sequential(shown) if name.startswith("L") else Scale.symmetric(shown)
    label = Grid(width, 2)
    cut = f", samples 0-{width - 1}" if of_samples and columns > width else ""
    label.put(
        0, 0, fit_text(f"{name} {rows} x {columns}{cut}", width, ellipsis=look.ellipsis), "label"
    )
    with np.errstate(all="ignore"):
        mean, std = (compact(float(number)).strip() for number in (array.mean(), array.std()))
    ends = scale_of(shown, scale, look)
    label.put(
        0,
        1,
        first_that_fits((f"mean {mean} std {std} {ends}", f"std {std} {ends}", ends), width, look),
        "muted",
    )
    drawn = heat_map(shown, scale, width, max(1, height - 2), look, square=False)
    body = stack(label.cells(), drawn)
    return beside(body, blank(max(0, width - body.width), 1), gap=0)
