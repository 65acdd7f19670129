"""The data sets a network can be trained on, in one shape, so that nothing asks where from.

In memory each sample is contiguous: `X` is the transposed view of a C-ordered samples x features
array, so that a block of samples is one piece of memory for the fast path.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz import mnist
from nnviz.errors import InputError
from nnviz.samples import Samples, read_own, split, split_note

FloatArray = NDArray[np.float32]
LabelArray = NDArray[np.int64]

DEFAULT_DATASET = "mnist-2k"
_EMBEDDED_MNIST = Path(__file__).parent / "data" / "mnist-2k.npz"
_IMAGE_SHAPES = {784: (28, 28), 64: (8, 8)}


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and test samples with their labels; every array is read-only.

    X, X_test            features x samples, float32; images are scaled to [0, 1]
    labels, labels_test  samples, int64, from 0 to classes - 1
    T, T_test            classes x samples, float32: the labels one-hot
    image_shape          (rows, columns) of one sample drawn as a picture, None where it is none
    classes              rows of T, and so outputs of the network
    source               where the data comes from, with attribution and licence
    note                 what was done to it that the reader of a result has to know; may be ""
    """

    name: str
    X: FloatArray
    labels: LabelArray
    T: FloatArray
    X_test: FloatArray
    labels_test: LabelArray
    T_test: FloatArray
    image_shape: tuple[int, int] | None
    classes: int
    source: str
    note: str = ""

    def __post_init__(self) -> None:
        for array in (self.X, self.labels, self.T, self.X_test, self.labels_test, self.T_test):
            array.flags.writeable = False

    @property
    def features(self) -> int:
        """Values per sample: the number of the network's inputs."""
        return self.X.shape[0]

    @property
    def samples(self) -> int:
        """Number of training samples."""
        return self.X.shape[1]

    @property
    def test_samples(self) -> int:
        """Number of test samples."""
        return self.X_test.shape[1]


@dataclass(frozen=True)
class Source:
    """A data set that has a name: one line of `nnviz data`, and how to get at it.

    `missing()` says what to do where the data isn't on this machine, "" where it is.
    """

    name: str
    samples: int
    test_samples: int
    features: int
    classes: int
    origin: str
    load: Callable[[], Dataset]
    missing: Callable[[], str]


def load_dataset(name: str | Path) -> Dataset:
    """Load the data set of that name (see SOURCES), or a file of one's own, `*.npz`.

    In a file, `X` is samples x features, or samples x rows x columns for pictures, `y` the labels;
    `X_test` and `y_test` may follow, else a fixed fifth is set aside (`note` says so). uint8 is
    divided by 255, every other number is taken as it is.
    Raises InputError where the name is unknown, the data isn't here, or a file doesn't hold it.
    """
    text = str(name)
    check_name(text)
    if text in SOURCES:
        return SOURCES[text].load()
    samples, note = read_own(Path(text))
    return _dataset(Path(text).name, samples, samples.classes, f"your file {text}", note)


def check_name(text: str) -> None:
    """Raise InputError, with the nearest name, where `text` names neither a data set nor a file."""
    if text in SOURCES or Path(text).suffix == ".npz":
        return
    nearest = difflib.get_close_matches(text, SOURCES, n=1, cutoff=0.4)
    hint = f" Did you mean {nearest[0]}?" if nearest else ""
    raise InputError(
        f"data set {text!r} is unknown; expected {', '.join(SOURCES)} or a file NAME.npz.{hint}"
    )


def with_random_labels(dataset: Dataset, classes: int, seed: int) -> Dataset:
    """Replace the training labels by `randint(0, classes)` of the legacy stream with that seed.

    `T` keeps its rows: the course's own line is `randint(0, 9)`, nine classes for a network that
    still has ten outputs. The test labels stay the true ones: whatever the network memorises tells
    it nothing about them, so that the test accuracy stays near chance.
    Raises InputError for fewer than 2 classes, or more than the network has outputs.
    """
    if not 2 <= classes <= dataset.classes:
        raise InputError(
            f"random labels of {classes} classes: expected 2 to {dataset.classes}, as many as data "
            f"set {dataset.name} has."
        )
    labels = np.random.RandomState(seed).randint(0, classes, size=dataset.samples).astype(np.int64)
    return replace(
        dataset,
        name=f"{dataset.name} with random labels",
        labels=labels,
        T=one_hot(labels, dataset.classes),
        note=f"training labels are random, {classes} classes (chance {100 / classes:.1f} %), "
        f"seed {seed}; test labels are the true ones",
    )


def one_hot(labels: LabelArray, classes: int) -> FloatArray:
    """Targets, classes x samples: 1 in the row of each sample's label, else 0."""
    rows = np.zeros((len(labels), classes), np.float32)
    rows[np.arange(len(labels)), labels] = 1
    return rows.T


@cache  # marking one submission asks for it thirty times; full MNIST is too large to be kept
def _load_mnist_2k() -> Dataset:
    samples, _ = read_own(_EMBEDDED_MNIST)
    source = f"{mnist.SOURCE}: the first 2,000 training and 500 test images"
    return _dataset("mnist-2k", samples, 10, source)


def _load_mnist() -> Dataset:
    samples = mnist.read()
    return _dataset("mnist", samples, samples.classes, mnist.SOURCE)


@cache
def _load_digits() -> Dataset:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    samples = split((bunch.images / 16).astype(np.float32), bunch.target)
    return _dataset("digits", samples, 10, SOURCES["digits"].origin, split_note(samples))


def _dataset(name: str, samples: Samples, classes: int, source: str, note: str = "") -> Dataset:
    rows, test_rows = _scaled(samples.X), _scaled(samples.X_test)
    labels, labels_test = samples.y.astype(np.int64), samples.y_test.astype(np.int64)
    shape = samples.X.shape[1:] if samples.X.ndim == 3 else _IMAGE_SHAPES.get(rows.shape[1])
    return Dataset(
        name=name,
        X=rows.T,
        labels=labels,
        T=one_hot(labels, classes),
        X_test=test_rows.T,
        labels_test=labels_test,
        T_test=one_hot(labels_test, classes),
        image_shape=shape and (shape[0], shape[1]),
        classes=classes,
        source=source,
        note=note,
    )


def _scaled(X: NDArray[Any]) -> FloatArray:
    """Samples x features, float32, C order; uint8 divided by 255."""
    flat = X.reshape(len(X), -1)
    if flat.dtype == np.uint8:
        return np.divide(flat, np.float32(255), dtype=np.float32)
    return np.array(flat, np.float32, order="C")


def _always_here() -> str:
    return ""


SOURCES = {
    source.name: source
    for source in (
        Source("mnist-2k", 2_000, 500, 784, 10, "MNIST, embedded", _load_mnist_2k, _always_here),
        Source("digits", 1_438, 359, 64, 10, "UCI, by scikit-learn", _load_digits, _always_here),
        Source("mnist", 60_000, 10_000, 784, 10, "IDX or OpenML", _load_mnist, mnist.missing),
    )
}
"""Every data set with a name, the default first; adding one is one line here."""
