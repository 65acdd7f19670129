"""In a folder laid out like Gradescope's, the real grader writes results.json, whatever comes."""

import json
import os
import shutil
import site
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader import gradescope
from grader.assignments import assignment_folder
from grader.autograder import build_wheel, write_autograder
from grader.gradescope import OUR_FAULT, due, main, student_of, when
from nnviz.errors import InputError
from tests.grader.conftest import RIGHT
from tests.grader.report.test_gradescope import check

METADATA = {
    # The shape of Gradescope's documentation on submission_metadata.json.
    "id": 123456,
    "created_at": "2026-05-02T14:22:32.365935-07:00",
    "assignment": {
        "due_date": "2026-05-01T23:00:00.000000-07:00",
        "late_due_date": None,
        "title": "Programming Assignment 1",
        "total_points": "50.0",
    },
    "users": [{"email": "ann@example.com", "id": 1234, "name": "Ann Lee"}],
    "previous_submissions": [],
}


@pytest.fixture
def autograder(tmp_path, make_submission):
    """A root like Gradescope's /autograder, with a right submission in it."""
    root = tmp_path / "autograder"
    (root / "results").mkdir(parents=True)
    make_submission(RIGHT).rename(root / "submission")
    (root / "submission" / "improvements.py").unlink()
    (root / "submission_metadata.json").write_text(json.dumps(METADATA))
    shutil.copytree(assignment_folder("assignment1"), root / "source" / "assignment")
    return root


def results(root):
    table = json.loads((root / "results" / "results.json").read_bytes())
    check(table)
    return table


def test_submission_is_graded_with_what_gradescope_tells(autograder):
    """5 points, less a tenth, for it came within a day after the time due."""
    assert main([str(autograder)]) == 0
    table = results(autograder)
    assert table["score"] == 4.5
    assert "Late by 1 day" in table["output"]
    assert table["execution_time"] > 0
    assert table["tests"][0]["name"] == "The table: a21"


def test_code_runs_in_a_sandbox(autograder):
    """The layers and the seed stand in the results; a function that is there is checked."""
    code = "import numpy as np\n\ndef tanh(z):\n    return np.tanh(z)\n"
    (autograder / "submission" / "improvements.py").write_text(code)
    assert main([str(autograder)]) == 0
    table = results(autograder)
    assert "seccomp" in table["output"]
    tests = {test["name"]: test for test in table["tests"]}
    assert tests["3.2 tanh: 3.2 tanh"]["status"] == "passed"
    assert tests["3.2 tanh: 3.2 tanh_derivative"]["status"] == "failed"


def test_visibility_is_handed_on(autograder):
    """As the autograder was exported."""
    assignment = str(autograder / "source" / "assignment")
    assert main([str(autograder), assignment, "after_published"]) == 0
    assert results(autograder)["visibility"] == "after_published"


def test_without_metadata_it_is_graded_all_the_same(autograder, capsys):
    """None, damaged, or of another shape: then nothing is late."""
    path = autograder / "submission_metadata.json"
    for content in ("{", "[]", '{"users": [], "created_at": 7, "assignment": "x"}'):
        path.write_text(content)
        assert main([str(autograder)]) == 0
        assert results(autograder)["score"] == 5
    path.unlink()
    assert main([str(autograder)]) == 0


def test_empty_submission_gets_the_reason(autograder):
    """No points; and no path of the machine is told."""
    shutil.rmtree(autograder / "submission")
    (autograder / "submission").mkdir()
    assert main([str(autograder)]) == 0
    table = results(autograder)
    assert table["score"] == 0
    assert "This can't be graded" in table["output"]
    assert str(autograder) not in table["output"]


def test_fault_of_the_grader_is_not_the_students(autograder, monkeypatch, capsys):
    """The student reads that nothing is lost; the cause is on standard output."""

    def broken(*arguments, **options):
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr(gradescope, "grade", broken)
    assert main([str(autograder)]) == 1
    table = results(autograder)
    assert table["output"] == OUR_FAULT
    assert "secret" not in json.dumps(table)
    assert "a secret of the machine" in capsys.readouterr().out


def test_extension_and_roster_id_come_first():
    """A student's own due time; the course's id before the e-mail."""
    user = {"sid": "s12", "email": "ann@example.com"}
    own = user | {"assignment": {"due_date": "2026-05-09T00:00:00-07:00"}}
    assert student_of({"users": [user]}) == "s12"
    assert due(METADATA) == "2026-05-01T23:00:00-07:00"
    assert due(METADATA | {"users": [own]}) == "2026-05-09T00:00:00-07:00"
    assert when(METADATA) == "2026-05-02T14:22:32.365935-07:00"
    assert when({"created_at": "2026-05-02T14:22:32"}) == ""


def test_autograder_is_a_folder_and_the_zip_of_it(tmp_path):
    """Both scripts at the root, to be run, and valid for bash; nothing is overwritten."""
    archive = write_autograder(
        tmp_path / "ag", assignment_folder("assignment1"), "hidden", "landlock"
    )
    with zipfile.ZipFile(archive) as zipped:
        names = zipped.namelist()
        modes = {one.filename: one.external_attr >> 16 for one in zipped.infolist()}
    assert {"setup.sh", "run_autograder", "assignment/rubric.toml"} <= set(names)
    assert sum(name.endswith(".whl") for name in names) == 1
    for script in ("setup.sh", "run_autograder"):
        assert modes[script] == 0o755
        assert os.access(tmp_path / "ag" / script, os.X_OK)
        subprocess.run(["bash", "-n", tmp_path / "ag" / script], check=True)
    assert " hidden landlock" in (tmp_path / "ag" / "run_autograder").read_text()
    with pytest.raises(InputError, match="exists already"):
        write_autograder(tmp_path / "ag", assignment_folder("assignment1"), "hidden", "landlock")


def test_wheel_is_the_same_each_time():
    """So that an unchanged grader is an unchanged autograder."""
    assert build_wheel() == build_wheel()


@pytest.mark.slow
def test_setup_and_run_work_in_gradescopes_layout(tmp_path, make_submission):
    """setup.sh installs the wheel, run_autograder grades by it: nothing of the checkout is used.

    What the wheel needs is lent from this environment, so that no network is.
    """
    write_autograder(tmp_path / "ag", assignment_folder("assignment1"), "visible", "landlock")
    root = tmp_path / "autograder"
    (root / "results").mkdir(parents=True)
    (tmp_path / "ag").rename(root / "source")
    make_submission(RIGHT).rename(root / "submission")
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "apt-get").write_text("#!/bin/sh\nexit 0\n")
    (tools / "apt-get").chmod(0o755)
    (tools / "python3").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    environment = {
        "PATH": f"{tools}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "AUTOGRADER_ROOT": str(root),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
    }
    subprocess.run(["bash", root / "source" / "setup.sh"], env=environment, check=True)
    (lent,) = (root / "venv" / "lib").glob("python*/site-packages")
    (lent / "lent.pth").write_text("\n".join(site.getsitepackages()))
    subprocess.run([root / "run_autograder"], env=environment, cwd=root, check=True)
    assert results(root)["score"] == 5
    told = subprocess.run(
        [root / "venv" / "bin" / "python", "-c", "import grader; print(grader.__file__)"],
        env=environment,
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.startswith(str(root / "venv"))
