"""Runs that are known to train well: what every finding has to be silent on.

The self-test of the findings trains each one past 90 % from several seeds, and plants its faults
in them, so that a fault is the only thing that is wrong with a run. To add one, add a line.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from nnviz.experiment import Experiment
from nnviz.presets import BEST

SEEDS = (0, 1, 2)
"""The seeds that every healthy run is trained from."""

TARGET = 0.9
"""Share of the training samples that a healthy run classifies right in the end."""

_TANH = Experiment(
    activation="tanh",
    initializer="glorot",
    output="softmax",
    loss="cross_entropy",
    learning_rate=5e-6,
    iterations=80,
)
_RELU = replace(_TANH, activation="relu", initializer="he")
# Glorot's limits are for tanh; a sigmoid's slope at 0 is a quarter of tanh's
_SIGMOID = replace(
    _TANH,
    activation="sigmoid",
    init_divisor=(0.25, 0.25, 1.0),
    learning_rate=(2e-5, 2e-5, 1e-5),
    iterations=120,
)

_FAMILIES = {
    "tanh": _TANH,
    "relu": _RELU,
    "best": replace(BEST, iterations=60),
    "sigmoid": replace(
        _SIGMOID,
        output="sigmoid",
        loss="binary_cross_entropy",
        learning_rate=(2e-5, 2e-5, 4e-6),
        iterations=150,
    ),
    "sigmoid-softmax": _SIGMOID,
    "slope": replace(
        _SIGMOID, k=0.5, init_divisor=(0.125, 0.125, 1.0), learning_rate=(4e-5, 4e-5, 1e-5)
    ),
    "squared-error": replace(
        _TANH, output="sigmoid", loss="squared_error", learning_rate=1e-5, iterations=120
    ),
    "biases": replace(_RELU, biases=True),
    "one-layer": replace(_TANH, hidden=(128,)),
    "five-layers": replace(_TANH, hidden=(256, 128, 64, 32, 32)),
    "five-layers-relu": replace(
        _RELU, hidden=(256, 128, 64, 32, 32), learning_rate=1e-6, iterations=130
    ),
    "momentum": replace(_TANH, momentum=0.9, learning_rate=1e-6),
    "mini-batches": replace(_TANH, batch_size=100, learning_rate=2e-6, iterations=140),
    "mini-batches-momentum": replace(_RELU, batch_size=100, momentum=0.9, learning_rate=3e-7),
}

_DIGITS_UNITS = (64, 32, 32, 32, 32)
_ITERATIONS_ON_DIGITS = 2
"""Pictures of 8 x 8 pixels give smaller gradients: the same rates take about twice as long."""


def _on_digits(experiment: Experiment) -> Experiment:
    return replace(
        experiment,
        data="digits",
        hidden=_DIGITS_UNITS[: len(experiment.hidden)],
        iterations=_ITERATIONS_ON_DIGITS * experiment.iterations,
    )


HEALTHY: Mapping[str, Experiment] = MappingProxyType(
    {name: replace(run, name=name) for name, run in _FAMILIES.items()}
    | {
        f"digits-{name}": replace(_on_digits(run), name=f"digits-{name}")
        for name, run in _FAMILIES.items()
    }
)
"""Every healthy run by name; `digits-NAME` is the run NAME on digits."""
