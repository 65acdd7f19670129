"""Landlock through ctypes: a process gives up the file system but for a few paths, for good.

Needs no privilege and no package; constants are those of `linux/landlock.h`.
"""

import contextlib
import ctypes
import os
import struct
from collections.abc import Sequence

from grader.sandbox.inside.seccomp import no_new_privileges

LEAST_ABI = 3
"""The first that controls truncating (Linux 6.2): below it a file can be emptied, not read."""

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1, 2, 4, 8, 1 << 14
_READ = _READ_FILE | _READ_DIR
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE


def abi() -> int:
    """The version of Landlock that the kernel offers, 0 where it offers none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(ctypes.c_long(_CREATE), None, ctypes.c_size_t(0), _VERSION)))


def restrict(readable: Sequence[str], writable: Sequence[str] = ()) -> None:
    """Leave this process only these files and folders; those that don't exist are left out.

    From ABI 4 on no TCP either, from ABI 6 on no signals or abstract sockets out of the sandbox.
    Raises OSError where the kernel won't.
    """
    version = abi()
    rights = (1 << 13) - 1
    rights |= (1 << 13) if version >= 2 else 0
    rights |= _TRUNCATE if version >= 3 else 0
    rights |= (1 << 15) if version >= 5 else 0
    attributes = struct.pack("<QQQ", rights, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    attributes = attributes[: 24 if version >= 6 else 16 if version >= 4 else 8]
    libc = ctypes.CDLL(None, use_errno=True)
    rules = libc.syscall(
        ctypes.c_long(_CREATE), attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0)
    )
    if rules < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused")
    try:
        for paths, wanted in ((readable, _READ), (writable, rights & ~_EXECUTE)):
            for path in paths:
                with contextlib.suppress(FileNotFoundError, PermissionError):
                    _allow(libc, rules, path, wanted)
        no_new_privileges()
        if libc.syscall(ctypes.c_long(_RESTRICT), ctypes.c_int(rules), ctypes.c_uint(0)):
            raise OSError(ctypes.get_errno(), "Landlock refused")
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, wanted: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        allowed = wanted if os.path.isdir(path) else wanted & _FILE_RIGHTS  # noqa: PTH112
        rule = struct.pack("<Qi", allowed, place)
        if libc.syscall(
            ctypes.c_long(_ADD), ctypes.c_int(rules), _PATH_BENEATH, rule, ctypes.c_uint(0)
        ):
            raise OSError(ctypes.get_errno(), f"Landlock refused {path}")
    finally:
        os.close(place)
