"""Writes the files of a report so that none is ever half written, whoever reads them meanwhile."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from nnviz.errors import InputError


def write_whole(path: Path, content: bytes) -> None:
    """Write under a temporary name, then in one step. Raises InputError where that can't be."""
    write_all([(path, content)])


def write_all(files: Iterable[tuple[Path, bytes]]) -> None:
    """Write many files, each whole: first all under temporary names, then each in one step.

    Raises InputError where one can't be written, a full disk included; no file is changed then,
    and the temporary ones are gone.
    """
    drafts: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, content in files:
            draft = path.with_name(f".{path.name}.{os.getpid()}")
            path.parent.mkdir(parents=True, exist_ok=True)
            drafts.append((draft, path))
            draft.write_bytes(content)
        for draft, path in drafts:
            draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: can't be written ({error.strerror})") from error
    finally:
        for draft, _ in drafts:
            with contextlib.suppress(OSError):
                draft.unlink()
