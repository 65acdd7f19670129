"""A gradient check of a program's own code, unmodified: what it applies against what its loss does.

From a kept state, processes move one weight by +-h each and run the loop's body; the slope of the
loss is held against the update that the body applied, divided by its rate.
"""

import math
from dataclasses import dataclass

import numpy as np

from nnviz.attach.family import Family, Member
from nnviz.attach.namespace import Path, path_text
from nnviz.attach.recognition import Recognition
from nnviz.attach.wire import unpacked
from nnviz.debugger.training_check import TrainingCheck
from nnviz.engine.arrays import Array
from nnviz.engine.gradcheck import GradientCheck, relative_error, rounding_noise
from nnviz.errors import InputError

FEW = 100
"""Samples that differences are taken on: a wrong gradient shows on them as well as on all."""

ENTRIES = 4
"""Weights of each layer that are moved: those with the largest updates among many."""

STEP = 1e-5
KINK = 1e-3
"""Where the slopes on both sides differ by more than this share, a kink lies between."""

WRONG = 1e-4
"""A relative error from which a gradient is wrong."""

SAME = 2e-3


@dataclass(frozen=True)
class LayerGradient:
    """One layer's result: `ratio` is applied / numeric, `spread` the relative error left after it.

    Nothing is left where a constant factor is all that is wrong.
    """

    name: str
    program_name: str
    ratio: float
    spread: float
    checked: int
    skipped: int


@dataclass(frozen=True)
class GradientReport:
    """The whole check, at iteration `index` on `samples` samples.

    `convention` is the constant by which this program's gradients differ from those of the number
    that it calls its loss (sums for means, a factor of 2): all right layers share it.
    """

    index: int
    samples: int
    layers: tuple[LayerGradient, ...]
    convention: float
    k: float

    @property
    def wrong(self) -> tuple[LayerGradient, ...]:
        """The layers whose gradient is not that of the loss."""
        return tuple(layer for layer in self.layers if not self.right(layer))

    def right(self, layer: LayerGradient) -> bool:
        """Whether a layer's gradient is that of the loss, but for the convention."""
        close = abs(layer.ratio - self.convention) <= SAME * abs(self.convention)
        return layer.checked > 0 and close and layer.spread <= WRONG

    def forgotten_k(self) -> bool:
        """Whether each layer misses the slope of the sigmoid once more than the one after it."""
        if self.k == 1 or not all(layer.spread <= WRONG for layer in self.layers):
            return False
        depth = len(self.layers)
        return all(
            abs(layer.ratio * self.k ** (depth - number) / self.convention - 1) <= SAME
            for number, layer in enumerate(self.layers)
        )

    def training_check(self) -> TrainingCheck:
        """The same as the engine's own check, for the rules that look at one."""
        results = tuple(
            GradientCheck(
                layer.name,
                abs(layer.ratio / self.convention - 1)
                if abs(layer.ratio / self.convention - 1) > SAME
                else layer.spread,
                layer.ratio / self.convention,
                layer.spread,
                layer.checked,
                layer.skipped,
            )
            for layer in self.layers
            if layer.checked
        )
        return TrainingCheck(results, (), self.samples)


def check_gradients(
    family: Family, found: Recognition, member: Member, index: int, rate: float
) -> GradientReport:
    """Check from a process that stands before iteration `index`, which is used up by it.

    Raises InputError where a check is impossible: no loss, no update, or numbers that stay float32.
    """
    order = {
        "order": "raise",
        "samples": found.samples,
        "few": FEW if found.all_samples == found.samples else found.samples,
        "still": list(found.momentum),
    }
    ready, _ = family.ask(member, order)
    laboratory = _Laboratory(family, found, member)
    before = [laboratory.weights(member, number) for number in range(found.depth)]
    base, loss = laboratory.run()
    after = [laboratory.weights(base, number) for number in range(found.depth)]
    base.close()
    if not math.isfinite(loss):
        raise InputError("the loss is not finite here: there are no differences to take")
    if before[0].dtype != np.float64 or loss == float(np.float32(loss)):
        raise InputError(
            "the loop computes in float32 by itself, whatever it is given: too coarse for a check"
        )
    layers = []
    for number in range(found.depth):
        applied = (before[number] - after[number]) / (rate or 1.0)
        layers.append(laboratory.layer(number, applied, loss))
    report = GradientReport(index, int(ready["samples"]), tuple(layers), math.nan, slope_of(found))
    return _with_convention(report, found)


def slope_of(found: Recognition) -> float:
    """The slope k that all sigmoid layers share; 1 where there is none."""
    slopes = {layer.parameters.get("k", 1.0) for layer in found.layers}
    return slopes.pop() if len(slopes) == 1 else 1.0


