"""Tests that the outputs kept on the way are those of a pass of their own, bit for bit."""

import numpy as np
import pytest

from nnviz.debugger.engine_source import EngineSource
from nnviz.presets import COURSE


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"batch_size": 300, "biases": True},
        {"output": "softmax", "loss": "cross_entropy"},
        {"hidden": ()},
    ],
)
def test_what_was_kept_is_what_a_pass_over_the_samples_gives(changes):
    run = EngineSource(COURSE.with_changes(changes))
    run.advance()
    start, outputs = run.snapshot(), f"L{run.info.depth}"
    frame = run.advance()
    kept = run.array(outputs)
    run.restore(start)  # of which only the weights are known
    np.testing.assert_array_equal(kept, run.array(outputs))
    assert kept.shape == (run.info.layers[-1].units, len(run.labels()))
    assert (kept.argmax(axis=0) == run.labels()).mean() == frame.train_accuracy
