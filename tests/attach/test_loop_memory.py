"""A loop gets the memory again that it has freed, and a copy of its process holds none of it."""

import subprocess
import sys
from ctypes import CDLL

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.attach.loop_memory import shared_parts

GLIBC = sys.platform == "linux" and hasattr(CDLL(None), "mallopt")

ROUND = """
import resource
import numpy as np
from nnviz.attach.loop_memory import LoopMemory

def pages():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.empty(2**25, np.uint8).fill(1)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def held():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()

pages()
memory = LoopMemory()
first, second, full = pages(), pages(), held()
memory.give_back()
memory.share_whole_pages()
print(first, second, full - held())
"""
"""Says how many pages came new to 32 MB in two rounds, and what was given back after them."""


@pytest.mark.skipif(not GLIBC, reason="only glibc is told what to keep")
def test_the_second_round_finds_the_memory_of_the_first_and_a_copy_gives_it_back():
    done = subprocess.run([sys.executable, "-c", ROUND], capture_output=True, text=True, check=True)
    first, second, given_back = map(int, done.stdout.split())
    assert first >= 15  # all but the two ends of it, where pages are as large as 2 MB
    assert second < 8  # Python's own
    assert given_back > 24 * 2**20


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 8))
def test_shared_parts_are_the_pages_that_are_there_in_no_whole_large_page(there, large):
    """One by one: a page counts where it is there and another of its large page isn't."""
    blocks = [there[start : start + large] for start in range(0, len(there), large)]
    wanted = [
        number
        for number, is_there in enumerate(there)
        if is_there and not (len(block := blocks[number // large]) == large and all(block))
    ]
    runs = list(shared_parts(bytearray(there), large))
    assert [number for first, last in runs for number in range(first, last)] == wanted
    assert all(first < last for first, last in runs)
