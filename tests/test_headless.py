"""Training without a screen can be watched, stopped, and gives the numbers of the engine."""

import io
import json
import os
import signal
from dataclasses import replace

import numpy as np
import pytest

from nnviz.build import build, load_data
from nnviz.debugger.engine_source import EngineSource
from nnviz.engine.network import Parameters, accuracy, forward
from nnviz.engine.tiles import Cancelled
from nnviz.engine.training import Trainer
from nnviz.experiment import Experiment
from nnviz.headless import line_step, plain_lines, run_headless, train_headless

SMALL = Experiment(name="small", data="digits", hidden=(12, 8), iterations=5)


def test_its_numbers_are_those_of_the_trainer():
    """Watching changes nothing: loss and accuracy are bit for bit those of the bare engine."""
    summary = train_headless(EngineSource(SMALL), 5)
    bare = [iteration.loss for iteration in Trainer(build(SMALL, load_data(SMALL))).run(5)]
    np.testing.assert_array_equal(summary.history.column("loss"), bare)
    assert summary.iterations == 5
    assert not summary.interrupted


def test_the_test_accuracy_belongs_to_the_last_iteration():
    """Also where that is none of those at which the test samples are evaluated on the way."""
    source = EngineSource(SMALL)
    summary = train_headless(source, 3)
    dataset, setup = source.dataset, source.setup
    weights = Parameters(tuple(source.array(f"W{n}") for n in (1, 2, 3)))
    outputs = forward(setup.network, weights, dataset.X_test).activations[-1]
    assert summary.test_accuracy == accuracy(outputs, dataset.labels_test)


def test_with_mini_batches_the_training_accuracy_is_that_of_all_samples():
    """A batch of 50 says little: the last weights are measured on the whole training set."""
    source = EngineSource(replace(SMALL, batch_size=50))
    summary = train_headless(source, 5)
    weights = Parameters(tuple(source.array(f"W{n}") for n in (1, 2, 3)))
    outputs = forward(source.setup.network, weights, source.dataset.X).activations[-1]
    assert summary.train_accuracy == accuracy(outputs, source.dataset.labels)
    assert summary.train_accuracy != summary.frame.train_accuracy


def test_no_iterations_is_the_untrained_net():
    """Iteration 0 is a record, too."""
    summary = train_headless(EngineSource(SMALL), 0)
    assert summary.iterations == 0
    assert len(summary.history) == 1


def test_a_run_that_is_stopped_ends_with_the_summary_so_far():
    """The last whole iteration counts; the one that was under way does not."""
    source = EngineSource(SMALL)

    def stop_after_two(frame, history):
        if frame.index == 2:
            source.cancelled = lambda: True

    summary = train_headless(source, 5, stop_after_two)
    assert summary.interrupted
    assert summary.iterations == 2
    assert len(summary.history) == 3


def test_a_run_that_is_stopped_before_its_first_iteration_has_no_summary():
    """There is nothing to sum up."""
    source = EngineSource(SMALL)
    source.cancelled = lambda: True
    with pytest.raises(Cancelled):
        train_headless(source, 5)


def test_ctrl_c_prints_the_summary_so_far_and_exits_with_130(capsys):
    """The signal is taken between two tiles, and the handler from before is put back."""
    before = signal.getsignal(signal.SIGINT)

    def press(frame, history):
        if frame.index == 1:
            os.kill(os.getpid(), signal.SIGINT)

    assert run_headless(EngineSource(SMALL), 5, watch=press) == 130
    assert "iteration 1 after" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_ends_at_once(capsys):
    """Whoever presses twice doesn't want the summary, even where the first press goes unseen."""

    def press_twice(frame, history):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_headless(EngineSource(SMALL), 5, watch=press_twice)
    assert capsys.readouterr().out == ""


def test_training_that_becomes_nan_goes_on_to_its_end(capsys):
    """Divergence is a lesson, not a crash: exit code 0, and no warning on the screen."""
    wild = replace(SMALL, activation="leaky_relu", output="identity", learning_rate=1.0)
    assert run_headless(EngineSource(wild), 8) == 0
    captured = capsys.readouterr()
    assert "no finite number" in captured.out
    assert "Warning" not in captured.err


def test_without_a_terminal_progress_isplain_lines_on_standard_error(capsys):
    """Standard output holds the summary only; the lines have no control characters."""
    assert run_headless(EngineSource(SMALL), 5) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith("iteration 0/5  loss ")
    assert len(captured.err.splitlines()) == 6
    assert "\x1b" not in captured.err + captured.out
    assert "iteration 0/5" not in captured.out


def test_json_is_all_that_is_printed(capsys):
    """One object on standard output, and nothing beside it in a script's log."""
    assert run_headless(EngineSource(SMALL), 5, as_json=True) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["iterations"] == 5
    assert captured.err == ""


@pytest.mark.parametrize(
    ("iterations", "step"), [(0, 1), (5, 1), (20, 1), (21, 2), (200, 10), (201, 20), (1000, 50)]
)
def testplain_lines_come_in_round_steps(iterations, step):
    """Some twenty lines, however long the run: 1, 2, 5 or 10 times a power of ten."""
    assert line_step(iterations) == step


def test_the_last_iteration_always_has_its_line():
    """Also where the number of iterations is none of the round steps."""
    summary = train_headless(EngineSource(SMALL), 5)
    stream = io.StringIO()
    show = plain_lines(33, stream)
    for index in (0, 1, 2, 33):
        show(replace(summary.frame, index=index))
    assert [line.split()[1] for line in stream.getvalue().splitlines()] == ["0/33", "2/33", "33/33"]
