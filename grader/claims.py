"""Runs the experiments that a submission's claims name, and holds each claim against our own run.

A claim is a configuration plus numbers, so the trusted engine can repeat it and no code of the
student is involved. Where a run can't be had (data that isn't here, too much computing) a person
decides, and nothing is guessed.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np

from grader.answers import Claim
from grader.rubric import ClaimRules
from grader.submission import decoded, read_inside
from nnviz.datasets import SOURCES, Source
from nnviz.errors import InputError
from nnviz.experiment import Experiment, from_toml, per_layer
from nnviz.presets import PRESETS, preset
from nnviz.trained import NO_CACHE, RunCache, TrainedRun, trained

MAX_EXPERIMENT_BYTES = 100_000
MAX_LAYERS = 50
MAX_RUN_BYTES = 4 * 1024**3
FLOPS_PER_SECOND = 20e9
"""What the estimate of a run's time supposes: it must not depend on the machine."""
SECONDS_PER_LAYER = 1e-4
OTHER_SEEDS = (1, 2)
"""Added to the experiment's seed, where one run and the claim differ."""
ROUNDING = (1 + 2**-20, 1 - 2**-20)
"""Learning rates are multiplied by these, where claim and seeds differ: that moves a run about as
little as another processor's rounding. Some runs are unstable enough to end elsewhere."""

Verdict = Literal["passed", "failed", "blank", "could-not-run", "needs-person"]


@dataclass(frozen=True)
class Reached:
    """What our own run reached at one iteration; accuracies in percent, dead units by layer."""

    train_accuracy: float
    test_accuracy: float
    loss: float
    dead: Mapping[str, int]


@dataclass(frozen=True)
class ClaimMark:
    """The verdict on one claim; `ours` is None where nothing was run."""

    claim: Claim
    verdict: Verdict
    message: str
    ours: Reached | None = None
    evidence: tuple[tuple[str, str], ...] = ()


class TrustedRuns:
    """Our own runs of experiments, each done once, within a budget of estimated seconds.

    The budget is spent in the same way whether a run is kept in the cache or not, so that a verdict
    doesn't depend on what was graded before.
    """

    def __init__(self, budget_seconds: float, cache: RunCache = NO_CACHE) -> None:
        self.seconds_left = budget_seconds
        self.cache = cache
        self._done: dict[tuple[Experiment, int], TrainedRun] = {}

    def obstacle(self, experiment: Experiment, iteration: int) -> str:
        """Why the run can't be done here, "" where it can."""
        if (experiment, iteration) in self._done:
            return ""
        source = SOURCES.get(experiment.data)
        if source is None:
            return f"the data set {experiment.data} is not one of {', '.join(SOURCES)}"
        if missing := source.missing():
            return f"the data set {source.name} is not on this machine: {missing}"
        if len(experiment.hidden) > MAX_LAYERS:
            return f"a net of {len(experiment.hidden)} hidden layers is not run"
        if _bytes(experiment, source) > MAX_RUN_BYTES:
            return "the net needs too much memory"
        needed = estimated_seconds(experiment, source, iteration)
        if needed > self.seconds_left:
            return (
                f"{iteration} iterations on {source.name} are estimated at {needed:,.0f} s; "
                f"{self.seconds_left:,.0f} s of the budget are left"
            )
        return ""

    def trained(self, experiment: Experiment, iteration: int) -> TrainedRun:
        """Run the experiment up to `iteration`. Raises InputError where it can't be built."""
        key = (experiment, iteration)
        if key not in self._done:
            self.seconds_left -= estimated_seconds(experiment, SOURCES[experiment.data], iteration)
            with np.errstate(all="ignore"):  # a run that diverges is an answer too
                self._done[key] = trained(experiment, self.cache, last=iteration)
        return self._done[key]

    def reach(self, experiment: Experiment, iteration: int) -> Reached:
        """What the run reaches at `iteration`. Raises InputError where it can't be built."""
        return _reached(self.trained(experiment, iteration), iteration)


def _reached(run: TrainedRun, iteration: int) -> Reached:
    return Reached(
        float(run.accuracy[-1]),
        100 * float(run.columns["test_accuracy"][-1]),
        float(run.columns["loss"][-1]),
        run.count("dead", iteration),
    )


def mark_claims(
    claims: Sequence[Claim],
    folder: Path,
    rules: ClaimRules,
    runs: TrustedRuns | None = None,
    best_of: Mapping[str, str] = MappingProxyType({}),
) -> tuple[ClaimMark, ...]:
    """Mark the claims of the submission in `folder`, in order, within one budget.

    `best_of` maps a problem to the key whose best value is claimed there: beside such a claim stand
    the runs with neighbouring values, which decide on nothing.
    """
    runs = runs or TrustedRuns(rules.budget_seconds)
    marks = [mark_claim(claim, folder, rules, runs) for claim in claims]
    return tuple(
        replace(mark, evidence=_neighbours(mark, folder, best_of[mark.claim.problem], runs))
        if mark.ours and mark.claim.problem in best_of
        else mark
        for mark in marks
    )


