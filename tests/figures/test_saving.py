"""Figure files are whole, repeatable, and never those of another run."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from nnviz.datasets import load_dataset
from nnviz.errors import InputError
from nnviz.experiment import Experiment, read_experiment
from nnviz.figures.saving import FigureFolder, quick_png, save_figure

RUN = Experiment(name="mine", data="digits", hidden=(5,))


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits")


@pytest.fixture
def figure():
    figure = Figure()
    figure.add_subplot().plot([1, 2, 4])
    return figure


@pytest.mark.parametrize(
    ("ending", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_the_ending_decides_the_format_and_the_bytes_repeat(figure, tmp_path, ending, magic):
    """No date and no version in the file, so that equal figures are equal files."""
    for name in ("one", "two"):
        save_figure(figure, tmp_path / f"{name}.{ending}")
    one, two = ((tmp_path / f"{name}.{ending}").read_bytes() for name in ("one", "two"))
    assert one == two
    assert one.startswith(magic)


def test_a_quick_png_is_the_picture_that_saving_gives(figure, tmp_path):
    """Drawn once instead of twice, every pixel is the same, and so are the bytes of another try."""
    save_figure(figure, tmp_path / "saved.png")
    quick = quick_png(figure, figure.dpi)
    saved, drawn = imread(tmp_path / "saved.png"), imread(BytesIO(quick))
    np.testing.assert_array_equal(saved, drawn)
    assert quick_png(figure, figure.dpi) == quick


def test_an_ending_that_is_no_picture_is_refused(figure, tmp_path):
    """With the endings there are."""
    with pytest.raises(InputError, match=r"ends in \.png, \.svg, \.pdf"):
        save_figure(figure, tmp_path / "figure.docx")


def test_a_figure_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    """Nothing half-written: the new file takes the old one's place when it is whole."""

    class Broken(Figure):
        def savefig(self, path, **options):
            path.write_bytes(b"half")
            raise OSError(28, "No space left on device")

    (tmp_path / "figure.png").write_bytes(b"old")
    with pytest.raises(InputError, match="No space left"):
        save_figure(Broken(), tmp_path / "figure.png")
    assert [p.name for p in tmp_path.iterdir()] == ["figure.png"]
    assert (tmp_path / "figure.png").read_bytes() == b"old"


def test_the_folder_says_whose_figures_it_holds(digits, tmp_path):
    """`run.toml` is the experiment itself, so that the run can be repeated from it."""
    FigureFolder(tmp_path / "a" / "b", RUN, digits)
    assert read_experiment(tmp_path / "a" / "b" / "run.toml") == RUN


def test_the_same_run_may_draw_again(digits, tmp_path):
    """Its figures are the same ones."""
    FigureFolder(tmp_path, RUN, digits)
    (tmp_path / "curves.png").write_bytes(b"old")
    FigureFolder(tmp_path, RUN, digits)


def test_another_run_is_refused_and_nothing_is_touched(digits, tmp_path):
    """One other key is another run; so is the same experiment on other data of that name."""
    FigureFolder(tmp_path, RUN, digits)
    before = (tmp_path / "run.toml").read_bytes()
    other_data = replace(digits, labels=digits.labels[::-1].copy())
    for experiment, dataset in ((replace(RUN, seed=1), digits), (RUN, other_data)):
        with pytest.raises(InputError, match="another run"):
            FigureFolder(tmp_path, experiment, dataset)
    assert (tmp_path / "run.toml").read_bytes() == before


def test_figures_without_an_owner_are_not_drawn_over(digits, tmp_path):
    """Whatever else lies in a folder stays, and doesn't matter, unless it has a figure's name."""
    (tmp_path / "notes.txt").write_text("mine")
    FigureFolder(tmp_path, RUN, digits)
    (tmp_path / "run.toml").unlink()
    (tmp_path / "tsne-00010.png").write_bytes(b"somebody's")
    with pytest.raises(InputError, match=r"holds tsne-00010\.png of another run"):
        FigureFolder(tmp_path, RUN, digits)


def test_a_folder_that_cannot_be_made_is_one_clear_error(digits, tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="can't hold figures"):
            FigureFolder(path, RUN, digits)
