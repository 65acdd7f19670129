"""`nnviz check` shows how answers are read, and never whether they are right."""

import pytest

from nnviz.cli import main


@pytest.fixture
def check(tmp_path, capsys):
    """Return a function that checks the template with these answers: exit code and output."""

    def run(answers):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        main(["new", "assignment1", str(folder), "--student", "ann"])
        path = folder / "answers.toml"
        text = path.read_text()
        for key, value in answers.items():
            text = text.replace(f'{key} = ""', f'{key} = "{value}"')
        path.write_text(text)
        capsys.readouterr()
        code = main(["check", str(folder)])
        return code, capsys.readouterr().out

    return run


def row(out, name):
    return next(line.split() for line in out.splitlines() if line.startswith(f"{name} "))


def test_answers_are_read_back(check):
    """The number and the formula that were understood stand beside what was typed."""
    code, out = check({"a21": "-20/2", "square": "x+x"})
    assert code == 0
    assert row(out, "a21") == ["a21", "-20/2", "-10"]
    assert row(out, "square") == ["square", "x+x", "x", "+", "x"]
    assert "· blank: a22, a31" in out


def test_what_cannot_be_read_is_told(check):
    """With the reason, and exit code 1."""
    code, out = check({"a21": "minus four", "square": "2 +"})
    assert code == 1
    assert "✗ can't be read" in " ".join(row(out, "a21"))
    assert "✗ can't be read" in " ".join(row(out, "square"))


def test_right_and_wrong_look_the_same(check):
    """Nothing but the number differs, so that nobody can try until it is right."""
    right, wrong = check({"a21": "-4", "square": "2x"}), check({"a21": "-7", "square": "3x"})
    assert right[0] == wrong[0] == 0
    assert right[1].replace("-4", "-7").replace("2x", "3x").replace("2 *", "3 *") == wrong[1]


@pytest.fixture
def check_code(tmp_path, capsys):
    """Return a function that checks a submission of this code: exit code and output."""

    def run(code, *options):
        folder = tmp_path / "code"
        folder.mkdir(exist_ok=True)
        (folder / "improvements.py").write_text(code)
        (folder / "answers.toml").write_text('assignment = "assignment1"\nstudent = "ann"\n')
        exit_code = main(["check", str(folder), "--seed", "1", *options])
        return exit_code, capsys.readouterr().out

    return run


SIGMOID = "import numpy as np\ndef sigmoid(z, k=1):\n    return 1 / (1 + np.exp(-{} * z))\n"


def test_right_code_passes_and_says_what_held_it(check_code):
    """What isn't written is blank, no mistake; the layers of the sandbox are named."""
    code, out = check_code(SIGMOID.format("k"))
    assert code == 0
    assert row(out, "sigmoid")[1:3] == ["✓", "passed"]
    assert ", tanh, " in " ".join(out.partition("· blank: ")[2].partition("· blank: ")[2].split())
    assert "Run in: " in out


def test_wrong_code_shows_the_input_and_how_to_get_it_again(check_code):
    """The slip is named with both numbers, the seed stands below, and the exit code is 1."""
    code, out = check_code(SIGMOID.format("1.0"))
    assert code == 1
    assert row(out, "sigmoid")[1:3] == ["✗", "failed"]
    told = " ".join(out.split())
    assert "input: sigmoid(" in told
    assert "got: " in told
    assert "expected: " in told
    assert "The same inputs again: nnviz check --seed 1 " in told


def test_code_that_cannot_be_read_shows_its_line(check_code):
    """And what stands above it is checked all the same."""
    code, out = check_code(SIGMOID.format("k") + "def tanh(z)\n    return np.tanh(z)\n")
    assert code == 1
    assert "improvements.py:4: expected ':': def tanh(z)" in out
    assert row(out, "sigmoid")[1:3] == ["✓", "passed"]