NEIGHBOURS = (0.5, 0.8, 1.25, 2.0)
"""What a value that is said to be the best is multiplied by, to look beside it."""


def _neighbours(
    mark: ClaimMark, folder: Path, key: str, runs: TrustedRuns
) -> tuple[tuple[str, str], ...]:
    """The training accuracy with neighbouring values of a key, and the best of all of them."""
    experiment = claimed_experiment(mark.claim.experiment, folder)
    iteration = mark.claim.iteration
    iteration = experiment.iterations if iteration is None else iteration
    own = per_layer(getattr(experiment, key), experiment.layers)
    found = {1.0: mark.ours.train_accuracy if mark.ours else float("nan")}
    for factor in NEIGHBOURS:
        values = [factor * value for value in own]
        value = values if isinstance(getattr(experiment, key), tuple) else values[0]
        try:
            other = experiment.with_changes({key: value})
            if not runs.obstacle(other, iteration):
                found[factor] = runs.reach(other, iteration).train_accuracy
        except InputError:
            continue  # a value that can't be has no neighbours there
    told = ", ".join(f"x {f:g}: {found[f]:.2f} %" for f in sorted(found))
    best = max(found, key=lambda factor: (np.nan_to_num(found[factor], nan=-1.0), factor == 1))
    said = "the claimed value is the best of these" if best == 1 else f"the best is x {best:g}"
    return (("neighbours", f"{key} {told}; {said}"),) if len(found) > 1 else ()


def mark_claim(claim: Claim, folder: Path, rules: ClaimRules, runs: TrustedRuns) -> ClaimMark:
    """Mark one claim: our run, and where it differs others beside it.

    These are two with other seeds and two that differ by as much as rounding does. A number that
    rounding alone moves by more than its tolerance proves nothing: a person has to look.
    """
    try:
        experiment = claimed_experiment(claim.experiment, folder)
        iteration = experiment.iterations if claim.iteration is None else claim.iteration
        if obstacle := runs.obstacle(experiment, iteration):
            return ClaimMark(claim, "needs-person", f"not run: {obstacle}")
        ours = runs.reach(experiment, iteration)
        told = f"ours at iteration {iteration}: {_told(ours)}"
        if not claim.claims_something:
            return ClaimMark(claim, "blank", f"no number is claimed; {told}", ours)
        first = misses = _misses(claim, [ours], [], rules)
        found: tuple[list[Reached], list[Reached]] = ([ours], [])
        for kind, beside in enumerate((_other_seeds(experiment), _rounded(experiment))):
            if not any(miss.judged for miss in misses):
                break
            for other in beside:
                if obstacle := runs.obstacle(other, iteration):
                    message = f"a person has to look: {_listed(misses)}; other runs: {obstacle}"
                    return ClaimMark(claim, "needs-person", f"{message}; {told}", ours)
                found[kind].append(runs.reach(other, iteration))
            misses = _misses(claim, *found, rules=rules)
    except InputError as error:
        return ClaimMark(claim, "could-not-run", str(error))
    if not misses:
        rounded = " and rounding" if found[1] else ""
        spread = f", within what {1 + len(OTHER_SEEDS)} seeds{rounded} span" if first else ""
        return ClaimMark(claim, "passed", f"reproduced{spread}; {told}", ours)
    if any(miss.judged for miss in misses):
        return ClaimMark(claim, "failed", f"not reproduced: {_listed(misses)}; {told}", ours)
    return ClaimMark(
        claim, "needs-person", f"a person has to look: {_listed(misses)}; {told}", ours
    )


def claimed_experiment(name: str, folder: Path) -> Experiment:
    """The preset of that name, or the experiment file at that path inside the submission.

    Raises InputError where there is neither, or it can't be used for a claim.
    """
    if name in PRESETS or not name.endswith(".toml"):
        return preset(name)
    content = read_inside(folder, name, MAX_EXPERIMENT_BYTES + 1)
    if len(content) > MAX_EXPERIMENT_BYTES:
        raise InputError(f"{name}: is larger than {MAX_EXPERIMENT_BYTES // 1000} kB")
    text, _ = decoded(content)
    with suppress(ValueError, RecursionError):  # not TOML: from_toml says so below
        if "fault" in tomllib.loads(text):
            raise InputError(f"{name}: fault plants a mistake; a claim is about a run without one")
    return from_toml(text, name)


