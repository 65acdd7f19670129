"""Only whole large pages of the process's own memory are asked for."""

import pytest

from nnviz.attach.large_pages import PAGE, _pieces, as_without_them, with_large_pages

MAPS = """\
7f0000100000-7f0000a00000 rw-p 00000000 00:00 0
7f0001000000-7f0001200000 rw-p 00000000 00:00 0
7f0002000000-7f0002800000 r--p 00000000 00:00 0
7f0003000000-7f0003800000 rw-p 00000000 fe:01 1234                       /usr/lib/large.so
7f0004000000-7f0004800000 rw-s 00000000 00:01 77                         /memfd:nnviz (deleted)
55d000000000-55d000500000 rw-p 00000000 00:00 0                          [heap]
7ff000000000-7ff000800000 rw-p 00000000 00:00 0                          [stack]
"""


def test_pieces_are_whole_pages_of_private_memory_that_has_no_file():
    """In proc(5)'s form; rounded by hand: 0x100000 up, 0xa00000 is one of 2 MB's multiples."""
    assert list(_pieces(MAPS)) == [
        (0x7F0000200000, 0x7F0000A00000),
        (0x55D000000000, 0x55D000400000),
    ]
    assert PAGE == 0x200000


@pytest.mark.parametrize(
    ("given", "asking"),
    [
        ({}, "glibc.malloc.hugetlb=0x1"),
        (
            {"GLIBC_TUNABLES": "glibc.malloc.check=3"},
            "glibc.malloc.check=3:glibc.malloc.hugetlb=0x1",
        ),
        ({"GLIBC_TUNABLES": "glibc.malloc.hugetlb=0"}, "glibc.malloc.hugetlb=0"),
        ({"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}, "glibc.malloc.hugetlb=1"),
    ],
)
def test_what_was_set_for_glibc_stays_set_and_the_program_finds_nothing_else(given, asking):
    variables = with_large_pages({**given, "HOME": "/"})
    assert variables == {"GLIBC_TUNABLES": asking, "HOME": "/"}
    as_without_them(variables)
    assert variables == {**given, "HOME": "/"}
