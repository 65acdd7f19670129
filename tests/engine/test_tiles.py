"""Promises of the fast path: the plain formulation's numbers, and the same bits every time."""

import hashlib
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from nnviz.engine import tiles
from nnviz.engine.activations import ACTIVATIONS
from nnviz.engine.losses import LOSSES
from nnviz.engine.network import Network, Parameters, accuracy, backward, forward
from nnviz.engine.optimizers import MOMENTUM
from nnviz.engine.tiles import Cancelled, TiledData
from nnviz.engine.training import Setup, Trainer

HIDDEN = [name for name, make in ACTIVATIONS.items() if make().elementwise]
PAIRS = [(loss.name, partner) for loss in LOSSES.values() for partner in loss.partners]


def make_case(
    sizes, samples, *, hidden="sigmoid", pair=PAIRS[0], biases=False, dtype=np.float64, seed=0
):
    rng = np.random.default_rng(seed)
    names = [hidden] * (len(sizes) - 2) + [pair[1]]
    network = Network(tuple(sizes), tuple(ACTIVATIONS[n]() for n in names), LOSSES[pair[0]], biases)
    weights = tuple(rng.normal(scale=0.5, size=s).astype(dtype) for s in network.shapes)
    offsets = tuple(rng.normal(size=(n, 1)).astype(dtype) for n in sizes[1:]) if biases else ()
    X = rng.normal(size=(sizes[0], samples)).astype(dtype)
    labels = rng.integers(sizes[-1], size=samples)
    T = np.eye(sizes[-1], dtype=dtype)[:, labels]
    return network, Parameters(weights, offsets), X, T, labels


def bits(arrays):
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()


@pytest.fixture
def small_tiles(monkeypatch):
    """Tiles of a few samples, so that small data has many of them."""
    monkeypatch.setattr(tiles, "TILE_BYTES", 2000)


