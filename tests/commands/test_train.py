"""`nnviz train` runs what it is told, says what it changed nothing by, and refuses the rest."""

import json
import os
import signal

import pytest

from nnviz.cli import main
from nnviz.errors import InputError

QUICK = ["--data", "digits", "--iterations", "2", "--json"]


def trained(capsys, *words):
    assert main(["train", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_trains_a_preset_on_the_data_and_for_as_long_as_told(capsys):
    """--data, --iterations and --json together are a script's way in."""
    result = trained(capsys, "course", *QUICK)
    assert result["iterations"] == 2
    assert len(result["history"]) == 3


def test_trains_a_file(capsys, tmp_path):
    """An experiment file stands where a preset can."""
    (tmp_path / "mine.toml").write_text("hidden = [5]\nactivation = 'tanh'")
    result = trained(capsys, str(tmp_path / "mine.toml"), *QUICK)
    assert [layer["units"] for layer in result["layers"]] == [5, 10]


def test_changes_change_the_run(capsys):
    """--set for any key, --seed for its own: each gives another run than the preset."""
    plain = trained(capsys, "init-scaled", *QUICK)
    faster = trained(capsys, "init-scaled", *QUICK, "--set", "learning_rate=1e-4", "--set", "k=2")
    other = trained(capsys, "init-scaled", *QUICK, "--seed", "1")
    assert plain["loss"] != faster["loss"]
    assert plain["history"][0]["loss"] != other["history"][0]["loss"]


def test_the_same_run_twice_gives_the_same_numbers(capsys):
    """Nothing but the time differs."""
    one, two = (trained(capsys, "best", *QUICK) for _ in range(2))
    assert one.pop("seconds") > 0
    two.pop("seconds")
    assert one == two


def test_says_where_a_key_changes_nothing(capsys):
    """A decay without its schedule is worth a word on standard error."""
    words = ["train", "course", *QUICK, "--set", "decay=0.1"]
    assert main(words) == 0
    assert "decay changes nothing here: it needs schedule = linear" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["cuorse"], "did you mean course?"),
        (["course", "--set", "lerning_rate=1"], "did you mean learning_rate?"),
        (["course", "--set", "k"], "expected KEY=VALUE"),
        (["course", "--iterations", "-1"], "iterations = -1: expected a whole number from 0"),
        (["course", "--seed", "2", "--set", "seed=3"], "give one of them"),
        (["course", "--data", "minst"], "expected mnist-2k"),
        (["course", "--set", "hidden=1000000,1000000"], "weights"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(capsys, words, message):
    """What was read, and what was expected; nothing on standard output."""
    assert main(["train", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert len(captured.err.strip().splitlines()) == 1


@pytest.mark.slow
def test_draws_the_figures_and_a_numbered_series(capsys, tmp_path):
    """The last iteration under the plain names, every second one under its number."""
    folder = tmp_path / "figures"
    words = ["init-scaled", *QUICK, "--figures", str(folder), "--figures-every", "2"]
    trained(capsys, *words)
    names = ("confusion", "curves", "dashboard", "samples", "tsne")
    series = [f"{name}{suffix}.png" for name in names for suffix in ("-00000", "-00002", "")]
    assert sorted(path.name for path in folder.iterdir()) == sorted([*series, "run.toml"])
    assert all((folder / name).read_bytes().startswith(b"\x89PNG") for name in series)
    last, numbered = ((folder / f"curves{s}.png").read_bytes() for s in ("", "-00002"))
    assert last == numbered


def test_an_interrupted_run_says_what_there_is_of_it(capsys, tmp_path, monkeypatch):
    """The summary so far, where the recording is, and that the last figures are missing."""

    def press_ctrl_c(self, frame, history):
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("nnviz.commands.train.Artist.watch", press_ctrl_c)
    record, figures = tmp_path / "run.nnviz", tmp_path / "figures"
    words = ["--figures", str(figures), "--record", str(record)]
    assert main(["train", "course", *QUICK, *words]) == 130
    captured = capsys.readouterr()
    assert json.loads(captured.out)["iterations"] == 0
    assert f"recorded in {record}" in captured.err
    assert f"the last iteration's figures are missing in {figures}" in captured.err


def test_another_runs_figures_are_refused_before_anything_is_trained(capsys, tmp_path):
    """One line, exit code 2, and the other run's files as they were."""
    (tmp_path / "dashboard.png").write_bytes(b"theirs")
    assert main(["train", "course", "--figures", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert "iteration" not in captured.err
    assert "choose a new folder" in captured.err
    assert [path.name for path in tmp_path.iterdir()] == ["dashboard.png"]


def test_a_figure_that_cannot_be_written_does_not_cost_the_run(capsys, tmp_path, monkeypatch):
    """The summary is printed all the same; then what went wrong, and exit code 2."""

    def full(figure, path):
        raise InputError(f"{path}: can't be written: No space left on device")

    monkeypatch.setattr("nnviz.figures.saving.save_figure", full)
    assert main(["train", "course", *QUICK, "--figures", str(tmp_path / "figures")]) == 2
    captured = capsys.readouterr()
    assert json.loads(captured.out)["iterations"] == 2
    assert "No space left" in captured.err


@pytest.mark.parametrize(
    "words", [["--figures-every", "10"], ["--figures-every", "0", "--figures", "x"]]
)
def test_a_series_needs_a_folder_and_a_step(capsys, words):
    """Nothing is trained for figures that have nowhere to go."""
    assert main(["train", "course", *words]) == 2
    assert "expected 1 or more, together with --figures DIR" in capsys.readouterr().err
