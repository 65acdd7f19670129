"""Keeps the picture that a start of the debugger opened with, and shows it at the next such start.

A start on the same run, by the same code, in the same terminal opens with the same picture. So that
of the last one is on the screen before numpy is imported, and the application then draws over it.
Whatever decides what is seen is in the key; where anything is doubtful no picture is shown.
"""

import argparse
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

if sys.platform != "win32":
    from nnviz.tui.early_screen import EarlyScreen

MOST = 16
"""So many pictures are kept, those shown last."""
LARGEST = 1 << 20
"""Bytes of a picture: one of 160 x 50 has about 30,000."""
MAGIC = "nnviz first picture 1"
PICTURE = re.compile(r"(?:\x1b\[[0-9;]*[Hm]|[^\x00-\x1f\x7f-\x9f])*")
"""Text, where it stands and its colours: a terminal can do nothing else with it."""
DECIDING = re.compile(
    "TERM|COLOR|NO_COLOR|FORCE_COLOR|TTY_|LINES|TEXTUAL|RICH|WT_|LANG|LC_|PYTHON|NNVIZ_|HOME$"
    "|SCIKIT_LEARN_DATA|OPENBLAS_|OMP_|MKL_|NPY_"
)
"""How the names of the environment's variables begin that the application or its parts look at."""
DECIDING_FILE = 1 << 20
"""An experiment of more bytes is not one that anybody wrote."""


class FirstPicture:
    """The picture of one start: the file it is kept in, and the terminal while it is shown.

    `size` is the terminal's, in columns and rows, for which it is.
    """

    def __init__(self, path: Path, key: str, size: tuple[int, int]) -> None:
        self.path, self.key, self.size = path, key, size
        self.screen = EarlyScreen()

    def read(self) -> str:
        """The picture that is kept; "" where there is none, or not one to be trusted."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe of that name has nothing
        try:
            with os.fdopen(os.open(self.path, flags), "rb") as file:
                status = os.fstat(file.fileno())
                if status.st_uid != os.geteuid() or status.st_mode & 0o077:
                    return ""
                magic, key, digest, picture = file.read(LARGEST).decode().split("\n")
        except (OSError, ValueError):
            return ""
        whole = (magic, key, digest) == (MAGIC, self.key, _digest(picture))
        return picture if whole and PICTURE.fullmatch(picture) else ""

    def keep(self, picture: str) -> None:
        """Keep this instead of what was kept; where that can't be done nothing is kept."""
        content = "\n".join((MAGIC, self.key, _digest(picture), picture)).encode()
        with suppress(OSError):
            if picture == self.read():
                os.utime(self.path)
                return
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.unlink(missing_ok=True)
            if len(content) <= LARGEST and PICTURE.fullmatch(picture):
                self._write(content)
            _leave_the_latest(self.path.parent)

    def _write(self, content: bytes) -> None:
        unfinished = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        unfinished.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            with os.fdopen(os.open(unfinished, flags, 0o600), "wb") as file:
                file.write(content)
            unfinished.replace(self.path)  # whoever reads it meanwhile reads a whole one
        except OSError:  # the disk is full
            unfinished.unlink(missing_ok=True)


@contextmanager
def at_once(arguments: argparse.Namespace) -> "Iterator[FirstPicture | None]":
    """Show the picture that this start gave last time, until the application takes over.

    Gives where to keep that of this start, or None where none is to be kept or shown. Whatever
    happens before the application runs, the terminal is as it was afterwards.
    """
    first = find(arguments)
    if first is None:
        yield None
        return
    picture = first.read()
    try:
        if picture:
            first.screen.show(picture)
        yield first
    finally:
        first.screen.put_away()


def find(arguments: argparse.Namespace) -> FirstPicture | None:
    """The picture of a start; None where this one has none, or no terminal to show it."""
    if sys.platform == "win32" or not opens_alike(arguments) or not EarlyScreen.is_there():
        return None
    columns, rows = shutil.get_terminal_size()  # as Textual asks for it
    try:
        key = _digest(key_of(arguments, (columns, rows)))
        return FirstPicture(folder() / key[:32], key, (columns, rows))
    except (OSError, ValueError, ImportError, RuntimeError):
        return None  # it can't be said what decides, or there is no home


def folder() -> Path:
    """Where pictures are kept: in the user's own folder for caches."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "nnviz" / "first-pictures"


def opens_alike(arguments: argparse.Namespace) -> bool:
    """Whether a start opens at the first iteration of an experiment: a preset, or a FILE.toml."""
    others = "other script lesson tour plain web sandbox loop at".split()
    if any(getattr(arguments, name) not in (None, False, "") for name in others):
        return False
    return Path(arguments.run).suffix in ("", ".toml")


def key_of(arguments: argparse.Namespace, size: tuple[int, int]) -> str:
    """Everything that decides what a start opens with, as text.

    That is the code with the data in it, the experiment, the terminal, the environment, and the
    machine, whose arithmetic may round in its own way. Raises OSError, ValueError or ImportError
    where part of it can't be found out.
    """
    deciding = sorted(item for item in os.environ.items() if DECIDING.match(item[0]))
    asked = sorted((name, repr(value)) for name, value in vars(arguments).items())
    run = Path(arguments.run)
    written = _content(run) if run.is_file() else b""
    known = (sys.version, tuple(os.uname()), size, deciding, asked, written)
    return "\n".join(map(repr, (*known, _packages(), _sources())))


def _content(path: Path) -> bytes:
    if path.stat().st_size > DECIDING_FILE:
        raise ValueError(f"{path}: is too large")
    return path.read_bytes()


def _packages() -> list[str]:
    """Names and versions of what is installed where numpy and Textual are."""
    origins = [spec.origin for name in ("numpy", "textual") if (spec := find_spec(name))]
    folders = {Path(origin).parents[1] for origin in origins if origin}
    if len(origins) < 2 or not folders:
        raise ImportError("numpy or Textual is missing")
    found = [each.name for place in folders for each in place.iterdir()]
    return sorted(name for name in found if name.endswith(".dist-info"))


def _sources() -> list[tuple[str, int, int]]:
    """The files of the project, with the time of their last change and their size."""
    found, folders = [], [str(Path(__file__).parents[1])]
    while folders:
        for entry in os.scandir(folders.pop()):
            if entry.name == "__pycache__":
                continue
            if entry.is_dir():
                folders.append(entry.path)
            else:
                status = entry.stat()
                found.append((entry.path, status.st_mtime_ns, status.st_size))
    return sorted(found)


def _digest(text: str) -> str:
    import hashlib  # most starts of a verb need none

    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def _leave_the_latest(folder: Path) -> None:
    """Remove what was shown longest ago, and what a start that was cut off has left unfinished."""
    files = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[MOST:]:
        path.unlink(missing_ok=True)
