"""Promises of the statistics: the plain definition's numbers, exact, however the data is cut."""

from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

from nnviz.debugger.statistics import StatisticsObserver, last_active, layer_statistics
from nnviz.engine import tiles
from nnviz.engine.activations import ACTIVATIONS
from nnviz.engine.losses import LOSSES
from nnviz.engine.network import Network, Parameters, forward
from nnviz.engine.optimizers import MOMENTUM
from nnviz.engine.training import Setup, Trainer

HIDDEN = [name for name, make in ACTIVATIONS.items() if make().elementwise]


def make_trainer(hidden, *, dtype=np.float64, samples=60, batch_size=0, scale=1.0, seed=0):
    rng = np.random.default_rng(seed)
    make = ACTIVATIONS[hidden]
    network = Network(
        (6, 9, 7, 4), (make(), make(), ACTIVATIONS["softmax"]()), LOSSES["cross_entropy"]
    )
    weights = tuple(rng.normal(scale=scale, size=s).astype(dtype) for s in network.shapes)
    weights[0][2] = -np.abs(weights[0][2])  # negative for every positive x: silent with ReLU
    X = rng.random((6, samples)).astype(dtype)
    labels = rng.integers(4, size=samples)
    T = np.eye(4, dtype=dtype)[:, labels]
    setup = Setup(
        network,
        Parameters(weights),
        X,
        T,
        labels,
        MOMENTUM,
        (1e-5,) * 3,
        momentum=0.5,
        batch_size=batch_size,
    )
    return Trainer(setup, [StatisticsObserver()])


def run(trainer, iterations):
    """Statistics of iterations 0 to `iterations` - 1, and their records."""
    active, found, records = None, [], []
    for _ in range(iterations):
        iteration = trainer.iterate()
        totals = iteration.observations[0]
        active = last_active(totals, iteration.index, active)
        window = trainer.setup.batches_per_epoch
        found.append(layer_statistics(iteration, totals, active, window))
        records.append(iteration)
    return found, records


def plain(iteration, layer):
    """Each quantity as diagnostics defines it, on whole arrays, as simply as numpy can."""
    passed = forward(iteration.network, iteration.state.parameters, iteration.data.X)
    activation = iteration.network.activations[layer]
    z, a = passed.pre_activations[layer], passed.activations[layer]
    dW, W = iteration.gradients.weights[layer], iteration.weights[layer]
    update = iteration.next_state.parameters.weights[layer] - W
    slope = activation.derivative(a) if activation.saturation else np.ones_like(a)
    largest = (
        activation.derivative(activation.function(np.zeros(1)))[0] if activation.saturation else 1
    )
    saturated = slope < 0.06 * largest
    silent = (a.max(axis=1) <= 0) & bool(activation.silent)
    return {
        "z_mean": z.mean(), "z_std": z.std(), "z_min": z.min(), "z_max": z.max(),
        "a_mean": a.mean(), "a_std": a.std(), "a_min": a.min(), "a_max": a.max(),
        "dead": silent.mean() if activation.name == "relu" else 0,
        "inactive": silent.mean() if activation.name == "leaky_relu" else 0,
        "saturated": saturated.mean(),
        "saturated_units": (saturated.mean(axis=1) > 0.95).mean(),
        "gradient_norm": np.linalg.norm(dW), "gradient_rms": np.sqrt((dW**2).mean()),
        "update_mean": np.abs(update).mean(), "update_norm": np.linalg.norm(update),
        "update_ratio": np.linalg.norm(update) / np.linalg.norm(W),
        "weight_mean": W.mean(), "weight_std": W.std(),
        "unit_mean": a.mean(axis=1), "unit_saturated": saturated.mean(axis=1), "silent": silent,
    }  # fmt: skip


