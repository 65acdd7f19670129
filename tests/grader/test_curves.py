"""A claim's own run and the references are drawn over each other, and every report shows them."""

import json
from itertools import count

import pytest

from grader.claims import TrustedRuns
from grader.curves import part_curves, with_figures
from grader.grade import grade
from grader.report.html import feedback_html
from grader.report.json import grade_json, parse_grade
from grader.submission import read_submission
from nnviz.cli import main
from nnviz.presets import PRESETS
from nnviz.trained import RunCache

EXPERIMENT = 'hidden = [8]\nlearning_rate = 1e-5\niterations = 3\ndata = "digits"\n'
CLAIM = """
[[claims]]
problem = "{part}"
experiment = "experiments/{name}"
train_accuracy = 10
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Our own runs, each done once for all tests."""
    return TrustedRuns(1e9, RunCache(tmp_path_factory.mktemp("runs")))


@pytest.fixture
def short(rubric, monkeypatch):
    """The rubric, with references that take no time."""
    presets = {
        name: preset.with_changes({"hidden": (8,), "iterations": 4})
        for name, preset in PRESETS.items()
        if name in ("course", "learning-rate")
    }
    monkeypatch.setattr("grader.curves.PRESETS", presets)
    return rubric


@pytest.fixture
def submit(make_submission, rubric):
    """Return a function that makes a submission with claims on a part."""

    numbers = count()

    def make(*names, part="2.1", file="mine.toml"):
        more = "".join(CLAIM.format(part=part, name=name) for name in names)
        folder = make_submission({}, more, student=f"s{next(numbers)}")
        (folder / "experiments").mkdir(exist_ok=True)
        (folder / "experiments" / file).write_text(EXPERIMENT)
        return read_submission(folder, rubric.sheet)

    return make


def the_part(rubric, id):
    return next(part for p in rubric.problems for part in p.parts if part.id == id)


def test_own_runs_come_first_then_the_references_on_the_same_data(short, submit, runs):
    """The claim is about digits; what is drawn ran on the rubric's data, as the references did."""
    drawn = part_curves(the_part(short, "2.1"), submit("mine.toml"), short, runs)
    assert list(drawn) == ["yours: mine", "reference: course", "reference: learning-rate"]
    assert {run.experiment.data for run in drawn.values()} == {short.file.claims.data}
    assert [run.last for run in drawn.values()] == [3, 4, 4]


def test_what_cannot_be_run_is_left_out(short, submit, runs):
    """A missing file is told by the claim; without any run of the student's nothing is drawn."""
    part = the_part(short, "2.1")
    drawn = part_curves(part, submit("mine.toml", "none.toml"), short, runs)
    assert [name for name in drawn if name.startswith("yours")] == ["yours: mine"]
    assert part_curves(part, submit("none.toml"), short, runs) == {}
    assert part_curves(part, submit("mine.toml", part="3.1"), short, runs) == {}
    assert part_curves(part, submit("mine.toml"), short, TrustedRuns(0)) == {}


def test_two_claims_of_one_experiment_are_two_curves(short, submit, runs):
    """Under names that differ."""
    drawn = part_curves(the_part(short, "2.1"), submit("mine.toml", "mine.toml"), short, runs)
    assert list(drawn)[:2] == ["yours: mine", "yours: mine'"]


def test_curves_are_a_figure_of_the_grade_and_stand_in_their_part(short, submit, runs):
    """In grade.json by name and part, in the page as a picture under the part's title."""
    submission = submit("mine.toml")
    graded, images = with_figures(grade(submission, short, runs=runs), submission, short, runs)
    (figure,) = graded.figures
    assert (figure.file, figure.part) == ("curves-2-1.png", "2.1")
    assert images[figure.file].startswith(b"\x89PNG")
    assert parse_grade(grade_json(graded)).figures == graded.figures
    page = feedback_html(graded, short, images).decode()
    place = page.index('<img src="data:image/png')
    assert page.index("<h3>2.1 ") < place < page.index("<h3>2.2 ")
    assert "Your figures" not in page


@pytest.mark.usefixtures("short")
def test_command_writes_them(submit, tmp_path, capsys):
    """`nnviz grade` puts the picture beside the page that shows it."""
    submission = submit("mine.toml")
    assert main(["grade", str(submission.folder), "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    (written,) = (tmp_path / "out").rglob("curves-2-1.png")
    found = json.loads((written.parent / "grade.json").read_text())
    assert found["figures"] == [
        {"file": "curves-2-1.png", "title": found["figures"][0]["title"], "part": "2.1"}
    ]
