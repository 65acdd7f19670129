"""A program under the debugger computes the same bits, and whatever it does is said clearly."""

import hashlib
import mmap
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

from nnviz.attach.attaching import attach
from nnviz.attach.namespace import path_text
from nnviz.attach.program import read_program
from nnviz.attach.recognition import Corrections
from nnviz.debugger.commands import execute
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.timeline import Timeline
from nnviz.engine.tiles import Cancelled
from nnviz.errors import InputError
from tests.attach.slips import RIGHT, planted

HASH = "import hashlib\nprint('bits', hashlib.sha256(W1.tobytes() + W3.tobytes()).hexdigest())\n"
SHORT = RIGHT.replace("range(30)", "range(6)")


def in_loop(statement: str, text: str = SHORT) -> str:
    """The program with a statement at the end of its loop."""
    return text + f"    {statement}\n"


def test_the_final_weights_have_the_same_bits_as_without_the_debugger(start, tmp_path):
    source = start("bits.py", RIGHT + HASH)
    done = subprocess.run(
        [sys.executable, tmp_path / "bits.py"], capture_output=True, text=True, check=True
    )
    timeline = Timeline(source)
    timeline.seek(12)
    timeline.seek(3)  # what is done again must not change what comes after
    timeline.seek(29)
    source.finish()
    assert source.family.text.lines[-1][1] == done.stdout.strip()


def test_the_file_is_never_written(start, tmp_path):
    source = start("mine.py", SHORT)
    before = hashlib.sha256((tmp_path / "mine.py").read_bytes()).hexdigest()
    Timeline(source).seek(5)
    assert hashlib.sha256((tmp_path / "mine.py").read_bytes()).hexdigest() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.py"]


@pytest.mark.slow
def test_random_numbers_of_the_loop_come_back_too(start):
    text = SHORT.replace("loss =", "noise = rng.rand()\n    X = X + 0 * noise\n    loss =")
    timeline = Timeline(start("random.py", text))
    timeline.seek(5)
    first = timeline.source.look("noise")
    timeline.seek(2)
    timeline.seek(5)
    assert timeline.source.look("noise") == first


def test_a_notebook_runs_like_a_script_and_names_its_cells(tmp_path):
    head, loop = RIGHT.split("for i in", 1)
    cells = ["%matplotlib inline\n" + head, "for i in" + loop]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    path = tmp_path / "net.ipynb"
    nbformat.write(notebook, path)
    program = read_program(path)
    assert program.skipped == ("cell 1, line 1: %matplotlib inline",)
    source = attach(program)
    try:
        timeline = Timeline(source)
        timeline.seek(4)
        timeline.step_back()
        assert timeline.index == 3
        assert "(cell 2, line 3)" in source.phases()[0].formula
    finally:
        source.close()


def test_printed_text_is_kept_by_iteration_and_not_printed_again(start):
    debugger = Debugger(Timeline(start("say.py", in_loop("print('round', i)"))))
    debugger.timeline.seek(4)
    debugger.timeline.seek(2)
    assert execute(debugger, "text") == "round 0\nround 1\nround 2"
    debugger.timeline.seek(5)
    assert execute(debugger, "text 2") == "round 4\nround 5"


@pytest.mark.slow
def test_a_flood_of_printing_is_cut(start):
    source = start("flood.py", in_loop("print('x' * 5000 + '\\n' * 20000)"))
    Timeline(source).seek(3)
    assert len(source.family.text.lines) <= 5000
    assert source.family.text.left_out > 10_000


def test_an_exception_stops_with_the_arrays_still_there(start):
    source = start("fails.py", in_loop("X[i - 3] / (1 if i < 3 else None)"))
    timeline = Timeline(source)
    timeline.seek(2)
    with pytest.raises(InputError, match=r"(?s)line 31: TypeError.*in iteration 3"):
        timeline.step()
    assert timeline.index == 2
    assert source.look("delta2").startswith("delta2: 12 x 300, float64")
    timeline.step_back()
    assert timeline.index == 1


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("input('go on?') if i == 2 else None", r"input\('go on\?'\) gets no answer"),
        ("exit(3) if i == 2 else None", "called exit: 3"),
        ("import os; os._exit(1) if i == 2 else None", "killed or crashed"),
        ("import nowhere_to_be_found", "No module named 'nowhere_to_be_found'"),
        ("W1 = W1[:, :5] if i == 2 else W1", "ValueError: matmul"),
    ],
)
def test_what_ends_a_program_inside_its_loop_is_said(statement, words, start):
    with pytest.raises(InputError, match=words):
        Timeline(start("ends.py", in_loop(statement))).seek(5)


