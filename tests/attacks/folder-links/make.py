"""A folder of links: the code, the answers and the pictures are somebody else's files."""

from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """The folder."""
    (folder / "answers.toml").symlink_to(target["secret"])
    (folder / "figures").symlink_to(Path(target["secret"]).parent)
    (folder / "data.txt").symlink_to(target["secret"])
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("..")
    code = "def sigmoid(z, k=1):\n    print(open('data.txt').read())\n    return z\n"
    (folder / "improvements.py").write_text(code)
    return folder
