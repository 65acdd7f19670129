"""What a lecture shows more of: large numbers, the keys that are pressed, what comes next."""

from nnviz.tui.drawing.big_digits import big_digits, big_height
from nnviz.tui.drawing.cells import Cells, Grid, beside, blank, stack
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import compact, fit_text, percent
from nnviz.tui.state import Choice
from nnviz.tui.view import View

GAP = 4
"""Columns between two large numbers."""


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
    """The key that was pressed with what it does, and what the space key does next."""
    grid = Grid(width, 1)
    column = 1
    if look.present and choice.pressed:
        key, does = choice.pressed
        grid.put(column, 0, f" {key} ", "pressed")
        grid.put(column + len(key) + 3, 0, does, "label")
        column += len(key) + len(does) + 6
    if choice.cue:
        grid.put(column, 0, "space", "here")
        room = max(0, width - column - 7)
        grid.put(column + 6, 0, fit_text(choice.cue, room, ellipsis=look.ellipsis), "label")
    return grid.cells()
