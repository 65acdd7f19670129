"""What a run of the engine says about itself: for the views, for records, for messages."""

import zlib
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.datasets import Dataset
from nnviz.debugger.source import LayerInfo, Packed, RunInfo
from nnviz.engine.tiles import TiledData
from nnviz.engine.training import Setup
from nnviz.experiment import Experiment


def run_info(experiment: Experiment, dataset: Dataset, setup: Setup) -> RunInfo:
    """What is fixed about a run of the engine, for the views."""
    network = setup.network
    layers = tuple(
        LayerInfo(
            number=number,
            units=fan_out,
            fan_in=fan_in,
            activation=activation.name,
            formula=activation.formula,
            silent=activation.silent,
            saturates=activation.saturation is not None,
            k=activation.parameters.get("k", 1.0),
        )
        for number, (activation, (fan_out, fan_in)) in enumerate(
            zip(network.activations, network.shapes, strict=True), start=1
        )
    )
    rate = experiment.learning_rate
    mean_rates = experiment.mean_learning_rates
    return RunInfo(
        name=experiment.name,
        description=experiment.description,
        layers=layers,
        features=dataset.features,
        classes=dataset.classes,
        samples=setup.samples,
        batch=setup.batch_size or setup.samples,
        batches_per_epoch=setup.batches_per_epoch,
        image_shape=dataset.image_shape,
        loss=network.loss.name,
        chance_loss=network.loss.chance(dataset.classes),
        iterations=experiment.iterations,
        options={
            "data": f"{dataset.name}, {setup.samples:,} samples",
            "learning rate": f"{_numbers(rate)} per sum over {experiment.reference_samples:,}"
            f" = {_numbers(mean_rates if isinstance(rate, tuple) else mean_rates[0])} per mean",
            "gradients": f"sums over {setup.batch_size or setup.samples:,} samples",
        },
    )


def _numbers(value: float | tuple[float, ...]) -> str:
    values = value if isinstance(value, tuple) else (value,)
    return ", ".join(f"{v:g}" for v in values)


def same_samples(setup: Setup, laid_out: TiledData) -> bool:
    """Whether a run's training samples are those that another run has laid out."""
    pairs = [(setup.X, laid_out.X), (setup.T, laid_out.T), (setup.labels, laid_out.labels)]
    return all(a is b or (a.dtype == b.dtype and np.array_equal(a, b)) for a, b in pairs)


def shape_text(array: npt.NDArray[Any]) -> str:
    """A shape for people, such as `256 x 784`."""
    return " x ".join(map(str, array.shape)) or "one number"


def describe(arrays: Packed) -> str:
    """Names, shapes and types of arrays for people."""
    return ", ".join(f"{name} ({shape_text(a)}, {a.dtype})" for name, a in arrays.items())


def experiment_values(experiment: Experiment) -> dict[str, Any]:
    """The values of an experiment's keys, lists for tuples: what JSON can hold."""
    values = {f.name: getattr(experiment, f.name) for f in fields(experiment)}
    return {key: list(v) if isinstance(v, tuple) else v for key, v in values.items()}


def data_mark(setup: Setup) -> dict[str, Any]:
    """By what training data are recognised on another machine: their shape and a checksum."""
    X = np.ascontiguousarray(setup.X.T)
    return {"shape": list(X.shape), "crc32": zlib.crc32(setup.labels.data, zlib.crc32(X.data))}
