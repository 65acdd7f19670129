"""Keeps the memory that a round of a loop has freed for its next one; a copy does without it.

The C library hands large pieces back to the system once they are freed: each round of a training
loop then gets the same hundreds of megabytes anew, page by page, and has all of them cleared. Here
they stay at hand. What a program computes does not depend on where its numbers lie.
"""

import ctypes
import mmap
import sys
from collections.abc import Iterator
from typing import Any

from nnviz.attach.large_pages import PAGE

TRIM_THRESHOLD, MMAP_MAX = -1, -4
"""Parameters of glibc's `mallopt`."""

POPULATE_WRITE = 23
"""The advice's number in Linux 5.14 and newer: have pages of one's own at once."""


class LoopMemory:
    """What glibc takes from the system from now on; with other C libraries nothing changes."""

    def __init__(self) -> None:
        libc: Any = ctypes.CDLL(None) if sys.platform == "linux" else None
        self._libc: Any = libc if hasattr(libc, "mallopt") else None
        self._start = 0
        if self._libc is not None:
            self._libc.sbrk.restype = ctypes.c_void_p
            self._libc.mallopt(MMAP_MAX, 0)
            self._libc.mallopt(TRIM_THRESHOLD, -1)
            self._start = -(-self._end() // PAGE) * PAGE

    def give_back(self) -> None:
        """In a copy of the process: return what is free."""
        if self._libc is not None:
            self._libc.malloc_trim(0)

    def share_whole_pages(self) -> None:
        """In a copy, after that: have what is left of other large pages for oneself.

        All of such a page would stay in memory for it, and the other process would copy the page
        bit by bit, for each bit that it writes to.
        """
        if self._libc is None:
            return
        for first, last in shared_parts(self._resident(), PAGE // mmap.PAGESIZE):
            start, size = self._start + first * mmap.PAGESIZE, (last - first) * mmap.PAGESIZE
            self._libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), POPULATE_WRITE)

    def _end(self) -> int:
        return int(self._libc.sbrk(0) or 0)

    def _resident(self) -> bytearray:
        """For each small page 1 where it is there, else 0."""
        pages = bytearray(max(0, self._end() - self._start) // mmap.PAGESIZE)
        answer = (ctypes.c_char * len(pages)).from_buffer(pages)
        size = ctypes.c_size_t(len(pages) * mmap.PAGESIZE)
        failed = self._libc.mincore(ctypes.c_void_p(self._start), size, answer)
        return bytearray() if failed else pages


def shared_parts(pages: bytearray, large: int) -> Iterator[tuple[int, int]]:
    """The runs of pages that are there, less the whole large pages in them: `large` small ones.

    A run is its first page's number and the one after its last page's.
    """
    last = 0
    while (first := pages.find(1, last)) >= 0:
        last = pages.find(0, first)
        last = len(pages) if last < 0 else last
        whole, end = -(-first // large) * large, last // large * large
        parts = ((first, whole), (end, last)) if whole < end else ((first, last),)
        yield from (part for part in parts if part[0] < part[1])
