"""An archive of 100,000 files."""

import zipfile
from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """The archive."""
    archive = folder / "many.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for number in range(100_000):
            packed.writestr(f"{number}", "")
    return archive
