"""What is counted over a class, from grades written by hand."""

import json
import math

import numpy as np
import pytest

from grader.cohort.class_page import class_page, words
from grader.cohort.class_views import class_html, print_class
from grader.cohort.overview import overview
from grader.cohort.similar import Pair
from nnviz.errors import InputError


def item(id, points, most=1.0, **more):
    kind = "claim" if "claim" in id else "cell"
    verdict = "correct" if points == most else "wrong"
    about = {"id": id, "kind": kind, "part": "1", "verdict": verdict, "points": points}
    return about | {"max_points": most} | more


@pytest.fixture
def write_grades(tmp_path):
    """Return a function that writes a grade.json for each list of items; gives the folder."""

    def write(*students, names=None):
        for number, items in enumerate(students):
            name = names[number] if names else f"s{number}"
            points = sum(one["points"] for one in items)
            most = sum(one["max_points"] for one in items)
            open_points = sum(i["max_points"] for i in items if i["verdict"] == "needs-person")
            sums = {"points": points, "max_points": most, "open_points": open_points}
            problem = {"id": "1", "title": "First", "extra": False, "items": items} | sums
            grade = {"assignment": "a1", "student": name, "problems": [problem]} | sums
            (tmp_path / name).mkdir()
            (tmp_path / name / "grade.json").write_text(json.dumps(grade))
        return tmp_path

    return write


def test_points_are_spread_over_tenths(write_grades):
    """0, half and all of 1 point lie in the first, the sixth and the last tenth."""
    seen = overview(write_grades(*([item("a", p)] for p in (0.0, 0.5, 1.0, 1.0))), None)
    assert seen.problems[0].bins == (1, 0, 0, 0, 0, 1, 0, 0, 0, 2)
    assert (seen.problems[0].mean, seen.problems[0].median) == (0.625, 0.75)


def test_a_mistake_is_counted_once_for_each_student(write_grades):
    """However many boxes it shows in; the places are counted by box."""
    twice = [item("a", 0.0, slip="sign"), item("b", 0.0, slip="sign")]
    seen = overview(write_grades(twice, [item("a", 0.0, slip="sign"), item("b", 1.0)]), None)
    (mistake,) = seen.mistakes
    assert (mistake.slip, mistake.students) == ("sign", 2)
    assert mistake.places == (("a", 2), ("b", 1))


def test_correlation_is_that_of_numpy(write_grades):
    """Item-rest correlation over 30 students, against numpy.corrcoef on whole columns."""
    rng = np.random.default_rng(3)
    points = rng.integers(0, 5, (30, 4)) / 4.0
    folder = write_grades(
        *([item(n, p) for n, p in zip("abcd", row, strict=True)] for row in points)
    )
    for column, quality in enumerate(overview(folder, None).items):
        rest = points.sum(axis=1) - points[:, column]
        expected = np.corrcoef(points[:, column], rest)[0, 1]
        assert quality.correlation == pytest.approx(expected)


def test_what_waits_for_a_person_is_no_quality(write_grades):
    """Neither is an item that everybody got the same for: it has no correlation."""
    waits = item("b", 0.0, verdict="needs-person")
    seen = overview(write_grades(*[[item("a", 1.0), waits]] * 3), None)
    (quality,) = seen.items
    assert quality.topic == "a"
    assert math.isnan(quality.correlation)
    assert seen.waiting == (3, 3.0)


def test_item_that_tells_little_is_listed(write_grades):
    """One that those get right who get the others wrong; not one that nearly all get right."""
    rows = []
    for n in range(40):
        good = n % 2
        others = [item(name, float(good)) for name in "abc"]
        rows.append([*others, item("odd", float(not good)), item("easy", float(n > 0))])
    bad = overview(write_grades(*rows), None).bad_items
    assert [one.topic for one in bad] == ["odd"]


def test_claims_are_one_topic_and_failed_ones_are_counted(write_grades):
    """Two claims of a part, one of them invented."""
    claims = [item("1 claim 1", 1.0, verdict="passed"), item("1 claim 2", 0.0, verdict="failed")]
    (claim,) = overview(write_grades(claims), None).claims
    assert (claim.made, claim.failed, claim.students) == (2, 1, ("s0",))


def test_slip_in_code_is_told_in_its_own_words():
    """As a clause that a teacher can read out; a misconception stays what a student did."""
    assert words("forgotten-k")[0].startswith("in code: the factor k is forgotten")
    assert not words("sign")[0].startswith("in code")


def test_folder_without_grades_is_refused(tmp_path):
    """And says of which folder."""
    with pytest.raises(InputError, match="nobody of the class has a grade yet"):
        overview(tmp_path, None)


HOSTILE = "<script>alert(1)</script>"


def page(write_grades, names=True):
    folder = write_grades([item("a", 0.0, slip="sign")], names=["eve"])
    seen = overview(folder, None)
    seen.people["eve"] = HOSTILE
    pair = Pair("eve", "bob", 0.9, 12, ((3, 4), (5, 6), (40, 30)))
    return class_page(seen, [pair], names)


def test_page_escapes_what_students_chose(write_grades):
    """A name that is HTML stays text, and the page loads nothing."""
    html = class_html(page(write_grades)).decode()
    assert HOSTILE not in html
    assert "&lt;script&gt;" in html
    assert "http" not in html.replace("http-equiv", "")
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html


def test_terminal_shows_what_the_page_shows(write_grades, capsys):
    """The same rows, without colours; the pair with its stretches of lines."""
    from rich.console import Console

    print_class(page(write_grades), Console(width=160))
    out = capsys.readouterr().out
    for text in ("1 students", "lost or added a minus sign", "90 %", "3-5 ~ 4-6, 40-40 ~ 30-30"):
        assert text in out, text


def test_names_are_shown_only_where_asked_for(write_grades):
    """Ids alone say nothing over a shoulder."""
    assert all(HOSTILE not in row.who for row in page(write_grades, names=False).pairs)
