"""A student gets template, starter and handout, with own numbers, and nothing else."""

import ast
import json
import re
import shutil
import tomllib

import pytest

from grader.assignments import assignment_folder
from grader.rubric import load_rubric
from grader.template import new_submission, student_files
from grader.variants import variant_of
from nnviz.circuit import solve
from nnviz.cli import main
from nnviz.errors import InputError

ASSIGNMENT = assignment_folder("assignment1")
RUBRIC = load_rubric(ASSIGNMENT)
SECRET = b"sixteen bytes or more"
STARTER = {"network.py", "network.ipynb", "mnist.py", "pictures.py", "mnist-2k.npz"}


def write(folder, student="ann"):
    return new_submission(ASSIGNMENT, folder, student, RUBRIC.circuits)


def test_writes_what_a_student_needs(tmp_path):
    """The submission, the starter with its data, the handout; the id in the answers."""
    written = write(tmp_path / "mine", "s42")
    names = {path.relative_to(tmp_path / "mine").as_posix() for path in written}
    assert names == {
        "answers.toml",
        "improvements.py",
        "experiments/my-run.toml",
        "figures/README.md",
        "handout.md",
        "handout.html",
        "problem1.svg",
        *(f"starter/{name}" for name in STARTER),
    }
    assert tomllib.loads((tmp_path / "mine" / "answers.toml").read_text())["student"] == "s42"


@pytest.mark.parametrize("student", ['"', "a\\b", "\x1b", "ann\nx = 1", "]]", r"\1", ""])
def test_any_id_is_a_toml_text(tmp_path, student):
    """An id can't break the file."""
    write(tmp_path / "mine", student)
    assert tomllib.loads((tmp_path / "mine" / "answers.toml").read_text())["student"] == student


def test_nothing_is_overwritten(tmp_path):
    """One file in the way, and none is written."""
    (tmp_path / "improvements.py").write_text("mine")
    with pytest.raises(InputError, match=r"improvements\.py exists already and is not overwritten"):
        write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["improvements.py"]
    assert (tmp_path / "improvements.py").read_text() == "mine"


def test_folder_that_is_a_file_is_told(tmp_path):
    """One line."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't be written to"):
        write(tmp_path / "file")


def test_no_file_but_the_students_own_is_read(tmp_path):
    """Every other file of the assignment is marked, and the mark is nowhere in the folder."""
    poisoned = shutil.copytree(ASSIGNMENT, tmp_path / "assignment1")
    mark, marked = b"# POISON 4711", 0
    for path in poisoned.rglob("*"):
        top = path.relative_to(poisoned).parts[0]
        if path.is_file() and top not in ("template", "starter", "handout.md"):
            path.write_bytes(path.read_bytes() + b"\n" + mark)
            marked += 1
    assert marked >= 2  # rubric and circuit at least
    files = student_files(poisoned, RUBRIC.circuits)
    assert files == student_files(ASSIGNMENT, RUBRIC.circuits)
    assert not [name for name, content in files.items() if mark in content]


@pytest.mark.parametrize("student", ["ann", "bob", "s42"])
def test_no_number_but_the_inputs_is_told(student):
    """The drawing and the table hold the student's inputs and no other box's number."""
    circuit = variant_of(RUBRIC, SECRET, student).circuits["1"]
    files = student_files(ASSIGNMENT, {"1": circuit})
    inputs = sorted(str(circuit.nodes[i].value) for i in circuit.inputs)
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", files["problem1.svg"].decode())
    numbers = [text.replace("\u2212", "-") for text in texts]
    assert sorted(text for text in numbers if re.fullmatch(r"-?[\d.]+", text)) == inputs
    table = [line for line in files["handout.md"].decode().splitlines() if line.startswith("|")]
    assert sorted(table[2].strip("| ").split(" | ")) == inputs


def test_only_the_inputs_differ_between_two_students():
    """Two students' folders are the same but for the values of their inputs."""
    one, two = (
        student_files(ASSIGNMENT, variant_of(RUBRIC, SECRET, name).circuits) for name in "ab"
    )
    changed = {name for name in one if one[name] != two[name]}
    assert changed == {"handout.md", "handout.html", "problem1.svg"}
    lines = [files["handout.md"].decode().splitlines() for files in (one, two)]
    different = [pair for pair in zip(*lines, strict=True) if pair[0] != pair[1]]
    assert len(different) == 1
    assert different[0][0].startswith("| ")


def test_solutions_are_not_in_the_starter_or_template():
    """No line of a model answer's code that says something is in what a student gets."""
    given = b"\n".join(student_files(ASSIGNMENT, RUBRIC.circuits).values()).decode(errors="replace")
    for path in (ASSIGNMENT / "solutions").glob("*.py"):
        for line in path.read_text().splitlines():
            own = line.strip()
            if own.startswith("return ") and len(own) > 24:
                assert own not in given, path.name


def test_variant_is_the_students_own_and_graded_by_the_same_secret(tmp_path, capsys):
    """Numbers are drawn anew from id and secret at grading: nothing is stored."""
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    words = ["new", "assignment1", str(tmp_path / "ann"), "--student", "ann"]
    assert main([*words, "--variant", "--secret-file", str(secret)]) == 0
    circuit = variant_of(RUBRIC, SECRET, "ann").circuits["1"]
    assert circuit != RUBRIC.circuits["1"]
    solution = solve(circuit)
    answers = (tmp_path / "ann" / "answers.toml").read_text()
    for name, (index, gradient) in circuit.cells.items():
        value = (solution.gradients if gradient else solution.activations)[index]
        answers = answers.replace(f'{name} = ""', f'{name} = "{value}"')
    (tmp_path / "ann" / "answers.toml").write_text(answers)
    grading = ["grade", str(tmp_path / "ann"), "--json", "--out"]
    capsys.readouterr()
    assert main([*grading, str(tmp_path / "own"), "--secret-file", str(secret)]) == 0
    assert json.loads(capsys.readouterr().out)["problems"][0]["points"] == 4
    assert main([*grading, str(tmp_path / "original")]) == 0
    assert json.loads(capsys.readouterr().out)["problems"][0]["points"] < 4


def test_a_class_is_graded_by_the_same_secret(tmp_path, capsys):
    """And a secret that is gone is told before anything is marked."""
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    write(tmp_path / "class" / "ann")
    words = ["grade", str(tmp_path / "class"), "--jobs", "1", "--secret-file", str(secret)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    secret.write_bytes(b"another secret of the same kind")
    assert main([*words, "--out", str(tmp_path / "out"), "--resume"]) == 2
    secret.unlink()
    assert main([*words, "--out", str(tmp_path / "other")]) == 2
    assert "secret: can't be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--variant"], "go together"),
        (["--secret-file", "x", "--student", "ann"], "go together"),
        (["--variant", "--secret-file", "x"], "give --student ID"),
        (["--variant", "--secret-file", "nowhere", "--student", "ann"], "can't be read"),
        (["--variant", "--secret-file", "short", "--student", "ann"], "a secret of 5 bytes"),
    ],
)
def test_says_what_a_variant_needs(tmp_path, monkeypatch, capsys, options, told):
    """One line each."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short").write_text("short")
    assert main(["new", "assignment1", "mine", *options]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "mine").exists()


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
