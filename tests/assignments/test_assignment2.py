"""The second assignment is configuration alone: the same program writes, checks and grades it."""

import json
import shutil
from pathlib import Path

import pytest

import grader
from grader.assignments import assignment_folder
from grader.grade import grade
from grader.rubric import load_rubric
from grader.submission import read_submission
from nnviz.circuit import solve
from nnviz.cli import main
from tests.grader.in_process import InProcess

from .test_solutions import BUILD, Here

ASSIGNMENT = assignment_folder("assignment2")
RUBRIC = load_rubric(ASSIGNMENT)
ANSWERS = {
    "sigmoid": "exp(-x) / (1 + exp(-x))^2",
}
TEXT = "4 and 9 differ by one stroke"
CLAIMS = """
[[claims]]
problem = "2.1"
experiment = "experiments/tanh.toml"
iteration = 100
train_accuracy = 89.7

[[claims]]
problem = "2.2"
experiment = "experiments/softmax.toml"
iteration = 100
train_accuracy = 97.3
"""


@pytest.fixture
def folder(tmp_path):
    """What a student gets, filled in as a good student does it."""
    mine = tmp_path / "ann"
    assert main(["new", "assignment2", str(mine), "--student", "ann"]) == 0
    circuit = RUBRIC.circuits["1"]
    solution = solve(circuit)
    text = (mine / "answers.toml").read_text()
    for name, (index, gradient) in circuit.cells.items():
        value = (solution.gradients if gradient else solution.activations)[index]
        text = text.replace(f'{name} = ""', f'{name} = "{value}"')
    for name, answer in ANSWERS.items():
        text = text.replace(f'{name} = ""', f'{name} = "{answer}"')
    text = text.replace("[texts]", f"{CLAIMS}\n[texts]").replace('"""\n"""', f'"""\n{TEXT}\n"""')
    (mine / "answers.toml").write_text(text)
    for path in (ASSIGNMENT / "solutions" / "experiments").iterdir():
        shutil.copy(path, mine / "experiments")
    (mine / "improvements.py").write_text(BUILD["improvements"]())
    return mine


def test_is_graded_in_full(folder):
    """20 points, of which a person gives the four for the text."""
    result = grade(read_submission(folder, RUBRIC.sheet), RUBRIC, runner=Here(), seed=3)
    assert (result.assignment, result.max_points) == ("assignment2", 20)
    assert (result.points, result.open_points) == (16, 4)
    assert result.notes == ()


def test_commands_grade_and_check_it(folder, tmp_path, capsys):
    """By its name alone."""
    out = ["--out", str(tmp_path / "grades"), "--json"]
    assert main(["check", str(folder), "--assignment", "assignment2"]) == 0
    capsys.readouterr()
    assert main(["grade", str(folder), "--assignment", "assignment2", *out]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["assignment"] == "assignment2"
    assert told["problems"][0]["points"] == 5


def test_a_wrong_sum_over_two_ways_is_carried(folder):
    """`y` goes two ways; one of them forgotten is named, and costs its own box."""
    circuit = RUBRIC.circuits["1"]
    solution = solve(circuit)
    index, _ = circuit.cells["d12"]
    right = solution.gradients[index]
    first = solution.gradients[circuit.cells["d21"][0]]
    text = (folder / "answers.toml").read_text()
    (folder / "answers.toml").write_text(text.replace(f'd12 = "{right}"', f'd12 = "{first}"'))
    result = grade(read_submission(folder, RUBRIC.sheet), RUBRIC, runner=Here(), seed=3)
    table = {item.id: item for item in result.problems[0].items}
    assert table["d12"].verdict in ("misconception", "wrong")
    lost = [name for name, item in table.items() if item.points < item.max_points]
    assert lost == ["d12"]


def test_the_grader_knows_neither_by_name():
    """But for which one is meant where none is named."""
    named = [
        f"{path.name}: {line.strip()}"
        for path in Path(grader.__file__).parent.rglob("*.py")
        for line in path.read_text().splitlines()
        if '"assignment1"' in line or "assignment2" in line
    ]
    assert named == ['assignments.py: DEFAULT_ASSIGNMENT = "assignment1"']


def test_has_no_program_of_its_own():
    """Nothing but texts and the stubs that students fill in."""
    programs = [path.relative_to(ASSIGNMENT).as_posix() for path in ASSIGNMENT.rglob("*.py")]
    assert programs == ["template/improvements.py"]
    assert InProcess((ASSIGNMENT / "template" / "improvements.py").read_text())
