"""Breakpoints, watches and branches: what was asked of the run, with what it answered."""

from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import compact, fit_text
from nnviz.tui.state import Choice
from nnviz.tui.view import View

EMPTY = (
    "no breakpoints yet - type :break L1.dead > 10%",
    "no watches yet - type :watch L1.z_std",
    "one branch - :set learning_rate=1e-4 forks here",
)


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """List them under three headings, as many as there are rows."""
    lines: list[tuple[str, str]] = [("Breakpoints", "label")]
    for item in view.breakpoints:
        hits = f"  stopped at {', '.join(map(str, item.hits))}" if item.hits else ""
        state = "" if item.enabled else "(off) "
        here = view.frame.index in item.hits
        text = f"  {item.number} {state}{item.predicate.text}{hits}"
        lines.append((text, "breakpoint" if here else "" if item.enabled else "muted"))
    lines += [(f"  {EMPTY[0]}", "muted")] * (not view.breakpoints)
    lines.append(("Watches", "label"))
    for watch, value in view.watches:
        lines.append((f"  {watch.number} {watch.text} = {compact(value).strip()}", ""))
    lines += [(f"  {EMPTY[1]}", "muted")] * (not view.watches)
    lines.append(("Branches", "label"))
    for branch in view.branches:
        here = branch.name == view.branch.name
        lines.append((f"{'>' if here else ' '} {branch}", "here" if here else ""))
    lines += [(f"  {EMPTY[2]}", "muted")] * (len(view.branches) == 1)
    grid = Grid(width, height)
    for row, (text, key) in enumerate(lines[:height]):
        grid.put(1, row, fit_text(text, max(0, width - 2), ellipsis=look.ellipsis), key)
    if len(lines) > height:
        grid.put(
            1, height - 1, f"  and {len(lines) - height + 1} more lines: enlarge with z", "muted"
        )
    return grid.cells()
