"""Promises about the real terminal: it is as before, however the screen is left."""

import fcntl
import signal
import struct
import termios

import pytest

from tests.attach.slips import RIGHT

from .terminal import Terminal


@pytest.fixture
def terminal(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    opened = Terminal("--data=digits", folder=folder, cache=tmp_path / "cache")
    yield opened
    opened.close()


def test_ctrl_c_pauses_and_twice_quits_and_the_terminal_is_as_before(terminal, tmp_path):
    terminal.shown("LIVE")
    assert termios.tcgetattr(terminal.theirs) != terminal.before
    terminal.send(b" ")
    terminal.shown("RUNNING")
    terminal.send(b"\x03")
    terminal.shown("PAUSED")
    assert terminal.process.poll() is None
    terminal.send(b"\x03\x03")
    assert terminal.ended() == 0
    assert terminal.is_restored()
    assert list((tmp_path / "folder").iterdir()) == []  # nothing is saved silently


@pytest.mark.slow
def test_ctrl_c_pauses_a_program_of_ones_own_and_the_terminal_is_as_before(tmp_path):
    path = tmp_path / "mine.py"
    slow = "    import time; time.sleep(0.3)\n"
    path.write_text(RIGHT.replace("range(30)", "range(500)") + slow)
    opened = Terminal(str(path), folder=tmp_path, cache=tmp_path)
    try:
        opened.shown("PAUSED")
        opened.send(b"n")
        opened.shown("1/499")
        opened.send(b" ")
        opened.shown("RUNNING")
        opened.send(b"\x03")
        opened.shown("PAUSED")
        opened.send(b"q")
        assert opened.ended() == 0
        assert opened.is_restored()
    finally:
        opened.close()


def test_keys_sent_in_one_piece_are_a_command_and_not_what_its_letters_do(terminal):
    terminal.shown("LIVE")
    terminal.send(b"n:goto 3\r2")
    terminal.shown("3/200")


def test_quitting_while_it_trains_leaves_the_terminal_as_it_was(terminal):
    terminal.shown("LIVE")
    terminal.send(b" ")
    terminal.shown("RUNNING")
    terminal.send(b"q")
    assert terminal.ended() == 0
    assert terminal.is_restored()


def test_a_resize_is_drawn_at_the_new_size(terminal):
    terminal.shown("LIVE")
    terminal.written = ""
    fcntl.ioctl(terminal.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
    terminal.process.send_signal(signal.SIGWINCH)
    terminal.shown("Breakpoints, watches, branches")  # which has no room on the small screen
    terminal.send(b"q")
    assert terminal.ended() == 0
