"""Promises of the picture that is seen before the application: it is true, and does no harm."""

import argparse
import fcntl
import os
import signal
import struct
import termios

import pytest
from textual.geometry import Size

from nnviz.commands import tui
from nnviz.tui import first_picture
from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.early_screen import LEAVE
from nnviz.tui.first_picture import MOST, FirstPicture, key_of, opens_alike
from nnviz.tui.handover import AS_ONE, DONE, STARTING, picture_of, starting

from .helpers import until
from .terminal import Terminal, cells

PICTURE = "\x1b[1;1H\x1b[1;38;5;17m▀ loss 0.5\x1b[0m"
WAITS = """
import sys, time
from pathlib import Path

class Slow:
    def find_spec(self, name, *rest):
        while name == "textual.app" and not Path(GO).exists():
            time.sleep(0.01)

sys.meta_path.insert(0, Slow())
"""
"""Keeps the application from starting until there is a file."""


def parsed(*words):
    parser = argparse.ArgumentParser()
    tui.configure(parser)
    return parser.parse_args(words)


@pytest.fixture
def place(tmp_path):
    return FirstPicture(tmp_path / "cache" / "nnviz" / "a", "key", (80, 24))


def test_what_was_kept_is_read_and_nobody_else_may_read_or_write_it(place):
    assert place.read() == ""
    place.keep(PICTURE)
    assert place.read() == PICTURE
    assert place.path.stat().st_mode & 0o777 == 0o600
    assert place.path.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in place.path.parent.iterdir()] == ["a"]
    place.keep(PICTURE + "2")
    assert place.read() == PICTURE + "2"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"0.5", b"0.6")),
        lambda path: path.write_bytes(b"\xff\xfe\n\n\n"),
        lambda path: path.write_bytes(b""),
        lambda path: path.chmod(0o644),
        lambda path: (path.rename(path.with_name("b")), path.symlink_to("b")),
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: (path.unlink(), os.mkfifo(path)),
    ],
    ids="shorter changed foreign empty open link folder pipe".split(),
)
def test_a_file_that_is_not_just_as_it_was_written_is_not_shown(place, spoil):
    place.keep(PICTURE)
    spoil(place.path)
    assert place.read() == ""


def test_a_picture_of_another_start_under_the_same_name_is_not_shown(place):
    place.keep(PICTURE)
    assert FirstPicture(place.path, "other", (80, 24)).read() == ""


@pytest.mark.parametrize("sequence", ["\x1b]0;title\x07", "\x1b[6n", "\x1b[?1000h", "\n", "\x9b2J"])
def test_a_picture_can_only_place_text_and_color_it(place, sequence):
    place.keep(PICTURE)
    place.keep(PICTURE + sequence)
    assert not place.path.exists()  # nor what was kept before
    assert list(place.path.parent.iterdir()) == []


def test_a_full_disk_keeps_nothing_and_is_no_error(place, monkeypatch):
    place.keep(PICTURE)

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    place.keep(PICTURE + "2")
    assert list(place.path.parent.iterdir()) == []


def test_a_place_where_nothing_can_be_written_is_none_and_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    place = FirstPicture(tmp_path / "file" / "nnviz" / "a", "key", (80, 24))
    place.keep(PICTURE)
    assert place.read() == ""


def test_only_the_latest_are_kept(place):
    for number in range(MOST + 3):
        path = place.path.with_name(str(number))
        FirstPicture(path, "key", (80, 24)).keep(PICTURE)
        os.utime(path, (number, number))
    place.keep(PICTURE)
    kept = {path.name for path in place.path.parent.iterdir()}
    assert kept == {"a", *(str(number) for number in range(4, MOST + 3))}


