"""Every run of the course can be had by its name, and really runs."""

import numpy as np
import pytest

from nnviz.build import build, load_data
from nnviz.engine.training import Trainer
from nnviz.errors import InputError
from nnviz.experiment import from_toml, to_toml
from nnviz.presets import PRESETS, find_experiment, preset

COURSE_RUNS = (
    "course",
    "learning-rate",
    "slope",
    "init-scaled",
    "init-normal",
    "init-orthogonal",
    "tanh",
    "cross-entropy",
    "relu",
    "leaky-relu",
    "best",
    "random-labels",
)


def test_every_run_of_the_course_has_a_preset():
    """The names that handout, lessons and graders use."""
    assert set(COURSE_RUNS) <= set(PRESETS)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_builds_and_steps(name):
    """Two updates on the embedded digits: finite, and the weights of every layer move."""
    experiment = PRESETS[name]
    trainer = Trainer(build(experiment, load_data(experiment)))
    first, second = trainer.iterate(), trainer.iterate()
    assert np.isfinite([first.loss, second.loss]).all()
    assert all(np.abs(update).max() > 0 for update in first.update.weights)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_called_by_its_name_says_what_it_is_and_has_no_idle_key(name):
    """One line each for `nnviz presets`, short enough for one line of a terminal."""
    experiment = PRESETS[name]
    assert experiment.name == name
    assert 10 < len(experiment.description) <= 80
    assert experiment.idle_keys() == {}


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_survives_being_saved(name):
    """`nnviz presets NAME > FILE.toml` is the same run."""
    assert from_toml(to_toml(PRESETS[name])) == PRESETS[name]


def test_a_run_is_found_by_name_or_by_file(tmp_path):
    """RUN is a preset, or a file whatever its ending."""
    for name in ("mine.toml", "mine"):
        (tmp_path / name).write_text("k = 0.4")
        assert find_experiment(str(tmp_path / name)).k == 0.4
    assert find_experiment("best") is PRESETS["best"]


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ("cuorse", "did you mean course?"),
        ("zzzz", "zzzz: neither a preset nor a file. `nnviz presets` lists"),
        ("missing.toml", "missing.toml: can't be read"),
    ],
)
def test_an_unknown_run_is_refused_with_the_way_out(run, message):
    """The nearest name, the list, or the path that isn't there."""
    with pytest.raises(InputError) as caught:
        find_experiment(run)
    assert message in str(caught.value)


def test_an_unknown_preset_is_refused_with_the_nearest():
    """`nnviz presets NAME` takes presets only."""
    with pytest.raises(InputError, match=r"no preset 'tahn'; did you mean tanh\?"):
        preset("tahn")
