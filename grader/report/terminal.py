"""The grade as a table in the terminal, for the person who just graded."""

import unicodedata
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.reading import ReadBack
from grader.results import Grade, Item, ProblemGrade
from grader.rubric import shown
from grader.submission import Submission

VERDICTS = {
    "correct": ("✓ correct", "green"),
    "carried": ("✓ carried forward", "green"),
    "misconception": ("~ misconception", "yellow"),
    "wrong": ("✗ wrong", "red"),
    "blank": ("· blank", "dim"),
    "passed": ("✓ passed", "green"),
    "failed": ("✗ failed", "red"),
    "could-not-run": ("✗ could not run", "red"),
    "needs-person": ("? needs a person", "cyan"),
}
"""A mark with words for each verdict, and a colour that adds nothing to them."""

_JOINERS = "\u200c\u200d"
_WIDEST_TYPED = 20
"""Answers up to this length get a column of their own; longer ones stand above the message."""
_LONGEST_TYPED = 200


def print_grade(grade: Grade, console: Console) -> None:
    """Print the grade on a console."""
    console.print(grade_view(grade))


def grade_view(grade: Grade) -> RenderableType:
    """The grade to be printed by rich; nothing in it is markup, whoever wrote it."""
    title = Text(f"{grade.assignment}: {visible(grade.student)}", style="bold")
    parts: list[RenderableType] = [title]
    parts += [Padding(_problem(problem), (1, 0, 0, 0)) for problem in grade.problems]
    if grade.headline:
        parts += [Text("\nWhat to look at first", style="bold"), *_lines(grade.headline)]
    parts += _notes(grade.notes)
    parts.append(Text(f"\n{_total(grade)}", style="bold"))
    parts += [Text(line) for line in late_lines(grade)]
    layers = ", ".join(grade.isolation) or "none needed: no code of the submission was run"
    parts.append(Text(f"Isolation: {layers}", style="dim"))
    return Group(*parts)


def print_reading(submission: Submission, answers: Sequence[ReadBack], console: Console) -> None:
    """Print how each answer is read, and what could not be."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    table.add_column("yours", overflow="fold")
    table.add_column("read as", overflow="fold")
    for answer in answers:
        typed = Text(visible(" ".join(answer.typed.split()), _WIDEST_TYPED))
        problem = Text(f"✗ can't be read: {visible(answer.problem)}", style="red")
        read_as = Text(visible(answer.read_as)) if answer.typed.strip() else Text("· blank", "dim")
        table.add_row(Text(visible(answer.id)), typed, problem if answer.problem else read_as)
    student = Text(f"Submission of {visible(submission.student)}", style="bold")
    console.print(student, table, *_notes(submission.notes), sep="\n")


def visible(text: str, length: int = 2_000) -> str:
    r"""Text of a stranger, safe for a terminal: what would move the cursor is spelled out.

    Control characters, marks that turn the direction of writing, and halves of characters become
    `\x1b`, `\u202e`; what is longer than `length` is cut.
    """
    cut = text if len(text) <= length else f"{text[: length - 1]}…"
    return "".join(_visible_character(character) for character in cut)


def _visible_character(character: str) -> str:
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    if not hidden or character in _JOINERS:
        return character
    return character.encode("unicode_escape").decode("ascii")


def _problem(problem: ProblemGrade) -> RenderableType:
    points = f"{shown(problem.points)} of {shown(problem.max_points)}"
    heading = "Extra credit" if problem.extra else f"Problem {problem.id}"
    title = Text(f"{heading}: {problem.title} — {points}", style="bold")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    lengths = [len(item.typed) for item in problem.items]
    apart = 0 < max(lengths, default=0) <= _WIDEST_TYPED
    table.add_column("")
    if apart:
        table.add_column("yours", overflow="fold")
    table.add_column("verdict", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for item in problem.items:
        name, typed, verdict, given, message = _row(item)
        if apart:
            table.add_row(name, typed, verdict, given, message)
        else:
            below = Text("\n").join(part for part in (typed, message) if part)
            table.add_row(name, verdict, given, below)
    return Group(title, table)


def _row(item: Item) -> tuple[Text, Text, Text, Text, Text]:
    """The item's name, what was typed, verdict, points, message."""
    words, colour = VERDICTS["needs-person" if item.waits else item.verdict]
    if item.marker:
        words, colour = f"✓ marked by {visible(item.marker, 20)}", "green"
    points = "?" if item.waits and item.max_points else shown(item.points)
    return (
        Text(visible(item.id)),
        Text(visible(" ".join(item.typed.split()), _LONGEST_TYPED)),
        Text(words, style=colour),
        Text(f"{points} / {shown(item.max_points)}"),
        Text(visible(item.unsettled or item.comment or item.message)),
    )


def _notes(notes: Sequence[str]) -> list[Text]:
    return [Text("\nNotes", style="bold"), *_lines(notes)] if notes else []


def _lines(lines: Sequence[str]) -> list[Text]:
    return [Text(f"  {visible(line)}") for line in lines]


def late_lines(grade: Grade) -> list[str]:
    """What coming late cost, in one line; none where it cost nothing."""
    if not grade.late:
        return []
    days = "1 day" if grade.late.days == 1 else f"{grade.late.days} days"
    lost = f"{shown(100 * grade.late.share)} % of the points reached, {shown(grade.late.points)}"
    return [f"Late by {days} (handed in {visible(grade.submitted, 40)}): {lost}, are taken off."]


def _total(grade: Grade) -> str:
    total = f"{shown(grade.points)} of {shown(grade.max_points)} points"
    if grade.open_points:
        total += f" so far; {shown(grade.open_points)} wait for a person"
    return total
