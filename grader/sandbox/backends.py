"""The ways to shut a student's code in, strongest first, as command lines and settings.

Which of them work here is found out by `grader.sandbox.probing`, not here.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.places import Places
from grader.sandbox.records import Limits

ENVIRONMENT = {
    "PATH": "/usr/bin",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # Memory that arrays gave back is kept: the kernel would clear it anew for each of them.
    "MALLOC_MMAP_THRESHOLD_": str(64 * 1024**2),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 1024**2),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # and asked for in large pages, 512 at a time
}
"""All that a student's code finds in its environment, besides HOME."""

INSIDE_FOLDER = "/sub"
INSIDE_HOME = "/tmp/w"
_DEVICES = ("/dev/zero", "/dev/random", "/dev/urandom")


@dataclass(frozen=True)
class Backend:
    """One way: `level` is what a rubric calls it, `layers` what it consists of.

    `command` starts a program with these words in it, for a folder outside; `folder` is
    that folder as the program sees it.
    """

    name: str
    level: str
    layers: tuple[str, ...]
    command: Callable[[Places, Path, list[str]], list[str]]
    folder: Callable[[Path], str]
    landlock: bool
    seccomp: bool
    alone: bool
    """Whether nothing but the worker is in its process namespace, so that nothing outlives it."""
    entered: bool = False
    """Whether a process that was started before can go in."""

    def settings(self, places: Places, folder: Path, limits: Limits) -> dict[str, object]:
        """What a process of a check takes upon itself before it loads anything."""
        seen = self.folder(folder)
        writable = ["/dev/null", *([INSIDE_HOME] if self.alone else [])]
        return {
            "limits": process_limits(limits, count_processes=self.alone),
            "landlock": self.landlock,
            "seccomp": self.seccomp,
            "readable": [*places.readable, seen, *_DEVICES],
            "writable": writable,
            "folder": seen,
        }


def process_limits(limits: Limits, count_processes: bool) -> Mapping[str, tuple[int, int]]:
    """Resource limits by name, each soft and hard; loading and a run share the processor's time.

    The number of processes is one of a user, so that it can be limited only where the user exists
    only in there.
    """
    cpu = max(1, round(2 * limits.cpu_seconds))
    found = {
        "RLIMIT_AS": limits.memory_bytes,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
    }
    if count_processes:
        found["RLIMIT_NPROC"] = limits.processes
    if os.uname().sysname == "Darwin":
        del found["RLIMIT_AS"]  # macOS takes it for an invalid argument
    return {**{name: (most, most) for name, most in found.items()}, "RLIMIT_CPU": (cpu, cpu + 1)}


def _bubblewrap(places: Places, folder: Path, words: list[str]) -> list[str]:
    program = shutil.which("bwrap") or "bwrap"
    command = [program, "--as-pid-1", "--unshare-all", "--unshare-user", "--disable-userns"]
    command += ["--new-session", "--cap-drop", "ALL", "--uid", "65534", "--gid", "65534"]
    command += ["--hostname", "sandbox", "--clearenv"]
    for name, value in {**ENVIRONMENT, "HOME": INSIDE_HOME}.items():
        command += ["--setenv", name, value]
    for path in (*places.system, *places.needed):
        command += ["--ro-bind", path, path]
    for link, target in places.links:
        command += ["--symlink", target, link]
    for path in places.hidden:
        command += ["--tmpfs", path]
    command += ["--ro-bind", str(folder), INSIDE_FOLDER, "--proc", "/proc", "--dev", "/dev"]
    command += ["--size", str(64 * 1024**2), "--tmpfs", INSIDE_HOME]
    command += ["--size", str(1024**2), "--tmpfs", "/dev/shm"]
    return [*command, "--remount-ro", "/", "--chdir", INSIDE_HOME, "--", *words]


def _plain(places: Places, folder: Path, words: list[str]) -> list[str]:
    return words


BUBBLEWRAP = Backend(
    "bubblewrap",
    "namespaces",
    (
        "bubblewrap: file system, processes, users and network of its own",
        "seccomp: no new processes, sockets or privileges",
        "limits: time, processor, memory, files, output",
    ),
    _bubblewrap,
    folder=lambda _: INSIDE_FOLDER,
    landlock=False,
    seccomp=True,
    alone=True,
    entered=True,
)
LANDLOCK = Backend(
    "landlock",
    "landlock",
    (
        "Landlock: reads its own folder and the system's, writes nowhere",
        "seccomp: no new processes, sockets or privileges",
        "limits: time, processor, memory, files, output",
    ),
    _plain,
    folder=str,
    landlock=True,
    seccomp=True,
    alone=False,
)
TRUST = Backend(
    "trust",
    "limits",
    ("limits only, the code is trusted: time, processor, memory, output",),
    _plain,
    folder=str,
    landlock=False,
    seccomp=False,
    alone=False,
)
BACKENDS = (BUBBLEWRAP, LANDLOCK, TRUST)
LEVELS = tuple(backend.level for backend in BACKENDS)
"""Strongest first."""
