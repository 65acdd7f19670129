"""Finds the full MNIST on this machine, or fetches it once, so that a verb can just say `mnist`.

Any data set in the same four IDX files works (Fashion-MNIST for one): the counts are the files'.
"""

import os
import warnings
from pathlib import Path

import numpy as np

from nnviz.datafiles import read_idx, write_idx
from nnviz.errors import InputError
from nnviz.samples import Samples

DATA_DIR_VARIABLE = "NNVIZ_DATA_DIR"
SOURCE = (
    "MNIST database of handwritten digits, Yann LeCun, Corinna Cortes, Christopher J. C. Burges; "
    "Creative Commons Attribution-ShareAlike 3.0"
)
_FILES = (("train-images", 3), ("train-labels", 1), ("t10k-images", 3), ("t10k-labels", 1))
_IMAGE_SHAPE = (28, 28)
_TRAINING_SAMPLES = 60_000  # OpenML has all 70,000 in one table, the training samples first


def folder() -> Path | None:
    """Folder that holds MNIST's IDX files, plain or .gz; None where they are nowhere.

    Looked for in `$NNVIZ_DATA_DIR/mnist`, `$NNVIZ_DATA_DIR`, then in the cache of the download.
    """
    given = os.environ.get(DATA_DIR_VARIABLE)
    places = [Path(given) / "mnist", Path(given)] if given else []
    places.append(_cache())
    return next((place for place in places if _file(place, *_FILES[0])), None)


def missing() -> str:
    """What to do where MNIST isn't on this machine; "" where it is."""
    if folder() is not None:
        return ""
    return (
        f"set {DATA_DIR_VARIABLE} to a folder with the IDX files, "
        "or let the first use download it from OpenML"
    )


def read() -> Samples:
    """Read MNIST's images (uint8, samples x 28 x 28) and labels, downloading them if need be.

    Raises InputError where a file is missing, damaged or contradicts another, and where there are
    no files and OpenML can't be reached.
    """
    place = folder() or _download()
    arrays = []
    for stem, dimensions in _FILES:
        path = _file(place, stem, dimensions)
        if path is None:
            raise InputError(
                f"{place}: has no {stem}-idx{dimensions}-ubyte (or .gz); expected all four "
                "IDX files of MNIST in one folder."
            )
        arrays.append(read_idx(path, dimensions))
    samples = Samples(*arrays)
    samples.check(place, names=[stem for stem, _ in _FILES])
    return samples


def _cache() -> Path:
    """Where a download is kept: inside scikit-learn's own folder, found without importing it."""
    home = os.environ.get("SCIKIT_LEARN_DATA", "~/scikit_learn_data")
    return Path(home).expanduser() / "nnviz-mnist"


def _file(place: Path, stem: str, dimensions: int) -> Path | None:
    names = (f"{stem}-idx{dimensions}-ubyte", f"{stem}.idx{dimensions}-ubyte")
    candidates = (place / (name + end) for name in names for end in ("", ".gz"))
    return next((path for path in candidates if path.is_file()), None)


def _download() -> Path:
    """Fetch MNIST from OpenML once, and keep it as IDX files, which load in a second."""
    from sklearn.datasets import fetch_openml

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it announces each retry; a screen may be in use
            bunch = fetch_openml("mnist_784", version=1, as_frame=False, parser="liac-arff")
    except OSError as error:
        raise InputError(
            f"data set 'mnist' isn't on this machine, and OpenML can't be reached ({error}). "
            f"Either set {DATA_DIR_VARIABLE} to a folder with the four IDX files "
            "(train-images-idx3-ubyte.gz and so on; a folder mnist inside it will do), "
            "or use --data mnist-2k, which is part of this program."
        ) from error
    images = bunch.data.astype(np.uint8).reshape(-1, *_IMAGE_SHAPE)
    labels = bunch.target.astype(np.uint8)
    train, test = slice(None, _TRAINING_SAMPLES), slice(_TRAINING_SAMPLES, None)
    parts = (images[train], labels[train], images[test], labels[test])
    place = _cache()
    place.mkdir(parents=True, exist_ok=True)
    # The file that folder() looks for is written last: an interrupted download is none.
    for (stem, dimensions), array in reversed(list(zip(_FILES, parts, strict=True))):
        write_idx(place / f"{stem}-idx{dimensions}-ubyte", array)
    return place
