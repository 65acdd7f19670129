"""A module of brackets nested too deep for any parser, and of a million digits."""

from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """A folder with that module."""
    lines = [
        "x = " + "(" * 100_000 + ")" * 100_000,
        "y = " + "9" * 1_000,
        "z = " + "-" * 50_000 + "1",
    ]
    lines += ["def sigmoid(z, k=1):", "    return z"]
    (folder / "improvements.py").write_text("\n".join(lines))
    return folder
