"""Everything that goes wrong with hand-ins, in one class that is graded by the real command."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from html.parser import HTMLParser

import pytest

from grader.assignments import assignment_folder
from grader.cohort.pool import Pool
from grader.cohort.register import read_register
from grader.cohort.roster import read_roster
from grader.cohort.run import ClassJob, grade_class
from grader.cohort.work import Work
from grader.report.gradebook import FORMULA_STARTS
from grader.submission import MAX_ANSWERS_BYTES
from nnviz.cli import main
from tests.grader.cohort.conftest import Silent, written
from tests.grader.conftest import RIGHT
from tests.shell import with_nobody_reading

ASSIGNMENT = assignment_folder("assignment1").resolve()
FORMULA = '=HYPERLINK("http://evil.example","x")'
ELEMENT = "<img src=x onerror=alert(1)>"
ROSTER = f"""\
id,name
good,Ann Able
long,Ben Long
"{FORMULA.replace('"', '""')}","{FORMULA.replace('"', '""')}"
{ELEMENT},{ELEMENT}
empty,Eve Empty
away,"=1+1, Zoe"
"""


def answers(student, right, more=""):
    """answers.toml of a student with so many right boxes."""
    boxes = [f"{key} = '{value}'" for key, value in list(RIGHT.items())[:right]]
    return "\n".join([f"student = '''{student}'''", "[problem1]", *boxes, more])


def write_class(tmp_path):
    """A good one, and all that can be wrong with the others; `good` handed in twice."""
    folder = tmp_path / "hand-ins"

    def put(name, text, time):
        place = folder / name
        place.mkdir(parents=True)
        (place / "answers.toml").write_text(text)
        os.utime(place / "answers.toml", (time, time))

    put("first", answers("good", 5), 1e9)
    put("second", answers("good", 1), 2e9)
    ten_megabytes = f'[texts]\n"2.1" = """{"word " * 2_000_000}"""\n"2.2" = "after it"\n'
    put("long", answers("long", 2, ten_megabytes), 1e9)
    put("formula", answers(FORMULA, 1), 1e9)
    put("element", answers(ELEMENT, 1), 1e9)
    put("stranger", answers("stranger", 1), 1e9)
    (folder / "empty").mkdir()
    (folder / "damaged.zip").write_bytes(b"PK\x03\x04 and then the battery was empty")
    with zipfile.ZipFile(folder / "nothing.zip", "w"):
        pass
    return folder


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class, graded into `out` with a roster; gives that folder."""
    tmp_path = tmp_path_factory.mktemp("class")
    hand_ins = write_class(tmp_path)
    (tmp_path / "roster.csv").write_text(ROSTER)
    job = ClassJob(
        hand_ins, tmp_path / "out", Work(ASSIGNMENT), roster=read_roster(tmp_path / "roster.csv")
    )
    grade_class(job, Pool(1), Silent())
    return tmp_path / "out"


def test_each_is_a_line_and_nobody_else_pays(graded):
    """What can't be read says why; a missing roster entry and a stranger are told of."""
    register = read_register(graded)
    rows = {row.name: row for row in register.submissions}
    refused = {name: row.message for name, row in rows.items() if row.kind != "graded"}
    assert refused.keys() == {"empty", "damaged.zip", "nothing.zip"}
    assert "holds neither answers.toml" in refused["empty"]
    assert "is damaged" in refused["damaged.zip"]
    assert "holds neither answers.toml" in refused["nothing.zip"]
    assert rows["second"].counts_instead == ""
    assert rows["first"].counts_instead == "second"
    assert [one.student for one in register.absent] == ["away"]
    assert set(register.not_on_roster) == {"stranger", "damaged.zip", "nothing.zip"}


def test_best_counts_where_the_rubric_says_so(tmp_path):
    """The first was the better one; which one counts is said for the other."""
    hand_ins = write_class(tmp_path)
    own = tmp_path / "own"
    shutil.copytree(ASSIGNMENT, own)
    rubric = own / "rubric.toml"
    text = rubric.read_text()
    rubric.write_text(text.replace("\nisolation", '\nseveral = "best"\nisolation'))
    for name in ("long", "element"):
        shutil.rmtree(hand_ins / name)
    grade_class(ClassJob(hand_ins, tmp_path / "out", Work(own)), Pool(1), Silent())
    rows = {row.name: row for row in read_register(tmp_path / "out").submissions}
    assert rows["second"].counts_instead == "first"
    assert rows["first"].points == 1
    assert rows["second"].points == 0.2


