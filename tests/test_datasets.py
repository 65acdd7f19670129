"""Every data set arrives in the one shape that the engine and the views count on."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nnviz.datafiles import write_npz
from nnviz.datasets import (
    DEFAULT_DATASET,
    SOURCES,
    Dataset,
    load_dataset,
    one_hot,
    with_random_labels,
)
from nnviz.errors import InputError

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def mnist_2k() -> Dataset:
    return load_dataset("mnist-2k")


@pytest.fixture
def own(tmp_path):
    """Write arrays to own.npz and return its path."""

    def write(**arrays):
        path = tmp_path / "own.npz"
        np.savez(path, **arrays)
        return path

    return write


def assert_is_well_formed(dataset: Dataset) -> None:
    """Shapes, dtypes, order in memory, one-hot targets and read-only arrays, as documented."""
    for X, labels, T, samples in (
        (dataset.X, dataset.labels, dataset.T, dataset.samples),
        (dataset.X_test, dataset.labels_test, dataset.T_test, dataset.test_samples),
    ):
        assert X.shape == (dataset.features, samples)
        assert T.shape == (dataset.classes, samples)
        assert (X.dtype, T.dtype, labels.dtype) == (np.float32, np.float32, np.int64)
        assert X.T.flags.c_contiguous
        assert T.T.flags.c_contiguous
        assert not any(array.flags.writeable for array in (X, labels, T))
        np.testing.assert_array_equal(T.argmax(axis=0), labels)
        np.testing.assert_array_equal(T.sum(axis=0), 1)


@pytest.mark.parametrize("name", ["mnist-2k", "digits"])
def test_named_sets_are_well_formed_and_as_listed(name):
    """What `nnviz data` prints of a set is what loading it gives."""
    dataset, source = load_dataset(name), SOURCES[name]
    assert_is_well_formed(dataset)
    assert (dataset.X.min(), dataset.X.max()) == (0, 1)
    assert (dataset.name, dataset.classes) == (name, source.classes)
    assert (dataset.features, dataset.samples, dataset.test_samples) == (
        source.features,
        source.samples,
        source.test_samples,
    )


def test_default_is_the_embedded_set():
    """The first name listed is the default, and needs nothing but the package."""
    assert next(iter(SOURCES)) == DEFAULT_DATASET == "mnist-2k"


def test_embedded_set_names_its_makers_and_licence(mnist_2k):
    """Whoever shows the data can show where it comes from."""
    assert "LeCun" in mnist_2k.source
    assert "ShareAlike 3.0" in mnist_2k.source
    licence = (ROOT / "nnviz" / "data" / "README.md").read_text()
    assert "https://creativecommons.org/licenses/by-sa/3.0/" in licence


def test_embedded_set_holds_the_first_digits_of_mnist(mnist_2k):
    """The labels start as in every tutorial: 5 0 4 1 9 in training, 7 2 1 0 4 in the test."""
    assert mnist_2k.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist_2k.labels_test[:5].tolist() == [7, 2, 1, 0, 4]
    assert mnist_2k.image_shape == (28, 28)


def test_embedded_file_is_small():
    """At most 700 KB travel with the package for it."""
    assert (ROOT / "nnviz" / "data" / "mnist-2k.npz").stat().st_size <= 700_000


def test_embedded_set_loads_without_scikit_learn():
    """The first screen doesn't wait for an import that takes a second."""
    program = (
        "import sys; from nnviz.datasets import load_dataset; load_dataset('mnist-2k');"
        "print(sorted({'sklearn', 'scipy', 'joblib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


def test_embedded_set_is_the_start_of_the_full_one(mnist_dir, mnist_2k):
    """Sample by sample, the embedded images and labels are those of the IDX files."""
    full = load_dataset("mnist")
    np.testing.assert_array_equal(mnist_2k.X, full.X[:, :2000])
    np.testing.assert_array_equal(mnist_2k.labels, full.labels[:2000])
    np.testing.assert_array_equal(mnist_2k.X_test, full.X_test[:, :500])
    np.testing.assert_array_equal(mnist_2k.labels_test, full.labels_test[:500])


def test_rebuilding_the_embedded_set_gives_the_same_bytes(mnist_dir, tmp_path):
    """The file in the package is what the script builds from the IDX files."""
    built = tmp_path / "built.npz"
    script = ROOT / "scripts" / "build_mnist_2k.py"
    environment = {**os.environ, "NNVIZ_DATA_DIR": str(mnist_dir)}
    subprocess.run(
        [sys.executable, script, built], env=environment, capture_output=True, check=True
    )
    embedded = ROOT / "nnviz" / "data" / "mnist-2k.npz"
    assert (
        hashlib.sha256(built.read_bytes()).hexdigest()
        == hashlib.sha256(embedded.read_bytes()).hexdigest()
    )


def test_full_mnist_is_well_formed_and_as_listed(mnist_dir):
    """60,000 and 10,000 samples of 784 values in [0, 1]."""
    dataset = load_dataset("mnist")
    assert_is_well_formed(dataset)
    assert dataset.X.shape == (784, 60_000)
    assert dataset.X_test.shape == (784, 10_000)
    assert (dataset.X.min(), dataset.X.max(), dataset.classes) == (0, 1, 10)


def test_scaling_is_division_by_255_in_float32(mnist_2k):
    """Nothing else happens to a pixel: times 255, each is a whole number again."""
    pixels = mnist_2k.X * np.float32(255)
    np.testing.assert_array_equal(mnist_2k.X, np.round(pixels).astype(np.float32) / np.float32(255))


def test_unknown_name_is_answered_with_the_nearest():
    """The message lists the names and says that a file will do."""
    with pytest.raises(InputError, match=r"'mnist2k' is unknown.*NAME.npz. Did you mean mnist-2k"):
        load_dataset("mnist2k")


def test_own_flat_samples_are_taken_as_they_are(own):
    """Floats are not scaled; a fifth is set aside, and the note says so."""
    X, y = np.linspace(-3, 9, 40).reshape(20, 2), np.arange(20) % 3
    dataset = load_dataset(own(X=X, y=y))
    assert_is_well_formed(dataset)
    assert (dataset.samples, dataset.test_samples, dataset.classes) == (16, 4, 3)
    assert dataset.image_shape is None
    assert "16 training, 4 test" in dataset.note
    everything = np.hstack([dataset.X, dataset.X_test])
    np.testing.assert_array_equal(np.sort(everything[0]), X[:, 0].astype(np.float32))


def test_own_split_is_always_the_same_and_keeps_pairs_together(own):
    """Two loads give the same samples, each with its own label."""
    X, y = np.arange(50.0).reshape(50, 1), np.arange(50) % 7
    path = own(X=X, y=y)
    first, second = load_dataset(path), load_dataset(str(path))
    np.testing.assert_array_equal(first.X, second.X)
    np.testing.assert_array_equal(first.X[0] % 7, first.labels)
    np.testing.assert_array_equal(first.X_test[0] % 7, first.labels_test)


def test_own_samples_sorted_by_class_are_mixed(own):
    """Files are often sorted by class: both parts of the split still hold every class."""
    y = np.repeat(np.arange(4), 25)
    dataset = load_dataset(own(X=np.ones((100, 2)), y=y))
    assert set(dataset.labels) == set(dataset.labels_test) == {0, 1, 2, 3}


def test_own_test_samples_are_respected(own):
    """With X_test and y_test in the file nothing is split; a class may occur in the test alone."""
    X = np.zeros((6, 4, 5), np.uint8)
    X[0, 0, 0] = 255
    path = own(X=X, y=np.arange(6) % 2, X_test=X[:2], y_test=np.array([0, 2]))
    dataset = load_dataset(path)
    assert_is_well_formed(dataset)
    assert (dataset.samples, dataset.test_samples, dataset.classes) == (6, 2, 3)
    assert (dataset.image_shape, dataset.X.max(), dataset.note) == ((4, 5), 1, "")


def test_embedded_format_is_ones_own_format(own, mnist_2k):
    """Arrays as in MNIST's files, saved by oneself, give the same data set."""
    X = np.round(mnist_2k.X.T * 255).astype(np.uint8).reshape(-1, 28, 28)
    dataset = load_dataset(own(X=X, y=mnist_2k.labels, X_test=X[:9], y_test=mnist_2k.labels[:9]))
    np.testing.assert_array_equal(dataset.X, mnist_2k.X)
    assert dataset.image_shape == (28, 28)


X6, Y6 = np.ones((6, 3)), np.array([0, 1, 2, 0, 1, 2])
BAD_FILES = {
    "no y": ({"X": X6}, "holds the arrays X; expected X and y"),
    "other names": ({"images": X6, "labels": Y6}, "holds the arrays images, labels"),
    "half a test": ({"X": X6, "y": Y6, "X_test": X6}, "holds the arrays X, X_test, y"),
    "flat X": ({"X": Y6, "y": Y6}, r"X has shape \(6,\); expected samples x features"),
    "colour": ({"X": np.ones((6, 2, 2, 3)), "y": Y6}, r"X has shape \(6, 2, 2, 3\)"),
    "empty X": ({"X": np.ones((0, 3)), "y": Y6}, r"X has shape \(0, 3\)"),
    "words": ({"X": np.full((6, 3), "a"), "y": Y6}, "X has dtype <U1; expected real numbers"),
    "complex": ({"X": X6 * 1j, "y": Y6}, "X has dtype complex128"),
    "NaN": ({"X": np.where(X6 > 0, np.nan, 0), "y": Y6}, "X holds 18 values that are NaN"),
    "too large": ({"X": X6 * 1e300, "y": Y6}, "X holds 18 values that are NaN, infinite or beyond"),
    "one-hot y": ({"X": X6, "y": np.eye(6)}, r"y has shape \(6, 6\).*argmax\(axis=1\)"),
    "float y": ({"X": X6, "y": Y6 / 2}, r"y has dtype float64; expected whole numbers"),
    "negative y": ({"X": X6, "y": Y6 - 1}, "y goes from -1 to 1; expected labels from 0"),
    "huge y": ({"X": X6, "y": Y6 * 10**9}, "y goes from 0 to 2000000000"),
    "one class": ({"X": X6, "y": Y6 * 0}, "every label is 0"),
    "too few": ({"X": X6[:4], "y": Y6[:4]}, "holds 4 samples; expected at least 5"),
    "counts": ({"X": X6, "y": Y6[:5]}, "X has 6 samples and y 5 labels"),
    "transposed": ({"X": X6.T, "y": Y6}, "X has 3 samples and y 6 labels.*transpose it"),
    "other test shape": (
        {"X": X6, "y": Y6, "X_test": np.ones((6, 4)), "y_test": Y6},
        r"one sample of X has shape \(3,\), one of X_test \(4,\)",
    ),
    "bad test labels": (
        {"X": X6, "y": Y6, "X_test": X6, "y_test": -Y6},
        "y_test goes from -2 to 0",
    ),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_unusable_own_file_is_refused_with_file_array_and_advice(own, case):
    """Each mistake has its own message, which starts with the file."""
    arrays, expected = BAD_FILES[case]
    path = own(**arrays)
    with pytest.raises(InputError, match=expected) as caught:
        load_dataset(path)
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize("classes", [9, 10])
def test_random_labels_are_the_legacy_streams(mnist_2k, classes):
    """`np.random.seed(3); np.random.randint(0, classes, 2000)`: the course's own line."""
    random = with_random_labels(mnist_2k, classes, seed=3)
    np.random.seed(3)
    np.testing.assert_array_equal(random.labels, np.random.randint(0, classes, 2000))
    assert_is_well_formed(random)
    assert sorted(set(random.labels.tolist())) == list(range(classes))


def test_random_labels_keep_ten_outputs_samples_and_true_test_labels(mnist_2k):
    """Nine classes still train a network of ten outputs; only the training labels change."""
    random = with_random_labels(mnist_2k, 9, seed=0)
    assert (random.classes, random.T.shape) == (10, (10, 2000))
    assert random.X is mnist_2k.X
    np.testing.assert_array_equal(random.labels_test, mnist_2k.labels_test)
    assert random.name == "mnist-2k with random labels"
    assert "9 classes (chance 11.1 %), seed 0" in random.note
    assert mnist_2k.labels[0] == 5


@pytest.mark.parametrize("classes", [-1, 1, 11])
def test_impossible_numbers_of_random_classes_are_refused(mnist_2k, classes):
    """The network has as many outputs as the data set has classes."""
    with pytest.raises(InputError, match="expected 2 to 10"):
        with_random_labels(mnist_2k, classes, seed=0)


def test_one_hot_by_hand():
    """Columns are samples."""
    assert one_hot(np.array([1, 0]), 3).tolist() == [[0, 1], [1, 0], [0, 0]]


def test_reading_is_not_disturbed_by_global_random_state(own):
    """Neither split nor random labels touch the ambient stream."""
    np.random.seed(7)
    expected = np.random.rand()
    np.random.seed(7)
    with_random_labels(load_dataset(own(X=X6, y=Y6)), 3, seed=1)
    assert np.random.rand() == expected


def test_write_npz_is_read_as_a_data_set(tmp_path):
    """The program's own writer makes files that its reader takes."""
    write_npz(tmp_path / "own.npz", {"X": X6, "y": Y6})
    assert load_dataset(tmp_path / "own.npz").features == 3
