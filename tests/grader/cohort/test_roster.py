"""A roster finds students by whatever the platform called them."""

import pytest

from grader.cohort.roster import read_roster
from nnviz.errors import InputError


@pytest.fixture
def roster(tmp_path):
    """Return a function that reads a roster from text."""

    def read(text, encoding="utf-8"):
        path = tmp_path / "roster.csv"
        path.write_bytes(text.encode(encoding))
        return read_roster(path)

    return read


def test_canvas_gradebook(roster):
    """Canvas' own export, with its line of points; found by id, login or letters of the name."""
    found = roster(
        "Student,ID,SIS User ID,SIS Login ID,Section\nPoints Possible,,,,\n"
        '"Doe, Jane",123,j1,jdoe,1\n'
    )
    (entry,) = found.entries
    for name in ("j1", "123", "JDOE", "doejane", "Jane Doe"):
        assert found.find(name) == entry, name
    assert found.find("doe") is None


def test_moodle_participants(roster):
    """Moodle's columns, in the encoding of a spreadsheet, with semicolons."""
    found = roster("First name;Last name;ID number\nZoë;Müller;7\n", "cp1252")
    assert found.find("Zoe Muller").student == "7"
    assert found.entries[0].person == "Zoë Müller"


def test_two_of_one_name_are_nobody(roster):
    """A name that two share says nothing; their ids still do."""
    found = roster("id,name\n1,Jane Doe\n2,Jane Doe\n")
    assert found.find("Jane Doe") is None
    assert found.find("2").student == "2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", ":1: expected a column with ids"),
        ("", ":1: expected a column with ids.*found nothing"),
        ("id\n7\n7\n", ":3: the id '7' stands twice"),
        ('id\n"7\n', "is not CSV"),
    ],
)
def test_what_is_no_roster_is_refused(roster, text, message):
    """With the line."""
    with pytest.raises(InputError, match=message):
        roster(text)


def test_formula_in_a_name_stays_text(roster):
    """Nothing is evaluated; writers of CSV have to escape it."""
    assert roster('id,name\n1,"=1+1"\n').entries[0].person == "=1+1"
