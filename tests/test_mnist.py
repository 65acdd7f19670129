"""MNIST is found where it is, fetched once where it isn't, and damaged files are named."""

import gzip
import urllib.error
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from nnviz import mnist
from nnviz.datafiles import write_idx
from nnviz.datasets import load_dataset
from nnviz.errors import InputError

IMAGES = np.arange(6 * 2 * 2, dtype=np.uint8).reshape(6, 2, 2)
LABELS = np.array([0, 1, 2, 0, 1, 2], np.uint8)
FILES = {
    "train-images-idx3-ubyte": IMAGES,
    "train-labels-idx1-ubyte": LABELS,
    "t10k-images-idx3-ubyte": IMAGES[:2],
    "t10k-labels-idx1-ubyte": LABELS[:2],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty data folder, with the cache of downloads beside it."""
    monkeypatch.setenv("NNVIZ_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "cache"))
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    return tmp_path / "data"


def put(folder, files):
    for name, array in files.items():
        write_idx(folder / name, array)


@pytest.mark.parametrize("below", ["mnist", "."])
def test_files_are_found_in_the_data_folder_and_in_mnist_below_it(folder, below):
    """`$NNVIZ_DATA_DIR/mnist` and `$NNVIZ_DATA_DIR` itself both work."""
    put(folder / below, FILES)
    dataset = load_dataset("mnist")
    np.testing.assert_array_equal(dataset.X[:, 1], IMAGES[1].ravel() / np.float32(255))
    assert (dataset.image_shape, dataset.labels.tolist()) == ((2, 2), LABELS.tolist())
    assert mnist.missing() == ""


def test_packed_files_and_the_other_spelling_are_found(folder):
    """`train-images.idx3-ubyte.gz` is what some mirrors call it."""
    put(folder, FILES)
    plain = folder / "train-images-idx3-ubyte"
    packed = folder / "train-images.idx3-ubyte.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    assert load_dataset("mnist").samples == 6


def test_missing_file_is_named(folder):
    """Three of four files are no MNIST."""
    put(folder, {name: array for name, array in FILES.items() if name != "t10k-labels-idx1-ubyte"})
    with pytest.raises(InputError, match="has no t10k-labels-idx1-ubyte"):
        load_dataset("mnist")


def test_images_and_labels_of_different_counts_are_refused(folder):
    """The message names the two files that contradict each other."""
    put(folder, FILES | {"train-labels-idx1-ubyte": LABELS[:5]})
    with pytest.raises(InputError, match="train-images has 6 samples and train-labels 5 labels"):
        load_dataset("mnist")


def test_images_of_different_sizes_are_refused(folder):
    """Training and test images must have one shape."""
    put(folder, FILES | {"t10k-images-idx3-ubyte": np.zeros((2, 3, 3), np.uint8)})
    with pytest.raises(InputError, match=r"train-images has shape \(2, 2\), one of t10k-images"):
        load_dataset("mnist")


def test_offline_the_error_names_both_ways_out(folder, monkeypatch):
    """Without files and network one learns of the folder and of the embedded set."""

    def offline(*_, **__):
        warnings.warn("A network error occurred. Retrying.", stacklevel=1)  # as scikit-learn does
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr("sklearn.datasets.fetch_openml", offline)
    with pytest.raises(InputError, match="no route to host") as caught:
        load_dataset("mnist")
    assert "set NNVIZ_DATA_DIR to a folder with the four IDX files" in str(caught.value)
    assert "use --data mnist-2k" in str(caught.value)


def test_download_is_kept_and_not_repeated(folder, monkeypatch):
    """The second load reads the IDX files that the first one wrote."""
    calls = []

    def fetch(name, **options):
        calls.append((name, options["version"]))
        return SimpleNamespace(data=IMAGES.reshape(6, 4) * 1.0, target=LABELS.astype(str))

    monkeypatch.setattr("sklearn.datasets.fetch_openml", fetch)
    monkeypatch.setattr(mnist, "_TRAINING_SAMPLES", 4)
    monkeypatch.setattr(mnist, "_IMAGE_SHAPE", (2, 2))
    first, second = load_dataset("mnist"), load_dataset("mnist")
    assert calls == [("mnist_784", 1)]
    assert (first.samples, first.test_samples) == (4, 2)
    np.testing.assert_array_equal(first.X, second.X)
    assert second.labels_test.tolist() == [1, 2]


def test_interrupted_download_is_none(folder, monkeypatch):
    """Whichever of the four files could not be written, the next load downloads again."""
    samples = SimpleNamespace(data=IMAGES.reshape(6, 4) * 1.0, target=LABELS.astype(str))
    monkeypatch.setattr("sklearn.datasets.fetch_openml", lambda *_, **__: samples)
    monkeypatch.setattr(mnist, "_IMAGE_SHAPE", (2, 2))
    monkeypatch.setattr(mnist, "_TRAINING_SAMPLES", 4)
    for written in range(4):
        left = iter([True] * written)

        def write(path, array, left=left):
            if not next(left, False):
                raise KeyboardInterrupt
            write_idx(path, array)

        monkeypatch.setattr(mnist, "write_idx", write)
        with pytest.raises(KeyboardInterrupt):
            load_dataset("mnist")
        assert mnist.folder() is None
    monkeypatch.setattr(mnist, "write_idx", write_idx)
    assert load_dataset("mnist").samples == 4


@pytest.mark.slow
def test_published_checksums(mnist_dir):
    """The files are MNIST's own: MD5 sums as published with them."""
    import hashlib

    published = {
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    }
    for name, digest in published.items():
        packed = mnist_dir / f"{name}.gz"
        content = (
            gzip.decompress(packed.read_bytes())
            if packed.is_file()
            else (mnist_dir / name).read_bytes()
        )
        assert hashlib.md5(content).hexdigest() == digest
