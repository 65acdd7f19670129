"""The course's own numbers come out, on the course's own data: nothing else proves so much at once.

All expected values are measured ones: on full MNIST, with plain numpy written from the assignment's
description (784-256-128-10, float32, full batch); accuracies agree with those published for it.
"""

import json

import pytest

from nnviz.cli import main


def trained(capsys, preset, iterations):
    """What `nnviz train PRESET --data mnist --json` prints, and its history by iteration."""
    words = ["train", preset, "--data", "mnist", "--iterations", str(iterations), "--json"]
    assert main(words) == 0
    result = json.loads(capsys.readouterr().out)
    return result, {entry["iteration"]: entry for entry in result["history"]}


@pytest.mark.usefixtures("mnist_dir")
def test_the_course_starts_as_it_should(capsys):
    """Loss 4.365157 before the first update, 0.991823 after ten."""
    _, history = trained(capsys, "course", 10)
    assert history[0]["loss"] == pytest.approx(4.365157, rel=1e-4)
    assert history[10]["loss"] == pytest.approx(0.991823, rel=1e-4)


COURSE_LOSS = {
    0: 4.365157,
    10: 0.991823,
    20: 0.950700,
    50: 0.881877,
    100: 0.816779,
    200: 0.665683,
}


@pytest.mark.slow
@pytest.mark.usefixtures("mnist_dir")
def test_the_course_ends_as_it_should(capsys):
    """200 iterations: every loss, and 49.06 % training accuracy with 49.70 % test accuracy."""
    result, history = trained(capsys, "course", 200)
    losses = {iteration: history[iteration]["loss"] for iteration in COURSE_LOSS}
    assert losses == pytest.approx(COURSE_LOSS, rel=1e-4)
    assert result["train_accuracy"] == pytest.approx(49.06, abs=0.05)
    assert result["test_accuracy"] == pytest.approx(49.70, abs=0.05)


@pytest.mark.slow
@pytest.mark.usefixtures("mnist_dir")
@pytest.mark.parametrize(
    ("preset", "train_accuracy", "test_accuracy"),
    [
        ("learning-rate", 73.87, None),
        ("slope", 29.20, None),
        ("init-scaled", 79.65, 80.26),
        ("tanh", 64.60, None),
        ("cross-entropy", 88.29, 88.59),
    ],
)
def test_the_courses_other_runs_end_as_they_should(capsys, preset, train_accuracy, test_accuracy):
    """200 iterations from the starter's own weights; `slope` with the right derivative."""
    result, _ = trained(capsys, preset, 200)
    assert result["train_accuracy"] == pytest.approx(train_accuracy, abs=0.05)
    if test_accuracy is not None:
        assert result["test_accuracy"] == pytest.approx(test_accuracy, abs=0.05)
