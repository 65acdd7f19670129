"""Temporary folders that are removed also where the process that made them was killed.

Whoever made one holds a lock on it, which ends with the process, however it ends. So a folder
without a lock belongs to nobody any more, and the next run sweeps it away.
"""

import contextlib
import os
import shutil
import tempfile
import time
import weakref
from pathlib import Path

PREFIXES = ("nnviz-submission-", "nnviz-curves-")
SECONDS_TO_LOCK = 60.0
"""Younger folders are left alone: between making one and locking it there is a moment."""


class TemporaryFolder:
    """A folder that is removed when nothing refers to this any more, or by `sweep`."""

    def __init__(self, prefix: str = PREFIXES[0]) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        weakref.finalize(self, _remove, self.path, _locked(self.path))


def sweep(folder: Path | None = None) -> int:
    """Remove what killed processes of this user left in the temporary folder; how many folders."""
    place = folder or Path(tempfile.gettempdir())
    swept = 0
    for prefix in PREFIXES:
        for path in place.glob(f"{prefix}*"):
            with contextlib.suppress(OSError):  # gone, or another sweeper is at it
                swept += _swept(path)
    return swept


def _swept(path: Path) -> bool:
    about = path.lstat()
    is_ours = about.st_uid == os.geteuid() and path.is_dir() and not path.is_symlink()
    if not is_ours or time.time() - about.st_ctime < SECONDS_TO_LOCK:
        return False
    lock = _locked(path)
    if lock is None:
        return False
    _remove(path, lock)
    return True


def _locked(path: Path) -> int | None:
    """A descriptor that holds the folder's lock; None where somebody else does, or none can."""
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows, where folders of killed processes stay
        return None
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _remove(path: Path, lock: int | None) -> None:
    shutil.rmtree(path, ignore_errors=True)
    if lock is not None:
        os.close(lock)
