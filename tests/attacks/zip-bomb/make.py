"""300 MB of zeros in an archive of 300 kB."""

import zipfile
from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """The archive."""
    archive = folder / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("improvements.py", bytes(300 * 2**20))
    return archive
