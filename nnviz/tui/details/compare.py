"""What the compare screen asks: another branch at the same iteration, and how far away it is."""

import time
from dataclasses import dataclass, field

from nnviz.debugger.compare import Comparison, Parting, compare, recorded_parting
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.forks import Branch
from nnviz.debugger.history import History
from nnviz.debugger.source import Frame, RunInfo
from nnviz.debugger.timeline import Timeline
from nnviz.engine.tiles import Cancelled
from nnviz.tui.detail import Detail, Trouble
from nnviz.tui.view import LayerPictures, layer_pictures

SLICE = 0.15
"""Seconds for which the other branch is taken along before the screen is told how far it is."""
HOW_TO_FORK = (
    "there is one branch so far: type :set learning_rate=1e-4 to fork here with a change, "
    ":fork without one, or :compare FILE.nnviz for another run"
)


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two branches, as far as `live`; `pictures` are empty where it can't be compared.

    Columns of `history` are cut at `live`, for it goes on growing.
    """

    branch: Branch
    history: History
    live: int
    frame: Frame
    pictures: tuple[LayerPictures, ...]


@dataclass(frozen=True, eq=False)
class CompareDetail(Detail):
    """Two branches, the older one first.

    `comparison` holds the differences of each layer where both stand at iteration `index`; where
    they don't, `problem` says why. `parting` is the first recorded difference.
    """

    a: Side = field(kw_only=True)
    b: Side = field(kw_only=True)
    parting: Parting = field(kw_only=True)
    comparison: Comparison | None = None
    problem: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """The names of the two branches."""
        return self.a.branch.name, self.b.branch.name


@dataclass(frozen=True)
class CompareQuestion:
    """How the branch that is looked at differs from `other` ("": its parent, or any other)."""

    other: str

    def answer(self, debugger: Debugger, before: Detail | None) -> Detail:
        """Take the other branch along to the present iteration, and compare."""
        here = debugger.timeline
        other = other_branch(debugger, self.other)
        if other is None:
            return Trouble(here.index, text=HOW_TO_FORK)
        problem, unfinished = _unequal(here, other), False
        if not problem and here.index < other.history.first:
            name, first = other.branch.name, other.history.first
            problem = f"{name} begins at iteration {first}: g goes there"
        if not problem:
            unfinished = not _bring_along(other, here)
            if unfinished:
                problem = f"taking {other.branch.name} along: {other.index} of {here.index}"
        order = list(debugger.branches.values())
        a, b = sorted((here, other), key=order.index)
        return CompareDetail(
            here.index,
            unfinished,
            a=_side(a, not problem),
            b=_side(b, not problem),
            parting=_parting(a, b, before),
            comparison=None if problem else compare(a, b),
            problem=problem,
        )


def other_branch(debugger: Debugger, name: str) -> Timeline | None:
    """The branch of that name, else the parent of the present one, else any other one."""
    here = debugger.timeline
    for wanted in (name, here.branch.parent, *debugger.branches):
        if wanted in debugger.branches and wanted != here.branch.name:
            return debugger.branches[wanted]
    return None


def _unequal(a: Timeline, b: Timeline) -> str:
    """Why the layers of two branches can't be compared, or ""."""
    shapes = [[(layer.units, layer.fan_in) for layer in t.source.info.layers] for t in (a, b)]
    if shapes[0] == shapes[1]:
        return ""
    sizes = [sizes_text(t.source.info) for t in (a, b)]
    return f"layers of {sizes[0]} units and of {sizes[1]}: only the curves can be compared"


def sizes_text(info: RunInfo) -> str:
    """The units of all layers."""
    return ", ".join(str(layer.units) for layer in info.layers)


def _bring_along(other: Timeline, here: Timeline) -> bool:
    """Take a branch towards the iteration of another, for a moment; whether it is there.

    Raises Cancelled where an order waits.
    """
    end = time.perf_counter() + SLICE

    def progress(frame: Frame) -> None:
        if time.perf_counter() > end:
            raise Cancelled

    try:
        other.seek(here.index, progress)
    except Cancelled:
        if here.source.cancelled():
            raise
    return other.index == here.index


def _side(timeline: Timeline, with_pictures: bool) -> Side:
    pictures = layer_pictures(timeline) if with_pictures else ()
    return Side(timeline.branch, timeline.history, timeline.live, timeline.frame, pictures)


def _parting(a: Timeline, b: Timeline, before: Detail | None) -> Parting:
    """Where they part; what has been found stays true, for histories only grow."""
    names = (a.branch.name, b.branch.name)
    if isinstance(before, CompareDetail) and before.names == names and before.parting.what:
        return before.parting
    if a.history.depth != b.history.depth:
        return Parting()
    return recorded_parting(a.history, b.history)
