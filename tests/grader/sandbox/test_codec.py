"""Values survive the way out of the sandbox, and bytes that claim to be values are refused."""

import contextlib
import json
import math
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.sandbox.inside.codec import MalformedError, Opaque, Ref, Rng, pack, unpack

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats(allow_nan=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)
NUMBERS = (
    arrays.floating_dtypes(endianness="?")
    | arrays.integer_dtypes()
    | arrays.complex_number_dtypes()
)


def packet(document, *npys):
    """The bytes of a packet, made by hand as the format says."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    parts = [b"nnviz-1 ", struct.pack("<II", len(body), len(npys)), body]
    return b"".join([*parts, *(struct.pack("<Q", len(npy)) + npy for npy in npys)])


def npy(header, body=b""):
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body


@given(PLAIN)
def test_plain_values_come_out_as_they_went_in(value):
    """Also the type: a tuple is no list."""
    found = unpack(pack(value))
    assert found == value
    assert repr(found) == repr(value)


@given(arrays.arrays(NUMBERS, arrays.array_shapes(min_dims=0, max_dims=4, max_side=3)))
def test_arrays_come_out_as_they_went_in(array):
    """Of every numeric dtype and byte order, also transposed; read-only."""
    found = unpack(pack([array, array.T]))
    for before, after in zip((array, array.T), found, strict=True):
        np.testing.assert_array_equal(after, before)
        assert after.dtype == before.dtype.newbyteorder("<")
        assert not after.flags.writeable


def test_marks_come_out_as_they_went_in():
    """References, generators, and the sizeless floats."""
    assert unpack(pack([Ref(3, "W"), Ref(1), Rng(7)])) == [Ref(3, "W"), Ref(1), Rng(7)]
    nan, inf = unpack(pack([math.nan, -math.inf]))
    assert math.isnan(nan)
    assert inf == -math.inf


@pytest.mark.parametrize("value", [object(), open, np.array([None]), 1 << 5000, np.array(["x"])])
def test_other_objects_become_their_type(value):
    """By name, without asking the object anything."""
    assert isinstance(unpack(pack(value)), Opaque)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nnviz-1 ",
        packet(1)[:-1],
        packet(1) + b"x",
        packet({"array": 0}),
        packet({"array": -1}),
        packet({"unknown": 1}),
        packet({"array": 0, "scalar": 0}),
        packet(b"\xff\xfe"),
        packet(b"[" * 100_000 + b"]" * 100_000),
        packet(b"9" * 10_000),
        packet({"complex": ["x", 1]}),
        packet({"array": 0}, b"no array"),
        packet({"array": 0}, npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")),
        packet(
            {"array": 0}, npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", b"8")
        ),
        packet({"array": 0}, npy("{'descr': '<f8', 'shape': __import__('os'), }")),
        packet(
            {"array": 0}, npy("{'descr': '<f3', 'fortran_order': False, 'shape': (1,), }", b"3")
        ),
        packet(
            {"array": 0},
            npy(
                f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({'1, ' * 40}1), }}", b"8" * 8
            ),
        ),
    ],
)
def test_what_is_no_packet_is_refused(data):
    """With one kind of error, whatever it is."""
    with pytest.raises(MalformedError):
        unpack(data)


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda body: packet(body)))
def test_any_bytes_are_a_value_or_refused(data):
    """Nothing else is ever raised."""
    with contextlib.suppress(MalformedError):
        unpack(data)


def test_claimed_size_takes_no_memory():
    """A frame of 200 bytes that states 64 GiB, which numpy.load would try to allocate."""
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (8589934592,), }"
    data = packet({"array": 0}, npy(header))
    tracemalloc.start()
    with pytest.raises(MalformedError, match="another size"):
        unpack(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