@settings(deadline=None, max_examples=60)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=2, max_size=5),
    samples=st.integers(1, 40),
    tile_bytes=st.sampled_from([100, 1000, 10**6]),
    hidden=st.sampled_from(HIDDEN),
    pair=st.sampled_from(PAIRS),
    biases=st.booleans(),
    seed=st.integers(0, 99),
)
def test_any_network_gives_the_numbers_of_the_plain_formulation(
    sizes, samples, tile_bytes, hidden, pair, biases, seed
):
    """Shapes, tiles of any length and every activation and loss; float64, so nothing is hidden."""
    case = make_case(sizes, samples, hidden=hidden, pair=pair, biases=biases, seed=seed)
    network, parameters, X, T, labels = case
    plain = forward(network, parameters, X)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "TILE_BYTES", tile_bytes)
        result = TiledData(X, T, labels).gradient_pass(network, parameters)
    expected = backward(network, parameters, plain, T).gradients
    for ours, theirs in zip(result.gradients.arrays, expected.arrays, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    outputs = plain.activations[-1]
    assert result.objective == pytest.approx(network.loss.objective(outputs, T), rel=1e-12)
    assert result.correct == round(accuracy(outputs, labels) * samples)


def make_trainer():
    network, parameters, X, T, labels = make_case(
        (20, 16, 12, 10),
        300,
        hidden="relu",
        pair=("cross_entropy", "softmax"),
        biases=True,
        dtype=np.float32,
    )
    setup = Setup(network, parameters, X, T, labels, MOMENTUM, (1e-5,) * 3, momentum=0.9)
    return Trainer(setup)


@pytest.mark.usefixtures("small_tiles")
def test_the_bits_of_all_weights_do_not_depend_on_the_number_of_threads():
    """Hashes after 8 iterations with momentum, float32, 48 tiles."""
    hashes = set()
    for threads in (1, 2, 3, 4):
        with threadpool_limits(threads):
            trainer = make_trainer()
            for _ in range(8):
                trainer.iterate()
        hashes.add(bits(trainer.state.parameters.arrays))
    assert len(hashes) == 1


class Recorder:
    """Keeps copies of what it was shown."""

    def begin(self, network, samples):
        return []

    def block(self, accumulator, layer, za):
        z, a = za.mT
        assert z.T.flags.c_contiguous
        assert a.T.flags.c_contiguous
        accumulator.append((layer, z.copy(), a.copy()))

    def end(self, accumulators):
        depth = 1 + max(layer for layer, _, _ in accumulators[0])
        return [
            [np.hstack([seen[layer][i] for seen in accumulators]) for i in (1, 2)]
            for layer in range(depth)
        ]


@pytest.mark.usefixtures("small_tiles")
def test_observers_see_every_sample_in_order_and_change_no_bit():
    network, parameters, X, T, labels = make_case((20, 16, 10), 300, dtype=np.float32, biases=True)
    data = TiledData(X, T, labels)
    alone = data.gradient_pass(network, parameters)
    watched = data.gradient_pass(network, parameters, [Recorder(), Recorder()])
    assert bits(alone.gradients.arrays) == bits(watched.gradients.arrays)
    plain = forward(network, parameters, X)
    for seen in watched.observations:
        for layer, (z, a) in enumerate(seen):
            np.testing.assert_allclose(z, plain.pre_activations[layer], rtol=1e-4, atol=1e-5)
            np.testing.assert_allclose(a, plain.activations[layer], rtol=1e-4, atol=1e-5)


@pytest.mark.usefixtures("small_tiles")
def test_whole_arrays_have_the_bits_that_training_saw():
    network, parameters, X, T, labels = make_case((20, 16, 12, 10), 300, dtype=np.float32)
    data = TiledData(X, T, labels)
    trained = data.gradient_pass(network, parameters, [Recorder()])
    passed = data.forward(network, parameters)
    for layer, (z, a) in enumerate(trained.observations[0]):
        assert np.array_equal(passed.pre_activations[layer], z)
        assert np.array_equal(passed.activations[layer], a)
    returned = data.backward(network, parameters, passed)
    assert bits(returned.gradients.arrays) == bits(trained.gradients.arrays)
    expected = backward(network, parameters, forward(network, parameters, X), T)
    for ours, theirs in zip(returned.deltas, expected.deltas, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-6)


def test_inputs_that_are_zero_in_every_sample_are_left_out_exactly():
    """Same numbers, and a gradient of exactly zero for every left out input."""
    network, parameters, X, T, labels = make_case((30, 8, 4), 600)
    X[::3] = 0
    data = TiledData(X, T, labels)
    assert data.live_X.shape == (20, 600)
    result = data.gradient_pass(network, parameters)
    expected = backward(network, parameters, forward(network, parameters, X), T)
    for ours, theirs in zip(result.gradients.arrays, expected.gradients.arrays, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)
    assert not result.gradients.weights[0][:, ::3].any()
    assert np.array_equal(data.X, X)


def test_a_weight_that_is_not_a_number_shows_also_where_its_input_is_always_zero():
    """0 * NaN is NaN: leaving the input out would hide it."""
    network, parameters, X, T, labels = make_case((30, 8, 4), 600)
    X[::3] = 0
    parameters.weights[0][5, 0] = np.nan
    z1 = TiledData(X, T, labels).forward(network, parameters).pre_activations[0]
    assert np.isnan(z1[5]).all()
    assert np.isfinite(np.delete(z1, 5, axis=0)).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, 3e38])
@pytest.mark.usefixtures("small_tiles")
def test_numbers_out_of_range_flow_through_without_a_warning(bad):
    """pytest turns warnings into errors, in every thread's part of the work."""
    network, parameters, X, T, labels = make_case(
        (20, 16, 10), 300, hidden="relu", pair=("cross_entropy", "softmax"), dtype=np.float32
    )
    parameters.weights[0][0, 0] = bad
    data = TiledData(X, T, labels)
    result = data.gradient_pass(network, parameters)
    assert not np.isfinite(result.gradients.weights[0]).all()
    assert len(data.evaluate(network, parameters).predictions) == 300


@pytest.mark.parametrize("size", [70, 600])
@pytest.mark.usefixtures("small_tiles")
def test_a_batch_is_the_same_as_data_of_those_samples_alone(size):
    network, parameters, X, T, labels = make_case((20, 16, 10), 700, dtype=np.float32)
    X[:4] = 0
    chosen = np.random.default_rng(1).permutation(700)[:size]
    data = TiledData(X, T, labels)
    batch = data.subset(chosen)
    alone = TiledData(X[:, chosen], T[:, chosen], labels[chosen])
    assert np.array_equal(batch.X, X[:, chosen])
    assert np.array_equal(batch.labels, labels[chosen])
    ours, theirs = (d.gradient_pass(network, parameters) for d in (batch, alone))
    assert bits(ours.gradients.arrays) == bits(theirs.gradients.arrays)
    assert (ours.objective, ours.correct) == (theirs.objective, theirs.correct)


