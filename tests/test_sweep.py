"""A sweep runs every combination, and says which value is best and whether it lies at the edge."""

import pytest

from nnviz.errors import InputError
from nnviz.experiment import Experiment
from nnviz.sweep import combinations, curve, read_axes, sweep_json, sweep_lines, sweep_of
from nnviz.trained import NO_CACHE, RunCache, trained

SMALL = Experiment(
    name="small", data="digits", hidden=(8,), output="softmax", loss="cross_entropy", iterations=3
)


def swept(*texts):
    axes = read_axes(texts)
    experiments = combinations(SMALL, axes)
    return sweep_of(SMALL, axes, experiments, [trained(e, NO_CACHE) for e in experiments])


def test_values_are_read():
    """Numbers, names, and lists in brackets as single values; the same value once."""
    axes = read_axes(["k=0.2,0.4,0.2", "hidden=[64],[256,128]", "activation=relu,tanh"])
    assert axes == {"k": (0.2, 0.4), "hidden": ((64,), (256, 128)), "activation": ("relu", "tanh")}


@pytest.mark.parametrize("text", ["k", "k=", "=1,2", ""])
def test_what_is_no_sweep_is_refused(text):
    """With an example."""
    with pytest.raises(InputError, match="expected KEY=V1,V2"):
        read_axes([text])


def test_impossible_values_and_endless_sweeps_are_refused():
    """The key is named; a thousand runs are the most."""
    with pytest.raises(InputError, match="learning_rte; did you mean learning_rate"):
        combinations(SMALL, read_axes(["learning_rte=1"]))
    with pytest.raises(InputError, match="seed is given twice"):
        read_axes(["seed=1", "seed=2"])
    many = ",".join(map(str, range(41)))
    axes = read_axes([f"seed={many}", f"iterations={many}"])
    with pytest.raises(InputError, match="make 1,681 runs"):
        combinations(SMALL, axes)


def test_best_value_is_marked_and_its_edge_named():
    """The digits learn faster with a larger rate, up to 1e-4: the largest tried is the best."""
    sweep = swept("learning_rate=1e-7,1e-5")
    assert sweep.best.values == {"learning_rate": 1e-5}
    lines = sweep_lines(sweep)
    assert lines[-1].startswith("* best training accuracy: learning_rate=1e-05 (at the edge")
    assert sum(line.startswith("*  ") for line in lines) == 1
    found = sweep_json(sweep)
    assert found["best"] == {"learning_rate": 1e-5}
    assert [len(point["accuracy"]) for point in found["points"]] == [4, 4]


def test_every_combination_is_run():
    """The last key changes fastest."""
    sweep = swept("hidden=[4],[8]", "seed=0,1")
    assert [point.label for point in sweep.points] == [
        "hidden=[4], seed=0",
        "hidden=[4], seed=1",
        "hidden=[8], seed=0",
        "hidden=[8], seed=1",
    ]


def test_curve_is_one_line():
    """As many characters as iterations, at most 30."""
    assert len(curve(trained(SMALL, NO_CACHE))) == 4


def test_kept_run_is_the_same_run(tmp_path):
    """Bit for bit, also under another name; another value is another run."""
    cache = RunCache(tmp_path)
    seen = []
    first = trained(SMALL, cache, lambda frame: seen.append(frame.index))
    renamed = SMALL.with_changes({"name": "other", "description": "the same"})
    again = trained(renamed, cache, lambda frame: seen.append(frame.index))
    assert seen == [0, 1, 2, 3]
    assert {name: c.tobytes() for name, c in first.columns.items()} == {
        name: c.tobytes() for name, c in again.columns.items()
    }
    trained(SMALL.with_changes({"seed": 1}), cache)
    trained(SMALL, cache, last=2)
    assert len(list(tmp_path.glob("*.npz"))) == 3


def test_damaged_cache_is_trained_again(tmp_path):
    """A file that can't be read counts as none."""
    cache = RunCache(tmp_path)
    trained(SMALL, cache)
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(b"no archive")
    assert trained(SMALL, cache).last == 3
