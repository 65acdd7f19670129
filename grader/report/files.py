"""Writes the files of a report so that none is ever half written, whoever reads them meanwhile."""

import contextlib
import os
from pathlib import Path

from nnviz.errors import InputError


def write_whole(path: Path, content: bytes) -> None:
    """Write under a temporary name, then in one step. Raises InputError where that can't be."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content)
            temporary.replace(path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
    except OSError as error:
        raise InputError(f"{path}: can't be written ({error.strerror})") from error
