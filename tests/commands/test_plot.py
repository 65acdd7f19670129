"""Promises of `nnviz plot`: the figure asked for, of the iteration asked for, and nothing lost."""

import re

import pytest
from PIL import Image

from nnviz.cli import main
from nnviz.commands.plot import ONE_RUN
from nnviz.figures.registry import FIGURES

SMALL = ["--data", "digits", "--set", "hidden=[8]", "--iterations", "6"]


def test_the_help_lists_every_figure_that_there_is():
    assert set(ONE_RUN) == set(FIGURES)


@pytest.mark.parametrize("figure", ["curves", "weights", "updates", "activations"])
def test_a_figure_is_written_at_the_iteration_asked_for(tmp_path, figure):
    """The title, which an SVG holds as text, names run and iteration."""
    out = tmp_path / "figure.svg"
    command = ["plot", "course", "--figure", figure, "--iteration", "4", "--out", str(out)]
    assert main([*command, *SMALL]) == 0
    assert "iteration 4" in out.read_text()


@pytest.mark.slow
def test_the_map_is_drawn_before_and_after_the_training(tmp_path):
    out = tmp_path / "map.svg"
    assert main(["plot", "course", "--figure", "tsne", "--out", str(out), *SMALL]) == 0
    assert {"iteration 0", "iteration 6"} <= set(re.findall(r"iteration \d+", out.read_text()))


def test_several_runs_are_compared_in_one_figure(tmp_path):
    out = tmp_path / "both.svg"
    assert main(["plot", "course", "cross-entropy", "--out", str(out), *SMALL]) == 0
    assert {"course: training", "cross-entropy: training"} <= set(
        re.findall(r"(?:course|cross-entropy): training", out.read_text())
    )


@pytest.mark.slow
def test_a_film_has_a_picture_for_each_iteration_of_a_short_run(tmp_path):
    out = tmp_path / "training.gif"
    command = ["plot", "course", "--iteration", "2", "--out", str(out)]
    assert main([*command, *SMALL]) == 0
    with Image.open(out) as film:
        assert film.n_frames == 3
        assert film.size == (960, 540)
    assert [path.name for path in tmp_path.iterdir()] == ["training.gif"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["course", "--out", "figure.bmp"], r"expected a file that ends in \.png, \.svg, \.pdf"),
        (["course", "--out", "nowhere/figure.png"], "there is no folder nowhere"),
        (["course", "cross-entropy", "--figure", "tsne"], "shows one run"),
        (["course", "--figure", "tsne", "--out", "a.gif"], "a film shows the dashboard"),
        (["course", "--iteration", "-1"], "course begins at 0"),
        (["cours"], "did you mean course"),
    ],
)
def test_what_can_not_be_drawn_is_said_before_anything_is_written(
    tmp_path, monkeypatch, capsys, words, told
):
    monkeypatch.chdir(tmp_path)
    assert main(["plot", *words, *SMALL]) == 2
    assert re.search(told, capsys.readouterr().err)
    assert not list(tmp_path.iterdir())


def test_an_older_file_is_not_overwritten(tmp_path, capsys):
    out = tmp_path / "figure.png"
    out.write_bytes(b"mine")
    assert main(["plot", "course", "--out", str(out), *SMALL]) == 2
    assert "exists already" in capsys.readouterr().err
    assert out.read_bytes() == b"mine"


def test_a_film_without_ffmpeg_names_the_way_out(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("matplotlib.animation.FFMpegWriter.isAvailable", lambda: False)
    assert main(["plot", "course", "--out", str(tmp_path / "a.mp4"), *SMALL]) == 2
    assert re.search(r"needs the program ffmpeg.*a\.gif", capsys.readouterr().err)