def test_whatever_decides_the_first_frame_changes_the_key(tmp_path, monkeypatch):
    keys = [key_of(parsed(), (80, 24)), key_of(parsed(), (81, 24))]
    keys += [key_of(parsed(*words), (80, 24)) for words in (["relu"], ["--seed=3"], ["--present"])]
    keys.append(key_of(parsed("--set", "learning_rate=1"), (80, 24)))
    path = tmp_path / "mine.toml"
    for text in ("seed = 1", "seed = 2"):
        path.write_text(text)
        keys.append(key_of(parsed(str(path)), (80, 24)))
    for name in ("TERM", "COLORTERM", "NO_COLOR", "LC_ALL", "NNVIZ_DATA_DIR", "TEXTUAL_THEME"):
        with monkeypatch.context() as patch:
            patch.setenv(name, str(tmp_path))
            keys.append(key_of(parsed(), (80, 24)))
    monkeypatch.setattr(first_picture, "__file__", str(tmp_path / "nnviz" / "tui" / "x.py"))
    for content in ("a", "bc"):  # of the program itself
        (tmp_path / "nnviz").mkdir(exist_ok=True)
        (tmp_path / "nnviz" / "a.py").write_text(content)
        keys.append(key_of(parsed(), (80, 24)))
    assert len(set(keys)) == len(keys)
    assert keys[-1] == key_of(parsed(), (80, 24))


def test_a_variable_that_decides_nothing_changes_no_key(monkeypatch):
    before = key_of(parsed(), (80, 24))
    monkeypatch.setenv("SHLVL", "7")
    assert key_of(parsed(), (80, 24)) == before


@pytest.mark.parametrize(
    ("words", "alike"),
    [
        ("", True),
        ("relu --seed 3 --set biases=true", True),
        ("mine.toml --present", True),
        ("mine.py", False),
        ("mine.nnviz", False),
        ("course relu", False),
        ("--at 5", False),
        ("--lesson gentle-slope", False),
        ("--tour", False),
        ("--plain", False),
        ("--web", False),
        ("--script a.txt", False),
    ],
)
def test_pictures_are_of_starts_on_an_experiment(words, alike):
    assert opens_alike(parsed(*words.split())) == alike


@pytest.mark.parametrize(
    ("look", "size"),
    [
        (Look(), (80, 24)),
        (Look(), (160, 50)),
        (Look(ColorDepth.EIGHT_BIT), (40, 12)),
        (Look(ColorDepth.ANSI16, ascii=True), (80, 24)),
        (Look(ColorDepth.NONE), (160, 50)),
        (Look(present=True), (80, 24)),
    ],
    ids=str,
)
async def test_the_picture_is_the_frame_cell_by_cell_but_says_that_it_starts(
    open_debugger, look, size
):
    app = NnvizApp(open_debugger, look)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.view and app.view is not app.first_view)
        live = app.screen._compositor.render_strips(Size(*size))
        text = "".join(f"\x1b[{y};1H{strip.render(app.console)}" for y, strip in enumerate(live, 1))
        shown, now = cells(text, *size), cells(picture_of(app), *size)
        picture = starting(app, app.view)
        kept = cells(picture, *size)
        await pilot.pause()
        again = app.screen._compositor.render_strips(Size(*size))
        assert first_picture.PICTURE.fullmatch(picture)
    assert now == shown
    assert [row for y, row in enumerate(kept) if row != shown[y]] == [kept[-3]]
    said = "".join(character for character, _ in kept[-3]).strip()
    assert STARTING.startswith(said.rstrip("…~"))
    assert [strip.text for strip in again] == [strip.text for strip in live]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """The cache after one start."""
    folder = tmp_path_factory.mktemp("cache")
    first = Terminal("--data=digits", folder=folder, cache=folder)
    first.shown("press n")
    pictures = folder / "nnviz" / "first-pictures"
    first.until(lambda: pictures.is_dir() and any(pictures.iterdir()), "a picture")
    assert STARTING not in first.written
    first.send(b"q")
    assert first.ended() == 0
    first.close()
    return folder


@pytest.fixture
def start(cache, tmp_path):
    """Opens a terminal on a start like that one, which waits until there is a file."""
    opened = []

    def open_one(before=WAITS):
        go = tmp_path / "go"
        before = f"GO = {str(go)!r}\n{before}"
        opened.append(Terminal("--data=digits", folder=tmp_path, cache=cache, before=before))
        opened[-1].shown(STARTING)
        return opened[-1], go

    yield open_one
    for terminal in opened:
        terminal.close()


def kept_in(cache):
    (path,) = (cache / "nnviz" / "first-pictures").iterdir()
    _, key, _, picture = path.read_text().split("\n")
    return picture, FirstPicture(path, key, (80, 24))


