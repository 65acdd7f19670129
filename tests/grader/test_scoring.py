"""Points follow from results, the rubric and what people said; nothing is run for them."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.human_marks import Mark, answer_digest, decide
from grader.results import Result, Results
from grader.rubric import LateRules
from grader.scoring import NOT_LOOKED_AT, lateness, score
from nnviz.errors import InputError


def make_results(*results, **more):
    values = {"headline": (), "notes": (), "isolation": (), "seed": None, "versions": {}} | more
    return Results(
        assignment="assignment1", student="ann", results=results, input_hash="sha256:0", **values
    )


def changed(rubric, **fields):
    """The rubric with other marking settings."""
    marking = msgspec.structs.replace(rubric.file.marking, **fields)
    return replace(rubric, file=msgspec.structs.replace(rubric.file, marking=marking))


def with_part(rubric, id, **fields):
    """The rubric with one part changed."""
    problems = tuple(
        msgspec.structs.replace(
            problem,
            parts=tuple(
                msgspec.structs.replace(part, **fields) if part.id == id else part
                for part in problem.parts
            ),
        )
        for problem in rubric.problems
    )
    return replace(rubric, file=msgspec.structs.replace(rubric.file, problems=problems))


def item(grade, id):
    (found,) = (one for problem in grade.problems for one in problem.items if one.id == id)
    return found


def mark(points, of=7, item="4 text", problem="4", **more):
    time = "2026-01-02T10:00:00Z"
    return Mark("ann", problem, item, Fraction(points), Fraction(of), "eva", time, **more)


def test_nothing_looked_at_waits_and_loses_nothing(rubric):
    """All points of the rubric are open, in the order it lists them."""
    grade = score(make_results(), rubric)
    assert grade.points == 0
    assert grade.max_points == 50
    assert grade.open_points == 55
    assert {one.message for p in grade.problems for one in p.items} == {NOT_LOOKED_AT}
    assert [one.id for one in grade.problems[0].items][:2] == ["a21", "a22"]


@pytest.mark.parametrize(
    ("verdict", "share", "pays"),
    [
        ("correct", 1, "1"),
        ("carried", 1, "3/4"),
        ("carried", 0, "0"),
        ("misconception", 1, "1/3"),
        ("wrong", 1, "0"),
        ("blank", 1, "0"),
    ],
)
def test_verdict_pays_its_share(rubric, verdict, share, pays):
    """Of a gradient's 0.3 points; what was guessed (share 0) pays nothing."""
    settings = changed(rubric, carried=Fraction(3, 4), misconception=Fraction(1, 3))
    result = Result("cell", "1", "d41", verdict, Fraction(share))
    assert item(score(make_results(result), settings), "d41").points == Fraction(3, 10) * Fraction(
        pays
    )


def test_checks_share_the_points_for_code(rubric):
    """Two checks of a point: one passes, one fails by a slip that pays half."""
    settings = with_part(rubric, "2.2", checks=("sigmoid", "slope"))
    settings = changed(settings, slips={"forgotten-k": Fraction(1, 2)})
    found = make_results(
        Result("code", "2.2", "sigmoid", "passed"),
        Result("code", "2.2", "slope", "failed", slip="forgotten-k"),
        Result("code", "2.2", "dropped", "passed"),
    )
    grade = score(found, settings)
    assert item(grade, "2.2 sigmoid").points == Fraction(1, 2)
    assert item(grade, "2.2 slope").points == Fraction(1, 4)
    assert [one.name for one in grade.unpaid] == ["dropped"]
    assert grade.results.results[-1].name == "dropped"


def test_check_that_was_not_run_waits(rubric):
    """A rubric with a new check doesn't guess its outcome."""
    settings = with_part(rubric, "2.2", checks=("new",))
    grade = score(make_results(Result("code", "2.2", "old", "passed")), settings)
    assert item(grade, "2.2 new").open_points == 1
    assert item(grade, "2.2 new").points == 0


def test_a_person_outweighs_the_machine(rubric):
    """On what waits, and on what was marked by machine."""
    found = make_results(
        Result("text", "4", "", "needs-person", typed="They show features."),
        Result("derivative", "1", "square", "wrong"),
    )
    marks = decide([mark(5, comment="good"), mark("1/4", "1/2", "square", "1")])
    grade = score(found, rubric, marks)
    text = item(grade, "4 text")
    assert (text.points, text.marker, text.comment, text.open_points) == (5, "eva", "good", 0)
    assert item(grade, "square").points == Fraction(1, 4)
    assert grade.results == found if grade.results.results == found.results else True
    assert score(grade.results, rubric).results == grade.results