def test_nan_is_shown_and_not_fatal(start):
    timeline = Timeline(start("nan.py", in_loop("W1[0, 0] = np.nan if i == 2 else W1[0, 0]")))
    timeline.seek(4)
    assert np.isnan(timeline.frame.loss)
    timeline.seek(1)
    assert np.isfinite(timeline.frame.loss)


def test_the_end_of_the_loop_is_said_and_the_run_can_be_gone_back_in(start):
    timeline = Timeline(start("short.py", SHORT))
    timeline.seek(5)
    with pytest.raises(InputError, match="has ended after iteration 5"):
        timeline.step()
    timeline.seek(2)
    assert timeline.index == 2
    timeline.seek(5)
    assert timeline.index == 5


def test_a_loop_without_an_end_can_be_interrupted(start):
    text = in_loop("while i == 2: pass")
    timeline = Timeline(start("endless.py", text))
    timeline.seek(1)
    begun = time.monotonic()
    timeline.source.cancelled = lambda: time.monotonic() > begun + 0.4
    with pytest.raises(Cancelled):
        timeline.step()
    timeline.source.cancelled = lambda: False
    assert timeline.index == 1
    timeline.step_back()
    assert timeline.index == 0


@pytest.mark.slow
def test_changing_the_folder_and_starting_a_process_are_the_programs_own_business(start):
    statement = "import os, subprocess; os.chdir('/'); subprocess.run(['true'], check=True)"
    timeline = Timeline(start("moves.py", in_loop(statement)))
    timeline.seek(3)
    timeline.seek(1)
    assert timeline.drifts == ()


def test_a_fork_takes_another_rate_and_other_weights(start):
    debugger = Debugger(Timeline(start("fork.py", SHORT)))
    debugger.timeline.seek(2)
    execute(debugger, "set lr=0")
    debugger.timeline.seek(4)
    assert not np.any(debugger.timeline.source.array("update2"))
    execute(debugger, "set W1[0, 0] = 5")
    assert debugger.timeline.source.array("W1")[0, 0] == 5
    with pytest.raises(InputError, match="no such setting"):
        execute(debugger, "set speed=2")


def test_a_changed_file_takes_over_in_the_middle(start, tmp_path):
    source = start("edit.py", planted("forgotten k"))
    debugger = Debugger(Timeline(source))
    debugger.timeline.seek(4)
    with pytest.raises(InputError, match="has not changed"):
        execute(debugger, "reload")
    (tmp_path / "edit.py").write_text(RIGHT)
    said = execute(debugger, "reload")
    assert "now on branch B: A from 4 on" in said
    assert "layer 3: d3 is the first that differs" in said
    right = Timeline(start("other.py", planted("forgotten k")))
    right.seek(4)
    assert np.array_equal(debugger.timeline.source.array("W2"), right.source.array("W2"))
    assert "right" in execute(debugger, "gradients")
    debugger.timeline.seek(9)
    debugger.timeline.seek(4)
    assert debugger.timeline.drifts == ()


@pytest.mark.slow
def test_corrections_choose_what_the_recognition_did_not(start):
    text = SHORT.replace("loss =", "other = np.sum((L3 - T) ** 2) / 2\n    total =")
    found = start("named.py", text, loss="other", learning_rate="lr", iterations=3)
    assert found.recognition.loss.place.text == "other"
    assert found.recognition.loss.words == "sum((L - T)^2) / 2"
    assert path_text(found.recognition.rate.path) == "lr"
    assert found.info.iterations == 3
    with pytest.raises(InputError, match="has nothing of that name"):
        start("named.py", text, loss="nothing")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = (\n", "line 1: '\\(' was never closed"),
        ("print('hello')\n", "it has no for or while loop"),
        ("for i in range(3):\n    print(i)\n", "no loop multiplies matrices"),
        (
            "import torch\nfor i in range(3):\n    optimizer.step()\n",
            "because it trains with PyTorch",
        ),
        (
            "from sklearn.neural_network import MLPClassifier\nMLPClassifier().fit(X, y)\n",
            "because it trains with scikit-learn",
        ),
        (RIGHT.replace("range(30)", "range(0)"), "never came to the loop in line 14"),
        (RIGHT.replace("import numpy as np", "import numpyy as np"), "No module named 'numpyy'"),
        (RIGHT.replace("rng.rand(20, 300)", "np.load('gone.npy')"), r"line 5: FileNotFoundError"),
        (RIGHT + RIGHT, r"(?s)2 loops may be the training:.*--loop 14.*--loop 44"),
    ],
)
def test_what_can_not_be_debugged_says_why(text, words, start):
    with pytest.raises(InputError, match=words):
        start("bad.py", text)


