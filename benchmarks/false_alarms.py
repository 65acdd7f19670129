"""How often the diagnosis cries wolf outside the catalogue: on random runs that train well.

    python -m benchmarks.false_alarms [--runs 75] [--seed 0] [--data digits]

draws networks, activations, losses, start weights that fit them, rates, momentum and batches at
random, trains each, and counts amber and red findings on those that are well trained in the end:
past 90 %. Others prove nothing and are left out. Of the rest, *steady* ones learn all along: half
of the samples are right after a quarter of the iterations, and the loss is never above where it
began. One that is not may well have been in the trouble that a finding told of, and got out.

Each alarm is printed with what it takes to run it again. Exits with 1 where a steady run has one.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed

from nnviz.build import load_data
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.examination import examine
from nnviz.debugger.findings import Finding, Level
from nnviz.experiment import Experiment
from nnviz.healthy import TARGET

WIDTHS = {"digits": (16, 24, 32, 48, 64), "mnist-2k": (32, 64, 128, 256)}
PAIRS = (
    ("softmax", "cross_entropy"),
    ("softmax", "cross_entropy"),
    ("sigmoid", "binary_cross_entropy"),
    ("sigmoid", "squared_error"),
)
GAINS = {"tanh": 1.0, "sigmoid": 4.0, "relu": 2**0.5, "leaky_relu": 2**0.5}
"""By what weights of variance 1 / fan_in are multiplied before a layer of that activation."""


def draw(rng: np.random.Generator, data: str) -> Experiment:
    """One configuration; whether it trains well is for the run to say."""
    depth = int(rng.choice([1, 1, 2, 2, 2, 3, 4, 5]))
    hidden = tuple(sorted((int(rng.choice(WIDTHS[data])) for _ in range(depth)), reverse=True))
    activation = str(rng.choice([*GAINS]))
    output, loss = PAIRS[rng.integers(len(PAIRS))]
    fitting = "he" if "relu" in activation else "glorot"
    initializer = str(rng.choice([fitting, fitting, "lsuv", "orthogonal"]))
    gain = 1.0 if initializer in ("lsuv", "he") else GAINS[activation]
    divisors = [float(rng.uniform(0.8, 1.25)) / gain for _ in hidden]
    # half with the output's weights as they are, half with larger or smaller ones
    divisors.append(float(rng.choice([1.0, rng.uniform(0.5, 3.0)])))
    momentum = float(rng.choice([0.0, 0.0, 0.5, 0.9]))
    batch_size = int(rng.choice([0, 0, 0, 50, 200]))
    mean_rate = (
        10 ** rng.uniform(-1.3, 0.3) * (1 - momentum) * (2 if activation == "sigmoid" else 1)
    )
    return Experiment(
        name="random",
        data=data,
        hidden=hidden,
        activation=activation,
        output=output,
        loss=loss,
        biases=bool(rng.integers(2)),
        initializer=initializer,
        init_divisor=tuple(round(divisor, 3) for divisor in divisors),
        learning_rate=float(f"{mean_rate / 60_000:.2g}"),
        momentum=momentum,
        batch_size=batch_size,
        iterations=400 if data == "digits" else 200,
        seed=int(rng.integers(1000)),
    )


@dataclass(frozen=True)
class Outcome:
    """One run: accuracy of its last epoch, whether it was steady, amber and red findings."""

    experiment: Experiment
    accuracy: float
    steady: bool
    findings: tuple[Finding, ...]


def diagnose(experiment: Experiment) -> Outcome:
    """Train and diagnose."""
    source = EngineSource(experiment, load_data(experiment))
    diagnosis = examine(source, experiment.iterations)
    batches, history = source.info.batches_per_epoch, diagnosis.history
    accuracy, loss = history.column("accuracy"), history.column("loss")
    quarter = len(accuracy) // 4
    half_right = accuracy[quarter : quarter + batches].mean() >= 0.5
    serious = [f for f in diagnosis.spoken() if f.level >= Level.AMBER]
    return Outcome(
        experiment,
        float(accuracy[-batches:].mean()),
        bool(half_right and loss.max() <= loss[:batches].max()),
        tuple(replace(f, remedies=()) for f in serious),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the runs and print the false alarms."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.false_alarms")
    parser.add_argument("--runs", type=int, default=75, help="how many configurations are drawn")
    parser.add_argument("--seed", type=int, default=0, help="of the configurations")
    parser.add_argument("--data", choices=[*WIDTHS], default="digits", help="what they train on")
    parser.add_argument("--jobs", type=int, default=-1, help="runs at a time (-1: one per core)")
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    experiments = [draw(rng, options.data) for _ in range(options.runs)]
    counts, rules = Counter[str](), Counter[str]()
    jobs = Parallel(n_jobs=options.jobs, return_as="generator")
    for outcome in jobs(delayed(diagnose)(one) for one in experiments):
        if outcome.accuracy <= TARGET:
            continue
        kinds = ("healthy", "steady") if outcome.steady else ("healthy",)
        counts.update(kinds)
        if outcome.findings:
            counts.update(f"{kind}, false alarm" for kind in kinds)
            rules.update({f"{finding.id} ({kinds[-1]})" for finding in outcome.findings})
            print_alarm(outcome)
    for kind in ("healthy", "steady"):
        print(
            f"{options.data}: {counts[kind]} {kind}, {counts[f'{kind}, false alarm']} with alarms"
        )
    print("by rule:", ", ".join(f"{name} {count}" for name, count in rules.most_common()) or "none")
    return bool(counts["steady, false alarm"])


def print_alarm(outcome: Outcome) -> None:
    """Print what it takes to see the findings again, and the findings."""
    word = "steady" if outcome.steady else "unsteady"
    print(f"{word}, reached {outcome.accuracy:.1%}: {_settings(outcome.experiment)}", flush=True)
    for f in outcome.findings:
        print(f"    {f.level.name.lower()} {f.id} {f.place} at {f.spoke}: {f.evidence}")


def _settings(experiment: Experiment) -> str:
    """What differs from the defaults, as `--set` takes it."""
    changes = experiment.changes_from(Experiment())
    return " ".join(f"{key}={_value(new)}" for key, (_, new) in changes.items())


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{','.join(map(str, value))}]"
    return str(value).lower()


if __name__ == "__main__":
    sys.exit(main())
