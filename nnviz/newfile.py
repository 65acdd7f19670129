"""New files that arrive whole or not at all, and never in the place of an old one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nnviz.errors import InputError


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; at the end that becomes `path`.

    Raises InputError where there is something of that name, before and after the writing, and where
    it can't be written.
    """
    if os.path.lexists(path):
        raise _exists(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        _publish(draft, path)
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def write_new(path: Path, content: bytes) -> None:
    """Write a new file. Raises InputError as `new_file` does."""
    with new_file(path) as draft:
        draft.write_bytes(content)


def _publish(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # unlike a rename, this fails where the name is taken
    except FileExistsError:
        raise _exists(path) from None
    except OSError:  # a file system without links: between look and rename is a moment
        if os.path.lexists(path):
            raise _exists(path) from None
        draft.rename(path)


def _exists(path: Path) -> InputError:
    return InputError(f"{path}: exists already and is not overwritten; give another name")
