"""The grade as a table in the terminal, for the person who just graded."""

import sys
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.reading import ReadBack
from grader.report.text import (
    carried_lines,
    facts,
    heading,
    late_lines,
    total,
    verdict_words,
    visible,
)
from grader.results import Grade, Item, ProblemGrade
from grader.rubric import shown
from grader.submission import Submission

COLOURS = {"good": "green", "part": "yellow", "bad": "red", "none": "dim", "wait": "cyan"}
_WIDEST_TYPED = 20
"""Answers up to this length get a column of their own; longer ones stand above the message."""
_LONGEST_TYPED = 200


class Output(Console):
    """Standard output; where nobody reads on, the command line hears of it, not rich."""

    def __init__(self) -> None:
        super().__init__(file=sys.stdout, highlight=False)

    def on_broken_pipe(self) -> None:
        """Let `nnviz.cli.main` end the command, as for everything that is printed."""
        raise


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
    if carried := list(carried_lines(grade)):
        parts += [Text("\nCarried forward", style="bold"), *_lines(carried)]
    parts += _notes(grade.notes)
    parts.append(Text(f"\n{total(grade)}", style="bold"))
    parts += [Text(line) for line in late_lines(grade)]
    parts += [Text(f"{label}: {visible(text, 300)}", style="dim") for label, text in facts(grade)]
    return Group(*parts)


def print_reading(submission: Submission, answers: Sequence[ReadBack], console: Console) -> None:
    """Print how each answer is read, and what could not be; blank ones by their names only."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    table.add_column("yours", overflow="fold")
    table.add_column("read as", overflow="fold")
    blank = [answer.id for answer in answers if not (answer.typed.strip() or answer.problem)]
    for answer in (answer for answer in answers if answer.id not in blank):
        typed = Text(visible(" ".join(answer.typed.split()), _WIDEST_TYPED))
        problem = Text(f"✗ can't be read: {visible(answer.problem)}", style="red")
        read_as = Text(visible(answer.read_as))
        table.add_row(Text(visible(answer.id)), typed, problem if answer.problem else read_as)
    student = Text(f"Submission of {visible(submission.student)}", style="bold")
    console.print(student, *with_blank(table, blank), *_notes(submission.notes), sep="\n")


def with_blank(table: Table, names: Sequence[str]) -> list[RenderableType]:
    """The table where it says anything, and in one line what is not there yet, however much."""
    line = Text(f"· blank: {visible(', '.join(names))}", style="dim")
    return [part for part, said in ((table, table.row_count), (line, names)) if said]


def _problem(problem: ProblemGrade) -> RenderableType:
    points = f"{shown(problem.points)} of {shown(problem.max_points)}"
    title = Text(f"{heading(problem)} — {points}", style="bold")
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
    words = verdict_words(item)
    points = "?" if item.waits and item.max_points else shown(item.points)
    return (
        Text(visible(item.id)),
        Text(visible(" ".join(item.typed.split()), _LONGEST_TYPED)),
        Text(words.text, style=COLOURS[words.tone]),
        Text(f"{points} / {shown(item.max_points)}"),
        Text("\n").join(_said(item)),
    )


def _said(item: Item) -> list[Text]:
    """The sentence on an item, and the evidence below it."""
    told = [Text(visible(item.unsettled or item.comment or item.message))]
    if item.marker:
        return told
    return told + [
        Text(f"{visible(k, 60)}: {visible(v, 300)}", style="dim") for k, v in item.evidence
    ]


def _notes(notes: Sequence[str]) -> list[Text]:
    return [Text("\nNotes", style="bold"), *_lines(notes)] if notes else []


def _lines(lines: Sequence[str]) -> list[Text]:
    return [Text(f"  {visible(line)}") for line in lines]
