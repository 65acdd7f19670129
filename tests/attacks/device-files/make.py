"""A folder with pipes and sockets under the names that are read."""

import os
import socket
from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """The folder."""
    os.mkfifo(folder / "answers.toml")
    os.mkfifo(folder / "data")
    with socket.socket(socket.AF_UNIX) as server:
        place = os.open(folder, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{place}/notebook.ipynb")
        os.close(place)
    (folder / "improvements.py").write_text("def sigmoid(z, k=1):\n    return z\n")
    return folder