def test_the_application_takes_over_with_the_same_picture_and_does_what_was_typed(start, cache):
    terminal, go = start()
    picture, _ = kept_in(cache)
    terminal.until(lambda: picture in terminal.written, "all of it")
    os.write(terminal.ours, b"n")
    while terminal.read():
        pass
    assert terminal.written.endswith(picture + "\x1b[0m")  # nothing is echoed
    go.touch()
    terminal.until(lambda: DONE in terminal.written, "the first frame")
    live = terminal.written[terminal.written.index(picture) + len(picture) :]
    assert "\x1b[?1049h" not in live  # which might clear the screen
    frame = live[live.index(AS_ONE) : live.index(DONE)]
    shown, kept = cells(frame), cells(picture)
    assert [y for y in range(24) if shown[y] != kept[y]] == [21]
    terminal.shown("1/200")
    terminal.send(b"q")
    assert terminal.ended() == 0
    assert terminal.is_restored()


def test_ctrl_c_before_the_application_ends_at_once_and_restores_the_terminal(start):
    terminal, _ = start()
    assert not terminal.is_set_as_before
    os.write(terminal.ours, b"\x03")
    assert terminal.ended() == 128 + signal.SIGINT
    assert terminal.is_set_as_before
    assert terminal.written.endswith(f"{LEAVE}nnviz: interrupted\r\n")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_ends_it_before_the_application_restores_the_terminal(start, number):
    terminal, _ = start()
    terminal.process.send_signal(number)
    assert terminal.ended() == -number
    assert terminal.is_set_as_before
    assert terminal.written.endswith(LEAVE)


@pytest.mark.slow
def test_a_picture_that_turns_out_to_be_of_something_else_is_drawn_over_and_replaced(start, cache):
    picture, first = kept_in(cache)
    first.keep("\x1b[1;1Hno such run \x1b[22;1H" + STARTING)
    terminal, go = start()
    go.touch()
    terminal.until(lambda: DONE in terminal.written, "the first frame")
    shown = cells(terminal.written[: terminal.written.index(DONE)])
    assert [y for y, row in enumerate(cells(picture)) if row != shown[y]] == [21]
    terminal.until(lambda: first.path.is_file() and first.read() == picture, "the true picture")
    terminal.send(b"q")
    assert terminal.ended() == 0


@pytest.mark.slow
def test_a_terminal_made_larger_meanwhile_is_filled_and_the_picture_stays_that_of_its_size(
    start, cache
):
    picture, _ = kept_in(cache)
    terminal, go = start()
    fcntl.ioctl(terminal.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
    os.write(terminal.ours, b"n")
    go.touch()
    terminal.shown("Breakpoints, watches, branches")  # which has no room on the small screen
    terminal.shown("1/200")
    terminal.send(b"q")
    assert terminal.ended() == 0
    assert terminal.is_restored()
    assert kept_in(cache)[0] == picture


@pytest.mark.slow
def test_q_typed_before_the_application_leaves_it(start):
    terminal, go = start()
    os.write(terminal.ours, b"q")
    go.touch()
    assert terminal.ended() == 0
    assert terminal.is_restored()


@pytest.mark.slow
def test_what_fails_before_the_application_leaves_the_terminal_as_it_was(start):
    fails = "raise ModuleNotFoundError('it is not there')"
    before = WAITS.replace("time.sleep(0.01)", fails)
    terminal, _ = start(before)
    assert terminal.ended() == 1
    assert terminal.is_set_as_before
    screen, _, rest = terminal.written.partition("\x1b[?1049l")
    assert "it is not there" in rest
    assert "it is not there" not in screen


@pytest.mark.slow
def test_a_stopped_application_gives_back_the_settings_from_before_the_picture(start):
    terminal, go = start()
    go.touch()
    terminal.shown("press n")
    terminal.process.send_signal(signal.SIGTSTP)
    stopped = (os.P_PID, terminal.process.pid, os.WSTOPPED | os.WNOHANG)
    terminal.until(lambda: os.waitid(*stopped) is not None, "that it stops")
    assert terminal.is_set_as_before
    terminal.process.send_signal(signal.SIGCONT)
    terminal.until(lambda: not terminal.is_set_as_before, "those of the application")
    terminal.send(b"q")
    assert terminal.ended() == 0
    assert terminal.is_restored()
