"""`nnviz data` tells the truth about what is on this machine."""

from nnviz.cli import main
from nnviz.datasets import SOURCES


def test_lists_every_data_set_and_what_is_missing(capsys, monkeypatch, tmp_path):
    """Where MNIST isn't on the machine, its line says how to get it; the embedded set is there."""
    monkeypatch.setenv("NNVIZ_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    assert main(["data"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert set(SOURCES) <= set(lines)
    assert lines["mnist-2k"].endswith("yes")
    assert "no: set NNVIZ_DATA_DIR" in lines["mnist"]


def test_finds_mnist_in_the_data_folder(capsys, monkeypatch, tmp_path):
    """With the files in place the same line says yes."""
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"")
    monkeypatch.setenv("NNVIZ_DATA_DIR", str(tmp_path))
    assert main(["data"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("mnist ")]
    assert line.endswith("yes")
