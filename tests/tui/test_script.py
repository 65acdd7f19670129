"""Promises of a lecture's script: what a line may be, hints, and errors with file and line."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.debugger.command_checks import Terms
from nnviz.errors import InputError
from nnviz.tui.keys import KEYS
from nnviz.tui.script import read_script

TERMS = Terms(3, {"learning_rate": 1e-5})


@pytest.fixture
def read(tmp_path):
    def of(text):
        file = tmp_path / "lecture.txt"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_script(file, TERMS)

    return of


def test_comments_are_the_hint_of_the_line_that_follows_or_that_they_end(read):
    cues = read("# The starter.\n# Look at L1.\n\nn\nbreak L1.dead > 10%  # stop there\nspace\n")
    assert [(cue.text, cue.hint) for cue in cues] == [
        ("n", "The starter. Look at L1."),
        ("break L1.dead > 10%", "stop there"),
        ("space", ""),
    ]


def test_a_key_is_written_as_in_the_help_or_as_a_command_after_a_colon(read):
    cues = read("1\n:1\nPgUp\nCtrl-C\ngoto 5\n")
    assert [cue.key for cue in cues] == ["1", "", "pageup", "ctrl+c", ""]


def test_every_key_of_the_table_can_be_written(read):
    cues = read("\n".join(key.keys.split(",")[0] for key in KEYS))
    assert [cue.key for cue in cues] == [key.keys.split(",")[0] for key in KEYS]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("n\ngotoo 5", ":2: there is no command 'gotoo'; did you mean goto?"),
        ("break L1.daed > 1", ":1: unknown name 'L1.daed'"),
        ("\n\nset learning_rat=1", ":3: learning_rat: no such setting"),
        ("# only words", "says nothing to do"),
        ("", "says nothing to do"),
        (b"n\n\xff\xfe", "not a text in UTF-8 (byte 2)"),
        (b"n\n" * 600_000, "larger than 1,000,000 bytes"),
    ],
)
def test_what_is_wrong_is_said_with_the_file_and_the_line(read, text, says):
    with pytest.raises(InputError) as caught:
        read(text)
    assert says in str(caught.value)
    assert "lecture.txt" in str(caught.value)


def test_a_file_that_is_not_there_is_an_error_too(tmp_path):
    with pytest.raises(InputError, match="can't be read"):
        read_script(tmp_path / "none", TERMS)


@given(text=st.text(alphabet="nNsfc#: 12\n\tgotbreak<>().L", max_size=60))
def test_any_text_is_a_script_or_refused(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("scripts") / "lecture.txt"
    file.write_text(text)
    with suppress(InputError):
        assert read_script(file, TERMS)
