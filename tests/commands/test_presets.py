"""`nnviz presets` shows the course's runs and hands them out as files."""

from nnviz.cli import main
from nnviz.experiment import read_experiment
from nnviz.presets import PRESETS


def test_lists_every_preset_on_one_line(capsys):
    """Name and description, aligned."""
    assert main(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(PRESETS)
    assert (
        len({line.index(p.description) for line, p in zip(lines, PRESETS.values(), strict=True)})
        == 1
    )
    assert max(map(len, lines)) <= 100


def test_prints_one_as_a_file_that_can_be_read_again(capsys, tmp_path):
    """What is printed is an experiment file."""
    assert main(["presets", "best"]) == 0
    (tmp_path / "mine.toml").write_text(capsys.readouterr().out)
    assert read_experiment(tmp_path / "mine.toml") == PRESETS["best"]


def test_an_unknown_name_is_one_line_and_exit_code_2(capsys):
    """No traceback, and nothing on standard output that a redirection would keep."""
    assert main(["presets", "curse"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "did you mean course?" in captured.err
