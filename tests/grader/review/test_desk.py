"""A marker's sitting, without a screen: piles, points, undo, comments, and what is on the disk."""

from fractions import Fraction

import pytest

from grader.human_marks import load_marks, read_marks
from grader.regrading import find_grades, regrade
from grader.review.desk import HALF
from nnviz.errors import InputError


def test_piles_go_by_item_through_all_students(desk_of):
    """2.1 of all three, then 4 of the two who wrote it; the order is the marker's own."""
    desk = desk_of("ada")
    assert [(p.item, len(p.sheets)) for p in desk.piles] == [("2.1 text", 3), ("4 text", 2)]
    assert {sheet.student for sheet in desk.pile.sheets} == {"ann", "ben", "eve"}
    assert desk.pile.criteria[0].points == 1


def test_criteria_and_half_points_make_the_points(desk_of):
    """Never more than there are, never less than none."""
    desk = desk_of("ada")
    desk.tick(0)
    desk.tick(2)
    desk.add(-HALF)
    assert desk.points == Fraction(3, 2)
    for _ in range(9):
        desk.add(HALF)
    assert desk.points == desk.pile.most == 3
    for _ in range(9):
        desk.add(-HALF)
    assert desk.points == 0
    desk.set_points(Fraction(3))
    assert desk.draft.chosen == (0, 1, 2)
    assert not desk.tick(8)


def test_mark_is_on_the_disk_and_the_next_answer_lies_there(desk_of, graded):
    """Going through everything ends where everything is marked."""
    desk = desk_of("ada")
    for number in range(5):
        assert sum(desk.done(pile) for pile in desk.piles) == number
        student = desk.sheet.student
        desk.set_points(HALF)
        desk.save()
        assert read_marks(desk.file)[0][-1].student == student
    assert len(load_marks(graded).marks) == 5


def test_marks_reach_the_grade_by_regrading(desk_of, graded, rubric):
    """Half a point of 2.1 is half a point more."""
    desk = desk_of("ada")
    student = desk.sheet.student
    desk.set_points(HALF)
    desk.save()
    marks = load_marks(graded)
    changes = {
        change.student: change
        for change in (regrade(path, rubric, marks) for path in find_grades(graded))
    }
    assert changes[student].points == HALF


def test_undo_goes_back_with_the_draft(desk_of, graded):
    """The mark is taken back on the disk; what was given can be given again, changed."""
    desk = desk_of("ada")
    assert not desk.undo()
    student = desk.sheet.student
    desk.tick(1)
    desk.comment("why?")
    desk.save()
    assert desk.sheet.student != student
    assert desk.undo()
    assert (desk.sheet.student, desk.draft.chosen, desk.draft.comment) == (student, (1,), "why?")
    assert not load_marks(graded).marks
    assert not desk.undo()


def test_undo_of_a_second_thought_restores_the_first(desk_of, graded):
    """The earlier mark stands again."""
    desk = desk_of("ada")
    desk.set_points(Fraction(1))
    desk.save()
    desk.step(-1)
    assert desk.points == 1
    desk.set_points(Fraction(2))
    desk.save()
    desk.undo()
    (mark,) = load_marks(graded).marks.values()
    assert mark.points == 1


def test_later_sitting_goes_on(desk_of):
    """With the marks of before, and the comments of everybody."""
    desk = desk_of("ada")
    desk.comment("Say which rate.")
    desk.save()
    again, other = desk_of("ada"), desk_of("bob")
    assert again.done(again.piles[0]) == 1
    assert other.done(other.piles[0]) == 0
    assert other.bank() == ("Say which rate.",)


def test_other_answer_waits_again(desk_of, graded):
    """A mark was given for a text; a new text has none."""
    desk = desk_of("ada")
    student = desk.sheet.student
    desk.save()
    path = graded / student / "grade.json"
    path.write_text(path.read_text().replace(f"{student} on 2.1", "another text"))
    again = desk_of("ada")
    assert again.done(again.piles[0]) == 0


def test_strange_marker_is_refused(desk_of):
    """The name becomes a file's."""
    with pytest.raises(InputError, match="marker"):
        desk_of("../eve")
