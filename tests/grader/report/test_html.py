"""The page says what the grade says, needs nothing else, and nothing in it acts."""

import re
from html.parser import HTMLParser

import pytest

from grader.improvements.slips import SLIPS
from grader.report.html import feedback_html
from grader.results import Result, Results
from grader.scoring import score
from tests.grader.report.hostile import ATTACKS, hostile_grade

PNG = b"\x89PNG\r\n\x1a\n"


class Elements(HTMLParser):
    """What a browser would make of the page: elements with attributes, and the text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def page_of(grade, rubric, images=None):
    return feedback_html(grade, rubric, images or {}).decode()


def make_grade(rubric, *results, **more):
    values = {"headline": (), "notes": (), "isolation": (), "seed": None} | more
    values |= {"assignment": "assignment1", "student": "ann", "input_hash": "sha256:0"}
    return score(Results(results=results, versions={"nnviz": "1"}, **values), rubric)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_of_a_students_becomes_an_element(rubric, attack):
    """The elements are the same as with a harmless text, and none of them runs or loads."""
    found = Elements(page_of(hostile_grade(rubric, attack), rubric, {"figure-1.png": PNG}))
    plain = Elements(page_of(hostile_grade(rubric, "x"), rubric, {"figure-1.png": PNG}))
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in plain.elements]
    assert {tag for tag, _ in found.elements}.isdisjoint({"script", "iframe", "object", "form"})
    for tag, attributes in found.elements:
        assert not any(name.startswith("on") for name in attributes), tag
        assert attributes.get("href", "#").startswith("#")
        assert attributes.get("src", "data:image/").startswith("data:image/")


def test_code_in_a_known_slip_is_set_as_code(rubric):
    """In the headline and at the check; backticks in a student's own words stay what they are."""
    slip = f"sigmoid: {SLIPS['in-place']}"
    results = [Result("code", "2.2", "sigmoid", "failed", message=slip, slip="in-place")]
    page = page_of(make_grade(rubric, *results, headline=(slip, "raised `x`")), rubric)
    assert page.count("<code>W = W - step</code>") == 2
    assert "raised `x`" in page


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_invisible_turns_the_text_around(rubric, attack):
    """Control characters and marks of direction are spelled out."""
    page = page_of(hostile_grade(rubric, attack), rubric)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]", page)


def test_page_needs_no_network(rubric):
    """No address leads out of it, not even in its style."""
    page = page_of(make_grade(rubric), rubric)
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=[\"'](?!data:|#)", page)
    assert "@import" not in page
    assert "url(" not in page


def test_evidence_and_what_to_read_are_there(rubric):
    """Checked, got, expected, smallest failing input; and the reading where points were lost."""
    evidence = (("got", "0.25"), ("expected", "0.1"), ("smallest failing input", "z = 0"))
    grade = make_grade(
        rubric, Result("code", "2.2", "sigmoid", "failed", message="off by k", evidence=evidence)
    )
    text = Elements(page_of(grade, rubric)).text
    for part in ("off by k", "got", "0.25", "expected", "0.1", "smallest failing input", "z = 0"):
        assert part in text
    assert "What the slope does to the activations: nnviz tui slope" in text
    assert "nnviz findings course" not in text  # nothing is lost in 2.3: it waits


def test_a_slips_own_reading_comes_first(rubric):
    """Before that of its part."""
    grade = make_grade(rubric, Result("code", "2.2", "sigmoid", "failed", slip="forgotten-k"))
    text = Elements(page_of(grade, rubric)).text
    assert rubric.file.reading["forgotten-k"] in text
    assert "What the slope does" not in text


def test_page_can_be_traced(rubric):
    """Isolation, seed, versions, hash."""
    grade = make_grade(rubric, isolation=("landlock", "seccomp"), seed=123, notes=("line 3",))
    text = Elements(page_of(grade, rubric)).text
    for part in ("landlock, seccomp", "123", "nnviz 1", "sha256:0", "line 3"):
        assert part in text


def test_every_item_is_on_the_page(rubric):
    """Each with its points, whatever waits as open."""
    grade = make_grade(rubric)
    text = Elements(page_of(grade, rubric)).text
    for problem in grade.problems:
        for item in problem.items:
            assert item.id in text
    assert "55 points wait for a person" in text


def test_figures_are_inside(rubric):
    """As pictures that hold their own bytes."""
    page = page_of(hostile_grade(rubric, "x"), rubric, {"figure-1.png": PNG})
    assert "data:image/png;base64,iVBORw0KGgo=" in page
    assert "data:image/svg+xml;base64," in page


def test_same_grade_same_bytes(rubric):
    """No clock, no random names."""
    assert page_of(make_grade(rubric), rubric) == page_of(make_grade(rubric), rubric)
