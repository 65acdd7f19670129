"""Builds the embedded data set `mnist-2k` from MNIST's IDX files: the same bytes each time.

NNVIZ_DATA_DIR=FOLDER python scripts/build_mnist_2k.py [OUT.npz]
"""

import sys
from pathlib import Path

from nnviz import mnist
from nnviz.datafiles import write_npz

TRAINING_IMAGES = 2_000
TEST_IMAGES = 500
EMBEDDED = Path(__file__).parents[1] / "nnviz" / "data" / "mnist-2k.npz"


def build(path: Path) -> None:
    """Write the first training and test images, as they are (uint8, 28 x 28), and labels."""
    full = mnist.read()
    arrays = {
        "X": full.X[:TRAINING_IMAGES],
        "y": full.y[:TRAINING_IMAGES],
        "X_test": full.X_test[:TEST_IMAGES],
        "y_test": full.y_test[:TEST_IMAGES],
    }
    write_npz(path, arrays)
    print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else EMBEDDED)
