"""Reads handwritten digits from a file or a folder, for network.py."""

import gzip
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def read_images(place):
    """Return images (samples x 28 x 28, whole numbers from 0 to 255) and their labels.

    `place` is a .npz file with X and y, or a folder with MNIST's IDX files; a name alone is looked
    for in this folder too.
    """
    place = _find(Path(place).expanduser())
    if place.is_dir():
        return _read_idx(place, "train-images"), _read_idx(place, "train-labels")
    with np.load(place) as arrays:
        return arrays["X"], arrays["y"]


def _find(place):
    places = [place, HERE / place]
    try:
        import nnviz  # it brings the same 2,000 images

        places.append(Path(nnviz.__file__).parent / "data" / place)
    except ImportError:
        pass
    for candidate in places:
        if candidate.exists():
            return candidate
    raise SystemExit(f"{place} is not here. Set DATA in network.py to a .npz file or a folder.")


def _read_idx(folder, name):
    """An IDX file: a few big-endian numbers that say how large it is, then one byte per number."""
    found = sorted(folder.glob(f"{name}[-.]idx*-ubyte*"))
    if not found:
        raise SystemExit(f"{folder} has no file {name}-idx...-ubyte (or .gz).")
    content = found[0].read_bytes()
    if found[0].suffix == ".gz":
        content = gzip.decompress(content)
    dimensions = content[3]
    shape = np.frombuffer(content, dtype=">i4", count=dimensions, offset=4)
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * dimensions).reshape(shape)
