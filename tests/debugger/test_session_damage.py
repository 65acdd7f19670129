"""A recorded run is never trusted: cut, changed, foreign and hostile files."""

import json
import zlib
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.recorder import Recorder
from nnviz.debugger.records import HEAD_SIZE
from nnviz.debugger.session import open_session
from nnviz.debugger.session_header import HEADER
from nnviz.errors import InputError

from .conftest import SMALL
from .recordings import DATASET, recorded, source_here


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a recording of 12 iterations, not ended: as after a crash."""
    path = tmp_path_factory.mktemp("whole") / "run.nnviz"
    recorder = recorded(path, iterations=12, every=4)[1]
    content = path.read_bytes()
    recorder.close()
    return content


def ends(whole):
    """Where each record ends in a file, with its kind: walked by the format's description."""
    place, found = 12, []
    while place < len(whole):
        kind = whole[place : place + 4]
        place += HEAD_SIZE + int.from_bytes(whole[place + 4 : place + 12], "little")
        found.append((place, kind))
    return found


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_cut_off_anywhere_all_iterations_before_are_there(whole, tmp_path_factory, data):
    """At most the record that was being written is lost, and the place is named."""
    records = ends(whole)
    edges = [end + off for end, _ in records for off in (-1, 0, 1)]
    length = data.draw(st.integers(0, len(whole) - 1) | st.sampled_from(edges[:-2]))
    path = tmp_path_factory.getbasetemp() / "cut.nnviz"
    path.write_bytes(whole[:length])
    if length < records[0][0]:
        with pytest.raises(InputError, match=r"cut\.nnviz: "):
            open_session(path)
        return
    session = open_session(path)
    complete = [(end, kind) for end, kind in records if end <= length]
    assert len(session.history) == [kind for _, kind in complete].count(b"iter")
    cut = f"cut off at byte {complete[-1][0]:,}" if length > complete[-1][0] else ""
    assert session.damage == cut


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.integers(0, 10**9), value=st.integers(1, 255), fix=st.booleans())
def test_one_wrong_byte_is_an_error_or_noticed_damage(whole, tmp_path_factory, place, value, fix):
    """Whatever a file holds, opening gives what is sound of it or one clear error.

    `fix` corrects the checksum of the header record, as somebody with bad intentions would.
    """
    wrong = bytearray(whole)
    wrong[place % len(wrong)] ^= value
    if fix:
        start = 12
        size = int.from_bytes(whole[start + 4 : start + 12], "little")
        content = wrong[start + HEAD_SIZE : start + HEAD_SIZE + size]
        wrong[start + 12 : start + 16] = zlib.crc32(content).to_bytes(4, "little")
        check = zlib.crc32(wrong[start : start + 16])
        wrong[start + 16 : start + 20] = check.to_bytes(4, "little")
    path = tmp_path_factory.getbasetemp() / "wrong.nnviz"
    path.write_bytes(bytes(wrong))
    try:
        session = open_session(path)
    except InputError:
        return
    assert fix or session.damage.startswith(("damaged at byte", "cut off at byte"))
    if not len(session.history) or session.header.first not in session.keyframes:
        return
    with suppress(InputError, IndexError):
        session.timeline(make_source=source_here).seek(3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"first": -1}, "the first iteration is -1"),
        ({"arrays": [{"name": "W1", "type": "O", "shape": [1]}]}, "type of array is unknown"),
        ({"arrays": [{"name": "W1", "type": "<f4", "shape": [10**12]}]}, "ends before its first"),
        ({"arrays": [{"name": "W1", "type": "<f4", "shape": [-1]}]}, "an array is empty"),
        ({"columns": [""] * 10**4}, "ends before its first iteration"),
        ({"columns": 7}, "header can't be read"),
        ({"phases": []}, "there are no phases"),
    ],
)
def test_a_header_that_asks_for_too_much_is_refused(whole, tmp_path, change, message):
    """With right checksums, as from somebody with bad intentions; nothing is allocated for it."""
    size = int.from_bytes(whole[16:24], "little")
    header = json.loads(whole[12 + HEAD_SIZE : 12 + HEAD_SIZE + size])
    content = json.dumps(header | change).encode()
    head = HEADER + len(content).to_bytes(8, "little") + zlib.crc32(content).to_bytes(4, "little")
    head += zlib.crc32(head).to_bytes(4, "little")
    path = tmp_path / "wrong.nnviz"
    path.write_bytes(whole[:12] + head + content + whole[12 + HEAD_SIZE + size :])
    with pytest.raises(InputError, match=message):
        open_session(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a recorded session"),
        (b"PK\x03\x04 something else", "is not a recorded session"),
        (b"\x89NNVIZ\r\n\x02\0\0\0", "version 2 of the format.*reads version 1"),
        (b"\x89NNVIZ\r\n\x01\0\0\0", "ends after its first bytes; nothing can be read"),
        (b"\x89NNVIZ\r\n\x01\0\0\0head\xff\xff", "cut off at byte 12; nothing can be read"),
        (b"\x89NNVIZ\r\n\x01\0\0\0" + b"x" * 100, "damaged at byte 12; nothing can be read"),
    ],
)
def test_foreign_files_and_other_versions_say_what_they_are(tmp_path, content, message):
    """One sentence with what was found and what was expected."""
    path = tmp_path / "file.nnviz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        open_session(path)


def test_a_recording_never_overwrites(tmp_path):
    """A file that is there is refused before anything is trained."""
    recorded(tmp_path / "run.nnviz", iterations=1)[1].close()
    before = (tmp_path / "run.nnviz").read_bytes()
    with pytest.raises(InputError, match="exists already"):
        Recorder(tmp_path / "run.nnviz", EngineSource(SMALL, DATASET))
    assert (tmp_path / "run.nnviz").read_bytes() == before
    with pytest.raises(InputError, match="can't be written: No such file or directory"):
        Recorder(tmp_path / "no" / "run.nnviz", EngineSource(SMALL, DATASET))
