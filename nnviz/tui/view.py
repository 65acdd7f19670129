"""What the screen shows at one moment: a frozen record, made on the runner's thread.

Keys change the run; the run makes views; panels draw a view. Nothing flows the other way.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from nnviz.debugger.commands import COMMANDS
from nnviz.debugger.debugger import Breakpoint, Debugger, Watch
from nnviz.debugger.findings import Diagnosis, Finding
from nnviz.debugger.forks import Branch
from nnviz.debugger.history import History
from nnviz.debugger.model import class_outputs
from nnviz.debugger.own_program import OwnProgram
from nnviz.debugger.phases import Phase
from nnviz.debugger.source import Frame, RunInfo, UnkeptError
from nnviz.debugger.timeline import Position, Timeline
from nnviz.engine.arrays import Array
from nnviz.engine.network import predictions
from nnviz.errors import InputError
from nnviz.tui.detail import Detail
from nnviz.tui.drawing.heat_maps import Scale

PAUSED, STEPPING, RUNNING, SEEKING = MODES = ("PAUSED", "STEPPING", "RUNNING", "SEEKING")
PRINTED_LINES = 60
NOTHING = np.zeros((0, 0))


@dataclass(frozen=True, eq=False)
class LayerPictures:
    """One layer as the course draws it: three vectors, one number per unit or per input.

    `activation` is the mean of a over the samples (fan_out values), `weight` and `update` the mean
    of W and of W_new - W_old over the layer's units (fan_in values).
    """

    activation: Array
    weight: Array
    update: Array


Scales = Mapping[tuple[str, int], Scale]
"""The scale of each picture, by kind and layer."""


@dataclass(frozen=True, eq=False)
class View:
    """All that panels draw. `mode` is one of `MODES`; `reason` says why it stopped.

    `findings` stand at this iteration; `spoken` are the iterations at which it got worse.
    `scales` stand still while the run plays. `confusion` counts the batch's samples by label (rows)
    and prediction, `phase_arrays` are those of the phase; both are empty while it runs. `speed` is
    iterations per second while running (0: unknown). Columns of `history` are cut at
    `position.live`, for it goes on growing. `detail` is what the screen that is seen asked for.
    `hidden` says why no finding is shown, where that is so. `printed` are the last lines that a
    program has printed up to here, and `prints` says that the run is one.
    """

    info: RunInfo
    frame: Frame
    position: Position
    phases: tuple[Phase, ...]
    history: History
    keyframes: tuple[int, ...]
    settings: Mapping[str, Any]
    branch: Branch
    branches: tuple[Branch, ...]
    breakpoints: tuple[Breakpoint, ...]
    watches: tuple[tuple[Watch, float], ...]
    findings: tuple[Finding, ...]
    spoken: tuple[int, ...]
    pictures: tuple[LayerPictures, ...]
    scales: Scales
    confusion: Array
    phase_arrays: Mapping[str, Array]
    mode: str = PAUSED
    reason: str = ""
    speed: float = 0.0
    detail: Detail | None = None
    hidden: str = ""
    prints: bool = False
    printed: tuple[str, ...] = ()

    @property
    def phase(self) -> Phase:
        """The phase after which the run has stopped."""
        return self.phases[self.position.phase]

    @property
    def paused(self) -> bool:
        """Whether nothing is running."""
        return self.mode == PAUSED

    @property
    def goes_on(self) -> bool:
        """Whether it goes on by itself, so that one may want to pause it; a step does not."""
        return self.mode in (RUNNING, SEEKING)

    @property
    def recorded(self) -> int:
        """The latest iteration that the branch has come to."""
        return self.position.live

    @property
    def latest_test_accuracy(self) -> tuple[float, int] | None:
        """The last test accuracy at or before this iteration, and the iteration it is from."""
        column = self.history.column("test_accuracy")[: self.frame.index - self.history.first + 1]
        known = np.flatnonzero(~np.isnan(column))
        if not known.size:
            return None
        return float(column[known[-1]]), int(known[-1]) + self.history.first

    def column(self, name: str) -> Array:
        """The history of one number, up to the latest iteration."""
        return self.history.column(name)[: self.recorded - self.history.first + 1]

    def total(self) -> int:
        """The right end of the timeline: the planned run, or further where it went further."""
        return max(self.info.iterations, self.recorded)


def layer_pictures(timeline: Timeline) -> tuple[LayerPictures, ...]:
    """The pictures of every layer at the timeline's position; NaN where weights were not kept."""
    source = timeline.source
    pictures = []
    for number, layer in enumerate(timeline.frame.layers, start=1):
        try:
            means = [source.array(f"{name}{number}").mean(axis=0) for name in ("W", "update")]
        except UnkeptError:
            means = [np.full(source.info.layers[number - 1].fan_in, np.nan)] * 2
        pictures.append(LayerPictures(layer.unit_mean, *means))
    return tuple(pictures)


