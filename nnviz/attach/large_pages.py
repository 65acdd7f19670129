"""Makes a process cheap to copy: its data on large pages, of which a copy has few to enter.

Copying a process costs time for each page that it has. Data that were read bit by bit lie on small
pages; Linux 6.1 and newer put them on large ones when asked (madvise, MADV_COLLAPSE). Nothing that
the process can see changes.
"""

import ctypes
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path

COLLAPSE = 25
"""The advice's number in Linux."""

PAGE = 2 * 2**20
"""Bytes of a large page."""

TUNABLES, SETTING = "GLIBC_TUNABLES", "glibc.malloc.hugetlb"
"""The variable that glibc reads its settings from as a process starts, and the setting's name."""

ASKING = f"{SETTING}=0x1"
"""Spelled so that it is told from what somebody else has set."""

WORTH = 2 * PAGE
"""Memory of fewer bytes in one piece is left as it is."""


def use_large_pages() -> None:
    """Ask for it, for all large pieces of memory; where the system can't, all stays as it was."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    for start, end in _pieces(Path("/proc/self/maps").read_text(encoding="utf-8")):
        libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), COLLAPSE)


def with_large_pages(variables: Mapping[str, str]) -> dict[str, str]:
    """An environment in which the C library asks for them itself: glibc 2.35 and newer can."""
    given = variables.get(TUNABLES, "")
    if SETTING in given:
        return dict(variables)
    return {**variables, TUNABLES: f"{given}:{ASKING}".lstrip(":")}


def as_without_them(variables: MutableMapping[str, str]) -> None:
    """Take that out again once the process has started: a program finds its own environment."""
    given = variables.get(TUNABLES, "")
    if given == ASKING:
        del variables[TUNABLES]
    elif given.endswith(f":{ASKING}"):
        variables[TUNABLES] = given.removesuffix(f":{ASKING}")


def _pieces(maps: str) -> Iterator[tuple[int, int]]:
    """The whole large pages of the memory that a process has allocated, by its own table of it."""
    for line in maps.splitlines():
        place, rights, _, _, inode, *name = line.split(maxsplit=5)
        if rights != "rw-p" or inode != "0" or (name and name[0] != "[heap]"):
            continue
        low, high = (int(number, 16) for number in place.split("-"))
        start, end = -(-low // PAGE) * PAGE, high // PAGE * PAGE
        if end - start >= WORTH:
            yield start, end
