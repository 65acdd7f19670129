"""A file that isn't what it says costs one message that names it, and no memory."""

import gzip
import io
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nnviz.datafiles import MAX_BYTES, read_idx, read_npz, write_idx, write_npz
from nnviz.errors import InputError

LABELS = bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1])
"""Three labels, 7 2 1, written out by hand from the format's description."""


def message(read, *arguments):
    """Text of the InputError that the call raises, with hardly any memory taken for it."""
    tracemalloc.start()
    with pytest.raises(InputError) as caught:
        read(*arguments)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    return str(caught.value)


@pytest.fixture
def idx(tmp_path):
    """Write bytes as an IDX file and return its path."""

    def write(content, name="labels-idx1-ubyte"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def test_idx_labels_by_hand(idx):
    """Eight bytes of header, then the values."""
    assert read_idx(idx(LABELS), 1).tolist() == [7, 2, 1]


def test_gzip_is_recognised_by_the_name(idx):
    """The original files come as .gz and are read without unpacking."""
    assert read_idx(idx(gzip.compress(LABELS), "labels.gz"), 1).tolist() == [7, 2, 1]


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=3, max_dims=3, max_side=5)))
def test_idx_written_is_read_back(tmp_path_factory, array):
    """`write_idx` and `read_idx` are inverse."""
    path = tmp_path_factory.mktemp("idx") / "images"
    write_idx(path, array)
    np.testing.assert_array_equal(read_idx(path, 3), array)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "(none)"),
        (b"\x89PNG....", "starts with the bytes 89 50 4e 47"),
        (bytes([0, 0, 8, 3]) + LABELS[4:], "starts with 00 00 08 01"),
        (bytes([0, 0, 13, 1]) + LABELS[4:], "starts with the bytes 00 00 0d 01"),
        (LABELS[:6], "ends inside its header"),
        (LABELS[:-1], "states 3 = 3 bytes, but 2 follow"),
        (LABELS + b"\0", "but more than 3 follow"),
        (LABELS[:4] + struct.pack(">I", 2**32 - 1), "states 4,294,967,295 bytes"),
        (LABELS[:4] + struct.pack(">I", 0), "states 0 bytes"),
        (LABELS[:4] + struct.pack(">I", 50_000_000) + b"1", "but 1 follow"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_damaged_idx_is_named_with_what_was_expected(idx, content, expected, packed):
    """Each way of being wrong has its own words, plain and packed."""
    path = idx(gzip.compress(content), "labels.gz") if packed else idx(content)
    text = message(read_idx, path, 1)
    assert text.startswith(f"{path}: ")
    assert expected in text


def test_three_sizes_whose_product_is_huge_are_refused(idx):
    """The product of the stated sizes is checked, not each one alone."""
    header = bytes([0, 0, 8, 3]) + struct.pack(">3I", 2**31, 2**31, 2**31)
    assert "at most 2,147,483,648" in message(read_idx, idx(header), 3)


@pytest.mark.parametrize("cut", [5, 15, -9])
def test_cut_gzip_is_said_to_be_damaged(idx, cut):
    """An interrupted download is recognised wherever it was cut."""
    path = idx(gzip.compress(LABELS)[:cut], "labels.gz")
    assert message(read_idx, path, 1).startswith(f"{path}: ")


def test_plain_file_called_gz(idx):
    """A wrong name is a message too."""
    assert "damaged" in message(read_idx, idx(LABELS, "labels.gz"), 1)


def test_missing_files_and_folders(tmp_path):
    """No file, or a folder in its place, is said with the path."""
    assert f"{tmp_path / 'x'}: can't be read" in message(read_idx, tmp_path / "x", 1)
    assert f"{tmp_path}: can't be read" in message(read_idx, tmp_path, 1)
    assert f"{tmp_path / 'x.npz'}: can't be read" in message(read_npz, tmp_path / "x.npz")


def npy(array):
    content = io.BytesIO()
    np.lib.format.write_array(content, array, version=(1, 0))
    return content.getvalue()


@pytest.fixture
def npz(tmp_path):
    """Write the given bytes as array X of a .npz and return its path."""

    def write(content):
        path = tmp_path / "own.npz"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("X.npy", content)
        return path

    return write


@given(arrays.arrays(st.sampled_from([np.uint8, np.float32, np.int64]), arrays.array_shapes()))
def test_npz_written_is_read_back(tmp_path_factory, array):
    """`write_npz` and `read_npz` are inverse, dtype and shape included."""
    path = tmp_path_factory.mktemp("npz") / "own.npz"
    write_npz(path, {"X": array, "y": array})
    read = read_npz(path)
    assert sorted(read) == ["X", "y"]
    assert read["X"].dtype == array.dtype
    np.testing.assert_array_equal(read["X"], array)


def test_numpys_own_npz_is_read(tmp_path):
    """What `numpy.savez` and `numpy.savez_compressed` write is read, Fortran order included."""
    X = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "own.npz", X=X)
        np.testing.assert_array_equal(read_npz(tmp_path / "own.npz")["X"], X)


