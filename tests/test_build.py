"""An experiment becomes the run it describes: weights, rates and data are the ones it names."""

from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from nnviz.build import build, load_data, start_parameters
from nnviz.datasets import load_dataset
from nnviz.engine.network import forward
from nnviz.engine.training import Trainer
from nnviz.errors import InputError
from nnviz.experiment import Experiment
from nnviz.presets import PRESETS

SMALL = Experiment(data="digits", hidden=(8, 6), iterations=3)


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits")


def weights_after(setup, iterations):
    trainer = Trainer(setup)
    for _ in range(iterations):
        trainer.iterate()
    return trainer.state.parameters.weights


def test_the_course_weights_are_those_of_the_course_program():
    """Bit for bit what the starter's own three lines draw after `np.random.seed(0)`."""
    course = PRESETS["course"]
    start = build(course, load_data(course)).start
    stream = np.random.RandomState(0)
    for W, (fan_in, fan_out) in zip(
        start.weights, [(784, 256), (256, 128), (128, 10)], strict=True
    ):
        expected = 2 * stream.rand(fan_in, fan_out).astype("float32").T - 1
        assert W.dtype == np.float32
        np.testing.assert_array_equal(W, expected)


def test_divisors_divide_the_drawn_weights_layer_by_layer(digits):
    """`init_divisor = [5, 5, 2]` gives the same draw, divided."""
    plain = build(SMALL, digits).start.weights
    divided = build(replace(SMALL, init_divisor=(5.0, 5.0, 2.0)), digits).start.weights
    for W, D, divisor in zip(plain, divided, (5, 5, 2), strict=True):
        np.testing.assert_allclose(D * divisor, W, rtol=1e-6)


def test_the_seed_alone_decides_the_weights(digits):
    """The same seed draws the same weights, another seed others, whatever ran in between."""
    one = build(SMALL, digits).start.weights[0]
    np.random.seed(3)  # the ambient stream must not matter
    np.testing.assert_array_equal(one, build(SMALL, digits).start.weights[0])
    assert not np.array_equal(one, build(replace(SMALL, seed=1), digits).start.weights[0])


@pytest.mark.parametrize("momentum", [0.0, 0.75])
def test_a_learning_rate_means_the_same_on_any_number_of_samples(digits, momentum):
    """Three copies of every sample triple the summed gradient; the weights go the same way."""
    experiment = replace(SMALL, dtype="float64", learning_rate=1e-4, momentum=momentum)
    copies = replace(
        digits,
        X=np.hstack([digits.X] * 3),
        T=np.hstack([digits.T] * 3),
        labels=np.hstack([digits.labels] * 3),
    )
    start = build(experiment, digits).start.weights
    once = weights_after(build(experiment, digits), 5)
    thrice = weights_after(build(experiment, copies), 5)
    for W0, W, V in zip(start, once, thrice, strict=True):
        assert np.abs(W - W0).max() > 1e-3
        np.testing.assert_allclose(V, W, rtol=1e-9, atol=1e-12)


def test_the_first_update_is_the_courses_line(digits):
    """W - rate * reference_samples / N * dW, with the gradient a sum over the N samples."""
    setup = build(replace(SMALL, dtype="float64", learning_rate=(1e-4, 2e-4, 0.0)), digits)
    iteration = Trainer(setup).iterate()
    for W, dW, update, rate in zip(
        iteration.weights,
        iteration.gradients.weights,
        iteration.update.weights,
        (1e-4, 2e-4, 0.0),
        strict=True,
    ):
        np.testing.assert_allclose(W + update, W - rate * 60_000 / digits.samples * dW)


def test_lsuv_starts_every_layer_at_unit_variance():
    """Preset `best`: the pre-activations of each layer have variance 1 on the data it trains on."""
    best = PRESETS["best"]
    setup = build(best, load_data(best))
    for z in forward(setup.network, setup.start, setup.X).pre_activations:
        assert np.var(z) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("preset", ["best", "init-orthogonal"])
def test_the_start_does_not_depend_on_the_number_of_threads(preset):
    """The same seed draws the same bits, whatever BLAS is allowed to use."""
    experiment = PRESETS[preset]
    data = load_data(experiment)
    starts = []
    for threads in (1, 2):
        with threadpool_limits(threads, "blas"):
            starts.append(build(experiment, data).start.weights)
    for one, two in zip(*starts, strict=True):
        np.testing.assert_array_equal(one, two)


def test_slopes_and_activations_reach_their_layers(digits):
    """`k` belongs to every sigmoid, `slope` to every leaky ReLU, and lists go layer by layer."""
    experiment = replace(SMALL, activation=("leaky_relu", "sigmoid"), k=0.4, slope=0.2)
    first, second, output = build(experiment, digits).network.activations
    assert (first.name, dict(first.parameters)) == ("leaky_relu", {"slope": 0.2})
    assert [a.parameters["k"] for a in (second, output)] == [0.4, 0.4]


def test_biases_are_an_option_and_start_where_told(digits):
    """None by default; with `biases` one per unit, all `init_bias`."""
    assert build(SMALL, digits).start.biases == ()
    with_biases = build(replace(SMALL, biases=True, init_bias=0.5), digits).start.biases
    assert [b.shape for b in with_biases] == [(8, 1), (6, 1), (10, 1)]
    assert all((b == 0.5).all() for b in with_biases)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_all_arrays_have_the_precision_asked_for(digits, dtype):
    """No array of another precision slips in, which would quietly cost accuracy or time."""
    iteration = Trainer(build(replace(SMALL, dtype=dtype), digits)).iterate()
    arrays = iteration.gradients.arrays + iteration.next_state.parameters.arrays
    assert {array.dtype.name for array in arrays} == {dtype}


def test_a_batch_larger_than_the_data_is_the_data(digits):
    """`batch_size = 1000000` is one update per pass over the data, at the same rate."""
    setup = build(replace(SMALL, batch_size=1_000_000), digits)
    assert setup.batches_per_epoch == 1
    full = build(SMALL, digits)
    for W, V in zip(weights_after(setup, 2), weights_after(full, 2), strict=True):
        np.testing.assert_allclose(W, V, rtol=1e-4, atol=1e-6)  # another order of summation


@pytest.mark.parametrize(("preset", "classes"), [("random-labels", 9), ("random-labels-10", 10)])
def test_random_labels_leave_ten_outputs(preset, classes):
    """`randint(0, 9)` never draws a 9, but the net keeps its ten outputs; test labels stay true."""
    experiment = PRESETS[preset]
    data, true = load_data(experiment), load_dataset(experiment.data)
    assert set(data.labels) == set(range(classes))
    assert build(experiment, data).network.sizes[-1] == 10
    np.testing.assert_array_equal(data.labels_test, true.labels_test)


def test_random_labels_of_too_many_classes_are_refused():
    """There are no more classes than outputs."""
    with pytest.raises(InputError, match="expected 2 to 10"):
        load_data(Experiment(data="digits", labels="random", label_classes=11))


def test_a_network_too_large_for_memory_is_refused_before_it_is_drawn(digits):
    """The error counts the weights: 64 x 10^6 + 10^6 x 10^6 + 10^6 x 10."""
    with pytest.raises(InputError, match=r"1,000,074,000,000 weights"):
        build(replace(SMALL, hidden=(10**6, 10**6)), digits)


def test_the_legacy_stream_and_the_generator_are_different_streams(digits):
    """`rng` decides which stream a seed starts."""
    setup = build(SMALL, digits)
    legacy = start_parameters(replace(SMALL, rng="legacy"), setup.network, setup.X)
    assert not np.array_equal(legacy.weights[0], setup.start.weights[0])
