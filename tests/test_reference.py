"""The reference table says what was published, what we reach, and why that differs."""

import json
import math

import numpy as np
import pytest

from nnviz.cli import main
from nnviz.errors import InputError
from nnviz.presets import PRESETS
from nnviz.reference import REFERENCES, UNKNOWN, cells, differences, find_references, rows_of
from nnviz.reference_page import page
from nnviz.trained import TrainedRun

NAMES = ("accuracy", "test_accuracy", "loss")


def made_up(preset, accuracies):
    """A run on full MNIST with these accuracies (shares), 10 dead units in L1 of relu's."""
    count = len(accuracies)
    columns = {name: np.array(accuracies, dtype=float) for name in NAMES}
    for i in (1, 2, 3):
        columns |= {f"L{i}.dead": np.full(count, 10 / 256), f"L{i}.inactive": np.zeros(count)}
        columns |= {f"L{i}.saturated_units": np.zeros(count)}
        columns |= {f"W{i}.update_ratio": np.linspace(0.5, 0.1, count) / i}
    experiment = PRESETS[preset].with_changes({"data": "mnist", "iterations": count - 1})
    return TrainedRun(experiment, columns, (256, 128, 10))


def test_every_preset_has_a_row():
    """What the course improves is all there; slope stands in two rows."""
    assert set(REFERENCES) == set(PRESETS)
    assert {"slope", "slope-forgotten-k"} <= set(REFERENCES)


def test_row_says_when_goals_were_reached():
    """80 % at 160 and 90 % at 180, for a rise by half a point each iteration."""
    (row,) = rows_of(REFERENCES["relu"], made_up("relu", np.arange(201) / 200))
    assert row.reached == {80: 160, 90: 180}
    assert row.dead == {"L1": 10, "L2": 5}
    assert row.largest_update == (0.5, "W1", 0)
    assert cells(row)[:4] == ("relu", "200", "92.09 %", "100.00 %")
    assert differences([row]) == [f"relu: {REFERENCES['relu'].why}"]


def test_best_has_two_rows():
    """At 200 and at 1,000, from one run."""
    rows = rows_of(REFERENCES["best"], made_up("best", np.linspace(0, 1, 1001)))
    assert [(row.iteration, row.published) for row in rows] == [(200, 98.6), (1000, 100.0)]
    assert [row.reached[90] for row in rows] == [None, 900]


def test_agreeing_numbers_need_no_reason():
    """Within half a point."""
    (row,) = rows_of(REFERENCES["course"], made_up("course", np.full(201, 0.4906)))
    assert differences([row]) == []


def test_nothing_is_published_for_other_data():
    """On mnist-2k our numbers stand alone."""
    run = made_up("course", np.full(201, 0.5))
    run = TrainedRun(run.experiment.with_changes({"data": "mnist-2k"}), run.columns, run.units)
    (row,) = rows_of(REFERENCES["course"], run)
    assert math.isnan(row.published)


def test_every_difference_has_a_reason():
    """Published numbers that may not be reached come with words."""
    assert all(
        r.why or r.preset in ("course", "learning-rate", "tanh", "cross-entropy")
        for r in REFERENCES.values()
    )
    assert all(reference.published or reference.why for reference in REFERENCES.values())


def test_page_shows_table_command_and_reasons():
    """In Markdown, one row for each."""
    rows = rows_of(REFERENCES["slope"], made_up("slope", np.full(201, 0.292)))
    text = page(rows, "mnist")
    assert "| slope | 200 | 81.39 % | 29.20 % |" in text
    assert "nnviz reference --data mnist" in text
    assert "`make reference`" in text
    assert "- **slope**: 81.39 % was reached with a derivative" in text


def test_unknown_name_is_refused():
    """With the nearest one."""
    with pytest.raises(InputError, match="did you mean relu"):
        find_references(["rely"])
    assert UNKNOWN


def test_command_prints_json(tmp_path, monkeypatch, capsys):
    """Two runs of two iterations on the digits, figures beside; the second time from the cache."""
    monkeypatch.setenv("NNVIZ_CACHE_DIR", str(tmp_path / "cache"))
    words = ["reference", "course", "relu", "--data", "digits", "--iterations", "2", "--json"]
    assert main([*words, "--figures", str(tmp_path / "figures")]) == 0
    first = capsys.readouterr().out
    assert [row["run"] for row in json.loads(first)["rows"]] == ["course", "relu"]
    assert len(list((tmp_path / "cache").glob("*.npz"))) == 2
    assert {p.name for p in (tmp_path / "figures").iterdir()} == {
        "all.png",
        "course.png",
        "relu.png",
    }
    assert main(words) == 0
    assert capsys.readouterr().out == first


def test_sweep_command_draws_and_prints(tmp_path, monkeypatch, capsys):
    """Two rates on the digits, with two jobs."""
    monkeypatch.setenv("NNVIZ_CACHE_DIR", str(tmp_path / "cache"))
    words = ["sweep", "course", "learning_rate=1e-5,2.5e-5", "--data", "digits"]
    words += ["--iterations", "2", "--out", str(tmp_path / "sweep.svg")]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "2 runs of course on digits" in out
    assert (tmp_path / "sweep.svg").read_text().startswith("<?xml")
