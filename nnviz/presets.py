"""The presets: every run of the course by name, each one an experiment.

They draw their weights from the course's own random stream where the course's program does, so
their numbers can be compared with the published ones. To add one, add a line to `PRESETS`.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from nnviz.errors import InputError, nearest
from nnviz.experiment import Experiment, read_experiment

COURSE = Experiment(
    name="course",
    description="The starter: three sigmoid layers, squared error, weights uniform in [-1, 1)",
    rng="legacy",
)

BEST = replace(
    COURSE,
    name="best",
    description="All together: leaky ReLU, softmax, LSUV, momentum, a rate per layer that grows",
    rng="generator",
    activation="leaky_relu",
    initializer="lsuv",
    learning_rate=(1.2e-5, 1.2e-5, 1e-6),
    momentum=0.75,
    schedule="linear",
    decay=-2e-4,
    output="softmax",
    loss="cross_entropy",
)

_RUNS = (
    COURSE,
    replace(
        COURSE,
        name="learning-rate",
        description="The starter with a learning rate 2.5 times as large",
        learning_rate=2.5e-5,
    ),
    replace(COURSE, name="slope", description="The starter with sigmoid slope k = 0.4", k=0.4),
    replace(
        COURSE,
        name="slope-forgotten-k",
        description="As slope, with a derivative that lacks the factor k: a planted fault",
        k=0.4,
        fault="slope-forgotten-k",
    ),
    replace(
        COURSE,
        name="init-scaled",
        description="The starter's weights divided by 5, 5, 2, so that sigmoids don't saturate",
        init_divisor=(5.0, 5.0, 2.0),
    ),
    replace(
        COURSE,
        name="init-normal",
        description="Weights from a normal distribution, divided by 10, 5, 3",
        rng="generator",
        initializer="normal",
        init_divisor=(10.0, 5.0, 3.0),
    ),
    replace(
        COURSE,
        name="init-orthogonal",
        description="Orthogonal weights times 4, 8, 4",
        rng="generator",
        initializer="orthogonal",
        init_divisor=(0.25, 0.125, 0.25),
    ),
    replace(
        COURSE,
        name="tanh",
        description="tanh in all layers, weights divided by 5, 5, 3, squared error",
        activation="tanh",
        output="tanh",
        init_divisor=(5.0, 5.0, 3.0),
        learning_rate=3e-7,
    ),
    replace(
        COURSE,
        name="cross-entropy",
        description="The starter with binary cross-entropy over its sigmoid outputs",
        loss="binary_cross_entropy",
    ),
    replace(
        COURSE,
        name="softmax",
        description="The starter with softmax outputs and cross-entropy",
        output="softmax",
        loss="cross_entropy",
    ),
    replace(
        COURSE,
        name="relu",
        description="ReLU hidden layers, softmax with cross-entropy, W1 divided by 14",
        activation="relu",
        init_divisor=(14.0, 1.0, 1.0),
        learning_rate=1e-7,
        output="softmax",
        loss="cross_entropy",
    ),
    replace(
        COURSE,
        name="leaky-relu",
        description="As relu, with leaky ReLU (slope 0.01), which can't die; W1 divided by 19",
        activation="leaky_relu",
        init_divisor=(19.0, 1.0, 1.0),
        learning_rate=1e-7,
        output="softmax",
        loss="cross_entropy",
    ),
    BEST,
    replace(
        BEST,
        name="random-labels",
        description="best on random labels of nine classes, as the course's own line draws them",
        labels="random",
        label_classes=9,
    ),
    replace(
        BEST,
        name="random-labels-10",
        description="best on random labels of all ten classes",
        labels="random",
    ),
)

PRESETS: Mapping[str, Experiment] = MappingProxyType({run.name: run for run in _RUNS})


def preset(name: str) -> Experiment:
    """The preset of that name. Raises InputError, with the nearest one, where there is none."""
    if name not in PRESETS:
        hint = nearest(name, PRESETS) or "."
        raise InputError(f"there is no preset {name!r}{hint} `nnviz presets` lists them.")
    return PRESETS[name]


def find_experiment(run: str) -> Experiment:
    """The experiment that `run` names: a preset, or a path to a TOML file.

    Raises InputError, with the nearest preset, where it is neither.
    """
    if run in PRESETS:
        return PRESETS[run]
    path = Path(run)
    if path.suffix == ".toml" or path.is_file():
        return read_experiment(path)
    raise InputError(
        f"{run}: neither a preset nor a file{nearest(run, PRESETS) or '.'} "
        "`nnviz presets` lists the presets; an experiment file ends in .toml."
    )
