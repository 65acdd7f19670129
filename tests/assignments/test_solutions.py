"""The model answers are right: each gradient by centred differences, all of them by our grader."""

import ast
import runpy
import sys
import tomllib
from contextlib import contextmanager
from fractions import Fraction

import numpy as np
import pytest

from grader.assignments import assignment_folder
from grader.checking import run_checks
from grader.code_marks import asked_checks
from grader.grade import grade
from grader.improvements import CHECKS
from grader.rubric import load_rubric
from grader.submission import read_submission
from nnviz.experiment import read_experiment
from tests.grader.in_process import InProcess

ASSIGNMENT = assignment_folder("assignment1")
SOLUTIONS = ASSIGNMENT / "solutions"
RUBRIC = load_rubric(ASSIGNMENT)
BUILD = runpy.run_path(str(SOLUTIONS / "build.py"))
STEP = 1e-6


class Here:
    """Runs code that this project wrote, in this process."""

    layers = ("none: the project's own code",)

    @contextmanager
    def open(self, submission):
        yield InProcess((submission.folder / "improvements.py").read_text())


@pytest.fixture
def part(monkeypatch):
    """A model answer's functions, loaded as a student runs the file."""
    monkeypatch.setattr(sys, "path", [str(SOLUTIONS), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield lambda name: runpy.run_path(str(SOLUTIONS / f"{name}.py"))
    for name in BUILD["PARTS"]:
        sys.modules.pop(name, None)


@pytest.fixture
def model(tmp_path):
    """The model answers as they are handed in."""
    BUILD["build"](tmp_path / "model")
    return tmp_path / "model"


def centred(function, x):
    """df/dx for each number of x by itself."""
    return (function(x + STEP) - function(x - STEP)) / (2 * STEP)


@pytest.mark.parametrize(
    ("name", "function", "options"),
    [
        ("slope", "sigmoid", {}),
        ("slope", "sigmoid", {"k": 0.4}),
        ("slope", "sigmoid", {"k": 3}),
        ("hyperbolic", "tanh", {}),
        ("rectified", "relu", {}),
        ("rectified", "leaky_relu", {}),
        ("rectified", "leaky_relu", {"slope": 0.3}),
    ],
)
def test_derivative_is_that_of_the_function(part, name, function, options):
    """By centred differences, away from the kink of a ReLU."""
    functions = part(name)
    z = np.linspace(-4, 4, 80)  # an even number: 0 is not among them
    slope = functions[f"{function}_derivative"](z, **options)
    numeric = centred(lambda x: functions[function](x, **options), z)
    np.testing.assert_allclose(slope, numeric, rtol=1e-6, atol=1e-8)


def test_delta_is_the_derivative_of_softmax_and_cross_entropy(part):
    """Of the loss summed over the samples."""
    functions = part("softmax")
    rng = np.random.default_rng(0)
    z, t = rng.normal(size=(10, 6)), np.eye(10)[:, rng.integers(10, size=6)]

    def loss(at):
        return functions["cross_entropy"](functions["softmax"](at), t) * z.shape[1]

    numeric = np.zeros_like(z)
    for index in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[index] = STEP
        numeric[index] = (loss(z + step) - loss(z - step)) / (2 * STEP)
    delta = functions["cross_entropy_delta"](functions["softmax"](z), t)
    np.testing.assert_allclose(delta, numeric, atol=1e-7)


def test_gradients_of_the_whole_training_are_right(part):
    """Its first update, divided by the rate, against differences of its own loss."""
    best = part("best")
    rng = np.random.default_rng(1)
    X, T = rng.random((20, 12)), np.eye(10)[:, rng.integers(10, size=12)]
    start, _ = best["train"](X, T, 0, 3)
    after, _ = best["train"](X, T, 1, 3)

    def loss(weights):
        a = X
        for W in weights[:-1]:
            a = best["leaky_relu"](W @ a)
        return best["cross_entropy"](best["softmax"](weights[-1] @ a), T)

    for layer, rate in enumerate(best["RATES"]):
        gradient = (start[layer] - after[layer]) / rate
        for _ in range(5):
            index = tuple(int(rng.integers(size)) for size in gradient.shape)
            values = []
            for sign in (1, -1):
                moved = [W.copy() for W in start]
                moved[layer][index] += sign * STEP
                values.append(loss(moved))
            numeric = (values[0] - values[1]) / (2 * STEP)
            assert gradient[index] == pytest.approx(numeric, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("name", BUILD["PARTS"])
def test_parts_need_numpy_and_each_other_only(name):
    """And say in a docstring what they answer."""
    tree = ast.parse((SOLUTIONS / f"{name}.py").read_text())
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert names <= {"numpy", *BUILD["PARTS"]}
    assert ast.get_docstring(tree).startswith("Problem ")


def test_code_passes_every_check():
    """All checks of the rubric, whatever is drawn."""
    checks = [CHECKS[name] for name in asked_checks(RUBRIC)]
    results = run_checks(InProcess(BUILD["improvements"]()), checks, 11)
    assert {name: r.message for name, r in results.items() if r.verdict != "passed"} == {}
    assert all(result.share == 1 for result in results.values())


def test_reference_improvements_are_experiments_without_a_fault():
    """Each claim names one of them, and every part that may be claimed is claimed."""
    answers = tomllib.loads((SOLUTIONS / "answers.toml").read_text())
    assert {claim["problem"] for claim in answers["claims"]} == set(RUBRIC.claim_problems)
    for claim in answers["claims"]:
        assert not read_experiment(SOLUTIONS / claim["experiment"]).fault
    assert all(text.strip() for text in answers["texts"].values())


@pytest.mark.slow
def test_model_submission_gets_full_marks(model):
    """Everything that a machine marks in full; the texts, which a person marks, are there."""
    result = grade(read_submission(model, RUBRIC.sheet), RUBRIC, runner=Here(), seed=5)
    items = [item for problem in result.problems for item in problem.items]
    texts = [item for item in items if item.verdict == "needs-person"]
    assert {item.kind for item in texts} == {"text"}
    lost = [item.id for item in items if item not in texts and item.points != item.max_points]
    assert lost == []
    assert result.points + sum(item.max_points for item in texts) == Fraction(55)
    assert result.notes == ()
