"""From the code of a submission to results: checks with points, forbidden imports, blanks."""

from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import nbformat
import pytest

from grader.grade import grade
from grader.improvements.forbidden import forbidden_imports, is_forbidden
from grader.sandbox import choose_sandbox
from grader.submission import read_submission
from tests.grader.in_process import InProcess

TEXTBOOK = (Path(__file__).parent / "solutions" / "textbook.py").read_text()


class Here:
    """A runner for code that these tests wrote."""

    layers = ("none: trusted test code",)

    @contextmanager
    def open(self, submission):
        """Load improvements.py in this process."""
        yield InProcess((submission.folder / "improvements.py").read_text())


class NoCode:
    """A runner that loads nothing."""

    layers = ("none: nothing is run",)

    @contextmanager
    def open(self, submission):
        """No function is there."""
        yield InProcess("")


@pytest.fixture
def graded(make_submission, rubric):
    """Return a function that grades a submission with this code."""

    def run(source):
        folder = make_submission({})
        (folder / "improvements.py").write_text(source)
        return grade(read_submission(folder, rubric.sheet), rubric, runner=Here(), seed=7)

    return run


def items(result):
    return {i.id: i for problem in result.problems for i in problem.items if i.kind == "code"}


def points(result, part):
    return sum(i.points for i in items(result).values() if i.part == part)


def test_right_code_gets_all_points_for_code(graded):
    """8 points, with the layers and the seed in the grade."""
    result = graded(TEXTBOOK)
    assert sum(i.points for i in items(result).values()) == 8
    assert {i.verdict for i in items(result).values()} == {"passed"}
    assert result.seed == 7
    assert result.isolation == Here.layers


def test_forgotten_k_costs_the_derivative_alone(graded):
    """4 of the part's 10 weights, and 2 that stand on it; the slip is named with evidence."""
    slip = "\ndef sigmoid_derivative(z, k=1):\n    return sigmoid(z, k) * (1 - sigmoid(z, k))\n"
    result = graded(TEXTBOOK + slip)
    found = items(result)
    wrong = found["2.2 sigmoid_derivative"]
    assert (wrong.verdict, wrong.slip, wrong.points) == ("failed", "forgotten-k", 0)
    assert [label for label, _ in wrong.evidence] == ["input", "got", "expected"]
    assert any(line.startswith("sigmoid_derivative: the factor k") for line in result.headline)
    assert points(result, "2.2") == Fraction(4, 10)
    assert sum(i.points for i in found.values()) == 8 - Fraction(6, 10)


@pytest.mark.slow
def test_the_sandbox_gives_the_same_results(make_submission, rubric):
    """Item by item: shut in, the code computes the same."""
    folder = make_submission({})
    (folder / "improvements.py").write_text(TEXTBOOK)
    submission = read_submission(folder, rubric.sheet)
    here, shut_in = (
        grade(submission, rubric, runner=runner, seed=7) for runner in (Here(), choose_sandbox())
    )
    assert here.problems == shut_in.problems
    assert here.isolation != shut_in.isolation


def test_three_initialisers_get_three_quarters(graded):
    """Of the check's points: what is there counts."""
    result = graded(
        TEXTBOOK.replace("def init_normal", "def other").replace("def init_he", "def a")
    )
    item = items(result)["2.3 initializers"]
    assert item.points == item.max_points * Fraction(3, 4)


def test_starter_is_blank(make_submission, rubric):
    """Nothing is written, so nothing is wrong; where it is said is the line of the function."""
    folder = make_submission({})
    result = grade(read_submission(folder, rubric.sheet), rubric, runner=Here(), seed=7)
    assert {i.verdict for i in items(result).values()} == {"blank"}


@pytest.mark.parametrize(
    "line",
    ["import torch", "from sklearn.neural_network import MLPClassifier", "import nnviz.engine"],
)
def test_forbidden_import_gets_nothing(graded, line):
    """The line is named; nothing of the code runs, or these modules would have to be here."""
    result = graded(f"try:\n    {line}\nexcept ImportError:\n    pass\n{TEXTBOOK}")
    assert sum(i.points for i in items(result).values()) == 0
    assert "improvements.py, line 2: imports" in items(result)["5 train"].message


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import torch.nn as nn", ["torch.nn"]),
        ("from tensorflow import keras", ["tensorflow"]),
        ("from sklearn import neural_network", ["sklearn.neural_network"]),
        ("import importlib\nm = importlib.import_module('jax')", ["jax"]),
        ("__import__('autograd.numpy')", ["autograd.numpy"]),
        ("from sklearn.metrics import confusion_matrix\nimport numpy, scipy.special", []),
        ("import torchlight, kerastuner  # names that begin like forbidden ones", []),
        ("def broken(:", []),
        ("x = '\0'", []),
    ],
)
def test_forbidden_modules_are_found_in_source(source, modules):
    """However they are imported, and nothing else."""
    assert [module for module, _ in forbidden_imports(source)] == modules


def test_submodules_are_forbidden_too():
    """And only those below a forbidden module."""
    assert is_forbidden("torch.autograd")
    assert not is_forbidden("sklearn.preprocessing")


def test_cells_of_a_notebook_are_looked_at(make_submission, rubric):
    """Magics are no Python; the cell is named."""
    folder = make_submission({})
    (folder / "improvements.py").unlink()
    lines = ["%matplotlib inline", "if 1:", "    !pip install x", "import jax"]
    cells = [
        nbformat.v4.new_markdown_cell("import torch"),
        nbformat.v4.new_code_cell("\n".join(lines)),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "work.ipynb")
    result = grade(read_submission(folder, rubric.sheet), rubric, runner=NoCode(), seed=7)
    assert "work.ipynb cell 1, line 4: imports jax" in items(result)["5 train"].message
