"""42 kB that unpack to gigabytes, and overlapping entries that say they are small."""

import zipfile
from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """The archive: 300 MB of zeros, under a header that claims one byte for the second."""
    archive = folder / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        with packed.open("improvements.py", "w") as stream:
            for _ in range(300):
                stream.write(bytes(2**20))
    return archive
