"""Temporary folders that stay for nobody: what a killed grader left, the next one removes."""

import contextlib
import functools
import os
import shutil
import tempfile
import time
import weakref
from pathlib import Path

PREFIX = "nnviz-grader-"

_YOUNG_SECONDS = 60.0
"""A folder may be made, and not held yet."""


class TemporaryFolder:
    """A folder that is removed by `remove`, or when nothing refers to this any more.

    It is held by a lock, which the kernel frees with the process.
    """

    def __init__(self, kind: str) -> None:
        _sweep_once()
        self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{kind}-"))
        self._finalizer = weakref.finalize(self, _remove, self.path, _hold(self.path))

    def remove(self) -> None:
        """Remove it with all that is in it."""
        self._finalizer()


def sweep(older_than: float = _YOUNG_SECONDS) -> None:
    """Remove this user's folders that no process holds any more; others' are left alone."""
    now = time.time()
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            found = path.lstat()
            if now - found.st_ctime < older_than or found.st_uid != os.geteuid():
                continue
            if (held := _hold(path)) is not None:
                _remove(path, held)


@functools.cache
def _sweep_once() -> None:
    sweep()


def _hold(path: Path) -> int | None:
    """Lock a folder; None where another process holds it, or it is none, or it can't be locked."""
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows, where nothing is swept
        return None
    try:
        held = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        return None
    return held


def _remove(path: Path, held: int | None) -> None:
    shutil.rmtree(path, ignore_errors=True)
    if held is not None:
        os.close(held)
