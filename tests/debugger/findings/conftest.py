"""Histories made by hand: a run that is well in every number, except for those a test names."""

from dataclasses import replace

import numpy as np
import pytest

from nnviz.debugger.findings import NO_FACTS, Diagnosis
from nnviz.debugger.history import History
from nnviz.debugger.source import LayerInfo, RunInfo

ROWS = 60

RELU = LayerInfo(1, 100, 784, "relu", "max(z, 0)", "dead", saturates=False)
LEAKY = replace(RELU, activation="leaky_relu", silent="inactive")
TANH = replace(RELU, activation="tanh", silent="", saturates=True)
SIGMOID = replace(TANH, activation="sigmoid")
SOFTMAX = replace(TANH, activation="softmax", saturates=False, units=10)
KINDS = {"relu": RELU, "leaky": LEAKY, "tanh": TANH, "sigmoid": SIGMOID}


def run_info(hidden="tanh", **changes):
    """Two hidden layers of 100 units of one kind, ten classes, full batch, cross-entropy."""
    kinds = (KINDS[hidden], KINDS[hidden], SOFTMAX)
    layers = [replace(kind, number=number) for number, kind in enumerate(kinds, start=1)]
    info = RunInfo(
        name="by hand",
        description="",
        layers=tuple(layers),
        features=784,
        classes=10,
        samples=2_000,
        batch=2_000,
        batches_per_epoch=1,
        image_shape=(28, 28),
        loss="cross_entropy",
        chance_loss=float(np.log(10)),
        iterations=ROWS,
        options={},
    )
    return replace(info, **changes)


def well(name, rows):
    """A number of a run that is well: the loss falls by 3 % an iteration, slopes are alive."""
    metric = name.split(".")[-1]
    values = {
        "iteration": np.arange(rows),
        "loss": 2.3 * 0.97 ** np.arange(rows),
        "test_loss": 2.3 * 0.98 ** np.arange(rows),
        "accuracy": np.linspace(0.1, 0.85, rows),
        "test_accuracy": np.linspace(0.1, 0.8, rows),
        "z_std": 0.5,
        "update_ratio": 0.01,
        "update_norm": 0.1,
        "norm": 5.0,
        "rms": 0.05,
    }
    return np.broadcast_to(values.get(metric, 0.0), rows).astype(float)


def history_of(info, columns, rows=ROWS, first=0):
    """A history with these columns (numbers, or one for each iteration), all others being well."""
    history = History(info.depth, first=first)
    table = {name: well(name, rows) for name in history.names}
    for name, values in columns.items():
        assert name in table
        table[name] = np.broadcast_to(np.asarray(values, float), rows)
    for row in range(rows):
        history.append_row(np.array([table[name][row] for name in history.names]))
    return history


@pytest.fixture
def diagnose():
    """The diagnosis of a run by hand: hidden layers, columns that aren't well, facts."""

    def make(hidden="tanh", columns=None, facts=NO_FACTS, rows=ROWS, first=0, **changes):
        info = run_info(hidden, **changes)
        return Diagnosis(info, history_of(info, columns or {}, rows, first), facts)

    return make


@pytest.fixture(scope="session")
def by_hand():
    """What runs by hand are made with: `run_info` and `history_of`."""
    return run_info, history_of
