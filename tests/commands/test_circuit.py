"""`nnviz circuit` draws, solves, writes a picture, and says what it can't do."""

from pathlib import Path

import pytest

from nnviz.cli import main

EXPRESSION = "(w0 + w1*x1)^2"


def test_without_an_argument_it_draws_the_assignment_empty(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What a student gets: the inputs, and 15 boxes to fill."""
    assert main(["circuit"]) == 0
    printed = capsys.readouterr().out
    assert "f = (w0 + w1 x1 + w2 x2)^2" in printed
    assert printed.count("···") == 15
    assert "\x1b" not in printed


def test_a_formula_with_values_is_solved_step_by_step(capsys: pytest.CaptureFixture[str]) -> None:
    """By hand: (1 + 2 * 3)^2 = 49, d/dw1 = 2 * 7 * 3 = 42."""
    assert main(["circuit", EXPRESSION, "--set", "w0=1", "w1=2", "x1=3", "--solve"]) == 0
    printed = capsys.readouterr().out
    assert "a41 = a31^2 = 7^2 = 49" in printed
    assert "d12 = d21 * x1 = 14 * 3 = 42" in printed


def test_a_picture_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """To a temporary name first, so that no half picture stays."""
    picture = tmp_path / "circuit.svg"
    assert main(["circuit", "--svg", str(picture)]) == 0
    assert picture.read_text().startswith("<svg")
    assert [path.name for path in tmp_path.iterdir()] == ["circuit.svg"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gone.toml"], "gone.toml: there is no such file"),
        (["x +"], "neither a file nor a formula"),
        ([EXPRESSION, "--solve"], "no value for w0, w1, x1"),
        ([EXPRESSION, "--set", "w9=1"], "no input w9"),
        ([EXPRESSION, "--set", "w0"], "expected NAME=NUMBER"),
        ([EXPRESSION, "--set", "w0=1,5"], "the comma can mean 1.5 or 15"),
        ([EXPRESSION, "--set", "w0=inf"], "infinity"),
        ([EXPRESSION, "--set", "w0=1", "w0=2"], "w0 is set twice"),
        (["x+" * 500_000 + "x"], "neither a file nor a formula"),
        (["x*y", "--svg", "/nowhere/at/all.svg"], "can't be written"),
        (["9**9**9**9 + x", "--set", "x=1", "--solve"], "too large"),
    ],
)
def test_bad_input_ends_with_2_and_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback, nothing on standard output."""
    assert main(["circuit", *arguments]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""