THREAD = """
import threading

class TMonitor(threading.Thread):
    pass

thread = {kind}(target=threading.Event().wait, args=(20,), daemon=True)
"""


def test_a_thread_in_the_loop_makes_replays_longer(start):
    before = SHORT.replace("import numpy as np", "import numpy as np" + THREAD)
    begun = in_loop("thread.start() if i == 1 else None", before)
    timeline = Timeline(start("later.py", begun.format(kind="threading.Thread")))
    timeline.seek(4)
    timeline.seek(2)
    assert timeline.drifts == ()


def test_a_state_is_kept_of_a_net_so_large_that_its_statistics_take_threads(start):
    text = in_loop("import time; time.sleep(0.3)").replace("rand(20", "rand(900")
    text = text.replace("randn(12, 20)", "randn(400, 900)").replace(
        "randn(12, 12)", "randn(12, 400)"
    )
    source = start("large.py", text)
    for index in range(1, 3):
        source.advance()
        assert source.snapshot().kept.index == index


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing says what is resident")
def test_a_state_has_dropped_what_the_loop_assigns_anew_before_the_program_goes_on(start):
    source = start("large.py", in_loop("large = np.ones(2**23)"))
    source.advance()
    program = source._running()
    copy, _ = source.family.fork(program)
    held = [
        int(Path(f"/proc/{member.pid}/statm").read_text().split()[1]) * mmap.PAGESIZE
        for member in (program, copy)
    ]
    assert held[0] - held[1] >= 2**26  # bytes of the array


@pytest.mark.slow
def test_the_thread_of_a_progress_bar_does_no_harm(start):
    text = SHORT.replace("import numpy as np", "import numpy as np" + THREAD)
    text = text.replace("k = 0.4", "k = 0.4\nthread.start()").format(kind="TMonitor")
    timeline = Timeline(start("bar.py", text))
    timeline.seek(3)
    timeline.seek(1)
    assert timeline.drifts == ()


def test_a_recorded_program_opens_again(start, tmp_path):
    from nnviz.debugger.recorder import save
    from nnviz.debugger.session import open_session

    timeline = Timeline(start("mine.py", SHORT))
    timeline.seek(4)
    save(timeline, tmp_path / "run.nnviz")
    session = open_session(tmp_path / "run.nnviz")
    assert session.complete
    assert session.damage == ""
    assert session.history.last == 4
    assert session.history.frame(3).loss == timeline.history.frame(3).loss


@pytest.mark.slow
def test_a_loop_is_chosen_by_its_line(start):
    source = start("two.py", RIGHT + RIGHT.replace("k = 0.4", "k = 0.7"), loop=44)
    assert source.recognition.layers[0].parameters == {"k": 0.7}


def test_the_processes_end_with_the_debugger(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(RIGHT)
    script = (
        "import sys, os, time\n"
        "from pathlib import Path\n"
        "from nnviz.attach.attaching import attach\n"
        "from nnviz.attach.program import read_program\n"
        "source = attach(read_program(Path(sys.argv[1])))\n"
        "source.advance(); kept = source.snapshot()\n"
        "print(source.family.main.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True)
    group = int(done.stdout)
    deadline = time.monotonic() + 100
    while _running(group) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _running(group) == []


def _running(group: int) -> list[int]:
    """The processes of a group that are not mere zombies."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def test_corrections_are_empty_without_a_file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(RIGHT)
    from nnviz.attach.corrections import read_corrections, write_correction

    program = read_program(path)
    assert read_corrections(program) == Corrections()
    write_correction(program, "loss", "cost")
    write_correction(program, "activations", ["tanh"])
    assert read_corrections(program) == Corrections(loss="cost", activations=("tanh",))
    with pytest.raises(InputError, match="no such key; did you mean loss"):
        write_correction(program, "los", "x")