def picture_scales(pictures: Sequence[LayerPictures]) -> Scales:
    """A scale for each picture: from 0 for activations, symmetric about 0 for the others."""
    scales = {}
    for number, picture in enumerate(pictures, start=1):
        scales["activation", number] = Scale.sequential(picture.activation)
        scales["weight", number] = Scale.symmetric(picture.weight)
        scales["update", number] = Scale.symmetric(picture.update)
    return scales


def confusion_matrix(timeline: Timeline) -> Array:
    """How often each label (row) was taken for each class (column), in the iteration's batch.

    It is empty where the outputs were not kept, or there are no classes.
    """
    source = timeline.source
    try:
        outputs, labels = source.array(f"L{source.info.depth}"), source.labels()
    except InputError:
        return NOTHING
    counts = np.zeros((source.info.classes, source.info.classes))
    answers = class_outputs(outputs, source.info.layers[-1].activation)
    np.add.at(counts, (labels, predictions(answers)), 1)
    return counts


def unkept(timeline: Timeline) -> str:
    """Why arrays of this iteration can't be shown, "" where they can."""
    source = timeline.source
    try:
        for name in ("W1", f"L{source.info.depth}", *timeline.phase.arrays):
            if name != "loss":
                source.array(name)
    except UnkeptError as error:
        return str(error)
    return ""


def starts(diagnosis: Diagnosis, first: int) -> tuple[int, ...]:
    """The iterations at which things got worse: where the highest level of all findings rose."""
    levels = diagnosis.levels().astype(int)
    return tuple((np.flatnonzero(np.diff(levels, prepend=0) > 0) + first).tolist())


def phase_arrays(timeline: Timeline) -> Mapping[str, Array]:
    """The arrays that the present phase has computed, by name, without those not kept."""
    found: dict[str, Array] = {}
    for name in timeline.phase.arrays:
        with suppress(UnkeptError):
            found |= {name: timeline.source.array(name)} if name != "loss" else {}
    return found


def make_view(
    debugger: Debugger,
    *,
    before: View | None = None,
    mode: str = PAUSED,
    reason: str = "",
    speed: float = 0.0,
) -> View:
    """The view of a debugger as it stands; while it runs, scales are those of the view before."""
    timeline = debugger.timeline
    source = timeline.source
    diagnosis = debugger.diagnosis
    pictures = layer_pictures(timeline)
    program = source if isinstance(source, OwnProgram) else None
    still = before is None or mode == PAUSED
    scales = picture_scales(pictures) if before is None or still else before.scales
    return View(
        info=source.info,
        frame=timeline.frame,
        position=timeline.position,
        phases=source.phases(),
        history=timeline.history,
        keyframes=timeline.keyframes.indices,
        settings=source.settings,
        branch=timeline.branch,
        branches=tuple(other.branch for other in debugger.branches.values()),
        breakpoints=debugger.breakpoints,
        watches=debugger.watched(),
        findings=diagnosis.at(timeline.index),
        spoken=starts(diagnosis, timeline.history.first),
        pictures=pictures,
        scales=scales,
        confusion=confusion_matrix(timeline) if still else NOTHING,
        phase_arrays=phase_arrays(timeline) if still else {},
        mode=mode,
        reason=reason or (unkept(timeline) if still else ""),
        speed=speed,
        detail=before.detail if before is not None else None,
        prints=program is not None,
        printed=tuple(program.printed(PRINTED_LINES).splitlines()) if program is not None else (),
    )


def names(view: View) -> Mapping[str, tuple[str, ...]]:
    """What a typed line may go on with, by the kinds that commands ask for."""
    return {
        "metric": tuple(view.history.names),
        "key": tuple(f"{key}=" for key in view.settings),
        "branch": tuple(branch.name for branch in view.branches),
        "command": tuple(COMMANDS),
    }


@lru_cache(maxsize=256)  # asked of every picture in every frame
def picture_shape(size: int, image_shape: tuple[int, int] | None) -> tuple[int, int]:
    """Rows and columns in which `size` numbers are drawn: the image, or the most square fit.

    256 numbers are 16 x 16, 128 are 16 x 8, 10 are 10 x 1, as in the course's pictures; a prime
    number is a column.
    """
    if image_shape and image_shape[0] * image_shape[1] == size:
        return image_shape
    columns = next(c for c in range(int(np.sqrt(size)), 0, -1) if size % c == 0)
    return (size // columns, columns) if size > 10 else (size, 1)
