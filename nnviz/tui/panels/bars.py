"""The rows that are always seen: timeline, phases, tabs, status, keys; words, not colours."""

import math
from collections.abc import Sequence
from functools import lru_cache

from nnviz.tui.drawing.bars import Timeline, timeline_bar
from nnviz.tui.drawing.cells import Cells, Grid, beside
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import compact, fit_text
from nnviz.tui.keys import Key, footer
from nnviz.tui.layout import tabs_of
from nnviz.tui.panels import lecture
from nnviz.tui.state import Choice
from nnviz.tui.view import RUNNING, View

GAP = 2
"""Columns between two keys."""


def timeline(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """The run's name, the iteration, and a bar from 0 to the end with where we are."""
    label = _label(view)
    grid = Grid(min(width, len(label)), 1)
    grid.put(0, 0, label.replace("·", "-") if look.ascii else label, "label")
    if width - grid.width < 8:
        return grid.cells()
    bar = Timeline(
        total=view.total(),
        recorded=view.recorded,
        position=view.frame.index,
        keyframes=view.keyframes,
        findings=view.spoken,
        forks=[branch.at for branch in view.branches if branch.parent == view.branch.name],
        breakpoints=[hit for item in view.breakpoints for hit in item.hits],
    )
    return beside(grid.cells(), timeline_bar(bar, width - grid.width - 1, look), gap=0)


def _label(view: View) -> str:
    branch = f" [{view.branch.name}]" if len(view.branches) > 1 else ""
    return f" {view.info.name}{branch} · {view.frame.index}/{view.total()} "


def iteration_at(view: View, width: int, column: int) -> int | None:
    """The recorded iteration that `timeline` draws at a column, None where there is none."""
    bar = width - len(_label(view)) - 1
    along = column - len(_label(view))
    if bar < 7 or not 0 <= along < bar:
        return None
    at = round(along * view.total() / (bar - 1))
    return min(max(at, view.history.first), view.recorded)


def breadcrumb(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """The phases of an iteration in their order, the present one in brackets.

    Where not all have room, those around the present one are seen.
    """
    return _phases(tuple(phase.label for phase in view.phases), view.position.phase, width, look)


@lru_cache(maxsize=32)  # iteration after iteration the same
def _phases(labels: tuple[str, ...], phase: int, width: int, look: Look) -> Cells:
    grid = Grid(width, 1)
    arrow = " > " if look.ascii else " ▸ "
    names, here = ["X", *labels], phase + 1
    if len(arrow.join(names)) + 3 > width:
        names = [_short(name) for name in names]
    names[here] = f"[{names[here]}]"
    first, end = _around(names, here, width - 2, len(arrow))
    before, after = [look.ellipsis] * (first > 0), [look.ellipsis] * (end < len(names))
    column = 1
    for name in [*before, *names[first:end], *after]:
        if column > 1:
            grid.put(column, 0, arrow, "axis")
            column += len(arrow)
        grid.put(column, 0, name, "here" if name == names[here] else "muted")
        column += len(name)
    return grid.cells()


def _around(names: Sequence[str], here: int, width: int, gap: int) -> tuple[int, int]:
    """Which names, from the first to before the last, are seen with the one at `here`.

    The others at either side are one character for which there is room.
    """
    first, end = 0, len(names)

    def used() -> int:
        hidden = (first > 0) + (end < len(names))
        shown = names[first:end]
        return sum(map(len, shown)) + hidden + gap * (len(shown) + hidden - 1)

    while used() > width and end > here + 2:
        end -= 1
    while used() > width and first < here:
        first += 1
    return first, end if used() <= width else here + 1


def _short(label: str) -> str:
    name, _, way = label.partition(" ")
    return f"d{name[1:]}" if way == "backward" else name


def tabs(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """The strip of tabs, one row high; the chosen one stands in brackets."""
    grid = Grid(width, 1)
    column = 1
    for number, name in enumerate(tabs_of(view.prints), start=1):
        text = _tab(number, name, choice)
        grid.put(column, 0, text, "here" if name == choice.tab else "muted")
        column += len(text)
    grid.put(column + 1, 0, ("-" if look.ascii else "─") * (width - column - 2), "axis")
    return grid.cells()


def _tab(number: int, name: str, choice: Choice) -> str:
    text = f"{number} {name}"
    return f"[{text}]" if name == choice.tab else f" {text} "


def tab_at(view: View, choice: Choice, column: int) -> str:
    """The tab that `tabs` draws at a column, "" where there is none."""
    end = 1
    for number, name in enumerate(tabs_of(view.prints), start=1):
        start, end = end, end + len(_tab(number, name, choice))
        if start <= column < end:
            return name
    return ""


def status(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Mode, LIVE or HISTORY with the range, speed, loss and accuracies."""
    frame = view.frame
    first, last = view.history.first, view.recorded
    where = "LIVE" if view.position.is_live else f"HISTORY {frame.index} of {first}-{last}"
    parts = [view.mode, where, f"loss {compact(frame.loss, digits=look.digits).strip()}"]
    places = 0 if look.present else 1
    if not math.isnan(frame.train_accuracy):  # a regression has none
        parts.append(f"train {100 * frame.train_accuracy:.{places}f} %")
    if (test := view.latest_test_accuracy) is not None:
        accuracy, at = test
        parts.append(
            f"test {100 * accuracy:.{places}f} %" + ("" if at == frame.index else f" @{at}")
        )
    if view.speed and view.mode == RUNNING:
        parts.append(f"{view.speed:.0f} it/s" if view.speed >= 10 else f"{view.speed:.1f} it/s")
    grid = Grid(width, 1)
    column = 1
    for number, part in enumerate(parts):
        key = "here" if number < 2 else "nan" if "NaN" in part else ""
        grid.put(column, 0, part, key)
        column += len(part)
        if number < len(parts) - 1:
            grid.put(column, 0, " - " if look.ascii else " · ", "muted")
            column += 3
    return grid.cells()


def message(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Why the run stopped, or what the last command said; or what a tour tells."""
    key = "breakpoint" if view.reason.startswith("breakpoint") else "label"
    return _said(choice.told or view.reason, key, width, look)


@lru_cache(maxsize=32)  # it is said for as long as it is true
def _said(text: str, key: str, width: int, look: Look) -> Cells:
    grid = Grid(width, 1)
    grid.put(1, 0, fit_text(text, max(0, width - 2), ellipsis=look.ellipsis), key)
    return grid.cells()


def keys(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """The keys that matter most, as many as fit; in a lecture or lesson, what it says instead."""
    if choice.cue or (look.present and choice.pressed):
        return lecture.row(choice, width, look)
    if choice.guide:
        grid = Grid(width, 1)
        grid.put(1, 0, fit_text(choice.guide, max(0, width - 2), ellipsis=look.ellipsis), "here")
        return grid.cells()
    return _keys_of(choice.screen, width, look)


@lru_cache(maxsize=32)  # a screen has the same keys in every frame
def _keys_of(screen: str, width: int, look: Look) -> Cells:
    grid = Grid(width, 1)
    column, shown = 1, footer(screen)
    help_size = sum(_key_size(key, look) + GAP for key in shown if key.action == "help")
    for key in shown:
        size = _key_size(key, look)
        # whatever has no room, the key that tells the others always has
        kept = 0 if key.action == "help" else help_size
        if column + size + kept > width:
            continue
        written = key.written(look.ascii)
        grid.put(column, 0, written, "here")
        grid.put(column + len(written) + 1, 0, key.label, "muted")
        column += size + GAP
        help_size = 0 if key.action == "help" else help_size
    return grid.cells()


def _key_size(key: Key, look: Look) -> int:
    return len(key.written(look.ascii)) + 1 + len(key.label)
