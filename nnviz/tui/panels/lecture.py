"""What a lecture shows more of: large numbers, the keys that are pressed, what comes next."""

from rich.cells import cell_len

from nnviz.tui.drawing.big_digits import big_digits, big_height
from nnviz.tui.drawing.cells import Cells, Grid, beside, blank, stack
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import compact, fit_text, percent
from nnviz.tui.state import Choice
from nnviz.tui.view import View

GAP = 4
"""Columns between two large numbers."""

NEXT = "space "


def headline(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Iteration, loss and accuracies, each under its name, as large as the height allows."""
    scale = 2 if height > big_height(look, 2) else 1
    shown = {"iteration": str(view.frame.index), "loss": compact(view.frame.loss, 6, 2).strip()}
    shown["train"] = _share(view.frame.train_accuracy)
    if (test := view.latest_test_accuracy) is not None:
        shown["test"] = _share(test[0])
    parts, used = list[Cells](), 1
    for name, number in shown.items():
        drawn = big_digits(number, look, "warn" if number[-1] in "Nnf" else "here", scale)
        title = Grid(max(drawn.width, len(name)), 1)
        title.put(0, 0, name, "label")
        used += title.width + GAP * bool(parts)
        if used > width:
            break
        parts.append(stack(title.cells(), drawn))
    return beside(blank(1, 1), beside(*parts, gap=GAP), gap=0)


def _share(value: float) -> str:
    return percent(value, 6).replace(" ", "")


def row(choice: Choice, width: int, look: Look) -> Cells:
    """The key that was pressed with what it does, and what the space key does next.

    Where there is no room for both, what comes next gets three quarters of it.
    """
    grid = Grid(width, 1)
    column = 1
    if look.present and choice.pressed:
        key, does = choice.pressed
        left = width - len(key) - 7 - cell_len(NEXT + choice.cue)
        if choice.cue and cell_len(does) > left:
            does = fit_text(does, max(left, width // 4), ellipsis=look.ellipsis).rstrip()
        grid.put(column, 0, f" {key} ", "pressed")
        grid.put(column + len(key) + 3, 0, does, "label")
        column += len(key) + cell_len(does) + 6
    if choice.cue:
        grid.put(column, 0, NEXT, "here")
        column += len(NEXT)
        cue = fit_text(choice.cue, max(0, width - column - 1), ellipsis=look.ellipsis)
        grid.put(column, 0, cue, "label")
    return grid.cells()
