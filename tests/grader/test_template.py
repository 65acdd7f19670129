"""A student gets the template, the whole template, and nothing but the template."""

import ast
import tomllib

import pytest

from grader.assignments import assignment_folder
from grader.template import new_submission
from nnviz.errors import InputError

ASSIGNMENT = assignment_folder("assignment1")


def test_writes_what_a_submission_is_made_of(tmp_path):
    """The four parts, with the student's id in the answers."""
    written = new_submission(ASSIGNMENT, tmp_path / "mine", "s42")
    names = {str(path.relative_to(tmp_path / "mine")) for path in written}
    assert names == {
        "answers.toml",
        "improvements.py",
        "experiments/my-run.toml",
        "figures/README.md",
    }
    assert tomllib.loads((tmp_path / "mine" / "answers.toml").read_text())["student"] == "s42"


@pytest.mark.parametrize("student", ['"', "a\\b", "\x1b", "ann\nx = 1", "]]", r"\1", ""])
def test_any_id_is_a_toml_text(tmp_path, student):
    """An id can't break the file."""
    new_submission(ASSIGNMENT, tmp_path / "mine", student)
    assert tomllib.loads((tmp_path / "mine" / "answers.toml").read_text())["student"] == student


def test_nothing_is_overwritten(tmp_path):
    """One file in the way, and none is written."""
    (tmp_path / "improvements.py").write_text("mine")
    with pytest.raises(InputError, match=r"improvements\.py exists already and is not overwritten"):
        new_submission(ASSIGNMENT, tmp_path, "ann")
    assert [path.name for path in tmp_path.iterdir()] == ["improvements.py"]
    assert (tmp_path / "improvements.py").read_text() == "mine"


def test_folder_that_is_a_file_is_told(tmp_path):
    """One line."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't be written to"):
        new_submission(ASSIGNMENT, tmp_path / "file", "ann")


def test_stubs_hold_no_solution():
    """Every function of improvements.py has a docstring and raises NotImplementedError."""
    tree = ast.parse((ASSIGNMENT / "template" / "improvements.py").read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for function in functions:
        docstring, body = function.body
        assert isinstance(docstring, ast.Expr)
        assert ast.unparse(body) == "raise NotImplementedError"
    names = {function.name for function in functions}
    assert {f"{name}_derivative" for name in ("sigmoid", "tanh", "relu", "leaky_relu")} <= names
    assert {"softmax", "cross_entropy", "cross_entropy_delta", "update", "train"} <= names
    assert {"count_dead", "init_lsuv"} <= names
    assert sum(name.startswith("init_") for name in names) >= 5


def test_template_holds_no_answer():
    """All answers of the empty submission are empty."""
    table = tomllib.loads((ASSIGNMENT / "template" / "answers.toml").read_text())
    for name in ("problem1", "derivatives", "texts"):
        assert not "".join(table[name].values()).strip()
