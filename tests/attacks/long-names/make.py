"""Names of many characters, of emoji, of right-to-left marks, of line ends, not of UTF-8."""

import os
from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """The folder."""
    for name in (
        "a" * 250,
        "\U0001f600" * 60,
        "\u202egrade.json",
        "a\nb",
        "\x1b[2J",
        " ",
        "-rf",
        "$(id)",
    ):
        (folder / name).write_text("x")
    with open(os.path.join(os.fsencode(folder), b"\xff\xfe"), "w") as stream:
        stream.write("x")
    deep = folder
    for _ in range(60):
        deep = deep / "deep"
        deep.mkdir()
    (folder / "improvements.py").write_text("def sigmoid(z, k=1):\n    return z\n")
    return folder
