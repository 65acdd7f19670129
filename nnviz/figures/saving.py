"""Figures into files: each arrives whole, and no run draws over the figures of another one.

A folder of figures belongs to one run. `run.toml` in it says which: the experiment in full, so that
`nnviz train FOLDER/run.toml` repeats it. Another run is refused before it starts; the same run may
draw its figures again.
"""

import hashlib
import os
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave

from nnviz.datasets import Dataset
from nnviz.errors import InputError
from nnviz.experiment import Experiment, to_toml
from nnviz.figures.moment import Moment
from nnviz.figures.registry import FIGURES, STARTER_FIGURES
from nnviz.figures.style import styled
from nnviz.newfile import new_file

RUN_FILE = "run.toml"
FORMATS = ("png", "svg", "pdf")
_UNDATED: dict[str, Any] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}
_OURS = re.compile(rf"({'|'.join(STARTER_FIGURES)})(-\d+)?\.png|{re.escape(RUN_FILE)}")


class FigureFolder:
    """A folder that holds the figures of one run: `NAME.png`, and `NAME-00010.png` for series."""

    def __init__(self, path: Path, experiment: Experiment, dataset: Dataset) -> None:
        """Make the folder, or take it over where nothing of another run would be lost.

        Raises InputError where it holds another run's figures, or can't be written to.
        """
        self.path = path
        text = run_text(experiment, dataset)
        try:
            path.mkdir(parents=True, exist_ok=True)
            mine = path / RUN_FILE
            owned = mine.is_file() and mine.read_bytes() == text.encode()
            taken = sorted(entry.name for entry in path.iterdir() if _OURS.fullmatch(entry.name))
            if taken and not owned:
                raise InputError(
                    f"{path}: holds {taken[0]} of another run ({len(taken)} such files in all); "
                    "choose a new folder, or clear this one"
                )
            _replace(mine, lambda temporary: temporary.write_bytes(text.encode()))
        except OSError as error:
            raise InputError(f"{path}: can't hold figures: {error.strerror or error}") from error

    def draw(self, moment: Moment, *, numbered: bool, last: bool) -> None:
        """Draw the starter's figures of a moment: numbered in a series, as the last one, or both.

        Raises InputError where a file can't be written.
        """
        suffixes = [f"-{moment.frame.index:05d}"] * numbered + [""] * last
        for name in STARTER_FIGURES:
            drawn = FIGURES[name](moment)
            for suffix in suffixes:
                save_figure(drawn, self.path / f"{name}{suffix}.png")


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, SVG or PDF, by the file's ending; the same figure, the same bytes.

    Raises InputError for another ending, and where the file can't be written.
    """
    check_format(path)
    try:
        _replace(path, lambda temporary: _write(figure, temporary, path))
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror or error}") from error


def save_new_figure(figure: Figure, path: Path) -> None:
    """The same for a file that must not be there yet: InputError where it is."""
    check_format(path)
    with new_file(path) as draft:
        _write(figure, draft, path)


def quick_png(figure: Figure, dots_per_inch: float) -> bytes:
    """The figure as PNG, drawn once: `savefig` goes through every text and line of it twice.

    The same figure gives the same bytes.
    """
    figure.dpi = dots_per_inch
    canvas: Any = FigureCanvasAgg(figure)
    content = BytesIO()
    with styled():
        canvas.draw()
    imsave(content, canvas.buffer_rgba(), format="png", metadata=_UNDATED["png"])
    return content.getvalue()


def check_format(path: Path) -> None:
    """Raise InputError where the file's ending names no format that figures are written in."""
    if path.suffix.removeprefix(".").lower() not in FORMATS:
        raise InputError(f"{path}: expected a file that ends in .{', .'.join(FORMATS)}")


def _write(figure: Figure, place: Path, path: Path) -> None:
    """Write to `place` in the format of `path`, without the date."""
    kind = path.suffix.removeprefix(".").lower()
    with styled():
        figure.savefig(place, format=kind, metadata=_UNDATED[kind])


def run_text(experiment: Experiment, dataset: Dataset) -> str:
    """What `run.toml` holds: equal for equal runs on equal data only, and an experiment file."""
    digest = hashlib.sha256()
    for array in (dataset.X, dataset.labels, dataset.X_test, dataset.labels_test):
        digest.update(array.T.tobytes())
    return (
        "# The figures in this folder show this run; `nnviz train` on this file repeats it.\n"
        f"# Fingerprint of the data: {digest.hexdigest()[:16]}\n\n"
        f"{to_toml(experiment, full=True)}"
    )


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write under a temporary name first, so that a file with the final name is whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
