"""A file of a terabyte of holes in an archive of a few kilobytes."""

import tarfile
from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """The archive."""
    archive = folder / "sparse.tar"
    entry = tarfile.TarInfo("improvements.py")
    entry.type, entry.size = tarfile.REGTYPE, 2**40
    archive.write_bytes(entry.tobuf(tarfile.PAX_FORMAT) + bytes(10_240))
    return archive
