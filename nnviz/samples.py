"""Raw samples and labels as files hold them, checked once, so that the rest can trust them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz.datafiles import read_npz
from nnviz.errors import InputError

MAX_CLASSES = 1000
"""A label from here on is taken for a mistake (a year, an id), not for a class."""

MIN_SAMPLES = 5
"""The fewest samples that can be split into training and test."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Training and test samples, samples first.

    X, X_test: samples x features, or samples x rows x columns; y, y_test: samples.
    """

    X: NDArray[Any]
    y: NDArray[Any]
    X_test: NDArray[Any]
    y_test: NDArray[Any]

    @property
    def classes(self) -> int:
        """Number of classes: one more than the highest label."""
        return 1 + max(int(self.y.max()), int(self.y_test.max()))

    def check(self, where: Path, names: Sequence[str] = ("X", "y", "X_test", "y_test")) -> None:
        """Raise InputError where the four don't fit together.

        `where` and `names` are what the user calls the place and the four arrays.
        """
        for X, y, X_name, y_name in (
            (self.X, self.y, names[0], names[1]),
            (self.X_test, self.y_test, names[2], names[3]),
        ):
            _check_values(where, X, X_name)
            _check_labels(where, y, y_name)
            if len(X) != len(y):
                advice = " Samples come first: transpose it." if X.shape[-1] == len(y) else ""
                raise InputError(
                    f"{where}: {X_name} has {len(X):,} samples and {y_name} {len(y):,} labels; "
                    f"expected the same number.{advice}"
                )
        if self.X.shape[1:] != self.X_test.shape[1:]:
            raise InputError(
                f"{where}: one sample of {names[0]} has shape {self.X.shape[1:]}, one of "
                f"{names[2]} {self.X_test.shape[1:]}; expected the same."
            )
        if self.classes < 2:
            raise InputError(f"{where}: every label is 0; expected at least two classes.")


def split(X: NDArray[Any], y: NDArray[Any]) -> Samples:
    """Set a fifth of the samples aside for the test, always the same ones for the same number.

    They are drawn by `RandomState(0)`, because files are often sorted by class.
    """
    test, train = np.split(np.random.RandomState(0).permutation(len(y)), [len(y) // 5])
    return Samples(X[train], y[train], X[test], y[test])


def read_own(path: Path) -> tuple[Samples, str]:
    """Read X and y (with X_test and y_test, or else split) from one's own `.npz`, and say how.

    X is samples x features, or samples x rows x columns for pictures, of real numbers; y holds a
    whole number from 0 for each sample. The text is "" where the file has test samples itself.
    Raises InputError, naming file and array, where that is not what the file holds.
    """
    arrays = read_npz(path)
    if set(arrays) == {"X", "y", "X_test", "y_test"}:
        samples = Samples(**arrays)
        samples.check(path)
        return samples, ""
    if set(arrays) != {"X", "y"}:
        raise InputError(
            f"{path}: holds the arrays {', '.join(sorted(arrays)) or '(none)'}; expected X and y, "
            "and X_test with y_test where you choose the test samples yourself."
        )
    X, y = arrays["X"], arrays["y"]
    Samples(X, y, X, y).check(path)  # before the split, so that counts are the file's own
    if len(y) < MIN_SAMPLES:
        raise InputError(f"{path}: holds {len(y)} samples; expected at least {MIN_SAMPLES}.")
    samples = split(X, y)
    return samples, split_note(samples)


def split_note(samples: Samples) -> str:
    """What the reader of a result has to know of `split`."""
    train, test = len(samples.y), len(samples.y_test)
    return f"split by a fixed shuffle: {train:,} training, {test:,} test samples"


def _check_values(where: Path, X: NDArray[Any], key: str) -> None:
    if X.ndim not in (2, 3) or X.size == 0:
        raise InputError(
            f"{where}: {key} has shape {X.shape}; expected samples x features, "
            "or samples x rows x columns for pictures."
        )
    if X.dtype.kind not in "buif":
        raise InputError(f"{where}: {key} has dtype {X.dtype}; expected real numbers.")
    if X.dtype.kind == "f":
        with np.errstate(over="ignore"):  # counted in the next line
            bad = X.size - int(np.isfinite(X.astype(np.float32)).sum())
        if bad:
            raise InputError(
                f"{where}: {key} holds {bad:,} values that are NaN, infinite or beyond float32; "
                "expected finite numbers."
            )


def _check_labels(where: Path, y: NDArray[Any], key: str) -> None:
    if y.ndim != 1 or y.size == 0:
        advice = f" If it is one-hot, store {key}.argmax(axis=1)." if y.ndim == 2 else ""
        raise InputError(
            f"{where}: {key} has shape {y.shape}; expected one label for each sample.{advice}"
        )
    if y.dtype.kind not in "bui":
        raise InputError(
            f"{where}: {key} has dtype {y.dtype}; expected whole numbers (save {key}.astype(int))."
        )
    low, high = int(y.min()), int(y.max())
    if low < 0 or high >= MAX_CLASSES:
        raise InputError(
            f"{where}: {key} goes from {low} to {high}; expected labels from 0, "
            f"below {MAX_CLASSES:,}."
        )
