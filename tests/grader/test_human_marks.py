"""People's marks are added and never lost: cut lines, two markers, a mark taken back."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.human_marks import (
    Mark,
    append_mark,
    decide,
    load_marks,
    marks_file,
    read_marks,
)
from nnviz.errors import InputError


def make_mark(points="2", marker="eva", time="2026-01-02T10:00:00+01:00", **more):
    values = {"student": "ann", "problem": "4", "item": "4 text", "of": Fraction(7)} | more
    given = None if points is None else Fraction(points)
    return Mark(points=given, marker=marker, time=time, **values)


@given(
    st.text(),
    st.text(),
    st.fractions(min_value=0, max_value=7, max_denominator=12),
    st.lists(st.text()),
)
def test_mark_comes_back_as_it_was_written(tmp_path_factory, student, comment, points, chosen):
    """Whatever is in the names and the comment; points exactly."""
    path = tmp_path_factory.mktemp("marks") / "marks-eva.jsonl"
    clean = [text.encode("utf-8", "replace").decode() for text in (student, comment, *chosen)]
    mark = make_mark(points, student=clean[0], comment=clean[1], chosen=tuple(clean[2:]))
    append_mark(path, mark)
    append_mark(path, mark)
    assert read_marks(path) == ((mark, mark), ())


def test_line_that_a_crash_cut_off_costs_only_itself(tmp_path):
    """The lines before and after it are read, and it is told with its place."""
    path = marks_file(tmp_path, "eva")
    append_mark(path, make_mark("1"))
    append_mark(path, make_mark("2"))
    path.write_bytes(path.read_bytes()[:-20])
    append_mark(path, make_mark("3"))
    marks, (note,) = read_marks(path)
    assert [mark.points for mark in marks] == [1, 3]
    assert note.startswith("marks-eva.jsonl:2: left out, not a mark: ")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{}", "nnviz-mark/1"),
        ("[1]", "nnviz-mark/1"),
        ("nonsense", "malformed"),
        ('{"schema":"nnviz-mark/1"}', "missing required field `student`"),
        ("MARK", "points: 8 of 7"),
        ("NEGATIVE", "expected a number from 0, not '-1'"),
        ("TRUE", "expected a number from 0, not 'True'"),
        ("EXTRA", "unknown field `colour`"),
    ],
)
def test_line_that_is_no_mark_is_left_out_and_told(tmp_path, line, reason):
    """A person's file may have been edited by hand."""
    path = marks_file(tmp_path, "eva")
    append_mark(path, make_mark("2"))
    good = path.read_text()
    changed = {
        "MARK": good.replace('"points":2', '"points":8'),
        "NEGATIVE": good.replace('"points":2', '"points":-1'),
        "TRUE": good.replace('"points":2', '"points":true'),
        "EXTRA": good.replace('"points":2', '"points":2,"colour":1'),
    }
    path.write_text(changed.get(line, line) + "\n" + good)
    marks, (note,) = read_marks(path)
    assert len(marks) == 1
    assert reason in note


def test_last_word_of_a_marker_counts():
    """A better one, and one taken back."""
    first, second = make_mark("2"), make_mark("3")
    assert decide([first, second]).marks == {first.key: second}
    assert decide([first, second, make_mark(None)]).marks == {}


def test_markers_who_differ_are_a_conflict_until_one_settles_it():
    """Nothing is averaged, nobody's mark wins by its place in a list."""
    eva, tom = make_mark("2"), make_mark("4", "tom", "2026-01-03T10:00:00+01:00")
    for marks in ([eva, tom], [tom, eva]):
        decided = decide(marks)
        assert decided.marks == {}
        assert str(decided.conflicts[0]) == "ann, problem 4, 4 text: eva 2, tom 4 points"
        assert list(decided.conflicts_of("ann")) == [("4", "4 text")]
        assert decided.conflicts_of("bob") == {}
    settled = make_mark("3", "tom", final=True)
    assert decide([eva, tom, settled]).marks == {eva.key: settled}
    assert decide([eva, make_mark("2", "tom")]).conflicts == ()


def test_all_files_of_a_folder_count(tmp_path):
    """One a marker; a folder with such a name is a student's."""
    append_mark(marks_file(tmp_path, "eva"), make_mark("2"))
    append_mark(marks_file(tmp_path, "tom"), make_mark("1", "tom", item="5 text"))
    (tmp_path / "marks-ann.jsonl").mkdir()
    found = load_marks(tmp_path)
    points = {item: mark.points for (_, item), mark in found.of_student("ann").items()}
    assert points == {"4 text": 2, "5 text": 1}
    assert found.of_student("bob") == {}


@pytest.mark.parametrize("marker", ["", "a/b", "..\\x", "ann lee", "x" * 65, "*"])
def test_strange_marker_is_refused(tmp_path, marker):
    """The name becomes a file's."""
    with pytest.raises(InputError, match="expected at most 64 letters"):
        marks_file(tmp_path, marker)


def test_place_that_can_not_be_written_to_is_told(tmp_path):
    """One line instead of a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't be written"):
        append_mark(marks_file(tmp_path / "file", "eva"), make_mark())
