"""An archive of links to the grader's files, and of devices."""

import io
import tarfile
from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """The archive."""
    archive = folder / "links.tar.gz"
    code = b"def sigmoid(z, k=1):\n    print(open('secret').read())\n    return z\n"
    with tarfile.open(archive, "w:gz") as packed:
        for name, kind, link in (
            ("secret", tarfile.SYMTYPE, target["secret"]),
            ("hard", tarfile.LNKTYPE, target["secret"]),
            ("answers.toml", tarfile.SYMTYPE, "/etc/passwd"),
            ("folder", tarfile.SYMTYPE, "/"),
            ("folder/written", tarfile.REGTYPE, ""),
            ("disk", tarfile.BLKTYPE, ""),
            ("null", tarfile.CHRTYPE, ""),
            ("pipe", tarfile.FIFOTYPE, ""),
            ("../outside", tarfile.REGTYPE, ""),
            ("/absolute", tarfile.REGTYPE, ""),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, link
            packed.addfile(entry)
        entry = tarfile.TarInfo("improvements.py")
        entry.size = len(code)
        packed.addfile(entry, io.BytesIO(code))
    return archive
