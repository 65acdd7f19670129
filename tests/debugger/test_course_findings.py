"""The course's own runs tell the right story: what a student should see in each."""

from dataclasses import replace

import numpy as np
import pytest

from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.examination import examine
from nnviz.debugger.findings import Level
from nnviz.presets import PRESETS


def story(name, iterations, data="mnist-2k"):
    """The source after a course's run, its history, and its findings by (id, layer)."""
    source = EngineSource(replace(PRESETS[name], data=data))
    diagnosis = examine(source, iterations)
    return source, diagnosis.history, {f.key: f for f in diagnosis.spoken()}


@pytest.mark.parametrize("name", ["course", "learning-rate"])
def test_starter_begins_saturated(name):
    """W1 X has a variance near 28: the cause, with saturation from the first iteration under it."""
    _, history, found = story(name, 25)
    top = next(iter(found.values()))
    assert (top.id, top.layer, top.since) == ("poor-init", 1, 0)
    variance = history.row(0)["L1.z_std"] ** 2
    assert 27 < variance < 31
    assert f"variance {variance:.3g}" in top.evidence
    assert f"{history.row(0)['L1.saturated']:.0%} of the values of L1 begin" in top.evidence
    for layer in (1, 2):
        saturated = found["saturated", layer]
        assert saturated.since == 0
        assert saturated.consequence_of == ("poor-init", 1)


def test_variance_on_all_images(mnist_dir):
    """Over all units and images it is 29.9 (the mean square of MNIST's pixels, 87.8, over 3)."""
    _, history, found = story("course", 0, data="mnist")
    assert history.row(0)["L1.z_std"] ** 2 == pytest.approx(87.8 / 3, rel=0.03)
    assert "(variance 29.9)" in found["poor-init", 1].evidence


def test_slope_is_right_with_k():
    """k = 0.4 tames the starter's weights (0.4 * 5.4 / 2 is 1.1): no alarm at the start."""
    _, _, found = story("slope", 15)
    assert found == {}


def test_slope_without_k_is_caught():
    """The published 81.39 % came from this: the gradient check names the forgotten factor."""
    _, _, found = story("slope-forgotten-k", 0)
    top = next(iter(found.values()))
    assert (top.id, top.level, top.layer) == ("gradient-check", Level.RED, 3)
    assert top.cause == (
        "The derivative of sigmoid in L3 is wrong: the factor k is forgotten: it is k a (1 - a)."
    )


def test_relu_counts_and_dates_its_dead():
    """As many as are 0 on every image, since the iteration at which the first one became so."""
    source, history, found = story("relu", 80)
    for layer in (1, 2):
        dead = int(np.count_nonzero(~source.array(f"L{layer}").any(axis=1)))
        finding = found.get(("dead-units", layer))
        assert (finding is not None) == (dead > 0)
        if finding is not None:
            assert f"{dead} of {source.info.layers[layer - 1].units} units" in finding.evidence
            died = history.frame(80).layers[layer - 1].died_at
            assert finding.since == died[died >= 0].min()
    assert any(name == "dead-units" for name, _ in found)


@pytest.mark.parametrize("iterations", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_best_raises_no_alarm(iterations):
    """The best run is well to its end; at most worth knowing is what it learns by heart."""
    _, history, found = story("best", iterations)
    assert history.row(iterations)["accuracy"] > 0.98
    assert all(f.level == Level.INFO for f in found.values())
