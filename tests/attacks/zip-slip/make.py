"""An archive whose entries lead out of the folder, on any system."""

import zipfile
from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """The archive."""
    archive = folder / "slip.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name in (
            f"../../..{target['writable']}/slipped",
            f"{target['writable']}/slipped",
            "..\\..\\slipped",
            "C:\\slipped",
            "a/../../slipped",
        ):
            packed.writestr(name, "slipped")
        packed.writestr("improvements.py", "def sigmoid(z, k=1):\n    return z\n")
    return archive
