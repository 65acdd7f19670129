"""Which files the student's process needs, whether it can reach them, and as which user it runs."""

import functools
import os
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import nnviz

LIBRARIES = ("numpy", "numpy.libs", "scipy", "scipy.libs")
"""What a submission may import besides the standard library; nothing else is within its reach."""

_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")
_EXTRAS = ("/etc/ld.so.cache", "/etc/alternatives", "/nix/store")

_FIRST_UID = 1_879_048_192
"""From here on user ids belong to nobody, by systemd's list of ranges; a process id is added."""


@dataclass(frozen=True)
class Places:
    """Paths of the interpreter and its libraries.

    `interpreter` runs without a virtual environment; `site` is the folder that holds numpy, and
    `needed` what is read outside of the system's own folders.
    """

    interpreter: str
    site: str
    needed: tuple[str, ...]
    system: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    hidden: tuple[str, ...]

    @property
    def readable(self) -> tuple[str, ...]:
        """Everything that a student's process may read besides the submission."""
        return (*self.system, *self.needed)


@functools.cache
def places() -> Places:
    """Look for them, once in a process."""
    interpreter = Path(getattr(sys, "_base_executable", "") or sys.executable).resolve()
    site = Path(np.__file__).resolve().parents[1]
    wanted = [interpreter]
    base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    for name in ("stdlib", "platstdlib"):
        wanted.append(Path(sysconfig.get_path(name, vars=base)).resolve())
    library = sysconfig.get_config_var("LIBDIR")
    if library and sysconfig.get_config_var("Py_ENABLE_SHARED"):
        wanted += sorted(Path(library).resolve().glob("libpython*.so*"))
    if conda := [p for p in [Path(sys.base_prefix) / "conda-meta"] if p.is_dir()]:
        wanted.append(conda[0].resolve().parent / "lib")
    wanted += [site / name for name in LIBRARIES if (site / name).is_dir()]
    roots = [Path(path) for path in _SYSTEM if Path(path).is_dir() and not Path(path).is_symlink()]
    needed = [path for path in dict.fromkeys(wanted) if not _below(path, roots)]
    needed = [path for path in needed if not _below(path, [p for p in needed if p != path])]
    links = [(path, str(Path(path).readlink())) for path in _SYSTEM if Path(path).is_symlink()]
    ours = Path(nnviz.__file__).resolve().parent
    hidden = [p for p in (ours, ours.with_name("grader")) if _below(p, [*roots, *needed])]
    return Places(
        str(interpreter),
        str(site),
        tuple(map(str, needed)),
        (*map(str, roots), *(path for path in _EXTRAS if Path(path).exists())),
        tuple(links),
        tuple(map(str, hidden)),
    )


def _below(path: Path, folders: list[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def closed_to_others(paths: list[str]) -> list[str]:
    """The outermost folders on the way to these paths that only their owner can enter."""
    found = []
    for path in map(Path, paths):
        for folder in reversed(path.parents):
            if not folder.stat().st_mode & 0o001:
                found.append(str(folder))
                break
    return list(dict.fromkeys(found))


def drops_root() -> bool:
    """Whether this is root of the whole machine or container, who has to become somebody else."""
    return sys.platform == "linux" and os.geteuid() == 0 and _mapped_ids() > 1


_CAPABILITIES = {0: "CAP_CHOWN", 6: "CAP_SETGID", 7: "CAP_SETUID"}


def lacking() -> tuple[str, ...]:
    """What root would need in order to become somebody else, and has been deprived of."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return ()
    held = next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), -1)
    return tuple(name for bit, name in _CAPABILITIES.items() if not held >> bit & 1)


def own_uid(number: int) -> int:
    """A user id for one worker; `number` is below 2^22, as a process id is."""
    mapped = _mapped_ids()
    if mapped > _FIRST_UID + 2**22:
        return _FIRST_UID + number
    # In a container of an ordinary user there are few ids: the upper ones have no owner as a rule.
    half = mapped // 2
    return half + number % max(1, mapped - half - 2)


def _mapped_ids() -> int:
    """How many user ids there are here, counted from 0."""
    try:
        lines = Path("/proc/self/uid_map").read_text().splitlines()
    except OSError:
        return 2**31
    end = 0
    for first, _, count in sorted(tuple(map(int, line.split())) for line in lines):
        if first > end:
            break
        end = max(end, first + count)
    return end