def test_ten_megabytes_of_text_cost_that_text_only(graded):
    """The first megabyte is read; boxes count, a note says it, and the reports stay small."""
    table = json.loads((graded / "long" / "grade.json").read_bytes())
    assert table["points"] == 0.4
    assert any("larger than 1 MB" in note for note in table["notes"])
    for path in (graded / "long").iterdir():
        assert path.stat().st_size < MAX_ANSWERS_BYTES / 4, path.name


def test_names_are_no_formulas_in_any_gradebook(graded, capsys):
    """In all three forms, with the roster's names, and without."""
    for form in ("plain", "canvas", "moodle"):
        path = graded / f"{form}.csv"
        assert main(["export", "gradebook", str(graded), "--form", form, "--out", str(path)]) == 0
        cells = [cell for row in csv.reader(io.StringIO(path.read_text())) for cell in row]
        assert any("HYPERLINK" in cell for cell in cells), form
        starting = [cell for cell in cells if cell.startswith(tuple(FORMULA_STARTS))]
        assert starting == [], form


class Elements(HTMLParser):
    """Collects the names of elements."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs).get("src", "")))


def test_nobody_has_to_read_the_class_for_its_page_to_be_written(graded, tmp_path):
    """`nnviz class --html FILE | head` leaves the whole page."""
    page = tmp_path / "class.html"
    assert with_nobody_reading("class", str(graded), "--html", str(page)) == (0, "")
    assert page.read_text().endswith("</html>\n")


def test_names_are_no_elements_on_any_page(graded, capsys):
    """On the class page with names and on each student's own, which lies inside the folder."""
    page = graded / "class.html"
    assert main(["class", str(graded), "--names", "--html", str(page)]) == 0
    pages = [page, *graded.glob("*/feedback.html")]
    assert len(pages) == 6
    for one in pages:
        text = one.read_text()
        assert "onerror" not in "".join(tag for tag, _ in Elements(text).found)
        assert ("img", "x") not in Elements(text).found
    assert ELEMENT not in capsys.readouterr().err
    assert all(path.parent.parent == graded for path in graded.glob("**/grade.json"))


FULL_AND_ROOM_AGAIN = """
grade() { "$PYTHON" -m nnviz grade "$CLASS" --out "$OUT" --jobs 1 --seed 1 "$@"; }
dd if=/dev/zero of="$OUT/ballast" bs=1024 count=2600 2>/dev/null
grade; echo "full: $?"
rm "$OUT/ballast"
grade --resume; echo "room: $?"
cp -r "$OUT" "$COPY"
"""


@pytest.mark.slow
def test_full_disk_in_mid_run_ends_with_a_line_and_goes_on(tmp_path):
    """A real one: a file system of 3 MB, most of it taken, fills up after some students."""
    bubblewrap = shutil.which("bwrap")
    out = tmp_path / "out"
    out.mkdir()
    alone = [bubblewrap or "", "--dev-bind", "/", "/", "--size", "3145728", "--tmpfs", str(out)]
    if not bubblewrap or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("needs bubblewrap, which may make a file system")
    folder = tmp_path / "class"
    for number in range(12):
        (folder / f"s{number:02}").mkdir(parents=True)
        (folder / f"s{number:02}" / "answers.toml").write_text(answers(f"s{number:02}", number))
    names = {"PYTHON": sys.executable, "CLASS": folder, "OUT": out, "COPY": tmp_path / "copy"}
    run = subprocess.run(
        [*alone, "sh", "-c", FULL_AND_ROOM_AGAIN],
        env={**os.environ, **{name: str(value) for name, value in names.items()}},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "full: 2" in run.stdout, run.stderr
    assert "room: 0" in run.stdout, run.stderr
    assert "No space left on device" in run.stderr
    assert "Traceback" not in run.stderr
    assert "Warning" not in run.stderr
    assert "submissions were marked before" in run.stderr
    grade_class(ClassJob(folder, tmp_path / "whole", Work(ASSIGNMENT, seed=1)), Pool(1), Silent())
    assert written(tmp_path / "copy") == written(tmp_path / "whole")