@pytest.mark.usefixtures("small_tiles")
def test_evaluation_agrees_with_the_plain_formulation():
    network, parameters, X, T, labels = make_case((20, 16, 10), 300)
    found = TiledData(X, T, labels).evaluate(network, parameters)
    outputs = forward(network, parameters, X).activations[-1]
    objective = network.loss.objective(outputs, T)
    assert found.loss == pytest.approx(network.loss.reported(objective, 300), rel=1e-12)
    assert found.accuracy == accuracy(outputs, labels)
    assert np.array_equal(found.predictions, outputs.argmax(axis=0))


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.usefixtures("small_tiles")
def test_a_pass_stops_between_two_tiles_and_can_be_done_again(threads):
    network, parameters, X, T, labels = make_case((20, 16, 10), 300, dtype=np.float32)
    data = TiledData(X, T, labels)
    whole = data.gradient_pass(network, parameters)
    asked = []

    def at_the_tenth():
        asked.append(threading.get_ident())
        return len(asked) >= 10

    with threadpool_limits(threads):
        with pytest.raises(Cancelled):
            data.gradient_pass(network, parameters, cancelled=at_the_tenth)
        again = data.gradient_pass(network, parameters)
    assert 10 <= len(asked) <= 9 + threads
    assert bits(again.gradients.arrays) == bits(whole.gradients.arrays)


@pytest.mark.usefixtures("small_tiles")
def test_an_observers_error_reaches_the_caller():
    class Broken(Recorder):
        def block(self, accumulator, layer, za):
            raise ZeroDivisionError

    network, parameters, X, T, labels = make_case((20, 16, 10), 300)
    with pytest.raises(ZeroDivisionError):
        TiledData(X, T, labels).gradient_pass(network, parameters, [Broken()])


@pytest.mark.usefixtures("small_tiles")
def test_blas_gets_its_threads_back_also_after_a_cancelled_pass(blas_threads):
    network, parameters, X, T, labels = make_case((20, 16, 10), 300)
    data = TiledData(X, T, labels)
    with threadpool_limits(2):
        before, during = blas_threads(), []

        def cancelled():
            during.extend(blas_threads())
            return len(during) > 3

        with pytest.raises(Cancelled):
            data.gradient_pass(network, parameters, cancelled=cancelled)
        assert set(during) == {1}
        assert blas_threads() == before


@pytest.mark.usefixtures("small_tiles")
def test_passes_on_the_same_data_may_run_at_the_same_time(blas_threads):
    network, parameters, X, T, labels = make_case((20, 16, 10), 300, dtype=np.float32)
    data = TiledData(X, T, labels)
    expected = bits(data.gradient_pass(network, parameters).gradients.arrays)
    found = []

    def run():
        for _ in range(10):
            found.append(bits(data.gradient_pass(network, parameters).gradients.arrays))

    with threadpool_limits(2):
        before = blas_threads()
        workers = [threading.Thread(target=run) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert blas_threads() == before
    assert found == [expected] * 30


@pytest.mark.slow
def test_real_mnist_has_the_plain_formulations_gradients(mnist_dir):
    """60,000 samples in 59 tiles; float32 sums in another order differ by a few rounding errors."""
    from nnviz.datasets import load_dataset

    dataset = load_dataset("mnist")
    network, parameters, *_ = make_case((784, 256, 128, 10), 1, dtype=np.float32)
    data = TiledData(dataset.X, dataset.T, dataset.labels)
    assert data.live is not None
    assert len(data.live) == 717
    result = data.gradient_pass(network, parameters)
    passed = forward(network, parameters, dataset.X)
    expected = backward(network, parameters, passed, dataset.T).gradients
    for ours, theirs in zip(result.gradients.arrays, expected.arrays, strict=True):
        assert np.abs(ours - theirs).max() <= 1e-5 * np.abs(theirs).max()
