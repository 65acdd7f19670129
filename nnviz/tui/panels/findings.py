"""What is wrong with the run at this iteration: numbers, cause, remedy; consequences folded."""

from functools import lru_cache
from textwrap import wrap

from nnviz.debugger.findings import Finding, Level
from nnviz.tui.drawing.cells import Cells, Grid, Run
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import fit_text
from nnviz.tui.state import Choice
from nnviz.tui.view import View

WORDS = {Level.RED: "RED", Level.AMBER: "AMBER", Level.INFO: "info"}
KEYS = {Level.RED: "dead", Level.AMBER: "warn", Level.INFO: "muted"}
Line = tuple[Run, ...]


def draw(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """List the findings, causes first; the first one in full, the others as there is room."""
    room = max(10, width - 2)
    lines: list[Line] = []
    for finding in view.findings:
        lines += _lines(finding, room)
    if view.hidden:
        lines = [((line, "muted"),) for line in wrap(view.hidden, room)]
    elif not lines:
        lines = [((line, "muted"),) for line in wrap(_nothing(view), room)]
    elif len(lines) < height:
        what = "P tries the remedies on a fork; , and . go to where it got worse"
        lines.append(((what, "muted"),))
    return _listed(tuple(lines), width, height, look)


@lru_cache(maxsize=32)  # most findings say the same for many iterations
def _listed(lines: tuple[Line, ...], width: int, height: int, look: Look) -> Cells:
    grid, room = Grid(width, height), max(10, width - 2)
    for row, line in enumerate(lines[:height]):
        _put(grid, row, line, room, look)
    if len(lines) > height:
        more = f"and {len(lines) - height + 1} more lines: enlarge with z"
        grid.put(1, height - 1, fit_text(more, room), "muted")
    return grid.cells()


def _put(grid: Grid, row: int, line: Line, room: int, look: Look) -> None:
    text = fit_text("".join(piece for piece, _ in line), room, ellipsis=look.ellipsis)
    for piece, key in line:
        grid.put(1 + room - len(text), row, text, key)
        text = text[len(piece) :]


def _nothing(view: View) -> str:
    branch = view.branch
    if branch.parent and branch.at:
        return (
            f"nothing is wrong since {branch.parent} was left at {branch.at}, as far as the rules "
            f"can see; what {branch.parent} says of the start is true here too "
            f"(:branch {branch.parent})"
        )
    return "nothing is wrong here, as far as the rules can see"


def headline(finding: Finding) -> str:
    """Level, place, id and since when, in words."""
    place = f" {finding.place}" if finding.place else ""
    return f"{WORDS[finding.level]}{place} {finding.id} since {finding.since}"


def _lines(finding: Finding, width: int) -> list[Line]:
    """A finding as lines: a consequence takes one, on which its level stands out.

    It may be graver than what it follows from.
    """
    if finding.consequence_of is not None:
        cause, layer = finding.consequence_of
        of = f"L{layer} {cause}" if layer else cause
        level = WORDS[finding.level]
        told = f"{headline(finding).removeprefix(level)}, a consequence of {of}"
        return [(("  - ", "muted"), (level, KEYS[finding.level]), (told, "muted"))]
    told = f"{headline(finding)}: {finding.evidence}"
    lines: list[Line] = [((line, KEYS[finding.level]),) for line in _wrapped(told, width)]
    lines += [((f"  {line}", ""),) for line in _wrapped(finding.cause, width - 2)]
    if finding.remedies:
        remedy = _wrapped(f"remedy: {finding.remedies[0].text}", width - 2)
        lines += [((f"  {line}", "label"),) for line in remedy]
    return lines


@lru_cache(maxsize=128)  # a finding says the same for many iterations
def _wrapped(text: str, width: int) -> tuple[str, ...]:
    return tuple(wrap(text, width))
