"""The phase pane: what is computed here, in the course's notation, with the shapes."""

from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import fit_text
from nnviz.tui.state import Choice
from nnviz.tui.view import View


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """List the phases with their formulas, the present one marked; shapes where there is room."""
    grid = Grid(width, height)
    here = view.phase
    rows = len(view.phases)
    first = max(0, min((here or 0) - height // 2, rows - height))
    formula = max(len(phase.formula) for phase in view.phases) + 2
    for row, phase in enumerate(view.phases[first : first + height]):
        chosen = here == first + row
        grid.put(1, row, ">" if chosen else " ", "here")
        grid.put(3, row, f"{phase.label:<12}", "here" if chosen else "label")
        grid.put(16, row, fit_text(phase.formula, max(0, width - 17)), "here" if chosen else "")
        if 16 + formula + len(phase.shapes) < width:
            grid.put(16 + formula, row, phase.shapes, "muted")
    return grid.cells()
