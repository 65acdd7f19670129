"""A program that is debugged shut in: what the layers hold, and that going back still works."""

import pytest

from grader.sandbox.backends import LANDLOCK
from grader.sandbox.debugged import LAYERS, enclosure
from grader.sandbox.inside import landlock
from grader.sandbox.probing import impossible
from nnviz.attach.attaching import attach
from nnviz.attach.program import read_program
from nnviz.cli import main
from nnviz.debugger.timeline import Timeline
from nnviz.errors import InputError
from tests.attach.slips import RIGHT

ATTEMPTS = """
import os, socket, subprocess

def attempts():
    done = []
    for what, act in (
        ("reads outside", lambda: open({secret!r}).read()),
        ("writes outside", lambda: open({secret!r} + ".new", "w")),
        ("writes beside itself", lambda: open(__file__ + ".new", "w")),
        ("starts programs", lambda: subprocess.run(["true"])),
        ("reaches the network", lambda: socket.create_connection(("127.0.0.1", 9))),
        ("signals", lambda: os.kill(os.getppid(), 0)),
    ):
        try:
            act()
            done.append(what)
        except PermissionError:
            pass
    return done

print("before", attempts())
"""


@pytest.mark.skipif(bool(impossible(LANDLOCK)), reason="needs Landlock")
def test_a_program_that_is_shut_in_gets_at_nothing_and_goes_back(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    folder = tmp_path / "program"
    folder.mkdir()
    path = folder / "mine.py"
    text = RIGHT.replace("k = 0.4", ATTEMPTS.format(secret=str(secret)) + "\nk = 0.4")
    path.write_text(text + "    print('round', i, attempts(), sorted(os.environ)[:1])\n")
    source = attach(read_program(path), enclosure=enclosure())
    try:
        timeline = Timeline(source)
        timeline.seek(3)
        timeline.seek(1)
        assert timeline.drifts == ()
        assert source.printed(3) == "before []\nround 0 [] ['HOME']\nround 1 [] ['HOME']"
    finally:
        source.close()
    assert sorted(p.name for p in folder.iterdir()) == ["mine.py"]


@pytest.mark.skipif(bool(impossible(LANDLOCK)), reason="needs Landlock")
def test_a_net_so_large_that_its_statistics_take_threads_is_shut_in_like_any_other(tmp_path):
    path = tmp_path / "large.py"
    sizes = {"rand(20": "rand(900", "randn(12, 20)": "randn(400, 900)"}
    text = RIGHT
    for old, new in {**sizes, "randn(12, 12)": "randn(12, 400)"}.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    source = attach(read_program(path), enclosure=enclosure())
    try:
        # the standard deviation of what it draws, which it halves
        assert source.advance().layers[0].weight_std == pytest.approx(0.5, abs=0.01)
    finally:
        source.close()


def test_where_nothing_can_shut_it_in_it_does_not_run(monkeypatch):
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    with pytest.raises(InputError, match=r"--sandbox: landlock: .*your rights"):
        enclosure()


def test_what_holds_and_what_does_not_is_said():
    assert [layer.partition(":")[0] for layer in LAYERS] == [
        *("Landlock", "seccomp", "limits", "not held")
    ]


def test_the_engines_own_runs_need_no_sandbox(capsys):
    assert main(["train", "course", "--sandbox"]) == 2
    assert "--sandbox: is for a program" in capsys.readouterr().err
