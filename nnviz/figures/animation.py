"""The dashboard over a whole training, as a GIF or a film, by matplotlib's own writers."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from matplotlib.animation import AbstractMovieWriter, FFMpegWriter, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nnviz.errors import InputError
from nnviz.figures.dashboard import dashboard, limits_over
from nnviz.figures.moment import Moment
from nnviz.newfile import new_file

FRAMES_PER_SECOND = 5
DOTS_PER_INCH = 75
"""Half of a figure's: a film of 40 pictures is to fit into an e-mail."""

WRITERS: Mapping[str, type[PillowWriter | FFMpegWriter]] = MappingProxyType(
    {"gif": PillowWriter, "mp4": FFMpegWriter}
)


def check_film(path: Path) -> None:
    """Raise InputError where no film can be written as this kind of file on this machine."""
    kind = path.suffix.removeprefix(".").lower()
    if kind not in WRITERS:
        raise InputError(f"{path}: expected a film that ends in .{' or .'.join(WRITERS)}")
    if not WRITERS[kind].isAvailable():
        raise InputError(
            f"{path}: a film needs the program ffmpeg, which is not here; install it, or write "
            f"{path.with_suffix('.gif')}"
        )


def save_film(moments: Sequence[Moment], path: Path) -> None:
    """Write the dashboards of these moments one after the other, all on the same scales.

    Raises InputError for another ending than .gif or .mp4, where ffmpeg is needed and missing, and
    where the file exists or can't be written.
    """
    check_film(path)
    kind = path.suffix.removeprefix(".").lower()
    limits = limits_over(moments)
    pictures = (_pixels(dashboard(moment, limits)) for moment in moments)
    with new_file(path) as draft:
        named = draft.with_name(f"{draft.name}.{kind}")  # writers go by a file's ending
        try:
            _write(WRITERS[kind](fps=FRAMES_PER_SECOND), pictures, named)
            named.rename(draft)
        finally:
            named.unlink(missing_ok=True)


def _write(writer: AbstractMovieWriter, pictures: Iterable[Any], path: Path) -> None:
    """Show the pictures one after the other on a figure that holds nothing else."""
    pictures = iter(pictures)
    first = next(pictures)
    height, width = first.shape[:2]
    stage = Figure(figsize=(width / DOTS_PER_INCH, height / DOTS_PER_INCH), dpi=DOTS_PER_INCH)
    FigureCanvasAgg(stage)
    axes = stage.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    image = axes.imshow(first, interpolation="nearest", aspect="auto")
    with writer.saving(stage, str(path), DOTS_PER_INCH):
        writer.grab_frame()
        for picture in pictures:
            image.set_data(picture)
            writer.grab_frame()


def _pixels(figure: Figure) -> Any:
    """The figure as rows x columns x RGBA, one byte each."""
    figure.set_dpi(DOTS_PER_INCH)
    canvas: Any = FigureCanvasAgg(figure)  # matplotlib leaves these calls without types
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()