@pytest.mark.parametrize("tile_bytes", [600, 10**6], ids=["many tiles", "one tile"])
@pytest.mark.parametrize("scale", [1.0, 6.0], ids=["moderate", "saturating"])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_quantity_is_the_plain_definitions(hidden, scale, tile_bytes, way, monkeypatch):
    monkeypatch.setattr(tiles, "TILE_BYTES", tile_bytes)
    found, records = run(make_trainer(hidden, scale=scale), 3)
    for layers, iteration in zip(found, records, strict=True):
        for layer, statistics_ in enumerate(layers):
            for name, value in plain(iteration, layer).items():
                ours = getattr(statistics_, name)
                np.testing.assert_allclose(ours, value, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_float32_statistics_keep_five_digits(hidden, way, monkeypatch):
    monkeypatch.setattr(tiles, "TILE_BYTES", 3000)
    found, records = run(make_trainer(hidden, dtype=np.float32, samples=700), 2)
    for layer in range(3):
        for name, value in plain(records[-1], layer).items():
            ours = getattr(found[-1][layer], name)
            np.testing.assert_allclose(ours, value, rtol=2e-5, atol=1e-6, err_msg=name)


def test_a_dead_unit_is_counted_and_dated(way):
    """Unit 2 of L1 is dead from the start: its weights are negative and the inputs are not."""
    found, _ = run(make_trainer("relu"), 3)
    first = found[-1][0]
    assert 2 in first.silent_units
    assert first.died_at[2] == 0
    assert first.last_active[2] == -1
    assert first.dead == len(first.silent_units) / 9
    assert first.inactive == 0


def test_a_leaky_unit_is_inactive_and_never_dead():
    first = run(make_trainer("leaky_relu"), 1)[0][-1][0]
    assert first.dead == 0
    assert first.inactive > 0


def test_a_unit_that_dies_on_the_way_is_dated_by_its_last_active_iteration():
    """The unit's weights are made negative before iteration 3."""
    trainer = make_trainer("relu")
    active, found = None, []
    for index in range(6):
        if index == 3:
            W1, *rest = (W.copy() for W in trainer.state.parameters.weights)
            W1[4] = -1
            trainer.state = replace(trainer.state, parameters=Parameters((W1, *rest)))
        iteration = trainer.iterate()
        active = last_active(iteration.observations[0], index, active)
        found.append(layer_statistics(iteration, iteration.observations[0], active)[0])
    assert [4 in statistics.silent_units for statistics in found] == [False] * 3 + [True] * 3
    assert found[-1].died_at[4] == 3
    assert found[-1].last_active[4] == 2


def test_a_unit_is_never_called_dead_because_of_one_small_batch():
    """Six batches to the epoch: only a unit that was silent in all of the last six is dead."""
    trainer = make_trainer("relu", batch_size=10)
    found, _ = run(trainer, 12)
    passed = forward(trainer.setup.network, trainer.setup.start, trainer.setup.X)
    truly_silent = set(np.flatnonzero(passed.activations[0].max(axis=1) <= 0))
    assert all(not len(layers[0].silent_units) for layers in found[:5])
    assert set(found[5][0].silent_units) == truly_silent
    assert 2 in truly_silent


def test_nan_is_neither_silence_nor_a_warning(way):
    trainer = make_trainer("relu", dtype=np.float32)
    W1, *rest = (W.copy() for W in trainer.state.parameters.weights)
    W1[4, 0] = np.nan
    trainer.state = replace(trainer.state, parameters=Parameters((W1, *rest)))
    layers = run(trainer, 1)[0][-1]
    for name in ("z_mean", "z_std", "z_min", "a_max", "weight_mean", "gradient_norm"):
        assert np.isnan(getattr(layers[0], name)), name
    assert 4 not in layers[0].silent_units
    assert 2 in layers[0].silent_units
    assert np.isnan(layers[1].z_std)


def test_records_are_frozen_and_their_arrays_read_only():
    layer = run(make_trainer("relu"), 1)[0][-1][0]
    assert vars(layer).keys() == {field.name for field in fields(layer)}
    with pytest.raises(FrozenInstanceError):
        layer.z_mean = 0.0
    for array in (layer.unit_mean, layer.unit_saturated, layer.last_active, layer.silent):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_weights_may_lie_in_memory_in_any_order(way):
    """Somebody sets the weights to arrays of the other order: W_new - W_old stays what it is."""
    trainer = make_trainer("tanh")
    weights = tuple(W.copy(order="C") for W in trainer.state.parameters.weights)
    assert not weights[0].flags.f_contiguous
    trainer.state = replace(trainer.state, parameters=Parameters(weights))
    found, records = run(trainer, 1)
    for layer, statistics_ in enumerate(found[0]):
        expected = plain(records[0], layer)
        for name in ("update_mean", "update_norm", "update_ratio", "weight_mean", "weight_std"):
            assert getattr(statistics_, name) == pytest.approx(expected[name], rel=1e-9), name