def test_object_arrays_are_refused_without_unpickling(tmp_path):
    """An object array could run code while it is read."""
    path = tmp_path / "own.npz"
    np.savez(path, X=np.array([{}], dtype=object))
    assert "array X has dtype object, which needs pickle" in message(read_npz, path)


def test_npz_that_states_more_than_it_holds_is_refused(npz):
    """A header of a few bytes can't make the reader take terabytes."""
    short, long = b"(1, 1), }", b"(9999999, 9999999), }"
    content = npy(np.zeros((1, 1))).replace(short.ljust(len(long)), long)  # header stays as long
    expected = "9,999,999 x 9,999,999 values of 8 bytes, but 8 bytes are stored"
    assert expected in message(read_npz, npz(content))


def test_archive_that_unpacks_to_too_much_is_refused(npz, monkeypatch):
    """The sizes of all arrays together are limited before one is unpacked."""
    monkeypatch.setattr("nnviz.datafiles.MAX_BYTES", 1000)
    assert "at most 1,000 are read" in message(read_npz, npz(npy(np.zeros(1000))))
    assert MAX_BYTES > 60_000 * 784 * 4


@pytest.mark.parametrize(
    "content",
    [
        b"not an array",
        b"\x93NUMPY",
        b"\x93NUMPY\x01\x00\x05\x00{'a'}",
        b"\x93NUMPY\x09\x00" + b"\0" * 20,
        npy(np.zeros(3))[:-3],
    ],
)
def test_damaged_arrays_are_named(npz, content):
    """Whatever is wrong inside, the message names file and array."""
    path = npz(content)
    assert message(read_npz, path).startswith(f"{path}: array X ")


@given(st.binary(max_size=300))
def test_any_bytes_as_npz_give_a_message(tmp_path_factory, content):
    """Random files never raise anything but InputError."""
    path = tmp_path_factory.mktemp("npz") / "own.npz"
    path.write_bytes(content)
    message(read_npz, path)


@given(st.data())
def test_npz_with_one_changed_byte_is_read_or_refused(tmp_path_factory, data):
    """A flipped byte anywhere is noticed or harmless; it never crashes."""
    path = tmp_path_factory.mktemp("npz") / "own.npz"
    write_npz(path, {"X": np.arange(6, dtype=np.uint8), "y": np.arange(6)})
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        read_npz(path)
    except InputError as error:
        text = str(error)
    else:
        text = str(path)
    assert str(path) in text


def test_same_arrays_give_the_same_bytes(tmp_path):
    """No date or memory layout gets into the file."""
    first, second = tmp_path / "a.npz", tmp_path / "b.npz"
    write_npz(first, {"X": np.eye(3)})
    write_npz(second, {"X": np.eye(3)})
    assert first.read_bytes() == second.read_bytes()


def test_failed_write_leaves_nothing_behind(tmp_path):
    """A target that can't be written keeps its content, and no temporary file stays."""
    target = tmp_path / "taken"
    target.mkdir()
    with pytest.raises(OSError, match="taken"):
        write_idx(target, np.zeros(3, np.uint8))
    assert list(tmp_path.iterdir()) == [target]