def estimated_seconds(experiment: Experiment, source: Source, iteration: int) -> float:
    """How long a run is supposed to take, on any machine: 6 operations per weight and sample."""
    sizes = (source.features, *experiment.hidden, source.classes)
    pairs = list(zip(sizes[1:], sizes[:-1], strict=True))
    weights = sum(fan_out * fan_in for fan_out, fan_in in pairs)
    samples = min(experiment.batch_size or source.samples, source.samples)
    # An orthogonal matrix costs about 20 m n min(m, n), and LSUV a few passes over the data.
    start = sum(20.0 * m * n * min(m, n) for m, n in pairs) + 10.0 * weights * source.samples
    operations = start + 6.0 * weights * samples * (iteration + 1)
    return operations / FLOPS_PER_SECOND + (iteration + 1) * len(pairs) * SECONDS_PER_LAYER


def _bytes(experiment: Experiment, source: Source) -> int:
    """Memory of a run: weights, gradients, update, state; z, a and delta of all samples."""
    sizes = (source.features, *experiment.hidden, source.classes)
    weights = sum(a * b for a, b in zip(sizes[1:], sizes[:-1], strict=True))
    return np.dtype(experiment.dtype).itemsize * (6 * weights + 3 * sum(sizes) * source.samples)


def _other_seeds(experiment: Experiment) -> list[Experiment]:
    """The same experiment with other seeds, which are allowed where its own is."""
    by = [n if experiment.seed < 1000 else -n for n in OTHER_SEEDS]
    return [replace(experiment, seed=experiment.seed + n) for n in by]


def _rounded(experiment: Experiment) -> list[Experiment]:
    """The same experiment, moved by about as much as rounding does."""
    rates = per_layer(experiment.learning_rate, experiment.layers)
    nudged = [tuple(factor * rate for rate in rates) for factor in ROUNDING]
    return [replace(experiment, learning_rate=each) for each in nudged]


@dataclass(frozen=True)
class _Miss:
    """A number that is not ours; `judged` is false where that proves nothing."""

    text: str
    judged: bool = True


def _misses(
    claim: Claim, runs: Sequence[Reached], rounded: Sequence[Reached], rules: ClaimRules
) -> list[_Miss]:
    """The claimed numbers that lie outside of what our runs reached, tolerances included.

    `rounded` are the runs that differ from the first one by rounding only.
    """
    misses, everything = [], [*runs, *rounded]

    def hold(claimed: float, what: str, values: list[float], tolerance: float, unit: str) -> None:
        if not _within(claimed, values, tolerance):
            moved = any(abs(v - values[0]) > tolerance for v in values[len(runs) :])
            why = ", and rounding alone moves it" if moved else ""
            seen = _span(values[: len(runs)], unit)
            misses.append(_Miss(f"{what}, ours {seen}{why}", judged=not moved))

    for key, word in (("train_accuracy", "training accuracy"), ("test_accuracy", "test accuracy")):
        claimed = getattr(claim, key)
        values = [getattr(run, key) for run in everything]
        if claimed is not None:
            hint = " (in percent?)" if 0 < claimed <= 1 else ""
            told = f"{word} {claimed:g} %{hint}"
            hold(claimed, told, values, float(rules.accuracy_tolerance), " %")
    for layer, count in claim.dead.items():
        counts = [float(run.dead.get(layer, 0)) for run in everything]
        tolerance = max(rules.dead_tolerance, max(counts) * float(rules.dead_share))
        hold(count, f"{count} dead in {layer[:20]}", counts, tolerance, "")
    if claim.loss is not None:
        losses = [run.loss for run in everything]
        if not _within(claim.loss, losses, 0.05 * max(map(abs, losses))):
            # Courses and programs report sums, means and halves of the same loss.
            misses.append(_Miss(f"loss {claim.loss:g}, ours {_span(losses, '')}", judged=False))
    return misses


def _within(claimed: float, ours: Sequence[float], tolerance: float) -> bool:
    """Near the first run, or inside what all the runs span; NaN is near nothing."""
    near = abs(claimed - ours[0]) <= tolerance + 1e-9
    return near or min(ours) <= claimed <= max(ours)


def _span(values: Sequence[float], unit: str) -> str:
    low, high = (f"{value:.4g}" for value in (min(values), max(values)))
    return f"{low}{unit}" if low == high else f"{low} to {high}{unit} over {len(values)} seeds"


def _listed(misses: Iterable[_Miss]) -> str:
    return "; ".join(miss.text for miss in misses)


def _told(reached: Reached) -> str:
    dead = "".join(f", {count} dead in {layer}" for layer, count in reached.dead.items())
    return (
        f"{reached.train_accuracy:.2f} % training, {reached.test_accuracy:.2f} % test accuracy, "
        f"loss {reached.loss:.4g}{dead}"
    )
