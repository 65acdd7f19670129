"""Gradescope's `results.json`, by its published specification: one test an item, no leaderboard.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from typing import Any, Literal, get_args

import msgspec

from grader.human_marks import number
from grader.report.feedback import Feedback, Section, feedback
from grader.report.json import SCHEMA
from grader.report.text import verdict_words, visible, visible_lines
from grader.results import Grade, Item
from grader.rubric import Rubric, shown

FILE_NAME = "results.json"
Visibility = Literal["visible", "after_due_date", "after_published", "hidden"]
VISIBILITIES: tuple[str, ...] = get_args(Visibility)


def results_json(
    grade: Grade, rubric: Rubric, visibility: str = "visible", seconds: float | None = None
) -> bytes:
    """The grade as Gradescope reads it; all text is marked as plain text, for it is a stranger's.

    What waits for a person is a test without a score: on Gradescope a person marks beside the
    autograder. `seconds` is how long grading took.
    """
    page = feedback(grade, rubric)
    tests = [
        _test(item, section, f"{p}.{n}", visibility)
        for p, problem in enumerate(page.problems, 1)
        for n, (section, item) in enumerate(
            ((section, item) for section in problem.sections for item in section.items), 1
        )
    ]
    table: dict[str, Any] = {
        "score": number(grade.points),
        "output": _output(page),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "schema": SCHEMA,
            "input_hash": grade.input_hash,
            "open_points": number(grade.open_points),
        },
    }
    if seconds is not None:
        table["execution_time"] = round(seconds, 2)
    return _encoded(table)


def refusal_json(message: str, visibility: str = "visible") -> bytes:
    """A result without points for what could not be graded, with the reason as plain text."""
    told = {"score": 0, "output": visible_lines(message, 2_000), "output_format": "text"}
    return _encoded({**told, "visibility": visibility, "stdout_visibility": "hidden", "tests": []})


def _encoded(table: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(table), indent=1) + b"\n"


def _test(item: Item, section: Section, place: str, visibility: str) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": f"{section.title}: {visible(item.id, 80)}",
        "name_format": "text",
        "number": place,
        "output": "\n".join(_said(item)),
        "output_format": "text",
        "tags": [item.kind],
        "visibility": visibility,
    }
    if item.waits:
        return test
    passed = item.points == item.max_points
    status = "passed" if passed else "failed"
    points = {"score": number(item.points), "max_score": number(item.max_points)}
    return {**points, "status": status, **test}


def _said(item: Item) -> list[str]:
    lines = [verdict_words(item).text]
    if item.typed.strip() and item.kind != "text":
        lines.append(f"yours: {visible(item.typed, 300)}")
    if item.unsettled:
        lines.append(f"A person looks again: {visible(item.unsettled, 300)}.")
    elif item.marker:
        lines += [visible_lines(item.comment)] if item.comment else []
    else:
        lines += [visible(item.message)] if item.message else []
        lines += [f"{visible(k, 60)}: {visible_lines(v, 2_000)}" for k, v in item.evidence]
    return lines


def _output(page: Feedback) -> str:
    parts = [page.told, *page.late]
    if page.headline:
        parts += ["", "What to look at first", *page.headline]
    if page.carried:
        parts += ["", "Carried forward", *page.carried]
    reading = [s.reading for p in page.problems for s in p.sections if s.reading]
    if reading:
        parts += ["", "To read again", *reading]
    if page.notes:
        parts += ["", "Notes", *page.notes]
    parts += [
        "",
        *(f"{p.title}: {shown(p.points)} of {shown(p.max_points)}" for p in page.problems),
    ]
    parts += ["", *(f"{label}: {text}" for label, text in page.facts)]
    return "\n".join(visible(part) for part in parts)