def test_mark_keeps_its_share_where_the_item_is_worth_more(rubric):
    """5 of 7 becomes 10 of 14."""
    settings = with_part(rubric, "4", text=Fraction(14))
    grade = score(
        make_results(Result("text", "4", "", "needs-person")), settings, decide([mark(5)])
    )
    assert item(grade, "4 text").points == 10


def test_mark_for_another_answer_waits_again(rubric):
    """A student who hands in a new text gets it read."""
    found = make_results(Result("text", "4", "", "needs-person", typed="new"))
    old, new = (decide([mark(5, answer=answer_digest(text))]) for text in ("old", "new"))
    assert item(score(found, rubric, new), "4 text").points == 5
    waiting = item(score(found, rubric, old), "4 text")
    assert (waiting.points, waiting.open_points) == (0, 7)
    assert waiting.unsettled == "eva gave 5 of 7 for another answer"


def test_markers_who_differ_leave_it_open(rubric):
    """And the item says who gave what."""
    other = replace_marker(mark(3), "tom")
    grade = score(
        make_results(Result("text", "4", "", "needs-person")), rubric, decide([mark(5), other])
    )
    assert item(grade, "4 text").unsettled == "two people differ: eva 5 and tom 3"
    assert item(grade, "4 text").open_points == 7


def replace_marker(one, marker):
    return msgspec.structs.replace(one, marker=marker)


RULES = LateRules(
    per_day=Fraction(1, 10),
    most=Fraction(1, 2),
    grace_minutes=15,
    due=datetime(2026, 5, 1, 22, 0, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("submitted", "own_due", "days", "share"),
    [
        ("2026-05-01T23:59:00+02:00", "", 0, "0"),  # 21:59 in UTC
        ("2026-05-02T00:15:00+02:00", "", 0, "0"),  # the last minute of the grace
        ("2026-05-02T00:15:01+02:00", "", 1, "1/10"),
        ("2026-05-02T22:00:00Z", "", 1, "1/10"),  # exactly one day
        ("2026-05-02T22:00:01Z", "", 2, "1/5"),
        ("2026-06-01T00:00:00Z", "", 31, "1/2"),  # never more than half
        ("2026-06-01T00:00:00Z", "2026-05-31T00:00:00Z", 1, "1/10"),
        ("", "", 0, "0"),
    ],
)
def test_day_begun_costs_a_tenth(submitted, own_due, days, share):
    """By hand, from the times in the table; of 40 points."""
    late = lateness(make_results(submitted=submitted, due=own_due), RULES, Fraction(40))
    if not days:
        assert late is None
    else:
        assert (late.days, late.share, late.points) == (days, Fraction(share), 40 * Fraction(share))


def test_late_points_are_taken_from_the_sum(rubric):
    """The problem keeps its points, the grade loses."""
    found = make_results(
        Result("derivative", "1", "square", "correct"), submitted="2026-05-03T00:00:00Z"
    )
    late = replace(rubric, file=msgspec.structs.replace(rubric.file, late=RULES))
    grade = score(found, late)
    assert grade.problems[0].points == Fraction(1, 2)
    assert grade.points == Fraction(4, 10)


@pytest.mark.parametrize(
    ("time", "said"), [("yesterday", "expected a time like"), ("2026-05-01", "expected an offset")]
)
def test_time_that_can_not_be_read_is_told(time, said):
    """Nothing is late by accident."""
    with pytest.raises(InputError, match=f"submitted: .*{said}"):
        lateness(make_results(submitted=time), RULES, Fraction(1))


@given(st.data())
def test_points_are_never_more_than_there_are(rubric, data):
    """Whatever the verdicts and shares; and a grade taken apart and scored again is the same."""
    verdicts = st.sampled_from(["correct", "carried", "misconception", "wrong", "needs-person"])
    found = make_results(
        *(
            Result(
                "cell", "1", name, data.draw(verdicts), Fraction(data.draw(st.integers(0, 4)), 4)
            )
            for name in rubric.circuits["1"].cells
        )
    )
    grade = score(found, rubric)
    for problem in grade.problems:
        assert 0 <= problem.points <= problem.points + problem.open_points <= problem.max_points
    assert score(grade.results, rubric) == grade
