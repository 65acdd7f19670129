"""An archive that states small sizes for what is large."""

import struct
import zipfile
from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """The archive, with the sizes in its headers overwritten."""
    archive = folder / "lying.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("improvements.py", bytes(200 * 2**20))
    data = archive.read_bytes().replace(struct.pack("<I", 200 * 2**20), struct.pack("<I", 100))
    archive.write_bytes(data)
    return archive
