"""What is asked of one sample agrees with all samples, and is worked out once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.model import TEST, TRAIN
from nnviz.debugger.timeline import Timeline
from nnviz.presets import PRESETS
from nnviz.tui.details.sample import Outcomes, SampleQuestion, next_sample, next_wrong
from nnviz.tui.state import SampleChoice


def outcomes(labels, predicted, classes=3):
    labels, predicted = np.array(labels), np.array(predicted)
    outputs = np.eye(classes)[:, predicted]
    return Outcomes("A", 0, TRAIN, labels, outputs, predicted)


def test_the_confusion_matrix_counts_labels_down_and_predictions_across():
    found = outcomes([0, 0, 1, 2, 2, 2], [0, 1, 1, 0, 0, 2]).confusion()
    assert found.tolist() == [[1, 1, 0], [0, 1, 0], [2, 0, 1]]


def test_next_and_previous_stay_in_the_cell_and_go_round():
    """Samples 3 and 4 are 2s taken for 0."""
    known = outcomes([0, 0, 1, 2, 2, 2], [0, 1, 1, 0, 0, 2])
    cell = SampleChoice(TRAIN, 3, (2, 0))
    assert next_sample(known, cell, 1) == 4
    assert next_sample(known, SampleChoice(TRAIN, 4, (2, 0)), 1) == 3
    assert next_sample(known, cell, -1) == 4
    assert next_sample(known, SampleChoice(TRAIN, 3, (1, 0)), 1) == 3  # nothing in that cell
    assert next_wrong(known, SampleChoice(TRAIN, 1), 1) == 3
    assert next_wrong(known, SampleChoice(TRAIN, 1), -1) == 4


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=20),
    st.data(),
)
def test_walking_forwards_meets_every_misclassified_sample_once(pairs, data):
    known = outcomes(*zip(*pairs, strict=True))
    wrong = np.flatnonzero(known.wrong).tolist()
    number = data.draw(st.integers(0, len(pairs) - 1))
    met = []
    for _ in wrong:
        number = next_wrong(known, SampleChoice(TRAIN, number), 1)
        met.append(number)
    assert sorted(met) == wrong


def test_all_samples_are_passed_once_for_each_iteration_and_part(open_debugger):
    debugger = open_debugger()
    first = SampleQuestion(TRAIN, 0).answer(debugger, None)
    second = SampleQuestion(TRAIN, 1).answer(debugger, first)
    assert second.outcomes is first.outcomes
    test = SampleQuestion(TEST, 1).answer(debugger, second)
    assert test.outcomes.part == TEST
    debugger.timeline.step()
    assert SampleQuestion(TRAIN, 1).answer(debugger, second).outcomes is not first.outcomes
    debugger.fork("learning_rate = 0.1")
    after = SampleQuestion(TRAIN, 1).answer(debugger, second)
    assert after.outcomes.branch == "B"


def test_a_number_beyond_the_last_sample_is_the_last_sample(open_debugger):
    assert SampleQuestion(TEST, 10**6).answer(open_debugger(), None).number == 358


@pytest.mark.parametrize("fault", ["", "softmax-wrong-axis"])
def test_an_answer_that_depends_on_the_samples_beside_is_noticed(digits, fault):
    """A softmax over the wrong axis gives a lone sample 1 for every class."""
    softmax = {"output": "softmax", "loss": "cross_entropy", "fault": fault}
    changes = {"data": "digits", "hidden": (16,), **softmax}
    source = EngineSource(PRESETS["course"].with_changes(changes), digits)
    detail = SampleQuestion(TRAIN, 3).answer(Debugger(Timeline(source)), None)
    assert detail.alone == (fault == "")