def _with_convention(report: GradientReport, found: Recognition) -> GradientReport:
    """Choose the constant that makes most layers right, a usual one before any other."""
    n = report.samples
    factor = (
        found.loss.factor * found.samples / n
        if found.loss.words.endswith(" N")
        else (found.loss.factor)
    )
    usual = [1.0, n, 1 / n, 2.0, 0.5, n / 2, 2 / n, 1 / (2 * n)]
    usual += [1 / factor] * bool(factor and math.isfinite(factor))
    usual += [1 / (factor * n)] * bool(factor and math.isfinite(factor))
    judged = [layer for layer in report.layers if layer.checked and layer.ratio]
    clean = [layer.ratio for layer in judged if layer.spread <= WRONG]
    best, most = clean[-1] if clean else 1.0, 0.0
    for rank, constant in enumerate([*usual, *reversed(clean)]):
        tried = GradientReport(report.index, n, report.layers, constant, report.k)
        score = float(sum(tried.right(layer) for layer in report.layers))
        score += len(report.layers) * tried.forgotten_k() + 0.25 * (rank < len(usual))
        if score > most and score >= 0.5:
            best, most = constant, score
    return GradientReport(report.index, n, report.layers, best, report.k)


class _Laboratory:
    """Runs the loop's body with one weight moved, each time in a fresh process."""

    def __init__(self, family: Family, found: Recognition, member: Member) -> None:
        self.family, self.found, self.member = family, found, member
        self._rng = np.random.default_rng(0)

    def weights(self, member: Member, number: int) -> Array:
        """A layer's weights as the program keeps them now."""
        layer = self.found.layers[number]
        message, _ = self.family.ask(member, {"order": "raw", "path": _plain(layer.weights)})
        return unpacked(message["array"])

    def run(self, nudge: dict[str, object] | None = None) -> tuple[Member, float]:
        """A process that has run the body, and the loss that it came to.

        With a nudge it is run up to the loss only, and the process has ended then.
        """
        copy, _ = self.family.fork(self.member)
        if nudge is not None:
            self.family.ask(copy, {"order": "nudge", **nudge})
        order = {"order": "go", "quiet": True, "measure": False, "up_to_loss": nudge is not None}
        message, _ = self.family.ask(copy, order)
        if message.get("event") != "done":
            raise InputError(f"the loop's body can't be run by itself: {message.get('text')}")
        return copy, float(message["loss"])

    def layer(self, number: int, applied: Array, loss: float) -> LayerGradient:
        """One layer: some of its weights moved up and down."""
        layer = self.found.layers[number]
        name, program_name = f"W{number + 1}", path_text(layer.weights)
        size = max(1e-3, float(np.std(applied)) and 1e-3)
        ours, theirs, skipped = [], [], 0
        for row, column in self._entries(applied):
            place = {"path": _plain(layer.weights), "row": row, "column": column}
            step = STEP * max(1.0, size)
            above, up = self.run({**place, "by": step})
            below, down = self.run({**place, "by": -step})
            above.close()
            below.close()
            rise, fall = up - loss, loss - down
            if abs(rise - fall) > KINK * max(abs(rise), abs(fall)) + float(
                np.max(rounding_noise(loss, 1.0))
            ):
                skipped += 1
                continue
            ours.append(float(applied[row, column]))
            theirs.append((up - down) / (2 * step))
        return _compared(name, program_name, np.array(ours), np.array(theirs), loss, skipped)

    def _entries(self, applied: Array) -> list[tuple[int, int]]:
        """The weights with the largest updates among many that are drawn."""
        count = min(applied.size, 400)
        drawn = self._rng.choice(applied.size, count, replace=False)
        sizes = np.abs(applied.reshape(-1)[drawn])
        chosen = drawn[np.argsort(-sizes)[:ENTRIES]]
        return [(int(e) // applied.shape[1], int(e) % applied.shape[1]) for e in chosen]


def _compared(
    name: str, program_name: str, ours: Array, theirs: Array, loss: float, skipped: int
) -> LayerGradient:
    noise = float(np.max(rounding_noise(loss)))
    usable = np.abs(theirs) > 100 * noise
    if not usable.any():
        # a loss that does not feel the weight: right only where nothing was applied either
        flat = not np.any(np.abs(ours) > 0) or not len(ours)
        return LayerGradient(name, program_name, math.nan if flat else math.inf, 0.0, 0, skipped)
    ours, theirs = ours[usable], theirs[usable]
    ratio = float(np.median(ours / theirs))
    if not ratio:
        return LayerGradient(name, program_name, 0.0, 0.0, len(ours), skipped)
    spread = float(relative_error(ours / ratio, theirs, noise).max())
    return LayerGradient(name, program_name, ratio, spread, len(ours), skipped)


def _plain(path: Path) -> list[list[str | int]]:
    return [list(step) for step in path]
