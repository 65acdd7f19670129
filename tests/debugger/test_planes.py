"""Arrays that are kept in planes come back bit for bit, and take less memory where bits repeat."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nnviz.debugger.planes import split

BITS = {"float32": np.uint32, "float64": np.uint64}
SHAPES = arrays.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=12)


@st.composite
def pairs(draw):
    """Two arrays of one shape: any bits at all, so NaN with any payload, -0.0 and infinities."""
    dtype, shape = draw(st.sampled_from(sorted(BITS))), draw(SHAPES)
    made = [draw(arrays.arrays(BITS[dtype], shape)).view(dtype) for _ in range(2)]
    return [np.asfortranarray(each) if draw(st.booleans()) else each for each in made]


def same_bits(a, b) -> bool:
    """Whether two arrays have the same shape, type and bits."""
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


@given(pairs(), st.booleans())
def test_any_bits_come_back(pair, referred):
    """Whatever the numbers are, and whatever they are held against."""
    array, reference = pair
    before = array.tobytes()
    kept = split(array, reference if referred else None)
    back = kept.array(reference if referred else None)
    assert same_bits(back, array)
    assert array.tobytes() == before
    assert back.T.flags.c_contiguous  # samples are columns, as everywhere in a state


@pytest.mark.parametrize("special", [np.nan, -np.nan, np.inf, -np.inf, -0.0, 5e-324, 0.0])
@pytest.mark.parametrize("dtype", sorted(BITS))
def test_special_numbers_come_back(dtype, special):
    """Among others, or held against others."""
    array = np.full((3, 4), special, dtype)
    array[1, 2] = 0.5
    for reference in (None, np.ones((3, 4), dtype), array):
        assert same_bits(split(array, reference).array(reference), array)


@pytest.mark.parametrize(
    ("dtype", "alone", "referred"), [("float32", 0.90, 0.75), ("float64", 0.95, 0.90)]
)
def test_less_memory_is_taken(dtype, alone, referred):
    """Uniform weights: of 4 (8) bytes the top one is small; after a move by 1 %, two are."""
    rng = np.random.default_rng(0)
    start = rng.uniform(-1, 1, (100, 300)).astype(dtype)
    moved = start + (0.01 * rng.standard_normal(start.shape)).astype(dtype)
    for reference, share in ((None, alone), (start, referred)):
        kept = split(moved, reference)
        assert sum(kept.parts.values()) < share * moved.nbytes
        assert same_bits(kept.array(reference), moved)


def test_noise_takes_no_more_than_it_did():
    """Where nothing repeats, planes cost some bytes in a thousand."""
    bits = np.random.default_rng(0).integers(0, 2**32, (200, 200), dtype=np.uint32)
    kept = split(bits.view(np.float32), np.ones((200, 200), np.float32))
    assert sum(kept.parts.values()) < 1.002 * bits.nbytes
