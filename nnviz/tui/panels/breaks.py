"""Breakpoints, watches and branches: what was asked of the run, with what it answered."""

from functools import lru_cache

from nnviz.debugger.forks import Branch
from nnviz.tui.drawing.cells import Cells, Grid
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import compact, fit_text
from nnviz.tui.state import Choice
from nnviz.tui.view import View

Line = tuple[str, str]


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """List them under three headings, as many as there are rows."""
    branches = [_branch(branch, branch.name == view.branch.name) for branch in view.branches]
    if len(branches) == 1:
        branches.append(("  :set learning_rate=1e-4 forks here", "muted"))
    lines = [
        *_section("Breakpoints", _breakpoints(view), "type :break L1.dead > 10%"),
        *_section("Watches", _watches(view), "type :watch L1.z_std"),
        *_section("Branches", branches, ""),
    ]
    return _listed(tuple(lines), width, height, look)


@lru_cache(maxsize=32)  # most of the time nothing of it changes
def _listed(lines: tuple[Line, ...], width: int, height: int, look: Look) -> Cells:
    grid = Grid(width, height)
    for row, (text, key) in enumerate(lines[:height]):
        grid.put(1, row, fit_text(text, max(0, width - 2), ellipsis=look.ellipsis), key)
    if len(lines) > height:
        more = f"  and {len(lines) - height + 1} more lines: enlarge with z"
        grid.put(1, height - 1, fit_text(more, max(0, width - 2)), "muted")
    return grid.cells()


def _section(title: str, lines: list[Line], empty: str) -> list[Line]:
    """Lines under their title, or in one line what to type to have some."""
    return [(title, "label"), *lines] if lines else [(f"{title}: {empty}", "muted")]


def _breakpoints(view: View) -> list[Line]:
    lines = []
    for item in view.breakpoints:
        hits = f"  stopped at {', '.join(map(str, item.hits))}" if item.hits else ""
        state = "" if item.enabled else "(off) "
        here = view.frame.index in item.hits
        text = f"  {item.number} {state}{item.predicate.text}{hits}"
        lines.append((text, "breakpoint" if here else "" if item.enabled else "muted"))
    return lines


def _watches(view: View) -> list[Line]:
    return [(f"  {w.number} {w.text} = {compact(value).strip()}", "") for w, value in view.watches]


def _branch(branch: Branch, here: bool) -> Line:
    return (f"> {branch}", "here") if here else (f"  {branch}", "")
