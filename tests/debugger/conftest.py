"""A run small enough for hundreds of iterations in a test: 30 samples of 6 numbers, 3 classes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nnviz.datasets import Dataset
from nnviz.debugger import compiled, layer_sums
from nnviz.debugger.engine_source import EngineSource
from nnviz.experiment import Experiment

SMALL = Experiment(
    name="small",
    hidden=(5, 4),
    init_divisor=2.0,
    learning_rate=0.01,
    reference_samples=30,
    iterations=100,
)


def small_dataset(samples: int = 30, features: int = 6, classes: int = 3) -> Dataset:
    """Samples around one centre per class, with a fifth as many for the test."""
    rng = np.random.default_rng(5)
    total = samples + samples // 5
    labels = rng.permutation(np.arange(total) % classes)
    X = rng.normal(size=(features, classes))[:, labels] + rng.normal(size=(features, total)) / 2
    X, T = X.astype(np.float32), np.eye(classes, dtype=np.float32)[:, labels]
    return Dataset(
        name="small",
        X=X[:, :samples].copy(),
        labels=labels[:samples].copy(),
        T=T[:, :samples].copy(),
        X_test=X[:, samples:].copy(),
        labels_test=labels[samples:].copy(),
        T_test=T[:, samples:].copy(),
        image_shape=None,
        classes=classes,
        source="drawn at random",
    )


@pytest.fixture
def run() -> Callable[..., EngineSource]:
    """Make a source of the small run, with other settings where they are given."""
    dataset = small_dataset()

    def make(**changes: Any) -> EngineSource:
        return EngineSource(SMALL.with_changes(changes), dataset)

    return make


@pytest.fixture(params=["compiled", "numpy, for few numbers", "numpy, for many"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add up and count in each of the ways that there are, whatever the arrays' size."""
    if request.param == "compiled":
        if not compiled.BY_TYPE:
            pytest.skip("nothing was compiled when nnviz was installed")
        return
    monkeypatch.setattr(compiled, "BY_TYPE", {})
    monkeypatch.setattr(layer_sums, "FEW", 0 if "many" in request.param else 10**6)
