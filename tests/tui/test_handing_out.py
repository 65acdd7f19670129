"""Promises of copying, exporting and saving from the screen, and of what a crash leaves behind."""

import base64
import re
import subprocess
import tempfile

import pytest

from nnviz.debugger.session import open_session
from nnviz.errors import InputError
from nnviz.tui import start as starting
from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import Look
from nnviz.tui.handing_out import next_name
from nnviz.tui.runner import Ask, Runner

from .helpers import at, seen, typed, until


@pytest.fixture
def app(open_debugger, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TMUX", raising=False)
    return NnvizApp(open_debugger, Look())


async def test_y_copies_the_panel_that_is_looked_at_as_text(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("3", "y")
        await pilot.pause()
        assert app.clipboard == "\n".join(
            line.rstrip() for line in seen(app)["confusion"].splitlines()
        )
        await pilot.press("enter")
        await until(pilot, lambda: "units" in seen(app) or "z_values" in seen(app))
        await pilot.press("y")
        await pilot.pause()
        assert "L1 sigmoid" in app.clipboard


async def test_capital_y_copies_the_layers_row_for_a_spreadsheet(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("j", "Y")
        await pilot.pause()
        names, values = (line.split("\t") for line in app.clipboard.split("\n"))
        row = dict(zip(names, values, strict=True))
        assert row["iteration"] == "0"
        assert float(row["L2.z_std"]) == app.view.frame.layers[1].z_std
        assert float(row["W2.update_ratio"]) == app.view.frame.layers[1].update_ratio


async def test_a_value_a_panel_or_a_row_is_copied_to_the_clipboard_or_to_a_file(app, tmp_path):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await typed(pilot, "copy loss * 2")
        assert float(app.clipboard) == 2 * app.view.frame.loss
        await typed(pilot, "copy layers to table.txt")
        assert "L1 sigmoid" in (tmp_path / "table.txt").read_text()
        await typed(pilot, "copy to panel.txt")
        assert "W1 mean" in (tmp_path / "panel.txt").read_text()
        await typed(pilot, "copy layers to table.txt")
        await pilot.pause()
        assert "exists already" in app.screen.query_one("Static").content


async def test_what_can_t_be_copied_is_said_with_what_can(app):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await typed(pilot, "copy layrs")
        shown = app.screen.query_one("Static").content
        assert "neither a panel on the screen (timeline, breadcrumb, layers" in shown
        assert app.clipboard == ""


async def test_the_terminal_is_asked_by_osc_52_and_tmux_by_its_own_command(app, monkeypatch):
    written, given = [], []
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    monkeypatch.setattr(subprocess, "run", lambda words, **how: given.append((words, how["input"])))
    async with app.run_test() as pilot:
        await at(pilot, 0)
        monkeypatch.setattr(app._driver, "write", written.append)
        await typed(pilot, "copy iteration + 1")
    sent = re.search(r"\x1b\]52;c;([^\a]*)\a", "".join(written))
    assert base64.b64decode(sent[1]) == b"1.0"
    assert given == [(["tmux", "load-buffer", "-w", "-"], b"1.0")]


async def test_e_draws_the_screen_into_a_new_file_each_time(app, tmp_path):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("e", "e")
        await pilot.pause()
        await typed(pilot, "export mine.svg")
        await until(pilot, (tmp_path / "mine.svg").exists)
        await typed(pilot, "export mine.png")
        await pilot.pause()
        assert "ends in .svg" in app.screen.query_one("Static").content
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["mine.svg", "nnviz-course-0-2.svg", "nnviz-course-0.svg"]
    assert "sigmoid" in (tmp_path / "mine.svg").read_text()


def test_a_name_for_a_picture_is_never_one_that_is_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.svg", "a-2.svg"):
        (tmp_path / name).touch()
    (tmp_path / "a-3.svg").symlink_to("nowhere")
    assert next_name("a").name == "a-4.svg"
    monkeypatch.setattr("nnviz.tui.handing_out.TRIES", 4)
    with pytest.raises(InputError, match="export FILE"):
        next_name("a")


async def test_save_writes_the_run_and_quitting_writes_nothing(app, tmp_path):
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await pilot.press("f")
        await at(pilot, 10)
        await typed(pilot, "save mine.nnviz")
        await until(pilot, lambda: "saved in" in app.view.reason)
        await pilot.press("n")
        await at(pilot, 11)
        await pilot.press("q")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.nnviz"]
    assert open_session(tmp_path / "mine.nnviz").history.last == 10


@pytest.mark.slow
async def test_in_a_browser_what_is_saved_goes_to_the_visitor_not_to_the_server(
    app, tmp_path, monkeypatch
):
    delivered = []

    def deliver(file, *, save_filename, **how):
        delivered.append((save_filename, len(file.read())))

    monkeypatch.setattr(NnvizApp, "is_web", property(lambda self: True))
    monkeypatch.setattr(app, "deliver_text", deliver)
    monkeypatch.setattr(app, "deliver_binary", deliver)
    async with app.run_test() as pilot:
        await at(pilot, 0)
        await typed(pilot, "copy layers to table.txt")
        await typed(pilot, "export ../screen.svg")
        await typed(pilot, "save /etc/mine.nnviz")
        await until(pilot, lambda: len(delivered) == 3)
    assert sorted(name for name, _ in delivered) == ["mine.nnviz", "screen.svg", "table.txt"]
    assert all(size > 100 for _, size in delivered)
    assert list(tmp_path.iterdir()) == []


def runner_of(open_debugger, *orders):
    news = []
    runner = Runner(open_debugger, news.append)
    runner.start()
    for order in orders:
        runner.send(order)
    return runner, news


def test_a_crash_leaves_the_run_so_far_in_a_file_and_says_where(
    open_debugger, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)

    def crash(debugger):
        debugger.timeline.seek(7)
        raise ZeroDivisionError

    runner, _ = runner_of(open_debugger, Ask(crash))
    while runner.alive:
        runner._thread.join()
    said = starting.rescue(runner)
    (file,) = tmp_path.iterdir()
    assert str(file) in said
    assert open_session(file).history.last == 7


def test_a_crash_where_nothing_can_be_written_uses_the_temporary_folder(
    open_debugger, monkeypatch, tmp_path
):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(starting.Path, "cwd", lambda: tmp_path / "none")
    monkeypatch.setattr(tempfile, "gettempdir", lambda: tmp_path / "temporary")
    runner, _ = runner_of(open_debugger, Ask(lambda debugger: str(debugger.timeline.step().index)))
    while not runner.debugger or runner.debugger.timeline.index < 1:
        pass
    assert "temporary/nnviz-crash-" in starting.rescue(runner)


def test_a_crash_before_there_was_a_run_saves_nothing_and_says_so(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def broken():
        raise OSError

    runner, _ = runner_of(broken)
    assert "nothing yet" in starting.rescue(runner)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failure", [ZeroDivisionError(), InputError("bad"), None])
def test_only_a_crash_is_rescued_and_its_error_is_raised_again(
    open_debugger, monkeypatch, capsys, failure
):
    def run(self):
        self.failure = failure

    monkeypatch.setattr(NnvizApp, "run", run)
    monkeypatch.setattr(starting, "rescue", lambda runner: "rescued")
    if failure is None:
        assert starting.start(open_debugger) == 0
    else:
        with pytest.raises(type(failure)):
            starting.start(open_debugger)
    assert ("rescued" in capsys.readouterr().err) == isinstance(failure, ZeroDivisionError)
